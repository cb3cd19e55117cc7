"""`tendigits sheet`: forms for one or many writers, and what cannot be printed."""

import pytest
from commands import failed, tendigits


def test_a_form_for_each_writer(tmp_path):
    result = tendigits(
        "sheet", "--writer", "ada", "--writer", "bo", "--digits", "1,4,9", "--repeat", "20", cwd=tmp_path
    )
    assert result.stdout == "Wrote sheet.pdf: 2 pages\n"
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")


def test_a_blank_grid(tmp_path):
    assert tendigits("sheet", "--blank", "--out", "grid.pdf", cwd=tmp_path).stdout == "Wrote grid.pdf: 1 page\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--digits", "nine"), "names no digits"),
        (("--digits", ""), "names no digits"),
        (("--rows", "50"), "do not fit"),
        (("--writer", "x" * 40), "too long or odd"),
        (("--out", "."), "is a folder"),
        (("--repeat", "0"), "repeated 1 to 255"),
    ],
)
def test_what_cannot_be_printed(tmp_path, options, message):
    failed(tendigits("sheet", *options, cwd=tmp_path), 2, message)
    assert not list(tmp_path.iterdir())
