"""Networks come back from JSON, bit for bit; whatever else a file holds is told in a sentence."""

import json

import numpy as np
import pytest

from tendigits import InputError, Network, export


def test_a_network_comes_back_bit_for_bit(tmp_path):
    network = Network([784, 12, 10], seed=3)
    network.classes = np.array([*"abcdefghij"])
    export(network, tmp_path / "model.json", "json")
    back = Network.load(tmp_path / "model.json")
    np.testing.assert_array_equal(back.params, network.params)
    assert (back.spec, back.classes.tolist()) == (network.spec, network.classes.tolist())


LINEAR = {"layer": "Linear", "W": [[1.0]] * 784, "b": [0.5]}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "no network of tendigits"),
        ({"layers": []}, "no network of tendigits"),
        ({"format": "tendigits network"}, "layers"),
        ({"format": "tendigits network", "layers": [LINEAR], "classes": [1, 2]}, "2 classes for 1 outputs"),
        (
            {"format": "tendigits network", "layers": [{"layer": "Linear", "W": "x", "b": 1}], "classes": [1]},
            "no valid",
        ),
        ({"format": "tendigits network", "layers": [{"layer": "Odd"}], "classes": [1]}, "not a layer"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(tmp_path, content, words):
    path = tmp_path / "model.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(InputError, match=words):
        Network.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"There is no file .*none\.json"):
        Network.load(tmp_path / "none.json")
