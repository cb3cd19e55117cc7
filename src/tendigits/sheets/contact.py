"""A contact sheet: all images of a collection on one picture, digit by digit, to look through at a glance."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .._util.arrays import Array

if TYPE_CHECKING:
    from PIL.Image import Image

ACROSS, SIDE, GAP, LEFT = 24, 42, 3, 30  # images in a row; pixels


def contact_sheet(images: Sequence[tuple[int, Array]]) -> "Image":
    """Draw a contact sheet.

    Parameters
    ----------
    images : sequence of (int, ndarray of uint8, shape (28, 28))
        Each digit and its image.

    Returns
    -------
    PIL.Image.Image
        Rows of images, dark on white, after the digit that they are taken for.
    """
    from PIL import Image, ImageDraw

    rows = [
        (digit, own[i : i + ACROSS])
        for digit in sorted({digit for digit, _ in images})
        for own in [[image for label, image in images if label == digit]]
        for i in range(0, len(own), ACROSS)
    ]
    pitch = SIDE + GAP
    sheet = Image.new("L", (LEFT + max(len(own) for _, own in rows) * pitch, len(rows) * pitch + GAP), 255)
    pen = ImageDraw.Draw(sheet)
    for row, (digit, own) in enumerate(rows):
        pen.text((10, row * pitch + pitch // 2 - 4), str(digit), fill=0)
        for column, image in enumerate(own):
            small = Image.fromarray(255 - np.asarray(image)).resize((SIDE, SIDE))
            sheet.paste(small, (LEFT + column * pitch, row * pitch + GAP))
    return sheet
