"""Digits drawn with a pen, for tests of images and picture files."""

import struct
import zlib

import numpy as np
from PIL import Image, ImageDraw

SEVEN = [(0.2, 0.1), (0.8, 0.1), (0.4, 0.9)]  # corners of a pen's way, as shares of a square


def drawn(way=SEVEN, *, size=(100, 100), at=(0, 0), side=100, width=10, ink=0, paper=255):
    """A digit drawn with a pen: uint8, `size` is (height, width)."""
    image = Image.new("L", size[::-1], paper)
    points = [(at[1] + x * side, at[0] + y * side) for x, y in way]
    ImageDraw.Draw(image).line(points, fill=ink, width=width, joint="curve")
    return np.asarray(image)


def box_of(picture):
    rows, columns = np.flatnonzero(picture.any(1)), np.flatnonzero(picture.any(0))
    return np.ptp(rows) + 1, np.ptp(columns) + 1


def assert_mnist_format(picture):
    assert (picture.shape, picture.dtype, picture.max()) == ((28, 28), np.uint8, 255)
    assert max(box_of(picture)) <= 20


def mean_difference(a, b):
    return np.abs(a.astype(int) - b).mean()


def png_that_claims(width, height):
    """A PNG file whose header tells of pixels that it does not have."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (header, b"IDAT" + zlib.compress(b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )
