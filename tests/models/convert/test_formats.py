"""All formats alike: what cannot be exported is named, nothing is half-written, and the command writes each."""

import sys

import pytest
from commands import command_line, failed, tendigits

from tendigits import InputError, Network, export
from tendigits.models.convert.formats import FORMATS, SUFFIXES
from tendigits.nn.layers import Layer, Linear

PACKAGES = {"onnx": "onnx", "safetensors": "safetensors", "torch-state-dict": "torch"}


class Strange(Layer):
    pass


def test_unknown_formats_and_layers_are_named(small, tmp_path):
    with pytest.raises(InputError, match="no format 'pickle'"):
        export(small, tmp_path / "model", "pickle")
    odd = Network([Linear(2, 2), Strange(), Linear(2, 2)])
    for to in FORMATS:
        with pytest.raises(InputError, match="Strange cannot be exported"):
            export(odd, tmp_path / "model", to)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("to", "package"), PACKAGES.items())
def test_a_missing_package_is_named_with_the_command_that_installs_it(small, tmp_path, monkeypatch, to, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=rf"pip install 'tendigits\[{package}\]'"):
        export(small, tmp_path / "model", to)
    assert not list(tmp_path.iterdir())


def test_a_failed_export_leaves_the_old_file(small, tmp_path):
    target = tmp_path / "model.json"
    target.write_text("old")
    small.info["unwritable"] = object()
    with pytest.raises(TypeError):
        export(small, target, "json")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


# the command


@pytest.mark.parametrize("to", FORMATS)
def test_the_command(trained, tmp_path, to):
    if to in PACKAGES:
        pytest.importorskip(PACKAGES[to], reason=f"{PACKAGES[to]} is not installed")
    trained.save(tmp_path / "model.npz")
    result = tendigits("export", "model.npz", "--to", to, cwd=tmp_path)
    assert result.stdout == f"Saved model{SUFFIXES[to]}\n", result.stderr
    assert (tmp_path / f"model{SUFFIXES[to]}").stat().st_size > 10000
    assert tendigits("export", "model.npz", "--to", to, "--out", "other", cwd=tmp_path).returncode == 0
    assert (tmp_path / "other").exists()


def test_the_command_says_what_is_wrong(trained, tmp_path):
    trained.save(tmp_path / "model.npz")
    (tmp_path / "onnx.py").write_text("raise ImportError")  # as good as not installed
    result = command_line("export", "model.npz", "--to", "onnx", cwd=tmp_path)
    assert failed(result, 2, "pip install 'tendigits[onnx]'")
    assert failed(tendigits("export", "model.npz", "--to", "paper", cwd=tmp_path), 2, "paper")
    assert failed(tendigits("export", "nowhere.npz", "--to", "json", cwd=tmp_path), 2, "nowhere.npz does not exist")
    result = tendigits("export", "model.npz", "--to", "json", "--out", "no/folder/model.json", cwd=tmp_path)
    assert failed(result, 1, "no/folder")
