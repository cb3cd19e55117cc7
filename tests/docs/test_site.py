"""The documentation's site: every link between its pages leads somewhere, and every public name has its place.

It takes a minute or two to build. `TENDIGITS_SITE` names one that is built already.
"""

import importlib
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import tendigits

ROOT = Path(__file__).parents[2]
OURS = re.compile(r"(?:docs|lessons|benchmarks)/.*|[^/_]*\.html")  # not the highlighted sources
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("site"),
    pytest.mark.skipif(not (ROOT / "docs").exists(), reason="needs the repository: docs/ is not distributed"),
]


class Links(HTMLParser):
    """What a page refers to, and the places in it that others can refer to."""

    def __init__(self, text):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors |= {attributes[key] for key in ("id", "name") if attributes.get(key)}
        self.links += [attributes[key] for key in ("href", "src") if attributes.get(key)]


@pytest.fixture(scope="module")
def pages(site):
    paths = {path.relative_to(site).as_posix(): path for path in site.rglob("*.html")}
    return {name: Links(path.read_text("utf-8")) for name, path in paths.items() if OURS.fullmatch(name)}


def test_every_link_inside_leads_somewhere(site, pages):
    broken = []
    for name, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or name in ("digits.html", "learn.html"):
                continue
            target = (site / name).parent / unquote(parts.path) if parts.path else site / name
            if not target.exists():
                broken.append(f"{name}: {link}")
            elif parts.fragment and parts.path and (known := pages.get(relative(target, site))):
                broken += [f"{name}: {link}"] * (unquote(parts.fragment) not in known.anchors)
    assert not broken


def relative(path, site):
    return Path(os.path.relpath(path, site)).as_posix()


def test_every_public_name_has_a_page(pages):
    for name in tendigits.__all__:
        assert f"tendigits.{name}" in pages[f"docs/api/tendigits.{name}.html"].anchors


def test_every_public_class_and_function_has_its_place(pages, monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from docs.reference import modules, public_names

    top = {getattr(tendigits, name) for name in tendigits.__all__}
    for module in modules():
        for name in public_names(module):
            if getattr(importlib.import_module(module), name) not in top:
                assert f"{module}.{name}" in pages[f"docs/modules/{module}.html"].anchors


def test_every_command_has_its_help(site):
    from tendigits.cli.main import main

    page = (site / "docs" / "commands.html").read_text("utf-8")
    assert all(f"tendigits {name}" in page for name in main.commands)


def test_every_command_shows_what_it_answers(site):
    from tendigits.cli.main import main

    page = re.sub("<[^>]*>", "", (site / "docs" / "commands.html").read_text("utf-8"))
    shown = {name for name in main.commands if re.search(rf"^\$ tendigits {name}\b(?!.*--help)", page, re.MULTILINE)}
    assert shown == main.commands.keys() - {"completion"}  # which prints a script of the shell's
    assert "three.png: 3 " in page


def test_no_two_pages_differ_in_case_alone(pages):
    assert len({name.lower() for name in pages}) == len(pages)


def test_nothing_is_fetched(site, pages):
    fetches = re.compile(r'<(?:script|img|iframe)[^>]* src="https?:|rel="stylesheet" href="https?:')
    assert [name for name in pages if fetches.search((site / name).read_text("utf-8"))] == []


def test_formulas_are_drawn_by_the_browser_itself(site):
    assert (site / "mnist.html").read_text("utf-8").count("<math ") > 20
