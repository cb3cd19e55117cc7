"""Forms as PDF: vectors on the right paper, whole or not at all."""

import re

import numpy as np
import pytest
from filled_sheets import PX, rendered

from tendigits.sheets.draw import write_pdf
from tendigits.sheets.layout import form


@pytest.mark.parametrize(
    ("paper", "box"), [("a4", (595, 842)), pytest.param("letter", (612, 792), marks=pytest.mark.slow)]
)
def test_pdf_of_vectors(tmp_path, paper, box):
    pages = form(repeat=20, paper=paper, writer="Zoë $1$")
    write_pdf(pages, tmp_path / "sheet.pdf")
    content = (tmp_path / "sheet.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    size = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", content)
    assert [round(float(side)) for side in size.groups()] == list(box)
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") == 2
    assert b"/Subtype /Image" not in content


def test_the_same_form_gives_the_same_file(tmp_path):
    for name in "ab":
        write_pdf(form(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_boxes_are_empty_and_guides_faint():
    [page] = form()
    gray = np.asarray(rendered(page))
    for box in page.boxes():
        inner = [round(side * PX) for side in (box.top + 1, box.bottom - 1, box.left + 1, box.right - 1)]
        assert gray[inner[0] : inner[1], inner[2] : inner[3]].min() == 255
        above = gray[round((box.top - 3.5) * PX) : round((box.top - 0.5) * PX), inner[2] - 5 : inner[2] + 20]
        assert 60 < above.min() < 200
