"""ONNX: another runtime computes the same probabilities from the same pixels."""

import json

import numpy as np
import pytest

from tendigits import load_pretrained
from tendigits.models.convert.onnx import export_onnx

onnx = pytest.importorskip("onnx", reason="onnx is not installed")


def run(path, images):
    """The probabilities that onnxruntime finds."""
    onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["probabilities"], {"images": images})[0]


def test_it_reads_raw_pixels_as_we_do(trained, digits, tmp_path):
    export_onnx(trained, tmp_path / "model.onnx")
    rows = digits.test_images.reshape(-1, 784)
    for n in (1, 7, len(rows)):
        theirs = run(tmp_path / "model.onnx", rows[:n])
        assert theirs.dtype == np.float32
        np.testing.assert_allclose(theirs, trained.predict_proba(rows[:n]), rtol=0, atol=1e-6)


def test_it_agrees_on_all_test_images_of_mnist(real_mnist, tmp_path):
    network = load_pretrained()
    export_onnx(network, tmp_path / "model.onnx")
    theirs = run(tmp_path / "model.onnx", real_mnist.test_images.reshape(-1, 784))
    assert len(theirs) == 10000
    np.testing.assert_allclose(theirs, network.predict_proba(real_mnist.test_images), rtol=0, atol=1e-6)


def test_other_features_and_float32(small, x, tmp_path):
    export_onnx(small, tmp_path / "double.onnx", pixels=False)
    np.testing.assert_allclose(run(tmp_path / "double.onnx", x), small.predict_proba(x), rtol=1e-12)
    export_onnx(small, tmp_path / "single.onnx", pixels=False, dtype=np.float32)
    np.testing.assert_allclose(run(tmp_path / "single.onnx", x), small.predict_proba(x), atol=1e-5)


def test_it_is_a_plain_and_valid_graph_with_its_metadata(trained, tmp_path):
    export_onnx(trained, tmp_path / "model.onnx")
    model = onnx.load(tmp_path / "model.onnx")
    onnx.checker.check_model(model, full_check=True)
    operators = [node.op_type for node in model.graph.node]
    assert operators == ["Cast", "Mul", "Gemm", "Relu", "Gemm", "Softmax", "Cast"]
    metadata = {prop.key: prop.value for prop in model.metadata_props}
    assert json.loads(metadata["classes"]) == list(range(10))
    assert json.loads(metadata["info"]) == trained.info
