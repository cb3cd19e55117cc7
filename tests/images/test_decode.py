"""Picture files: every kind is read alike, and every unusable one refused with one sentence."""

import io
import os
import re
import sys

import numpy as np
import pytest
from drawing import SEVEN, assert_mnist_format, drawn, mean_difference, png_that_claims
from PIL import Image

from tendigits.errors import InputError
from tendigits.images.decode import read_gray, read_image
from tendigits.images.mnist_format import to_mnist


def saved(path, gray, mode="L", **options):
    Image.fromarray(gray).convert(mode).save(path, **options)
    return path


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        *[("digit.png", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA")],
        *[("digit.tif", mode) for mode in ("L", "RGB", "CMYK", "I", "F")],
        *[("digit.gif", "P"), ("digit.bmp", "RGB"), ("digit.ppm", "RGB")],
    ],
)
def test_lossless_files_of_any_mode_are_read_alike(tmp_path, name, mode):
    path = saved(tmp_path / name, drawn(), mode)
    np.testing.assert_array_equal(read_image(path), to_mnist(drawn()))


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_is_read_nearly_alike(tmp_path, mode):
    path = saved(tmp_path / "digit.jpg", drawn(), mode, quality=60)
    assert mean_difference(read_image(path), to_mnist(drawn())) < 5


@pytest.mark.parametrize("scale", [1, 257])
def test_sixteen_bits_are_scaled_not_clipped(tmp_path, scale):
    gray = drawn(ink=30, paper=200)
    path = tmp_path / "digit.png"
    Image.fromarray(gray.astype(np.uint16) * np.uint16(scale)).save(path)
    np.testing.assert_array_equal(read_image(path), to_mnist(gray))


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_fewer_bits_than_the_file_has_are_scaled_by_those(tmp_path, bits):
    gray = drawn(ink=30, paper=200)
    path = tmp_path / "digit.png"
    Image.fromarray(gray.astype(np.uint16) << (bits - 8)).save(path)
    np.testing.assert_array_equal(read_image(path), to_mnist(gray))


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-1, 1), (0, 4000), (-500, 1e6)])
def test_floats_are_scaled_whatever_their_range(tmp_path, low, high):
    path = tmp_path / "digit.tif"
    Image.fromarray((low + (high - low) * (drawn() / 255)).astype(np.float32)).save(path)
    assert mean_difference(read_image(path), to_mnist(drawn())) < 2


def test_floats_that_are_no_numbers(tmp_path):
    path = tmp_path / "digit.tif"
    Image.fromarray(np.full((20, 20), np.nan, np.float32)).save(path)
    assert refusal(path) == "the picture is damaged (some of its pixels are not numbers)."


@pytest.mark.parametrize("size", [(1, 1_000_000), (1_000_000, 1)])
def test_a_picture_one_pixel_wide_takes_no_time(tmp_path, size):
    assert refusal(saved(tmp_path / "thread.png", np.full(size, 200, np.uint8))) == BLANK


