"""From photographs to a data set: the round trip, what is refused and why, and nothing half-written."""

import csv
import os
import shutil
import sys
from functools import cache

import numpy as np
import pytest
from commands import failed, tendigits
from filled_sheets import PX, filled, photographed, rendered
from PIL import Image, ImageDraw

from tendigits import InputError, load, load_pretrained
from tendigits.sheets.collect import check_new, read_sheet, read_sheets, save, table
from tendigits.sheets.layout import form


def photo(folder, name, page, seed=0, *, spoil=None, left_out=(), **options):
    rng = np.random.default_rng(seed)
    sheet = filled(page, rng, left_out=left_out)
    if spoil:
        spoil(ImageDraw.Draw(sheet))
    options = {"width": 1000, "noise": 3, "blur": 0.8} | options
    Image.fromarray(photographed(sheet, rng, **options)).save(folder / name, compress_level=1)
    return folder / name


CONDITIONS = [
    {"turn": 5, "tilt": 0.1, "blur": 1.2, "noise": 6.0, "quality": 60},
    {"turn": 180, "width": 1500, "shade": 0.8, "shadow": 0.5},
    {"turn": 90, "width": 1500, "tilt": 0.15, "blur": 1.6},
    {"turn": -30, "width": 2000, "noise": 8.0, "desk": 200},
    {"turn": 2, "width": 900, "shadow": 0.6, "quality": 40},
]


