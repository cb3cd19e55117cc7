"""axe-core finds nothing to complain of on the site: a page of every kind, on a desk by day and on a phone by night."""

from pathlib import Path

import pytest
from axe import violations
from browser import DESKTOP, PHONE, chromium  # noqa: F401 - a fixture

DOCS = ("index", "start", "learn", "command", "commands", "scikit-learn", "faq", "compare", "results", "reference")
NAMES = ("api/tendigits.Network", "modules/tendigits.nn.loss")
OTHERS = ("lessons/certainty", "lessons/collect", "lessons/glossary", "benchmarks/README", "CONTRIBUTING", "search")
PAGES = [*(f"docs/{name}" for name in (*DOCS, *NAMES)), *OTHERS]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("site"),
    pytest.mark.skipif(
        not (Path(__file__).parents[2] / "docs").exists(), reason="needs the repository: docs/ is not distributed"
    ),
]


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop-light", "phone-dark"])
def test_a_page_of_every_kind(chromium, site, size, scheme):  # noqa: F811
    width, height = size
    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    tab, found = context.new_page(), {}
    for name in PAGES:
        tab.goto((site / f"{name}.html").as_uri())
        found[name] = violations(tab)
    context.close()
    assert found == {name: {} for name in PAGES}
