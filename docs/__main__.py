"""Build the documentation's site: `python -m docs OUT`. It needs the extra `docs`, and no network.

The site is built from a copy of the repository, so that each link between files means there what it means in the
repository; beside the pages that people wrote stand those made from the docstrings and from the command itself.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_COPIED = shutil.ignore_patterns(".*", "build", "dist", "tests", "__pycache__", "*.npz", "*.egg-info")
FRONT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>tendigits</title>
<meta http-equiv="refresh" content="0; url=docs/index.html"></head>
<body><main><h1>tendigits</h1><p><a href="docs/index.html">The documentation</a></p></main></body></html>
"""


def build(out: Path) -> int:
    """Build the site into a folder; return Sphinx's exit status, 1 if there was as much as a warning."""
    from sphinx.cmd.build import main as sphinx

    from docs.reference import write_reference

    with tempfile.TemporaryDirectory() as name:
        source = Path(name, "tendigits")
        shutil.copytree(ROOT, source, ignore=NOT_COPIED)
        write_reference(source / "docs")
        write_live_pages(source / "docs" / "live")
        options = ["-b", "html", "-W", "--keep-going", "-q", "-c", str(source / "docs"), "-d", str(Path(name, "read"))]
        status = sphinx([*options, str(source), str(out)])
    (out / "index.html").write_text(FRONT, encoding="utf-8")
    return status


def write_live_pages(folder: Path) -> None:
    """Make the two pages that live in a browser, with the digits that scikit-learn brings along."""
    from tendigits import draw, load_digits, load_pretrained
    from tendigits.pages.watch.page import watch

    folder.mkdir()
    draw(load_pretrained(), load_digits()).save(folder / "digits.html")
    watch(load_digits()).save(folder / "learn.html")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m docs", description="Build the documentation's site, offline.")
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder to build it in")
    sys.exit(build(parser.parse_args().out.resolve()))
