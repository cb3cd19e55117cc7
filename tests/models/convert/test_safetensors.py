"""safetensors: our own files there and back, and other programs' files as far as they say what they hold."""

import json
import os

import numpy as np
import pytest

from tendigits import InputError, Network, export

pytest.importorskip("safetensors", reason="safetensors is not installed")

from safetensors import safe_open
from safetensors.numpy import save_file


def test_there_and_back(small, x, tmp_path):
    export(small, tmp_path / "model.safetensors", "safetensors")
    back = Network.from_safetensors(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(back.params, small.params)
    np.testing.assert_array_equal(back.predict(x), small.predict(x))
    assert (back.spec, back.info, back.dtype) == (small.spec, small.info, small.dtype)
    assert back.classes.tolist() == ["a", "b", "c"]


def test_the_header_says_what_the_tensors_do_not(trained, tmp_path):
    export(trained, tmp_path / "model.safetensors", "safetensors")
    with safe_open(tmp_path / "model.safetensors", framework="numpy") as file:
        header = file.metadata()
        np.testing.assert_array_equal(file.get_tensor("2.weight"), trained.layers[2].W.T)
    assert json.loads(header["layers"]) == trained.spec
    assert json.loads(header["classes"]) == trained.classes.tolist()
    assert json.loads(header["info"]) == trained.info


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"layers": "{"}, "holds no network that can be read"),
        ({"layers": "5"}, "holds no valid model"),
        ({"layers": '[["Magic", 3]]'}, "Magic.* is not a layer"),
        ({"classes": "null"}, "holds no valid model"),
        ({"classes": "[1, 1, 2]"}, "names 3 classes for 3 outputs"),
        ({"info": "7"}, "holds no valid model"),
    ],
)
def test_headers_that_make_no_sense_are_named(tmp_path, header, message):
    save_file({"0.weight": np.ones((3, 3), np.float32)}, tmp_path / "odd", header)
    with pytest.raises(InputError, match=f"odd .*{message}"):
        Network.from_safetensors(tmp_path / "odd")


def test_the_order_of_the_layers_is_that_of_their_numbers(tmp_path):
    first, second = np.eye(3, dtype=np.float32), np.ones((3, 3), np.float32)
    save_file({"9.weight": first, "10.weight": second}, tmp_path / "numbered")
    np.testing.assert_array_equal(Network.from_safetensors(tmp_path / "numbered").weights, [first, second])
    save_file({"into.weight": first, "from.weight": second}, tmp_path / "named")
    with pytest.raises(InputError, match=r"named .*order of its layers is unknown: from, into"):
        Network.from_safetensors(tmp_path / "named")


@pytest.mark.parametrize("name", ["noise", "nowhere"])
def test_files_that_hold_none_are_named(tmp_path, name):
    (tmp_path / "noise").write_bytes(bytes(range(256)))
    with pytest.raises(InputError, match=f"{name} holds no") as error:
        Network.from_safetensors(tmp_path / name)
    assert "\n" not in str(error.value)


def test_what_stands_between_the_layers_is_never_guessed(tmp_path):
    first, second = np.eye(3, dtype=np.float32), np.ones((3, 3), np.float32)
    save_file({"0.weight": first, "2.weight": second}, tmp_path / "gap")
    with pytest.raises(InputError, match="does not say what stands between"):
        Network.from_safetensors(tmp_path / "gap")
    assert Network.from_safetensors(tmp_path / "gap", activation="relu").spec[1] == ["ReLU"]


@pytest.mark.parametrize(
    "header",
    [
        {"info": "[" * 100_000},
        {"info": json.dumps({"data": {"name": 5}})},
        {"classes": json.dumps([2**70, 1, 2])} | {"layers": json.dumps([["Linear", 2, 3]])},
        {"divisor": "-1"},
        {"divisor": "NaN"},
        {"layers": json.dumps([["Linear", 2, 4]])},
        {"layers": json.dumps([["Linear"]])},
        {"layers": json.dumps([[["Linear"], 3, 3]])},
    ],
)
def test_headers_are_checked_like_a_models_metadata(tmp_path, header):
    save_file({"0.weight": np.ones((3, 3), np.float32)}, tmp_path / "odd", header)
    with pytest.raises(InputError, match="odd holds no"):
        Network.from_safetensors(tmp_path / "odd")


def test_a_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe"):
        Network.from_safetensors(tmp_path / "pipe")
