"""A reading drawn onto its picture, so that a person can check it at a glance."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..images.decode import read_gray
from .reading.results import Digit, Reading

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

READ, DOUBTFUL, SKIPPED = (0, 120, 60), (220, 110, 0), (170, 40, 120)
CERTAIN = 0.9  # less probable digits are drawn as doubtful ones
LARGEST = 2500  # pixels of the longer side


def annotate(picture: Path | str, reading: Reading) -> "Image":
    """Draw onto a picture what was read and what was left out.

    Parameters
    ----------
    picture : Path or str
        The picture file.
    reading : Reading
        What was read from it.

    Returns
    -------
    PIL.Image.Image
        The picture with a box around each mark, its digit above each box that was read, and a line through the others.

    Raises
    ------
    InputError
        If the file cannot be read as a picture.
    """
    from PIL import Image, ImageDraw

    image = Image.fromarray(read_gray(picture)).convert("RGB")
    share = min(1.0, LARGEST / max(image.size))
    times = max(1.0, 400 / max(image.size)) * share
    image = image.resize([max(1, round(side * times)) for side in image.size])
    draw = ImageDraw.Draw(image)
    for digit in reading.skipped:
        _box(draw, digit, times, SKIPPED, "")
    for digit in (digit for line in reading.lines for digit in line.digits):
        doubtful = digit.unlike or digit.probability < CERTAIN
        _box(draw, digit, times, DOUBTFUL if doubtful else READ, str(digit.digit))
    return image


def _box(draw: "ImageDraw", digit: Digit, times: float, colour: tuple[int, int, int], text: str) -> None:
    from PIL import ImageFont

    left, top, right, bottom = (side * times for side in digit.box)
    pen = max(1, round(max(draw.im.size) / 600))
    draw.rectangle((left - pen, top - pen, right + pen, bottom + pen), outline=colour, width=pen)
    if not text:
        draw.line((left, bottom, right, top), fill=colour, width=pen)
    else:
        size = max(10, min(60, 0.45 * (bottom - top)))
        draw.text((left, max(top - pen, size)), text, fill=colour, font=ImageFont.load_default(size), anchor="lb")
