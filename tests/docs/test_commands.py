"""The commands that the pages show exist, with all their options."""

import re
import shlex
from pathlib import Path

import click
import pytest

from tendigits.cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def shown(text):
    """Each `tendigits …` of a page: after a prompt, or as code within a line."""
    yield from re.findall(r"^ *\$ (tendigits .*)$", text, re.MULTILINE)
    yield from re.findall(r"`(tendigits [a-z][^`…]*)`", text)


TEXTS = {page.name: page.read_text("utf-8") for page in PAGES if page.exists()}
COMMANDS = [pytest.param(line, id=f"{name}: {line}") for name, text in TEXTS.items() for line in shown(text)]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_has_the_options_shown(line):
    words = shlex.split(line, comments=True)[1:]
    known = {"--help", "--version"}
    if not words[0].startswith("-"):
        command = main.get_command(click.Context(main), words.pop(0))
        assert command is not None
        known |= {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    assert {word.split("=")[0] for word in words if re.fullmatch("--?[a-z][a-z-]*(=.*)?", word)} <= known
