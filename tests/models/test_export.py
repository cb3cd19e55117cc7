"""Networks that leave: each format holds the same network, and other programs read it."""

import json
import sys

import numpy as np
import pytest
from test_cli import failed, tendigits

from tendigits import InputError, Network, Settings, train_and_test
from tendigits.models.convert.export import FORMATS, SUFFIXES, export, export_onnx, state_dict
from tendigits.nn.layers import Dropout, Layer, Linear, ReLU

PACKAGES = {"onnx": "onnx", "safetensors": "safetensors", "torch-state-dict": "torch"}


@pytest.fixture(scope="module")
def network(digits):
    return train_and_test(digits, Settings(epochs=5, batch_size=32), progress=False).network


@pytest.fixture(scope="module")
def with_dropout():
    network = Network([Linear(6, 5), ReLU(), Dropout(0.3), Linear(5, 3)], seed=1, dtype=np.float64)
    network.classes = np.array(["a", "b", "c"])
    network.info = {"data": {"name": "six numbers"}}
    return network


def run(path, images):
    """The probabilities that onnxruntime finds."""
    onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["probabilities"], {"images": images})[0]


# ONNX


def test_onnx_reads_raw_pixels_as_we_do(network, digits, tmp_path):
    pytest.importorskip("onnx", reason="onnx is not installed")
    export_onnx(network, tmp_path / "model.onnx")
    rows = digits.test_images.reshape(-1, 784)
    for n in (1, 7, len(rows)):
        theirs = run(tmp_path / "model.onnx", rows[:n])
        assert theirs.dtype == np.float32
        np.testing.assert_allclose(theirs, network.predict_proba(rows[:n]), rtol=0, atol=1e-6)


def test_onnx_agrees_on_all_test_images_of_mnist(real_mnist, tmp_path):
    pytest.importorskip("onnx", reason="onnx is not installed")
    network = train_and_test(real_mnist, Settings(epochs=1), progress=False).network
    export_onnx(network, tmp_path / "model.onnx")
    theirs = run(tmp_path / "model.onnx", real_mnist.test_images.reshape(-1, 784))
    assert len(theirs) == 10000
    np.testing.assert_allclose(theirs, network.predict_proba(real_mnist.test_images), rtol=0, atol=1e-6)


def test_onnx_of_other_features_and_in_float32(with_dropout, tmp_path):
    pytest.importorskip("onnx", reason="onnx is not installed")
    x = np.random.default_rng(0).standard_normal((20, 6))
    export_onnx(with_dropout, tmp_path / "double.onnx", pixels=False)
    np.testing.assert_allclose(run(tmp_path / "double.onnx", x), with_dropout.predict_proba(x), rtol=1e-12)
    export_onnx(with_dropout, tmp_path / "single.onnx", pixels=False, dtype=np.float32)
    np.testing.assert_allclose(run(tmp_path / "single.onnx", x), with_dropout.predict_proba(x), atol=1e-5)


def test_onnx_is_a_plain_and_valid_graph_with_its_metadata(network, tmp_path):
    onnx = pytest.importorskip("onnx", reason="onnx is not installed")
    export_onnx(network, tmp_path / "model.onnx")
    model = onnx.load(tmp_path / "model.onnx")
    onnx.checker.check_model(model, full_check=True)
    operators = [node.op_type for node in model.graph.node]
    assert operators == ["Cast", "Mul", "Gemm", "Relu", "Gemm", "Softmax", "Cast"]
    metadata = {prop.key: prop.value for prop in model.metadata_props}
    assert json.loads(metadata["classes"]) == list(range(10))
    assert json.loads(metadata["info"]) == network.info


# tensors


def test_a_state_dict_has_pytorchs_names_and_shapes(with_dropout):
    shapes = {name: tensor.shape for name, tensor in state_dict(with_dropout).items()}
    assert shapes == {"0.weight": (5, 6), "0.bias": (5,), "3.weight": (3, 5), "3.bias": (3,)}


def test_safetensors_has_the_metadata_in_its_header(network, tmp_path):
    safetensors = pytest.importorskip("safetensors", reason="safetensors is not installed")
    export(network, tmp_path / "model.safetensors", "safetensors")
    with safetensors.safe_open(tmp_path / "model.safetensors", framework="numpy") as file:
        metadata = file.metadata()
        np.testing.assert_array_equal(file.get_tensor("2.weight"), network.layers[2].W.T)
    assert json.loads(metadata["layers"]) == network.spec
    assert json.loads(metadata["classes"]) == network.classes.tolist()
    assert json.loads(metadata["info"]) == network.info


