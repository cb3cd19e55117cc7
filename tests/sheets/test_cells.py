"""Cells: what is written, what is empty, and what runs through several boxes."""

import numpy as np
import pytest
from filled_sheets import PX, filled, photographed, rendered
from PIL import Image, ImageDraw

from tendigits.sheets.cells import EMPTY, SHARES, cut, flattened
from tendigits.sheets.layout import form
from tendigits.sheets.rectify import SCALE, straighten

[PAGE] = form(rows=6, columns=5, digits=(2, 3, 5, 6, 8))
BOXES = list(PAGE.boxes())


def cells_of(sheet):
    """What is in the boxes of the first three rows: half a sheet is cut in half the time."""
    boxes = BOXES[:15]
    width, height = PAGE.size[0], boxes[-1].bottom + 5
    half = sheet.crop((0, 0, round(width * PX), round(height * PX)))
    return cut(np.asarray(half.resize((round(width * SCALE), round(height * SCALE)), Image.Resampling.BICUBIC)), boxes)


def test_written_and_empty():
    cells = cells_of(filled(PAGE, np.random.default_rng(0), left_out=(0, 7)))
    assert [i for i, cell in enumerate(cells) if cell.image is None] == [0, 7]
    assert cells[0].why == EMPTY
    assert all(cell.image.shape == (28, 28) and cell.image.max() == 255 for cell in cells if not cell.why)


def test_an_empty_sheet_in_bad_light_is_empty():
    photo = photographed(rendered(PAGE), np.random.default_rng(0), width=1100, noise=7, shadow=0.5)
    assert {cell.why for cell in cut(straighten(photo).gray, BOXES)} == {EMPTY}


def test_ink_through_two_boxes_belongs_to_neither():
    sheet = filled(PAGE, np.random.default_rng(0))
    first, second = BOXES[6], BOXES[7]
    y = (first.top + first.bottom) / 2 * PX
    ImageDraw.Draw(sheet).line([((first.left + 5) * PX, y), ((second.right - 5) * PX, y)], fill=40, width=5)
    assert [i for i, cell in enumerate(cells_of(sheet)) if cell.why == SHARES] == [6, 7]


def test_a_stroke_that_leaves_its_box_stays_its_own():
    sheet = rendered(PAGE)
    box = BOXES[6]
    x = (box.left + box.right) / 2 * PX
    ImageDraw.Draw(sheet).line([(x, (box.top + 3) * PX), (x, (box.bottom + 2) * PX)], fill=40, width=5)
    assert [i for i, cell in enumerate(cells_of(sheet)) if cell.image is not None] == [6]


@pytest.mark.parametrize("ink", [*(pytest.param(ink, marks=pytest.mark.slow) for ink in (60, 150)), 190])
def test_faint_ink(ink):
    cells = cells_of(filled(PAGE, np.random.default_rng(0), ink=ink))
    assert all(cell.image is not None for cell in cells)


def test_light_is_taken_off():
    gray = np.linspace(80, 240, 400 * 300).reshape(400, 300).astype(np.uint8)
    np.testing.assert_allclose(flattened(gray)[20:-20, 20:-20], 1, atol=0.05)
