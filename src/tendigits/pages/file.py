"""A page as one file: modules joined into one script, data in base64, and a policy that forbids every connection."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .._util.arrays import Array
from .._util.files import replacing
from .._util.text import printable
from ..errors import InputError

JAVASCRIPT, SHARED = Path(__file__).parents[1] / "javascript", Path(__file__).parent / "shared"
LARGEST = 1_500_000  # bytes of a page
HEIGHT = 900  # pixels in a notebook until the page has told its height (shared/frame.js)
FIT = """<script>addEventListener("message", ({ source, data }) => {
  const frame = [...document.querySelectorAll("iframe")].find((frame) => frame.contentWindow === source);
  if (frame && data?.pageHeight > 0) frame.style.height = `${data.pageHeight}px`;
});</script>"""


@dataclass(frozen=True)
class Page:
    """A page. A notebook displays it; `save` writes it.

    Parameters
    ----------
    html : str
        The whole file.
    network : str
        The widths of the layers of the network on the page, "784-128-10".
    title : str
        What screen readers call its frame in a notebook.

    Raises
    ------
    InputError
        If the page would be larger than 1.5 MB.
    """

    html: str
    network: str
    title: str = "Draw a digit"

    def __post_init__(self) -> None:
        size = len(self.html.encode())
        if size > LARGEST:
            raise InputError(f"The page would be {size / 1e6:.1f} MB; the limit is {LARGEST / 1e6} MB.")

    def __repr__(self) -> str:
        return f"Page({self.network}, {len(self.html.encode()):,} bytes)"

    def save(self, path: Path | str) -> None:
        """Write the file, all or nothing.

        Parameters
        ----------
        path : path-like
            The file.
        """
        with replacing(path) as file:
            file.write(self.html.encode())

    def _repr_html_(self) -> str:
        # srcdoc needs no server; the sandbox keeps page and notebook apart.
        frame = f'sandbox="allow-scripts" width="100%" height="{HEIGHT}" style="border: 0" title="{self.title}"'
        return f'<iframe {frame} srcdoc="{html.escape(self.html)}"></iframe>{FIT}'


def bundle(modules: Sequence[Path]) -> str:
    """Join modules into one script. They share its top level, so each name there may be used only once.

    Parameters
    ----------
    modules : sequence of path-like
        The files, each after those it imports.

    Returns
    -------
    str
        The script.
    """
    script = "\n".join(path.read_text("utf-8") for path in modules)
    script = re.sub(r"^import [^;]*;\n", "", script, flags=re.MULTILINE)
    return re.sub(r"^export ", "", script, flags=re.MULTILINE)


def assemble(folder: Path, script: str, about: dict[str, Any], worker: str = "", **words: str) -> str:
    """Put a page together from its folder's `index.html` and `style.css`.

    Parameters
    ----------
    folder : Path
        Where these lie.
    script : str
        The script, as `bundle` makes it.
    about : dict
        What the script needs, as JSON has it.
    worker : str
        The script of the page's worker, which it runs beside itself.
    **words : str
        What stands in for `{{name}}` in the page.

    Returns
    -------
    str
        The HTML.
    """
    style = (SHARED / "base.css").read_text("utf-8") + (folder / "style.css").read_text("utf-8")
    policy = f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data: blob:"
    parts = {
        "policy": f"{policy}; worker-src blob:; base-uri 'none'; form-action 'none'",
        "style": style,
        "script": script,
        "worker": _json(worker),
        "about": _json(about),
        **{name: html.escape(printable(text)) for name, text in words.items()},
    }
    return re.sub(r"{{(\w+)}}", lambda match: parts[match[1]], (folder / "index.html").read_text("utf-8"))


def _json(value: Any) -> str:
    return json.dumps(value).replace("<", "\\u003c")  # or text in it could end the script


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def floats(values: Array, dtype: str = "<f4") -> str:
    """Write numbers as base64.

    Parameters
    ----------
    values : ndarray of float
        The numbers.
    dtype : {"<f4", "<f2"}
        In how many bytes.

    Returns
    -------
    str
        The base64.
    """
    return in_base64(values.astype(dtype))


def in_base64(values: Array | bytes) -> str:
    """Write an array, or bytes, as base64.

    Parameters
    ----------
    values : ndarray or bytes
        The array.

    Returns
    -------
    str
        The base64.
    """
    data = values if isinstance(values, bytes) else np.ascontiguousarray(values).tobytes()
    return base64.b64encode(data).decode()
