"""Odd metadata is refused with a sentence, whatever its checksum says."""

import numpy as np
import pytest

from tendigits import InputError, Network, export
from tendigits._util.files import read_npz, write_npz
from tendigits.models.convert.formats import read
from tendigits.models.schema import check_metadata
from tendigits.nn.layers import BatchNorm, Linear


def nested(depth):
    return {"a": nested(depth - 1)} if depth else 1


@pytest.fixture
def path(tmp_path):
    Network([4, 3, 2]).save(tmp_path / "model.npz")
    return tmp_path / "model.npz"


@pytest.mark.parametrize(
    "changes",
    [
        {"classes": "01"},
        {"classes": {"0": 1}},
        {"classes": [True, 0]},
        {"classes": [[0], [1]]},
        {"classes": [2**1100, 1]},
        {"layers": [["Linear", True, 3], ["Linear", 3, 2]]},
        {"layers": [["Linear", [4], 3]]},
        {"layers": {"0": "Linear"}},
        {"layers": [["Ensemble", [["Ensemble", [["Linear", 4, 2]]]]]]},
        {"info": nested(13)},
        {"info": {"data": None}},
        {"info": {"data": {"name": 3}}},
        {"info": {"data": "mnist"}},
        {"info": {"training": {"seed": -1}}},
        {"info": {"training": {"seed": "zero"}}},
        {"info": {"results": {"test_accuracy": "high"}}},
        {"info": {"results": {"test_accuracy": 7}}},
        {"info": {"results": []}},
        {"info": []},
    ],
)
def test_odd_metadata_is_refused(path, changes):
    arrays, about = read_npz(path)
    write_npz(path, arrays, about | changes)
    with pytest.raises(InputError, match="holds no valid model") as caught:
        Network.load(path)
    assert "\n" not in str(caught.value)


def test_huge_parameters_are_refused(path):
    arrays, about = read_npz(path)
    write_npz(path, {"params": np.full_like(arrays["params"], 3e38)}, about)
    with pytest.raises(InputError, match="too large to compute with"):
        Network.load(path)


def test_a_negative_variance_is_refused(tmp_path):
    network = Network([Linear(4, 3), BatchNorm(3), Linear(3, 2)])
    network.layers[1].var[...] = -1
    network.save(tmp_path / "model.npz")
    with pytest.raises(InputError, match="negative variance"):
        Network.load(tmp_path / "model.npz")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"info": {"data": "mine"}}, r"data.* in its info must be an object"),
        ({"info": {"score": np.nan}}, "its info must be an object of notes"),
        ({"classes": np.array(["a", "a"])}, "names 2 classes for 2 outputs"),
        ({"classes": np.array(["2026-01-01", "2026-01-02"], "datetime64[D]")}, "not JSON serializable"),
        ({"params": np.full(23, np.nan, np.float32)}, "finite floats"),
        ({"params": np.zeros(23, np.float16)}, "finite floats"),
    ],
)
def test_what_could_not_be_loaded_is_not_saved(path, changes, message):
    before, network = path.read_bytes(), Network.load(path)
    vars(network).update(changes)
    with pytest.raises(InputError, match=message):
        network.save(path)
    assert path.read_bytes() == before


def test_a_model_file_is_not_named_as_json(path):
    with pytest.raises(InputError, match="would be read as JSON"):
        Network.load(path).save(path.with_suffix(".JSON"))


@pytest.mark.parametrize("name", ["m.npz", "M.JSON", "m.safetensors"])
def test_classes_may_be_true_and_false(tmp_path, name):
    if name.endswith("safetensors"):
        pytest.importorskip("safetensors", reason="safetensors is not installed")
    network = Network([4, 3, 2])
    network.classes = np.array([False, True])
    if name == "m.npz":
        network.save(tmp_path / name)
    else:
        export(network, tmp_path / name, name.lower().partition(".")[2])
    classes = read(tmp_path / name).classes
    assert classes.dtype == bool
    np.testing.assert_array_equal(classes, [False, True])


def test_what_we_write_is_fine(path):
    check_metadata(read_npz(path)[1])