def round_trip(seed, paper="a4", rows=12, **options):
    """How many boxes of a sheet are found to be what they are, and how many hold what was written elsewhere."""
    [page] = form(writer=f"pupil {seed}", paper=paper, rows=rows)
    rng = np.random.default_rng(seed)
    boxes = list(page.boxes())
    empty = set(rng.choice(len(boxes), len(boxes) // 6, replace=False).tolist())
    return page, boxes, empty, photographed(filled(page, rng, left_out=empty), rng, **options)


@pytest.mark.parametrize("seeds", [(4,), pytest.param(range(5), marks=pytest.mark.slow)])
def test_round_trip(tmp_path, seeds):
    found = wrong = total = 0
    network = load_pretrained()
    for seed in seeds:
        options = CONDITIONS[seed]
        page, boxes, empty, picture = round_trip(seed, ("a4", "letter")[seed % 2], (12, 8, 15)[seed % 3], **options)
        Image.fromarray(picture).save(tmp_path / "photo.png")
        sheet = read_sheet(tmp_path / "photo.png")
        assert sheet.writer == page.writer
        assert [cell.box for cell in sheet.cells] == boxes
        found += sum((cell.image is None) == (i in empty) for i, cell in enumerate(sheet.cells))
        total += len(boxes)
        read = network.predict(np.stack([cell.image for cell in sheet.written]))
        wrong += sum(digit != cell.box.digit for digit, cell in zip(read, sheet.written, strict=True))
    assert found >= 0.99 * total
    assert wrong <= 0.01 * total, "what is in a box is the digit that was written there"


def another(picture):
    """The picture, with other noise in its last bit."""
    return Image.fromarray(np.asarray(picture) ^ 1)


def test_a_class_becomes_a_data_set(upside_down, tmp_path):
    photos = [tmp_path / "pupil 0.png", tmp_path / "pupil 1.png"]
    shutil.copyfile(upside_down, photos[0])
    another(Image.open(upside_down)).save(photos[1], compress_level=1)
    out = tmp_path / "class"
    result = tendigits("collect", *photos, "--out", out, "--review", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Wrote" in result.stdout
    assert {"labels.csv", "contact.png", "review.html"} <= set(os.listdir(out))
    with open(out / "labels.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 40
    assert {row["writer"] for row in rows} == {"pupil 0", "pupil 1"}
    dataset = load(out)
    assert dataset.name == "class"
    assert len(set(dataset.test_writers)) == 1
    assert dataset.classes.tolist() == list(range(10))


@pytest.fixture(scope="module")
def upside_down(tmp_path_factory):
    """The photo of a sheet that names no writer, and lay upside down."""
    return photo(tmp_path_factory.mktemp("photos"), "17.png", form(rows=2)[0], turn=180)


@pytest.fixture(scope="module")
def found(upside_down):
    return read_sheets([upside_down])


def test_writers_of_sheets_that_name_none(upside_down, found, monkeypatch):
    assert found.sheets[0].writer == "17"
    monkeypatch.setattr("tendigits.sheets.collect.cut", lambda *_: found.sheets[0].cells)
    assert read_sheet(upside_down, "ada").writer == "ada"


def test_upside_down_is_turned_and_said(found):
    [sheet] = found.sheets
    assert sheet.notes == ("it lay upside down, and was turned.",)
    assert len(sheet.written) == 20


def line_through(*rows):
    def spoil(pencil):
        boxes = list(form(rows=6)[0].boxes())
        for row in rows:
            y = (boxes[10 * row].top + boxes[10 * row].bottom) / 2 * PX
            pencil.line([(25 * PX, y), ((45 if len(rows) == 1 else 190) * PX, y)], fill=30, width=6)

    return spoil


@pytest.mark.slow
def test_ink_through_some_boxes_leaves_them_out(tmp_path):
    sheet = read_sheet(photo(tmp_path, "a.png", form(rows=6)[0], spoil=line_through(2)))
    assert [note for note in sheet.notes if "row 3, column 2" in note]
    assert len(sheet.written) == 60 - len(sheet.notes)
    assert 2 <= len(sheet.notes) <= 3


def cover(x, y):
    return lambda pencil: pencil.rectangle(((x - 15) * PX, (y - 15) * PX, (x + 15) * PX, (y + 15) * PX), fill=120)


def strike_code(pencil):
    for y in (16, 281):
        pencil.rectangle((80 * PX, (y - 7) * PX, 110 * PX, (y + 7) * PX), fill=20)


def bad_photos(folder):
    """Photos that cannot be read, and words of the reason."""
    page = form(rows=6)[0]
    rng = np.random.default_rng(0)
    small = filled(page, rng)
    two = Image.new("L", (2 * small.width, small.height), 255)
    two.paste(small, (0, 0))
    two.paste(small, (small.width, 0))
    two.save(folder / "two.png")
    yield folder / "two.png", "8 corner marks"
    yield photo(folder, "covered.png", page, spoil=cover(194, 281)), "only three corner marks"
    yield photo(folder, "code.png", page, spoil=strike_code), "printed code cannot be read"
    yield photo(folder, "lines.png", page, spoil=line_through(0, 3)), "ink runs through several boxes"
    yield photo(folder, "empty.png", page, left_out=range(60)), "the sheet is empty"
    yield photo(folder, "blank.png", form(rows=6, digits=())[0]), "a blank sheet"
    rendered(page, version=9).save(folder / "version.png")
    yield folder / "version.png", "version 9"
    (folder / "text.jpg").write_text("no picture")
    yield folder / "text.jpg", "not a picture"
    yield folder / "nowhere.jpg", "cannot be read"


@pytest.mark.slow
def test_what_cannot_be_read_is_said_with_the_reason(tmp_path):
    bad = dict(bad_photos(tmp_path))
    result = tendigits("collect", *bad, "--out", "class", cwd=tmp_path)
    failed(result, 2, "None of the pictures could be read")
    for path, why in bad.items():
        [line] = [line for line in result.stderr.splitlines() if line.startswith(f"{path}: ")]
        assert why in line
    assert not [name for name in os.listdir(tmp_path) if "class" in name], "nothing half-written"


def test_good_ones_are_still_read(upside_down, tmp_path, monkeypatch):
    monkeypatch.setattr("tendigits.sheets.collect.read_sheet", cache(read_sheet))
    good = shutil.copyfile(upside_down, tmp_path / "good.png")
    (tmp_path / "text.jpg").write_text("no picture")
    result = tendigits("collect", good, "text.jpg", good, "--out", "class", cwd=tmp_path)
    failed(result, 2, "text.jpg: it is not a picture", "good.png: it is the same picture as")
    assert "20 digits in 20 boxes" in result.stdout


def test_a_folder_that_is_there_is_kept(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    failed(tendigits("collect", "a.png", "--out", tmp_path, cwd=tmp_path), 2, "is there already")
    with pytest.raises(InputError, match="there is no folder"):
        check_new(tmp_path / "no" / "where")
    (tmp_path / "empty").mkdir()
    check_new(tmp_path / "empty")


def test_a_failure_while_writing_leaves_nothing(found, tmp_path, monkeypatch):
    monkeypatch.setattr("tendigits.sheets.collect.contact_sheet", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save(found, tmp_path / "class")
    assert os.listdir(tmp_path) == []


def test_a_folder_may_be_a_link_but_not_where_one_is(found, tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    with pytest.raises(InputError, match="the folder that you are in"):
        check_new(".")
    monkeypatch.chdir(tmp_path)
    try:
        (tmp_path / "link").symlink_to("empty", target_is_directory=True)
    except OSError:
        pytest.skip("there are no links here")
    save(found, tmp_path / "link")
    assert (tmp_path / "empty" / "labels.csv").exists()
    assert (tmp_path / "link").is_symlink()


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="names of files are Unicode here")
def test_a_photo_whose_name_is_not_utf_8(upside_down, tmp_path, monkeypatch):
    photo = os.fsdecode(bytes(tmp_path / "p") + b"\xff.png")
    shutil.copyfile(upside_down, photo)
    sheet = read_sheet(photo)
    assert sheet.photo == r"p\udcff.png"
    assert sheet.writer.isprintable()


def test_names_in_the_table_are_quoted():
    row = dict.fromkeys(("file", "label", "sheet", "row", "column"), "1") | {"writer": 'a, "b"'}
    assert table([row]).splitlines()[1] == '1,1,"a, ""b""",1,1,1'
