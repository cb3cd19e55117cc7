"""Picture files: anything that Pillow reads, checked before it is decoded, converted to MNIST's format."""

import warnings
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from .._util.arrays import Array
from .._util.files import open_regular
from ..errors import InputError
from .mnist_format import gray_from_rgba, to_mnist

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 50_000_000  # larger files are refused before they are decoded
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")  # bytes 8 to 12 of such a file
MAX_SIDE = 10**9
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")  # not EPS: Pillow runs a program for it


def read_image(path: Path | str) -> Array:
    """Read a picture of a digit from a file.

    Parameters
    ----------
    path : Path or str
        The file; of an animation the first frame is taken, turned as its EXIF orientation says.

    Returns
    -------
    ndarray of uint8, shape (28, 28)
        The digit in MNIST's format, light ink on black.

    Raises
    ------
    InputError
        If the file is missing, unreadable, not a picture, damaged, too large or blank; the message names the file.
    """
    gray = read_gray(path)
    try:
        return to_mnist(gray)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def read_gray(path: Path | str) -> Array:
    """Read a picture file as it is, in gray.

    Parameters
    ----------
    path : Path or str
        The file.

    Returns
    -------
    ndarray of uint8, shape (h, w)
        The gray levels of its first frame, upright.

    Raises
    ------
    InputError
        If the file is missing, unreadable, not a picture, damaged or too large; the message names the file.
    """
    try:
        return gray_from_rgba(_read_rgba(Path(path)))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _read_rgba(path: Path) -> Array:
    """Decode the first frame of a file, upright: uint8 (h, w, 4). Raises InputError."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings(), open_regular(path) as file:
            warnings.simplefilter("ignore")  # Pillow's, about large or slightly odd files
            with Image.open(file, formats=_formats(file)) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise InputError(_too_large(f"{image.width} × {image.height} pixels"))
                return np.asarray(_eight_bits(ImageOps.exif_transpose(image)).convert("RGBA"))
    except InputError:
        raise
    except Exception as error:  # a damaged file may raise whatever its decoder stumbles over
        raise InputError(_reason(error)) from error


def _formats(file: BinaryIO) -> tuple[str, ...]:
    """List the formats that a file may have; Pillow reads HEIC, in which phones take photos, with a plugin only."""
    start = file.read(12)
    file.seek(0)
    if start[4:8] != b"ftyp" or start[8:] not in HEIF_BRANDS:
        return FORMATS
    try:
        import_module("pillow_heif").register_heif_opener()
    except ImportError as error:
        raise InputError(
            "it is a HEIC picture, which needs a plugin: pip install 'tendigits[photo]' (pillow-heif)."
        ) from error
    return ("HEIF",)


def _eight_bits(image: "Image") -> "Image":
    """Reduce gray of more than 8 bits, which Pillow would clip, to 8, by the number of bits of its largest value.

    So 12-bit values in a 16-bit file keep their intended brightness.
    """
    from PIL import Image

    if image.mode == "F":
        return Image.fromarray(_shares(np.asarray(image)))
    if not image.mode.startswith("I"):
        return image
    values = np.clip(np.asarray(image), 0, None)
    return Image.fromarray((values >> max(0, int(values.max()).bit_length() - 8)).astype(np.uint8))


def _shares(values: Array) -> Array:
    """Convert floats to uint8: up to 1 they are shares of white, up to 255 gray levels; else their range is scaled."""
    low, high = float(values.min()), float(values.max())
    if not np.isfinite([low, high]).all():
        raise InputError("the picture is damaged (some of its pixels are no numbers).")
    if low >= 0 and high <= 255:
        low, high = 0, 1 if high <= 1 else 255
    return np.floor((values - low) * (255 / max(high - low, 1e-30)) + 0.5).astype(np.uint8)


def _too_large(size: str) -> str:
    return f"the picture is too large ({size}); make it smaller than {MAX_PIXELS // 1_000_000} million pixels."


def _reason(error: Exception) -> str:
    from PIL import Image, UnidentifiedImageError

    if isinstance(error, Image.DecompressionBombError):  # beyond Pillow's own limit, or one that someone set
        return _too_large(str(error).rstrip("."))
    if isinstance(error, UnidentifiedImageError):
        return f"it is not a picture that can be read here ({', '.join(FORMATS)})."
    if isinstance(error, OSError) and error.strerror:
        return f"it cannot be read ({error.strerror})."
    return f"the picture is damaged ({error})."
