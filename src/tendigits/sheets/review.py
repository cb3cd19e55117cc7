"""The review page: one self-contained HTML file in which a person leaves out bad cells and saves the corrected list."""

import base64
import hashlib
import html
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .._util.arrays import Array
from .._util.text import printable
from .cells import Cell

HERE = Path(__file__).parent


def review_page(rows: Sequence[dict[str, str]], cells: Sequence[Cell], name: str) -> str:
    """Write a review page.

    What the page shows comes as JSON and is shown as text, never as markup; a policy forbids it every connection.

    Parameters
    ----------
    rows : sequence of dict
        The rows of `labels.csv`.
    cells : sequence of Cell
        The cell of each row.
    name : str
        What the data set is called.

    Returns
    -------
    str
        The HTML file.
    """
    style, script = (_text(f"review.{kind}") for kind in ("css", "js"))
    policy = f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}"
    shown = [row | {"crop": _picture(c.crop), "image": _picture(c.image)} for row, c in zip(rows, cells, strict=True)]
    data = json.dumps(shown).replace("<", "\\u003c")
    parts = {
        "policy": html.escape(policy),
        "style": style,
        "name": html.escape(printable(name)),
        "data": data,
        "script": script,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _text("review.html"))


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _picture(pixels: Array | None) -> str:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.asarray(pixels)).save(file, format="PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()
