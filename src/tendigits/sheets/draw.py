"""Sheets drawn as vector PDF, with Matplotlib, which is here already."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._util.files import replacing
from .code import centres, encode, square
from .layout import MARK, UNIT, Layout

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INCH = 25.4
FRAME, GUIDE = "0.45", "0.55"  # grays that are clear on paper, and fainter than ink


def write_pdf(pages: Sequence[Layout], path: Path | str) -> None:
    """Write pages to one PDF file, all or nothing.

    Parameters
    ----------
    pages : sequence of Layout
        The pages.
    path : path-like
        The file.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_pdf import PdfPages

    about = {"Title": "Digits, by hand", "Creator": "tendigits sheet", "CreationDate": None}
    with replacing(path) as file, rc_context({"pdf.fonttype": 42}), PdfPages(file, metadata=about) as pdf:
        for page in pages:
            pdf.savefig(figure(page))


def figure(page: Layout, *, version: int | None = None) -> "Figure":
    """Draw a page.

    Parameters
    ----------
    page : Layout
        The page.
    version : int, optional
        The version of the form that its code names, if another than today's.

    Returns
    -------
    matplotlib.figure.Figure
        As large as the paper.
    """
    from matplotlib.collections import PatchCollection
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    width, height = page.size
    sheet = Figure(figsize=(width / INCH, height / INCH))
    axes = sheet.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    squares = [Rectangle(*place) for place in [*_mark_squares(page), *_code_squares(page, version)]]
    axes.add_collection(PatchCollection(squares, color="black", linewidth=0))
    frames = [Rectangle((b.left, b.top), b.right - b.left, b.bottom - b.top) for b in page.boxes()]
    axes.add_collection(PatchCollection(frames, facecolor="none", edgecolor=FRAME, linewidth=0.6))
    _write(axes, page)
    return sheet


Square = tuple[tuple[float, float], float, float]  # upper left corner, width, height


def _mark_squares(page: Layout) -> Iterator[Square]:
    """Go through what makes up the marks: a ring of four bars, and what it encloses."""
    long, bar, core = 7 * UNIT, UNIT, 3 * UNIT
    for x, y in page.marks:
        left, top = x - long / 2, y - long / 2
        yield (left, top), long, bar
        yield (left, top + long - bar), long, bar
        yield (left, top), bar, long
        yield (left + long - bar, top), bar, long
        yield (x - core / 2, y - core / 2), core, core


def _code_squares(page: Layout, version: int | None) -> Iterator[Square]:
    """Go through the black squares of both strips; neighbours in a row become one, so that no seams print."""
    side, black = square(page), encode(page) if version is None else encode(page, version)
    for strip in centres(page):
        for row, dark in zip(strip, black, strict=True):
            start = None
            for i, is_dark in enumerate([*dark, False]):
                start = i if is_dark and start is None else start
                if not is_dark and start is not None:
                    x, y = row[start]
                    yield (x - side / 2, y - side / 2), (i - start) * side, side * 1.01
                    start = None


def _write(axes: Any, page: Layout) -> None:
    """Write what to do, and the guides."""
    what = "Write each digit in the box below it." if page.digits else "Write one digit in each box."
    about = [what, "Keep the four corners free.", f"page {page.page} of {page.pages}" if page.pages > 1 else ""]
    text = "   ".join(filter(None, [*about, page.writer]))
    axes.text(MARK + 10, 29.5, text.replace("$", r"\$"), fontsize=9, va="center")
    for box in page.boxes():
        if box.digit is not None:
            axes.text(box.left + 0.4, box.top - 0.7, str(box.digit), fontsize=9, color=GUIDE, va="bottom")
