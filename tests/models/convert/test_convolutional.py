"""Convolutions, ensembles and other layers in every format: the same probabilities within 1e-5, and back again."""

import json
import shutil
import subprocess

import numpy as np
import pytest

from tendigits import InputError, Network, export
from tendigits.models.convert.c import export_c
from tendigits.models.convert.formats import READERS, SUFFIXES, read
from tendigits.models.convert.javascript import export_javascript
from tendigits.models.convert.torch import state_dict
from tendigits.nn.layers import BatchNorm, Conv2D, Dropout, Flatten, Linear, MaxPool2D, ReLU, Reshape, Sigmoid, Tanh

EXACT = 1e-5
LAST = [Linear(1, 2)]
GCC, NODE = shutil.which("gcc") or shutil.which("cc"), shutil.which("node")


def convolutional(seed):
    """Every layer there is, in the order of a network that reads digits; a different one for each seed."""
    layers = [
        *(Reshape(28, 28), Conv2D(1, 6, 5, 2), MaxPool2D(2), BatchNorm(6), ReLU(), Conv2D(6, 4, 3), ReLU()),
        *(Flatten(), BatchNorm(576), Linear(576, 16), Tanh(), Dropout(0.2), Linear(16, 12), Sigmoid(), Linear(12, 10)),
    ]
    network = Network(layers, seed=seed)
    rng = np.random.default_rng(seed)
    for layer in network.layers:
        if isinstance(layer, BatchNorm):
            layer.mean[...], layer.var[...] = (
                rng.normal(0.2, 0.1, layer.mean.shape),
                rng.uniform(0.5, 2, layer.var.shape),
            )
            layer.beta[...] = rng.normal(0, 0.1, layer.beta.shape)
    network.layers[-1].W *= 4  # decided answers
    network.classes = np.array([*"abcdefghi", "?"])
    network.info = {"data": {"name": "noise"}}
    return network


@pytest.fixture(scope="module", params=["convolutional", "ensemble", "dense"])
def network(request):
    if request.param == "dense":
        return Network([784, 32, 10], seed=3)
    several = [convolutional(seed) for seed in range(3)]
    return several[0] if request.param == "convolutional" else Network.ensemble(several)


@pytest.fixture(scope="module", params=[100, pytest.param(10000, marks=pytest.mark.slow)])
def pixels(request, mnist_or_digits):
    return np.ascontiguousarray(mnist_or_digits.test_images[: request.param].reshape(-1, 784))


@pytest.fixture(scope="module")
def expected(network, pixels):
    return network.predict_proba(pixels)


