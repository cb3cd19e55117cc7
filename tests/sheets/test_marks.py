"""Corner marks: found in any light and at any angle, and nothing else passes for one."""

import numpy as np
import pytest
from filled_sheets import PX, filled, photographed, rendered
from PIL import Image, ImageDraw

from tendigits import InputError
from tendigits.sheets.layout import form
from tendigits.sheets.marks import find_marks

[PAGE] = form()


def test_their_centres_are_where_they_were_printed():
    found = find_marks(np.asarray(rendered(PAGE)))
    np.testing.assert_allclose(found, np.array(PAGE.marks) * PX, atol=1.1)


@pytest.mark.parametrize("turn", [37, *(pytest.param(turn, marks=pytest.mark.slow) for turn in (0, 90, 180))])
def test_in_a_photo(turn):
    rng = np.random.default_rng(turn)
    assert find_marks(photographed(filled(PAGE, rng), rng, turn=turn, width=1000)).shape == (4, 2)


def test_one_covered():
    sheet = rendered(PAGE)
    x, y = (side * PX for side in PAGE.marks[2])
    ImageDraw.Draw(sheet).ellipse((x - 40, y - 60, x + 90, y + 30), fill=150)
    with pytest.raises(InputError, match="only three corner marks"):
        find_marks(np.asarray(sheet))


def test_a_corner_cut_off():
    with pytest.raises(InputError, match="only 2 of the four corner marks"):
        find_marks(np.asarray(rendered(PAGE))[:, :-150])


def test_two_sheets():
    both = Image.new("L", (2 * rendered(PAGE).width, rendered(PAGE).height))
    for i in range(2):
        both.paste(rendered(PAGE), (i * both.width // 2, 0))
    with pytest.raises(InputError, match="8 corner marks are in the picture, and a sheet has four"):
        find_marks(np.asarray(both))


@pytest.mark.parametrize("picture", [np.zeros((90, 60)), np.full((400, 300), 255)])
def test_no_sheet_at_all(picture):
    with pytest.raises(InputError, match="no corner marks"):
        find_marks(picture.astype(np.uint8))
