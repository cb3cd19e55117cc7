"""Draw the way from a photo to its numbers: docs/reading.png.

    python docs/reading.py

The page is written, and photographed, by code: strokes with a pen, squared paper, light that falls off, a shadow.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent / "tests" / "helpers"))

from paper import photographed, ruled, written  # noqa: E402

from tendigits import read  # noqa: E402
from tendigits.experiments.annotate import annotate  # noqa: E402
from tendigits.images.photo import find  # noqa: E402


def main():
    """Draw the photo, its ink, its pieces and what was read."""
    photo = photographed(ruled(written(["0123456789", "3141 5926", "12+34x5"]), squared=True), shade=0.7)
    page = find(photo)
    pieces = np.where(page.labels > 0, page.labels % 9 + 1, 0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "photo.png")
        Image.fromarray(photo).save(path)
        checked = np.asarray(annotate(path, read(path)))
    figure = Figure(figsize=(10, 6.4), layout="constrained")
    shown = {"photo": photo, "paper taken off": -page.sheet.ink, "what was found": pieces, "what was read": checked}
    for axes, (title, picture) in zip(figure.subplots(2, 2).flat, shown.items(), strict=True):
        axes.imshow(picture, cmap="tab10" if title == "what was found" else "gray")
        axes.set_title(title)
        axes.set_axis_off()
    figure.savefig(DOCS / "reading.png", dpi=110)


if __name__ == "__main__":
    main()
