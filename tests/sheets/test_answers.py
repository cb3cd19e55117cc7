"""Answers on a blank sheet are read box by box."""

import numpy as np
from filled_sheets import filled, photographed, write
from handwriting import DIGITS
from PIL import ImageDraw

from tendigits import load_pretrained
from tendigits.sheets.answers import read_answers
from tendigits.sheets.layout import form


def test_answers():
    rng = np.random.default_rng(0)
    [page] = form(rows=4, columns=5, digits=())
    sheet = filled(page, rng, left_out=range(20))
    for box, digit in zip(page.boxes(), (3, 1, 4), strict=False):
        write(ImageDraw.Draw(sheet), box, DIGITS[digit][0], rng, size=0.6)
    answers = read_answers(photographed(sheet, rng, width=1000, turn=180), load_pretrained().predict)
    assert answers == [["3", "1", "4", "", ""], *[[""] * 5] * 3]


def test_other_pictures_have_none():
    predict = load_pretrained().predict
    assert read_answers(np.full((90, 60), 255, np.uint8), predict) is None
    rng = np.random.default_rng(0)
    assert read_answers(photographed(filled(form(rows=2)[0], rng), rng, width=900), predict) is None
