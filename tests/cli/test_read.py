"""`tendigits read`."""

import json

import pytest
from click.testing import CliRunner
from paper import written
from PIL import Image

from tendigits import Network
from tendigits.cli.main import main


@pytest.fixture
def run():
    return lambda *args: CliRunner().invoke(main, ["read", *map(str, args)])


@pytest.fixture
def pictures(tmp_path):
    for name, lines in {"a": ["1234", "567"], "b": ["89  0"]}.items():
        Image.fromarray(written(lines)).save(tmp_path / f"{name}.png")
    return tmp_path / "a.png", tmp_path / "b.png"


def test_one_picture_gives_only_its_numbers(run, pictures):
    assert run(pictures[0]).stdout == "1234\n567\n"


def test_several_are_named_and_a_bad_one_stops_none(run, pictures, tmp_path):
    result = run(pictures[0], tmp_path / "none.png", pictures[1])
    assert result.stdout == f"{pictures[0]}:\n1234\n567\n{pictures[1]}:\n89 0\n"
    assert result.stderr.count("Error: ") == 1
    assert result.exit_code == 2


def test_json(run, pictures):
    (reading,) = json.loads(run("--json", pictures[1]).stdout)
    assert reading["lines"][0]["numbers"] == ["89", "0"]
    assert reading["skipped"] == []
    assert {"box", "digit", "probability", "unlike"} == set(reading["lines"][0]["digits"][0])


def test_annotate_and_grid(run, pictures, tmp_path):
    out = tmp_path / "out.png"
    assert run("--annotate", out, "--grid", pictures[1]).stdout == "89,0\n"
    (reading,) = json.loads(run("--grid", "--json", pictures[1]).stdout)
    assert reading["cells"] == [["89", "0"]]
    with Image.open(out) as image:
        assert image.mode == "RGB"
    assert "one picture" in run("--annotate", out, *pictures).stderr


def test_a_model_of_small_images_reads_and_one_of_features_is_refused_once(run, pictures, tmp_path):
    Network([64, 4, 10]).save(tmp_path / "small.npz")
    result = run("--model", tmp_path / "small.npz", "--grid", pictures[0])
    assert "do not fit" not in result.stderr
    Network([7, 10]).save(tmp_path / "features.npz")
    assert run("--model", tmp_path / "features.npz", *pictures).stderr.count("which are not an image") == 1
