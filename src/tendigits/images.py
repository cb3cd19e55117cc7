"""Any picture of a digit, redrawn the way MNIST drew its own.

MNIST's makers (LeCun, Cortes, Burges) fitted the ink of each digit into a 20×20 box, keeping its aspect ratio, and
placed the box in a 28×28 field so that the ink's centre of mass lies at the field's centre. A network that learned
from such pictures understands only such pictures.

Every step is one small function of arithmetic that can be written as plain loops: the draw page follows this file
line by line. Pictures are 2-D arrays indexed (row, column). No step depends on the sign of the contrast, so a
picture and its negative give exactly the same digit.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .errors import InputError
from .layers import Array

if TYPE_CHECKING:
    pass

FIELD = 28  # the side of a finished picture
BOX = 20  # the side of the box the ink is fitted into
CENTRE = 14  # the row and column of the ink's centre of mass, rounded: measured on MNIST, all 70,000 obey
WORKING_SIDE = 512  # larger pictures are halved until they fit: noise averages out, and time is bounded
SUPPORT = 3  # marked pixels, of the nine around and at a pixel, that make it part of a stroke, not a speck
MIN_CONTRAST = 25  # grey levels (a tenth of the range) between ink and paper; with less there is no ink
MAX_PIXELS = 50_000_000  # larger files are refused before they are decoded
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")  # none that runs a program, as EPS does


def read_image(path: Path | str) -> Array:
    """Read a picture of a digit, uint8 (28, 28) in MNIST's format: light ink on black.

    The first frame, turned upright as its EXIF data say. Raises InputError, in one sentence that names the file,
    where the file is missing, no picture, damaged, too large, or blank.
    """
    try:
        return to_mnist(gray_from_rgba(_read_rgba(Path(path))))
    except InputError as error:
        raise InputError(f"{path} {error}") from error


def gray_from_rgba(rgba: Array) -> Array:
    """Make uint8 (h, w, 4) gray, uint8 (h, w); what is transparent becomes paper.

    Luma is ITU-R BT.601's in 16-bit fixed point, as Pillow and JPEG have it.
    """
    r, g, b = (rgba[..., i].astype(np.uint32) for i in range(3))
    luma = (19595 * r + 38470 * g + 7471 * b + 32768) >> 16
    alpha = rgba[..., 3].astype(np.uint32)
    if alpha.min() == 255:
        return luma.astype(np.uint8)
    paper = _paper(luma, alpha)
    return ((luma * alpha + paper * (255 - alpha) + 127) // 255).astype(np.uint8)
