"""What axe-core finds wrong with a page for those who do not see, hear or point as others do."""

import importlib.util
from pathlib import Path

import pytest

found = importlib.util.find_spec("axe_playwright_python")
if found is None:
    pytest.skip("needs axe-core: pip install 'tendigits[browser]'", allow_module_level=True)

AXE = Path(found.origin).with_name("axe.min.js").read_text("utf-8")
OFF_UNLESS_ASKED = ("label-content-name-mismatch", "target-size")
OPTIONS = {"resultTypes": ["violations"], "rules": {rule: {"enabled": True} for rule in OFF_UNLESS_ASKED}}


def violations(tab):
    """Each rule that a page breaks, as it stands, with the elements that break it."""
    tab.evaluate(AXE)  # from outside, so that no policy of the page's forbids it
    report = tab.evaluate("(options) => axe.run(document, options)", OPTIONS)
    return {rule["id"]: [node["html"][:200] for node in rule["nodes"]] for rule in report["violations"]}
