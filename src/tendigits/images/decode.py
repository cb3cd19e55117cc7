"""Picture files: anything that Pillow reads, checked before it is decoded, converted to MNIST's format."""

import os
import re
import warnings
from contextlib import AbstractContextManager, nullcontext, suppress
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from .._util.arrays import Array
from .._util.files import open_regular
from ..errors import InputError
from .mnist_format import FIELD, gray_from_rgba, resize_matrix, to_mnist

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 50_000_000  # larger files are refused before they are decoded
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")  # bytes 8 to 12 of such a file
WEB = re.compile("(https?|ftp)://", re.IGNORECASE)
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")  # not EPS: Pillow runs a program for it


def read_image(source: Any, shape: tuple[int, int] = (FIELD, FIELD)) -> Array:
    """Read a picture of a digit, from a file or from memory.

    Parameters
    ----------
    source : path-like, binary file, PIL.Image.Image or array-like
        As for `read_gray`.
    shape : tuple of int, optional
        (height, width) of the images that a network takes, if that is not MNIST's (28, 28).

    Returns
    -------
    ndarray of uint8, shape `shape`
        The digit in MNIST's format, light ink on black.

    Raises
    ------
    InputError
        If the file is missing, unreadable, not a picture, damaged, too large or blank; the message names the file.
    """
    gray = read_gray(source)
    try:
        return resized(to_mnist(gray), shape)
    except InputError as error:
        raise InputError(f"{_name(source)}: {error}") from error


def resized(digit: Array, shape: tuple[int, int]) -> Array:
    """Resize a digit in MNIST's format for a network of images of another size.

    Parameters
    ----------
    digit : ndarray of uint8, shape (28, 28)
        The digit.
    shape : tuple of int
        (height, width).

    Returns
    -------
    ndarray of uint8, shape `shape`
        The digit; of MNIST's own shape, the very same.
    """
    if digit.shape == shape:
        return digit
    small = resize_matrix(digit.shape[0], shape[0]) @ digit @ resize_matrix(digit.shape[1], shape[1]).T
    return np.floor(small + 0.5).astype(np.uint8)


def read_gray(source: Any) -> Array:
    """Read a picture as it is, in gray.

    Parameters
    ----------
    source : path-like, binary file, PIL.Image.Image or array-like
        A file, of which the first frame is taken, turned as its EXIF orientation says; or a picture in memory: gray of
        shape (h, w), or red, green, blue and perhaps opacity, of shape (h, w, 3) or (h, w, 4).

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
        return gray_from_rgba(_read_rgba(source))
    except InputError as error:
        raise InputError(f"{_name(source)}: {error}") from error


def _name(source: Any) -> str:
    """Name a picture in an error."""
    return str(source) if isinstance(source, str | os.PathLike) else str(getattr(source, "name", "the picture"))


def _read_rgba(source: Any) -> Array:
    """Decode a picture, of a file its first frame, upright: uint8 (h, w, 4). Raises InputError."""
    from PIL import Image, ImageOps

    if isinstance(source, str) and WEB.match(source):
        raise InputError("this is an address on the web: download the picture, and name the file.")
    try:
        if isinstance(source, Image.Image):
            return np.asarray(_eight_bits(ImageOps.exif_transpose(source)).convert("RGBA"))
        if not isinstance(source, str | os.PathLike) and not hasattr(source, "read"):
            return _from_array(np.asarray(source))
        with warnings.catch_warnings(), _opened(source) as file:
            warnings.simplefilter("ignore")  # Pillow's, about large or slightly odd files
            with Image.open(file, formats=_formats(file)) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise InputError(_too_large(f"{image.width} × {image.height} pixels"))
                return np.asarray(_eight_bits(ImageOps.exif_transpose(image)).convert("RGBA"))
    except InputError:
        raise
    except Exception as error:  # a damaged file may raise whatever its decoder stumbles over
        raise InputError(_reason(error)) from error


def _opened(source: Any) -> AbstractContextManager[BinaryIO]:
    return nullcontext(BytesIO(source.read())) if hasattr(source, "read") else open_regular(Path(source))


def _from_array(values: Array) -> Array:
    """Turn gray or colours of any number type into RGBA. Raises InputError."""
    from PIL import Image

    if values.size == 0 or values.ndim not in (2, 3) or (values.ndim == 3 and values.shape[2] not in (1, 3, 4)):
        raise InputError(f"a picture has the shape (h, w), (h, w, 3) or (h, w, 4), not {values.shape}.")
    if values.dtype.kind not in "buif":
        raise InputError(f"a picture is made of numbers, not {values.dtype}.")
    values = values[..., 0] if values.shape[2:] == (1,) else values
    if values.dtype.kind == "f":
        values = _shares(values)
    elif values.dtype.kind == "b":
        values = values * np.uint8(255)
    elif values.dtype != np.uint8:
        values = np.clip(values, 0, None)
        values = (values >> max(0, int(values.max()).bit_length() - 8)).astype(np.uint8)
    return np.asarray(Image.fromarray(np.ascontiguousarray(values)).convert("RGBA"))


def _formats(file: BinaryIO) -> tuple[str, ...]:
    """List the formats that a file may have; Pillow reads HEIC, in which phones take photos, with a plugin only."""
    start = file.read(12)
    file.seek(0)
    if start[4:8] == b"ftyp" and start[8:] in (b"avif", b"avis"):
        return _avif()
    if start[4:8] != b"ftyp" or start[8:] not in HEIF_BRANDS:
        return FORMATS
    try:
        import_module("pillow_heif").register_heif_opener()
    except ImportError as error:
        raise InputError(
            "it is a HEIC picture, which needs a plugin: pip install 'tendigits[photo]' (pillow-heif)."
        ) from error
    return ("HEIF",)


def _avif() -> tuple[str, ...]:
    """Make sure that Pillow reads AVIF: by itself since 11.3, before with a plugin."""
    from PIL import features

    with suppress(ImportError, ValueError):
        if not features.check("avif"):
            import_module("pillow_avif")
        return ("AVIF",)
    raise InputError("it is an AVIF picture, which needs Pillow 11.3 or a plugin: pip install pillow-avif-plugin.")


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
        raise InputError("the picture is damaged (some of its pixels are not numbers).")
    if low >= 0 and high <= 255:
        low, high = 0, 1 if high <= 1 else 255
    return np.floor((values - low) * (255 / max(high - low, 1e-30)) + 0.5).astype(np.uint8)


def _too_large(size: str) -> str:
    return f"the picture is too large ({size}); make it smaller than {MAX_PIXELS // 1_000_000} million pixels."


def _reason(error: Exception) -> str:
    from PIL import Image, UnidentifiedImageError

    if isinstance(error, Image.DecompressionBombError):  # beyond Pillow's own limit, or one that someone set
        return _too_large(", ".join(re.findall(r"\d+ pixels", str(error))[:1]))
    if isinstance(error, UnidentifiedImageError):
        return f"it is not a picture that can be read here ({', '.join(FORMATS)})."
    if isinstance(error, OSError) and error.strerror:
        return f"it cannot be read ({error.strerror})."
    return f"the picture is damaged ({error})."