def test_onnx(network, pixels, expected, tmp_path):
    pytest.importorskip("onnx", reason="onnx is not installed")
    onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    export(network, tmp_path / "model.onnx", "onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    parts = [session.run(["probabilities"], {"images": part})[0] for part in np.array_split(pixels, 10)]
    np.testing.assert_allclose(np.concatenate(parts), expected, rtol=0, atol=EXACT)


@pytest.mark.parametrize("to", ["safetensors", "torch-state-dict", "json"])
def test_there_and_back(network, expected, pixels, tmp_path, to):
    pytest.importorskip({"torch-state-dict": "torch"}.get(to, to))
    export(network, tmp_path / f"model{SUFFIXES[to]}", to)
    back = read(tmp_path / f"model{SUFFIXES[to]}")
    np.testing.assert_array_equal(back.params, network.params)
    assert (back.spec, back.info, back.dtype) == (network.spec, network.info, network.dtype)
    assert back.classes.tolist() == network.classes.tolist()
    np.testing.assert_array_equal(back.predict_proba(pixels[:50]), network.predict_proba(pixels[:50]))


def in_pytorch(torch, network):
    """The module that loads the state dict: the docs show it."""
    nn = torch.nn
    if hasattr(network, "members"):

        class Ensemble(nn.Module):
            def __init__(self, members):
                super().__init__()
                self.members = nn.ModuleList(members)

            def forward(self, x):
                return torch.stack([member(x) for member in self.members]).mean(0)

        return Ensemble([in_pytorch(torch, member) for member in network.members])
    kinds = {
        "Reshape": lambda h, w, c: nn.Unflatten(1, (c, h, w)),
        "Conv2D": lambda c_in, c_out, kernel, padding: nn.Conv2d(c_in, c_out, kernel, padding=padding),
        "MaxPool2D": nn.MaxPool2d,
        "Flatten": nn.Flatten,
        "BatchNorm": lambda n: nn.BatchNorm2d(n) if n == 6 else nn.BatchNorm1d(n),
        "Linear": nn.Linear,
        "ReLU": nn.ReLU,
        "Tanh": nn.Tanh,
        "Sigmoid": nn.Sigmoid,
        "Dropout": nn.Dropout,
    }
    return nn.Sequential(*(kinds[name](*sizes) for name, *sizes in network.spec))


def test_pytorch_loads_it(network, pixels, expected, torch, tmp_path):
    export(network, tmp_path / "model.pt", "torch-state-dict")
    module = in_pytorch(torch, network)
    module.load_state_dict(torch.load(tmp_path / "model.pt"))
    with torch.no_grad():
        logits = module.eval()(torch.tensor(pixels[:1000] / np.float32(255)))
    np.testing.assert_allclose(torch.softmax(logits, 1).numpy(), expected[:1000], rtol=0, atol=EXACT)


PROGRAM = """
#include <stdio.h>
#include "model.h"
int main(void) {
    static unsigned char pixels[TENDIGITS_INPUTS];
    float p[TENDIGITS_CLASSES];
    while (fread(pixels, 1, sizeof pixels, stdin) == sizeof pixels) {
        int best = tendigits_probabilities(pixels, p);
        fwrite(p, sizeof p, 1, stdout);
        if (!tendigits_classes[best][0]) return 1;
    }
    return 0;
}
"""


@pytest.mark.skipif(not GCC, reason="needs a C compiler")
def test_c_compiled_and_run_on_all_test_images(network, pixels, expected, tmp_path):
    export_c(network, tmp_path / "model.h")
    (tmp_path / "main.c").write_text(PROGRAM)
    strict = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([GCC, *strict, "main.c", "-o", "main", "-lm"], cwd=tmp_path, check=True)
    assert "malloc" not in (tmp_path / "model.h").read_text()
    result = subprocess.run([tmp_path / "main"], input=pixels.tobytes(), capture_output=True, check=True)
    theirs = np.frombuffer(result.stdout, np.float32).reshape(-1, len(network.classes))
    np.testing.assert_allclose(theirs, expected, rtol=0, atol=EXACT)


SCRIPT = """
import { readFileSync, writeFileSync } from "node:fs";
import { classes, probabilities, read } from "./model.mjs";
const pixels = readFileSync("pixels.bin"), n = pixels.length / 784, p = new Float64Array(n * classes.length);
for (let i = 0; i < n; i++) p.set(probabilities(pixels.subarray(784 * i, 784 * i + 784)), i * classes.length);
writeFileSync("probabilities.bin", p);
const [h, w] = [60, 40], data = new Uint8ClampedArray(4 * h * w).fill(255);
for (let y = 10; y < 50; y++) for (let x = 18; x < 22; x++) data.set([20, 20, 20, 255], 4 * (y * w + x));
const picture = read({ width: w, height: h, data });
const blank = read({ width: w, height: h, data: data.fill(255) });
console.log(JSON.stringify({ label: picture.label, pixels: Array.from(picture.pixels), blank }));
"""


@pytest.mark.skipif(not NODE, reason="needs Node: https://nodejs.org")
def test_javascript_run_on_all_test_images(network, pixels, expected, tmp_path):
    from tendigits import to_mnist

    export_javascript(network, tmp_path / "model.mjs")
    (tmp_path / "main.mjs").write_text(SCRIPT)
    (tmp_path / "pixels.bin").write_bytes(pixels.tobytes())
    result = subprocess.run([NODE, "main.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    theirs = np.fromfile(tmp_path / "probabilities.bin").reshape(-1, len(network.classes))
    np.testing.assert_allclose(theirs, expected, rtol=0, atol=EXACT)
    gray = np.full((60, 40), 255, np.uint8)
    gray[10:50, 18:22] = 20
    read_there = json.loads(result.stdout)
    np.testing.assert_array_equal(read_there["pixels"], to_mnist(gray).ravel())
    assert read_there["label"] == network.predict(to_mnist(gray)[np.newaxis])[0]
    assert read_there["blank"] is None
    assert "import" not in (tmp_path / "model.mjs").read_text().split("MODEL", 1)[1].replace("important", "")


def test_a_network_of_other_features_only_tells_probabilities_in_javascript(small, tmp_path):
    export_javascript(small, tmp_path / "small.mjs")
    text = (tmp_path / "small.mjs").read_text()
    assert "function read" not in text
    assert "export function probabilities" in text


def test_what_pytorch_orders_otherwise_is_refused(torch, tmp_path):
    coloured = Network([Reshape(4, 4, 3), Conv2D(3, 2, 3), Flatten(), Linear(8, 2)])
    rearranged = Network([Reshape(4, 4), Conv2D(1, 4, 3), Flatten(), Reshape(4, 4), Conv2D(1, 1, 4), Flatten(), *LAST])
    for network in (coloured, rearranged):
        with pytest.raises(InputError, match="several channels"):
            export(network, tmp_path / "model.pt", "torch-state-dict")
        export(network, tmp_path / "model.json", "json")
        np.testing.assert_array_equal(read(tmp_path / "model.json").params, network.params)


def test_a_flatten_may_follow_another_and_a_reshape_one_channel(torch):
    layers = [Reshape(4, 4), Conv2D(1, 1, 1), Flatten(), Reshape(4, 4), BatchNorm(1), Conv2D(1, 2, 3), Flatten()]
    network = Network([*layers, Flatten(), Linear(8, 2)], seed=1)
    convert = {Reshape: lambda *_: torch.nn.Unflatten(1, (1, 4, 4)), Flatten: torch.nn.Flatten, Conv2D: torch.nn.Conv2d}
    convert |= {BatchNorm: torch.nn.BatchNorm2d, Linear: torch.nn.Linear}
    theirs = torch.nn.Sequential(*(convert[type(layer)](*layer.arguments[:3]) for layer in network.layers)).eval()
    theirs.load_state_dict({name: torch.tensor(values) for name, values in state_dict(network).items()})
    x = np.random.default_rng(0).random((5, 16), np.float32)
    np.testing.assert_allclose(theirs(torch.tensor(x)).detach(), network.forward(x), atol=EXACT)


def test_tensors_that_do_not_fit_are_named(torch, tmp_path):
    export(convolutional(0), tmp_path / "model.pt", "torch-state-dict")
    state = torch.load(tmp_path / "model.pt")
    state["1.weight"] = state["1.weight"][:, :, 1:]
    with pytest.raises(InputError, match=r"need.*finite floats|1\.weight is missing or of another shape"):
        Network.from_torch(state)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": "tendigits network"}', "{", '{"format": "tendigits network", "layers": 3}']
)
def test_json_that_holds_no_network_is_named(tmp_path, text):
    (tmp_path / "odd.json").write_text(text)
    with pytest.raises(InputError, match=r"odd\.json holds no valid model: .* (is not JSON|holds no)"):
        read(tmp_path / "odd.json")
    with pytest.raises(InputError, match="There is no file"):
        read(tmp_path / "nowhere.json")
    assert set(READERS) == {".safetensors", ".pt"}  # JSON is what Network.load reads itself
