"""The layout of a form: what is where, and what does not fit."""

import pytest

from tendigits import InputError
from tendigits.sheets.layout import PAPERS, Layout, form


@pytest.mark.parametrize("paper", PAPERS)
def test_a_page_has_every_digit_as_often(paper):
    [page] = form(paper=paper)
    boxes = list(page.boxes())
    assert len(boxes) == 120
    assert [box.digit for box in boxes[:11]] == [*range(10), 0]
    assert sorted(box.digit for box in boxes) == sorted(list(range(10)) * 12)
    width, height = page.size
    assert all(0 < box.left < box.right < width and 0 < box.top < box.bottom < height for box in boxes)
    inner = [(box.right, box.bottom) for box in boxes]
    assert len(set(inner)) == 120


def test_a_form_takes_as_many_pages_as_it_needs():
    pages = form(digits=(1, 4, 9), repeat=50, rows=5, columns=9)
    assert [(page.page, page.pages) for page in pages] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    written = [box.digit for page in pages for box in page.boxes()]
    assert sorted(written) == sorted([1, 4, 9] * 50)


def test_a_blank_sheet_names_no_digits():
    [page] = form(digits=())
    assert {box.digit for box in page.boxes()} == {None}
    assert len(list(page.boxes())) == 120


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rows": 40}, "40 rows of 10 boxes do not fit"),
        ({"columns": 30}, "do not fit"),
        ({"writer": "x" * 17}, "too long or odd"),
        ({"writer": "a\nb"}, "too long or odd"),
        ({"writer": "a\udcff"}, "too long or odd"),
        ({"paper": "a5"}, "no paper 'a5'"),
        ({"digits": (1, 12)}, "Digits are 0 to 9"),
        ({"repeat": 0}, "repeated 1 to 255 times"),
        ({"repeat": 255, "rows": 1, "columns": 1}, "at most 255"),
    ],
)
def test_what_does_not_fit(options, message):
    with pytest.raises(InputError, match=message):
        form(**options)


def test_a_page_number_beyond_the_last():
    with pytest.raises(InputError, match="1 to 255 pages"):
        Layout(page=3, pages=2)
