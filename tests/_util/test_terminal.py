"""Terminals of other times and places: code pages, pipes that close, narrow windows, no colours."""

import io
import os
import subprocess
import sys

import pytest
from commands import tendigits

from tendigits._util.terminal import drop_output
from tendigits.cli.hints import EXAMPLES
from tendigits.cli.main import main

WITHOUT_UTF8 = ["cp1252", *(pytest.param(name, marks=pytest.mark.slow) for name in ("cp437", "latin-1"))]


def run(*arguments, cwd, **environment):
    command = [sys.executable, "-m", "tendigits", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, env={**os.environ, "PYTHONUTF8": "0", **environment})


@pytest.mark.parametrize("encoding", WITHOUT_UTF8)
def test_old_code_pages_show_everything_that_they_can(tmp_path, encoding):
    for arguments, shown in (["info"], b"Linear 784 128 -> ReLU"), (["train", "--help"], b"--learning-rate"):
        result = run(*arguments, cwd=tmp_path, PYTHONIOENCODING=encoding)
        assert result.returncode == 0, result.stderr
        assert shown in result.stdout
    result = run("predict", "三.png", cwd=tmp_path, PYTHONIOENCODING=encoding)
    assert result.returncode == 2
    assert b"Traceback" not in result.stderr
    assert rb"\u4e09.png" in result.stderr


def test_training_outlives_whoever_watches_it(tmp_path):
    command = [sys.executable, "-m", "tendigits", "train", "--data", "digits", "--epochs", "3", "--hidden", "8"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline().startswith(b"Training")
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
    assert process.returncode == 0
    assert (tmp_path / "model.npz").exists()


def test_other_commands_end_quietly(tmp_path):
    command = [sys.executable, "-m", "tendigits", "info"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_what_has_no_file_cannot_be_dropped_and_does_no_harm():
    drop_output(io.StringIO())


def test_no_colours_are_sent(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    for arguments in (["info"], ["--help"]):
        assert "\x1b" not in tendigits(*arguments, cwd=tmp_path).stdout


@pytest.mark.parametrize("name", main.commands)
def test_help_ends_with_two_examples_even_in_a_narrow_window(tmp_path, name, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    text = tendigits(name, "--help", cwd=tmp_path).stdout
    *_, heading, first, second = text.rstrip().splitlines()
    assert (heading.strip(), first.strip(), second.strip()) == ("Examples:", *EXAMPLES[name])


def test_the_examples_name_options_that_there_are():
    for first, *others in (example.split() for pair in EXAMPLES.values() for example in pair):
        assert first == "tendigits"
        options = {option for each in main.commands[others[0]].params for option in (*each.opts, *each.secondary_opts)}
        assert {word for word in others if word.startswith("--")} <= options | {"--help"}


def test_version(tmp_path):
    from tendigits import __version__

    assert tendigits("--version", cwd=tmp_path).stdout == f"tendigits, version {__version__}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(tmp_path, shell):
    assert "_TENDIGITS_COMPLETE" in tendigits("completion", shell, cwd=tmp_path).stdout


def test_completion_completes(tmp_path):
    done = run(cwd=tmp_path, _TENDIGITS_COMPLETE="bash_complete", COMP_WORDS="tendigits ev", COMP_CWORD="1")
    assert b"evaluate" in done.stdout
