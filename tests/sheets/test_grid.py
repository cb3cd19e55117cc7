"""Forms that are not ours: boxes cut where a file says they are."""

import json

import numpy as np
import pytest
from commands import failed, tendigits
from filled_sheets import PX, write
from handwriting import DIGITS
from PIL import Image, ImageDraw

from tendigits import InputError, load, load_pretrained
from tendigits.sheets.grid import read_grid
from tendigits.sheets.layout import Box

LABELS = ["01234", "56789", "2468 "]


def foreign_form(path, corner=(45, 68), side=53):
    """A form of another's: boxes that share their lines, digits written in pencil."""
    rng = np.random.default_rng(0)
    sheet = Image.new("L", (375, 300), 235)
    pencil = ImageDraw.Draw(sheet)
    x, y = corner
    for i in range(6):
        pencil.line([(x + i * side, y), (x + i * side, y + 3 * side)], fill=120, width=2)
    for i in range(4):
        pencil.line([(x, y + i * side), (x + 5 * side, y + i * side)], fill=120, width=2)
    for row, text in enumerate(LABELS):
        for column, label in enumerate(text):
            if label != " ":
                left, top = (x + column * side) / PX, (y + row * side) / PX
                box = Box(row, column, left, top, left + side / PX, top + side / PX, int(label))
                write(pencil, box, DIGITS[int(label)][0], rng, size=0.7)
    sheet.save(path)
    return [[x, y], [x + 5 * side, y], [x + 5 * side, y + 3 * side], [x, y + 3 * side]]


def test_a_foreign_form_becomes_a_data_set(tmp_path):
    corners = foreign_form(tmp_path / "scan.png")
    (tmp_path / "form.json").write_text(json.dumps({"corners": corners, "rows": 3, "columns": 5, "labels": LABELS}))
    result = tendigits("collect", "scan.png", "--grid", "form.json", "--writer", "eve", "--out", "own", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "14 digits in 14 boxes, written by eve" in result.stdout
    dataset = load(tmp_path / "own")
    assert set(dataset.train_writers) == {"eve"}
    read = load_pretrained().predict(dataset.train_images)
    assert (read == dataset.train_labels).mean() > 0.8


def test_one_text_counts_for_every_row(tmp_path):
    (tmp_path / "form.json").write_text('{"rows": 2, "columns": 3, "labels": "1 7"}')
    sheet, boxes = read_grid(tmp_path / "form.json").straighten(np.zeros((20, 30), np.uint8))
    assert [(box.row, box.column, box.digit) for box in boxes] == [(0, 0, 1), (0, 2, 7), (1, 0, 1), (1, 2, 7)]
    assert sheet.shape == (2 * 15 * 8, 3 * 15 * 8)


def test_boxes_keep_their_proportions_and_margins(tmp_path):
    (tmp_path / "form.json").write_text('{"rows": 2, "columns": 3, "labels": "123", "margin": 0.1}')
    sheet, boxes = read_grid(tmp_path / "form.json").straighten(np.zeros((20, 60), np.uint8))
    assert sheet.shape == (2 * 7.5 * 8, 3 * 15 * 8)
    assert (boxes[0].left, boxes[0].top) == (1.5, 0.75)


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        '{"rows": 2, "columns": 3}',
        '{"rows": 2, "columns": 3, "labels": ["123"]}',
        '{"rows": 1, "columns": 3, "labels": ["12x"]}',
        '{"rows": 0, "columns": 3, "labels": []}',
        '{"rows": 1, "columns": 1, "labels": "1", "corners": [[0, 0]]}',
        '{"rows": 1, "columns": 1, "labels": "1", "margin": 0.5}',
        '{"rows": true, "columns": 1, "labels": "1"}',
        '{"rows": 1, "columns": 1, "labels": "1", "corners": [[0, 0], [0, 9], [9, 9], [9, 0]]}',
        '{"rows": 1, "columns": 1, "labels": "1", "corners": [[0, 0], [9, 9], [9, 0], [0, 9]]}',
        '{"rows": 1, "columns": 1, "labels": "1", "corners": [[0, 0], [1%s, 0], [9, 9], [0, 9]]}' % ("0" * 400),
        "[" * 100_000,
    ],
)
def test_a_file_that_describes_no_grid(tmp_path, text):
    (tmp_path / "form.json").write_text(text)
    with pytest.raises(InputError, match="describes no grid"):
        read_grid(tmp_path / "form.json")


def test_corners_outside_the_picture(tmp_path):
    foreign_form(tmp_path / "scan.png")
    corners = [[0, 0], [9000, 0], [9000, 300], [0, 300]]
    (tmp_path / "form.json").write_text(json.dumps({"corners": corners, "rows": 1, "columns": 1, "labels": "1"}))
    result = tendigits("collect", "scan.png", "--grid", "form.json", "--out", "own", cwd=tmp_path)
    failed(result, 2, "a corner of the grid is not in the picture, which has 375 × 300 pixels")
    (tmp_path / "form.json").write_text('{"rows": 50, "columns": 1, "labels": "1"}')
    result = tendigits("collect", "scan.png", "--grid", "form.json", "--out", "own", cwd=tmp_path)
    failed(result, 2, "boxes are much longer than wide")
    failed(tendigits("collect", "scan.png", "--grid", "none.json", "--out", "own", cwd=tmp_path), 2, "cannot be read")
