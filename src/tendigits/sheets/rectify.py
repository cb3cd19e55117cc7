"""A photographed sheet, straightened: its marks tell the perspective, and its code which page it is.

A plane is photographed by a homography, x' = (a x + b y + c) / (g x + h y + 1), and y' likewise. Four points and their
pictures give its eight numbers.

References
----------
R. Hartley and A. Zisserman, "Multiple View Geometry in Computer Vision", 2nd edition, 2004, section 4.1.
"""

from dataclasses import dataclass

import numpy as np

from .._util.arrays import Array
from ..errors import InputError
from ..images.mnist_format import halve
from .code import centres, decode
from .layout import PAPERS, Layout
from .marks import find_marks

SCALE = 8.0  # pixels for each millimetre of a straightened sheet
UNREADABLE = (
    "the printed code cannot be read: it is covered, blurred or too small, or of another version of the sheet; "
    "photograph it again, closer and in even light."
)


@dataclass(frozen=True, eq=False)
class Straight:
    """A straightened sheet.

    Parameters
    ----------
    layout : Layout
        Which page it is.
    gray : ndarray of uint8, shape (h, w)
        The paper, `SCALE` pixels for each millimetre.
    turned : int
        How many quarter turns clockwise the photo was turned, 0 to 3.
    """

    layout: Layout
    gray: Array
    turned: int


def straighten(gray: Array) -> Straight:
    """Find the sheet in a photo, and straighten it.

    Parameters
    ----------
    gray : ndarray of uint8, shape (h, w)
        The photo, turned in any way.

    Returns
    -------
    Straight
        The sheet, upright.

    Raises
    ------
    InputError
        If it cannot be found, or its code not be read.
    """
    marks = find_marks(gray)
    for turned in range(4):
        corners = np.roll(marks, -turned, axis=0)
        for paper in PAPERS:
            layout = Layout(paper=paper)
            known = _read_code(gray, homography(layout.marks, corners), layout)
            if known:
                return Straight(known, warped(gray, homography(known.marks, corners), known.size), turned)
    raise InputError(UNREADABLE)


def homography(points: object, pictures: object) -> Array:
    """Compute the homography that takes four points to their pictures.

    Parameters
    ----------
    points, pictures : array-like of float, shape (4, 2)
        x and y of each.

    Returns
    -------
    ndarray of float, shape (3, 3)
        Its matrix, for columns (x, y, 1).

    Raises
    ------
    InputError
        If three of them lie on a line.
    """
    rows, values = [], []
    for (x, y), (u, v) in zip(np.asarray(points, float), np.asarray(pictures, float), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    try:
        solution = np.linalg.solve(np.array(rows), np.array(values))
    except np.linalg.LinAlgError:
        raise InputError("three of the four corners lie on a line.") from None
    return np.append(solution, 1).reshape(3, 3)


def mapped(matrix: Array, points: Array) -> Array:
    """Take points through a homography.

    Parameters
    ----------
    matrix : ndarray of float, shape (3, 3)
        Its matrix.
    points : ndarray of float, shape (..., 2)
        x and y of each.

    Returns
    -------
    ndarray of float, shape (..., 2)
        Their pictures.
    """
    x, y, w = np.moveaxis(points @ matrix[:, :2].T + matrix[:, 2], -1, 0)
    return np.stack([x / w, y / w], axis=-1)


def warped(gray: Array, matrix: Array, size: tuple[float, float], scale: float = SCALE) -> Array:
    """Take a photo back through a homography.

    Parameters
    ----------
    gray : ndarray of uint8, shape (h, w)
        The photo.
    matrix : ndarray of float, shape (3, 3)
        Takes places on the paper, in millimetres or any other unit, to pixels of the photo.
    size : tuple of float
        Width and height of the paper, in this unit.
    scale : float, optional
        Pixels for each unit.

    Returns
    -------
    ndarray of uint8, shape (h, w)
        The paper.
    """
    from PIL import Image

    corners = np.array([(0, 0), (size[0], 0), size, (0, size[1])], float)
    sides = np.linalg.norm(np.diff(mapped(matrix, corners), axis=0), axis=1)
    shrink = np.eye(3)
    while sides.min() > 2 * scale * min(size) and min(gray.shape) > 2:  # else pixels between the samples would be lost
        gray, sides = np.floor(halve(gray) + 0.5).astype(np.uint8), sides / 2
        shrink = np.diag([0.5, 0.5, 1]) @ shrink
    inverse = shrink @ matrix @ np.diag([1 / scale, 1 / scale, 1])
    coefficients = (inverse / inverse[2, 2]).ravel()[:8].tolist()
    pixels = round(size[0] * scale), round(size[1] * scale)
    picture = Image.fromarray(gray).transform(
        pixels, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC, fillcolor=255
    )
    return np.asarray(picture)


def _read_code(gray: Array, matrix: Array, layout: Layout) -> Layout | None:
    for strip in centres(layout):
        if known := decode(_is_black(_sampled(gray, mapped(matrix, _spread(strip))))):
            return known
    return None


def _spread(strip: Array) -> Array:
    """Nine places in each square: (..., 9, 2)."""
    near = np.stack(np.meshgrid((-0.6, 0, 0.6), (-0.6, 0, 0.6)), axis=-1).reshape(-1, 2)
    spread: Array = strip[..., np.newaxis, :] + near
    return spread


def _sampled(gray: Array, places: Array) -> Array:
    from scipy import ndimage

    x, y = np.moveaxis(places, -1, 0) - 0.5
    values: Array = ndimage.map_coordinates(gray, [y, x], np.float32, order=1, mode="nearest").mean(axis=-1)
    return values


def _is_black(levels: Array) -> Array:
    """Compare each square with the middle of black and white around it: the light may change along the strip."""
    from scipy import ndimage

    around = {"size": (levels.shape[0] * 2 - 1, 13), "mode": "nearest"}
    low, high = ndimage.minimum_filter(levels, **around), ndimage.maximum_filter(levels, **around)
    black: Array = levels < (low + high) / 2
    return black