@pytest.mark.parametrize("to", ["torch-state-dict", "safetensors"])
def test_pytorch_loads_it_into_a_sequential(with_dropout, tmp_path, to):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    pytest.importorskip(PACKAGES[to], reason=f"{PACKAGES[to]} is not installed")
    export(with_dropout, tmp_path / "model", to)
    nn = torch.nn
    model = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Dropout(0.3), nn.Linear(5, 3), nn.Softmax(dim=1)).double()
    if to == "safetensors":
        from safetensors.torch import load_file

        model.load_state_dict(load_file(tmp_path / "model"))
    else:
        model.load_state_dict(torch.load(tmp_path / "model", weights_only=True))
    x = np.random.default_rng(0).standard_normal((20, 6))
    theirs = model.eval()(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(theirs, with_dropout.predict_proba(x), rtol=1e-12)


# JSON


def test_json_explains_itself_and_holds_every_bit(network, digits, tmp_path):
    export(network, tmp_path / "model.json", "json")
    content = json.loads((tmp_path / "model.json").read_text())
    x = digits.test_images.reshape(-1, 784) / 255
    for layer in content["layers"]:  # as its "about" says
        if layer["layer"] == "Linear":
            x = x @ np.array(layer["W"], np.float32) + np.array(layer["b"], np.float32)
        elif layer["layer"] == "ReLU":
            x = np.maximum(x, 0)
    np.testing.assert_array_equal(np.array(content["layers"][0]["W"], np.float32), network.layers[0].W)
    p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(p, network.predict_proba(digits.test_images), atol=1e-6)
    assert content["classes"] == list(range(10))
    assert content["info"] == network.info
    for word in ("ReLU", "255", "classes"):
        assert word in content["about"]


# what cannot be


def test_formats_and_layers_that_are_not_known_are_named(network, tmp_path):
    class Strange(Layer):
        pass

    with pytest.raises(InputError, match="no format 'pickle'"):
        export(network, tmp_path / "model", "pickle")
    odd = Network([Linear(2, 2), Strange(), Linear(2, 2)])
    for to in FORMATS:
        with pytest.raises(InputError, match="layer Strange cannot be exported"):
            export(odd, tmp_path / "model", to)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("to", "package"), PACKAGES.items())
def test_a_missing_package_is_named_with_its_extra(network, tmp_path, monkeypatch, to, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=rf"pip install 'tendigits\[{package}\]'"):
        export(network, tmp_path / "model", to)
    assert not list(tmp_path.iterdir())


def test_a_failed_export_leaves_the_old_file(network, tmp_path):
    target = tmp_path / "model.json"
    target.write_text("old")
    network.info["unwritable"] = object()
    try:
        with pytest.raises(TypeError):
            export(network, target, "json")
    finally:
        del network.info["unwritable"]
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


# the command


@pytest.mark.parametrize("to", FORMATS)
def test_the_command(network, tmp_path, to):
    if to in PACKAGES:
        pytest.importorskip(PACKAGES[to], reason=f"{PACKAGES[to]} is not installed")
    network.save(tmp_path / "model.npz")
    result = tendigits("export", "model.npz", "--to", to, cwd=tmp_path)
    assert result.stdout == f"Saved model{SUFFIXES[to]}\n", result.stderr
    assert (tmp_path / f"model{SUFFIXES[to]}").stat().st_size > 10000
    assert tendigits("export", "model.npz", "--to", to, "--out", "other", cwd=tmp_path).returncode == 0
    assert (tmp_path / "other").exists()


def test_the_command_says_what_is_wrong(network, tmp_path):
    network.save(tmp_path / "model.npz")
    (tmp_path / "onnx.py").write_text("raise ImportError")  # as good as not installed
    assert failed(tendigits("export", "model.npz", "--to", "onnx", cwd=tmp_path), 2, "pip install 'tendigits[onnx]'")
    assert failed(tendigits("export", "model.npz", "--to", "paper", cwd=tmp_path), 2, "paper")
    assert failed(tendigits("export", "nowhere.npz", "--to", "json", cwd=tmp_path), 2, "nowhere.npz does not exist")
    result = tendigits("export", "model.npz", "--to", "json", "--out", "no/folder/model.json", cwd=tmp_path)
    assert failed(result, 1, "no/folder")
