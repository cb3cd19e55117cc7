"""A contact sheet: pictures that were misread, each beside what the network saw of it."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

CELL, CAPTION, COLUMNS = 84, 14, 8  # pixels of a picture's side and of the words above it; pairs beside each other


def draw_contact_sheet(readings: list[Any], path: Path) -> None:
    """Draw readings (benchmarks.handwriting.Reading), at most a few hundred to be of use, as one PNG."""
    n_rows = max(1, -(-len(readings) // COLUMNS))
    sheet = Image.new("L", (COLUMNS * (2 * CELL + 8), n_rows * (CELL + CAPTION + 4)), 230)
    for i, reading in enumerate(readings):
        row, column = divmod(i, COLUMNS)
        draw_reading(sheet, reading, (column * (2 * CELL + 8), row * (CELL + CAPTION + 4)))
    sheet.save(path)


def draw_reading(sheet: Image.Image, reading: Any, at: tuple[int, int]) -> None:
    """Draw one picture, what was seen of it, and "name: label > digit" above both."""
    left, top = at
    picture = reading.picture
    words = f"{Path(picture.name).stem}: {picture.label} > {'blank' if reading.digit is None else reading.digit}"
    ImageDraw.Draw(sheet).text((left, top), words, fill=0)
    for i, gray in enumerate((picture.gray, reading.field)):
        if gray is not None:
            sheet.paste(thumbnail(gray), (left + i * (CELL + 2), top + CAPTION))


def thumbnail(gray: np.ndarray) -> Image.Image:
    """Shrink or enlarge a picture, uint8 (h, w), into a cell."""
    image = Image.fromarray(gray)
    scale = CELL / max(image.size)
    return image.resize([max(1, round(side * scale)) for side in image.size])