def test_of_several_frames_the_first_is_read(tmp_path):
    path = tmp_path / "digit.gif"
    Image.fromarray(drawn()).save(path, save_all=True, append_images=[Image.fromarray(drawn(SEVEN[:2]))])
    np.testing.assert_array_equal(read_image(path), to_mnist(drawn()))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_followed(tmp_path, orientation):
    undo = {  # how a camera held this way stores the upright picture
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: np.transpose,
        6: np.rot90,
        7: lambda a: np.rot90(a, 2).T,
        8: lambda a: np.rot90(a, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(undo[orientation](drawn(size=(100, 140))))
    path = saved(tmp_path / "photo.png", stored, exif=exif)
    np.testing.assert_array_equal(read_image(path), to_mnist(drawn(size=(100, 140))))


def test_a_path_may_be_a_string(tmp_path):
    assert_mnist_format(read_image(str(saved(tmp_path / "digit.png", drawn()))))


# Bad input, each with its sentence


def refusal(path):
    with pytest.raises(InputError) as caught:
        read_image(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.endswith(".")
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize("pillows_limit", [None, 30_000_000, 10**12])
@pytest.mark.parametrize("side", [7_100, 100_000])
def test_a_decompression_bomb_is_refused_whatever_pillows_own_limit(tmp_path, monkeypatch, side, pillows_limit):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", pillows_limit)
    path = tmp_path / "bomb.png"
    path.write_bytes(png_that_claims(side, side))
    assert refusal(path).startswith("the picture is too large (")
    assert pillows_limit == Image.MAX_IMAGE_PIXELS


def test_a_large_photo_that_pillow_warns_of_is_read_without_a_warning(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 6_000)
    assert_mnist_format(read_image(saved(tmp_path / "digit.png", drawn())))


def test_a_missing_file(tmp_path):
    assert refusal(tmp_path / "none.png") == f"it cannot be read ({os.strerror(2)})."


def test_a_directory(tmp_path):
    assert re.fullmatch(r"it cannot be read \(.+\)\.", refusal(tmp_path))


def test_a_file_one_may_not_read(tmp_path):
    path = saved(tmp_path / "digit.png", drawn())
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("needs a user whom file permissions bind (root may read everything)")
    assert refusal(path) == f"it cannot be read ({os.strerror(13)})."


@pytest.mark.parametrize("content", [b"", b"not a picture", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"])
def test_a_file_that_is_no_picture(tmp_path, content):
    path = tmp_path / "digit.png"
    path.write_bytes(content)
    assert refusal(path) == "it is not a picture that can be read here (PNG, JPEG, GIF, BMP, TIFF, WEBP, PPM)."


def test_heic_without_its_plugin(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    (tmp_path / "photo.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    with pytest.raises(InputError, match=r"photo\.heic: it is a HEIC picture, .*pillow-heif"):
        read_gray(tmp_path / "photo.heic")


def test_heic_with_its_plugin(tmp_path):
    pytest.importorskip("pillow_heif").register_heif_opener()
    gray = np.full((64, 96), 200, np.uint8)
    gray[20:40, 30:60] = 30
    Image.fromarray(gray).convert("RGB").save(tmp_path / "photo.heic", quality=95)
    assert np.abs(read_gray(tmp_path / "photo.heic").astype(int) - gray).mean() < 4


@pytest.mark.parametrize("name", ["digit.png", "digit.jpg", "digit.tif", "digit.gif", "digit.bmp"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_a_truncated_picture(tmp_path, name, share):
    noisy = np.random.default_rng(0).integers(0, 256, (64, 64)).astype(np.uint8)
    path = saved(tmp_path / name, noisy)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    assert re.match(r"the picture is damaged \(|it is not a picture", refusal(path))


BLANK = "the picture is blank: nothing on it stands out from its paper."


@pytest.mark.parametrize("gray", [0, 77, 255])
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (100, 100)])
def test_a_blank_picture(tmp_path, gray, size):
    assert refusal(saved(tmp_path / "blank.png", np.full(size, gray, np.uint8))) == BLANK


def test_a_picture_of_which_nothing_is_opaque(tmp_path):
    path = tmp_path / "clear.png"
    Image.new("RGBA", (50, 50), (9, 9, 9, 0)).save(path)
    assert refusal(path) == BLANK


# Pictures in memory


def in_many_forms(tmp_path):
    """One picture of a stroke as people have it: file, text, PIL, gray, colours, floats, lists, an open file."""
    gray = np.full((60, 40), 255, np.uint8)
    gray[10:50, 18:22] = 0
    path = tmp_path / "one.png"
    Image.fromarray(gray).save(path)
    yield path
    yield str(path)
    yield Image.fromarray(gray)
    yield Image.fromarray(gray).convert("RGB")
    yield gray
    yield np.repeat(gray[..., np.newaxis], 3, axis=2)
    yield gray[..., np.newaxis]
    yield gray / 255
    yield gray.astype(np.float32)
    yield gray.tolist()
    yield gray > 127
    yield gray.astype(np.uint16) * 16
    yield path.open("rb")
    yield io.BytesIO(path.read_bytes())


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_picture_is_read_in_whatever_form_it_is_at_hand(tmp_path):
    first, *others = in_many_forms(tmp_path)
    expected = read_image(first)
    for other in others:
        np.testing.assert_array_equal(read_image(other), expected)
    assert read_image(first, (8, 8)).shape == (8, 8)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (np.zeros((4, 4, 7), np.uint8), r"not \(4, 4, 7\)"),
        (np.zeros(4, np.uint8), r"not \(4,\)"),
        (np.array([["a", "b"]]), "made of numbers"),
        (io.BytesIO(b"no picture"), "not a picture"),
        ("https://example.org/three.png", "address on the web"),
    ],
)
def test_what_is_no_picture_in_memory_is_told(source, words):
    with pytest.raises(InputError, match=words):
        read_image(source)
