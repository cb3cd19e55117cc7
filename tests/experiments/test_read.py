"""From a picture to numbers: read, annotate, grid."""

from dataclasses import replace

import numpy as np
import pytest
from paper import photographed, ruled, tilted, written
from PIL import Image, ImageDraw

from tendigits import InputError, read
from tendigits.experiments.annotate import annotate
from tendigits.experiments.grid import cells
from tendigits.experiments.reading.turning import turned_box

LINES = ["0123456789", "314159"]
TEXT = "0123456789\n314159"


@pytest.fixture(scope="module")
def sheet():
    return written(LINES)


@pytest.mark.parametrize(
    "photo",
    [
        photographed,
        ruled,
        lambda sheet: photographed(ruled(sheet, squared=True)),
        lambda sheet: 255 - sheet,
        np.rot90,
        pytest.param(lambda sheet: np.rot90(sheet, 3), marks=pytest.mark.slow),
    ],
)
def test_numbers_line_by_line(sheet, photo):
    assert read(np.ascontiguousarray(photo(sheet))).text == TEXT


@pytest.mark.parametrize(
    "corners",
    [
        [(0.25, 0.1), (0.85, 0.1), (1.05, 0.6), (0.05, 0.6)],  # from below
        [(0.35, 0.1), (1.1, 0.25), (0.95, 0.7), (0.1, 0.6)],  # from aside, and turned; most of the picture is desk
    ],
)
def test_a_page_seen_at_an_angle(sheet, corners):
    assert read(tilted(sheet, corners)).text == TEXT


def test_lines_that_fall_with_gaps_in_them(sheet):
    turned = Image.fromarray(written(["27 18 28", "3  14 15", "90 21 00"])).rotate(-11, expand=True, fillcolor=235)
    assert read(np.asarray(turned)).text.replace(" ", "") == "271828\n31415\n902100"


def test_boxes_lie_in_the_pictures_own_pixels(sheet):
    large = np.asarray(Image.fromarray(sheet).resize((sheet.shape[1] * 3, sheet.shape[0] * 3)))
    for picture, times in ((sheet, 1), (large, 3)):
        digits = read(picture).lines[0].digits
        assert [digit.digit for digit in digits] == list(range(10))
        for i, digit in enumerate(digits):
            left, top, right, bottom = (side / times for side in digit.box)
            assert 45 + 66 * i < left < right < 120 + 66 * i
            assert 40 < top < bottom < 125
            assert 0 <= digit.probability <= 1
            assert digit.unlike in (True, False, None)


@pytest.mark.parametrize("quarters", range(4))
def test_boxes_are_turned_back(quarters):
    picture = np.zeros((30, 50), int)
    picture[3:9, 20:41] = 1
    rows, columns = np.nonzero(np.rot90(picture, quarters))
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert turned_box(tuple(map(int, box)), quarters, picture.shape) == (20, 3, 41, 9)


def test_a_gap_parts_two_numbers():
    assert read(written(["27  18"])).text == "27 18"


def test_touching_digits_are_split():
    assert read(written(["1234", "9023", "5617"], pitch=0.62, pen=7)).text == "1234\n9023\n5617"


@pytest.mark.parametrize("pen", [3, 7, 12, 18])
def test_a_plain_upright_bar_is_a_one(pen):
    image = Image.new("L", (160, 260), 255)
    for top in (30, 150):
        ImageDraw.Draw(image).line([(80, top), (80, top + 70)], fill=0, width=pen)
    assert read(np.asarray(image)).text == "1\n1"


def test_signs_are_left_out_and_kept_as_skipped():
    reading = read(written(["12+34x56"]))
    assert reading.text.replace(" ", "") == "123456"
    assert len(reading.skipped) == 2


def test_brackets_are_no_ones():
    assert read(written(["25(19)", "1(34+8)", "81 11"])).text.replace(" ", "") == "2519\n1348\n8111"


def test_what_is_crossed_out_is_left_out():
    image = Image.fromarray(written(["123456"]))
    ImageDraw.Draw(image).line([(120, 60), (148, 60), (122, 72), (148, 82), (120, 92), (148, 104)], fill=40, width=16)
    reading = read(np.asarray(image))
    assert reading.text.replace(" ", "") == "13456"
    assert len(reading.skipped) == 1


def test_words_are_left_out():
    reading = read(written(["FAKE", "1234", "HEAT 567"], pitch=0.9))
    assert reading.text == "1234\n567"
    assert len(reading.skipped) >= 8


def test_letters_alone_are_no_digits():
    with pytest.raises(InputError, match="no digits were found"):
        read(written(["FAKE", "HEAT"], pitch=0.9))


def test_a_printed_grid_has_its_empty_cells():
    sheet = written(["12  34", "    56", "78  90"], margin=60)
    for side, pitch in enumerate((108, 132)):
        for at in range(45, sheet.shape[side], pitch):
            lines = sheet.swapaxes(0, side).copy()
            lines[at : at + 2] = 90
            sheet = lines.swapaxes(0, side)
    assert cells(read(sheet)) == [["12", "", "34"], ["", "", "56"], ["78", "", "90"]]


def test_a_table_has_its_empty_cells():
    assert cells(read(written(["12  34", "    56", "78  90"]))) == [["12", "34"], ["", "56"], ["78", "90"]]


def test_one_printed_line_encloses_no_cell():
    reading = read(written(["12  34", "    56"]))
    assert cells(replace(reading, down=(100.0,))) == cells(reading) == [["12", "34"], ["", "56"]]


def test_no_digits():
    for picture in (np.full((60, 60), 255, np.uint8), np.zeros((1, 1), np.uint8), written(["+ x +"])):
        with pytest.raises(InputError, match="picture"):
            read(picture)


def test_annotated(sheet, tmp_path):
    path = tmp_path / "sheet.png"
    Image.fromarray(sheet).save(path)
    image = annotate(path, read(path))
    assert image.size == sheet.shape[::-1]
    assert np.ptp(np.asarray(image), axis=2).max() > 50  # something in colour
