"""Straightening: the homography, the code, and which way up."""

import numpy as np
import pytest
from filled_sheets import PX, filled, photographed, rendered
from PIL import ImageDraw

from tendigits import InputError
from tendigits.sheets.layout import form
from tendigits.sheets.rectify import SCALE, homography, mapped, straighten, warped

[PAGE] = form(writer="ada", rows=8)


def test_a_homography_takes_points_to_their_pictures():
    points, pictures = np.array([(0, 0), (2, 0), (2, 3), (0, 3)]), np.array([(1, 1), (9, 2), (8, 9), (2, 7)])
    np.testing.assert_allclose(mapped(homography(points, pictures), points), pictures)


def test_three_corners_on_a_line():
    with pytest.raises(InputError, match="lie on a line"):
        homography([(0, 0), (2, 0), (2, 3), (0, 3)], [(0, 0), (0, 0), (0, 0), (0, 0)])


def test_a_picture_comes_back_as_it_was():
    gray = np.random.default_rng(0).integers(0, 256, (30, 20)).astype(np.uint8)
    np.testing.assert_array_equal(warped(gray, np.eye(3), (20, 30), 1), gray)


@pytest.mark.parametrize(
    ("turn", "turned"), [(180, 2), *(pytest.param(90 * n, n, marks=pytest.mark.slow) for n in (0, 1))]
)
def test_upright_whichever_way_it_lay(turn, turned):
    rng = np.random.default_rng(1)
    sheet = straighten(photographed(filled(PAGE, rng), rng, turn=turn, width=1000))
    assert sheet.layout == PAGE
    assert sheet.turned in ({turned} if turn != 90 else {1, 3})
    assert sheet.gray.shape == (round(297 * SCALE), round(210 * SCALE))


def covered(strips):
    sheet = rendered(PAGE)
    for y in strips:
        ImageDraw.Draw(sheet).rectangle((60 * PX, (y - 6) * PX, 90 * PX, (y + 6) * PX), fill=255)
    return np.asarray(sheet)


def test_one_strip_is_enough():
    assert straighten(covered([16])).layout == PAGE
    with pytest.raises(InputError, match="the printed code cannot be read"):
        straighten(covered([16, 281]))


def test_another_version():
    with pytest.raises(InputError, match="the sheet is of version 7"):
        straighten(np.asarray(rendered(PAGE, version=7)))
