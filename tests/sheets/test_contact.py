"""The contact sheet: every image once, after its digit."""

import numpy as np

from tendigits.sheets.contact import ACROSS, GAP, SIDE, contact_sheet


def test_every_image_is_shown():
    image = np.full((28, 28), 255, np.uint8)
    sheet = contact_sheet([(3, image)] * (ACROSS + 1) + [(7, image)])
    assert sheet.height == 3 * (SIDE + GAP) + GAP
    black = (np.asarray(sheet) == 0).sum()
    assert (ACROSS + 2) * SIDE**2 <= black < (ACROSS + 2.1) * SIDE**2
