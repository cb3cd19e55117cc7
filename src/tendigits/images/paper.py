"""The paper of a photograph, removed: what is left is ink, the share of the paper's light that is missing.

    photo → halved while large → paper = what is left when everything narrower than a window is filled in
          → ink = 1 - photo / paper → long straight lines, printed on the paper, removed

Filling in (a morphological closing: the minimum of the maxima) keeps the sharp edge of a shadow, which an average would
smear; and dividing by the paper cancels any light, however it falls.
"""

import math
from dataclasses import dataclass

import numpy as np

from .._util.arrays import Array
from .mnist_format import halve
from .ruling import Line, take_off_lines

WORKING_SIDE = 2048  # larger photos are halved: time and memory are bounded
SMALL_SIDE = 256  # smaller pictures are enlarged, so that a stroke is several pixels wide
WINDOW = 128  # pixels, at most: wider than any stroke
FEW = 200  # pixels of a side are enough to tell light from dark
BROAD, SHEET, PAPER = 1 / 4, 1 / 5, 0.7  # of the side, of the picture: a light sheet, at least; the share that is paper
DARKEST = 30  # gray levels: on darker paper, noise would look like ink
NOISE = 4.0  # standard deviations of the paper's grain
FAINTEST = 0.06  # of the paper's light: fainter ink is none


@dataclass(frozen=True, eq=False)
class Sheet:
    """What remains of a photo when its paper is removed.

    Parameters
    ----------
    ink : ndarray of float32, shape (h, w)
        The ink, from 0, paper, to 1.
    strokes : ndarray of bool, shape (h, w)
        Where the ink stands out.
    scale : float
        The width of one of these pixels in the photo's pixels.
    across, down : list of Line
        The lines printed on the paper.
    """

    ink: Array
    strokes: Array
    scale: float
    across: list[Line]
    down: list[Line]


def take_off_paper(gray: Array) -> Sheet:
    """Find the ink in a photo.

    Parameters
    ----------
    gray : ndarray of uint8, shape (h, w)
        The photo, dark on light or light on dark.

    Returns
    -------
    Sheet
        The ink, and the printed lines.
    """
    from scipy import ndimage

    picture, scale = working_size(gray)
    if is_light_on_dark(picture):
        picture = 255 - picture
    smooth = ndimage.gaussian_filter(picture, 0.7)
    paper = paper_of(smooth)
    ink = np.maximum(0, 1 - smooth / paper)
    ink, across, down = take_off_lines(ink, ink > faintest(ink))
    return Sheet(ink, strokes_of(ink), scale, across, down)


def working_size(gray: Array) -> tuple[Array, float]:
    """Halve or enlarge a picture to a convenient size.

    Parameters
    ----------
    gray : ndarray of uint8, shape (h, w)
        The picture.

    Returns
    -------
    picture : ndarray of float32, shape (new_h, new_w)
        The picture in its new size.
    scale : float
        The width of one of its pixels in the old pixels.
    """
    from scipy import ndimage

    scale = 1.0
    while max(gray.shape) > WORKING_SIDE and min(gray.shape) > 1:
        gray, scale = halve(gray).astype(np.float32), scale * 2
    times = math.ceil(SMALL_SIDE / max(gray.shape))
    if times > 1:
        gray, scale = ndimage.zoom(gray.astype(np.float32), times, order=1, mode="nearest", grid_mode=True), 1 / times
    return gray.astype(np.float32), scale


def is_light_on_dark(picture: Array) -> bool:
    """Tell whether a picture is dark, and what is lighter are strokes, rather than a sheet of paper on a dark desk.

    Parameters
    ----------
    picture : ndarray of float, shape (h, w)
        The gray levels, 0 to 255.

    Returns
    -------
    bool
        Whether it is light on dark.
    """
    from scipy import ndimage

    few = picture[:: max(1, picture.shape[0] // FEW), :: max(1, picture.shape[1] // FEW)]
    middle = np.median(few)
    if middle >= 128 or ((few - middle) ** 3).sum() <= 0:
        return False
    light = (few > (middle + np.quantile(few, 0.99)) / 2).astype(np.uint8)
    window = [max(1, round(BROAD * side)) for side in few.shape]
    sheet = ndimage.grey_opening(ndimage.grey_closing(light, window), window)  # without what is written on it
    return bool(sheet.mean() < SHEET or light[sheet > 0].mean() < PAPER)


def paper_of(picture: Array) -> Array:
    """Estimate what a picture would be without ink, by filling in what is narrower than the window.

    Parameters
    ----------
    picture : ndarray of float32, shape (h, w)
        The gray levels, 0 to 255, dark on light.

    Returns
    -------
    ndarray of float32, shape (h, w)
        The gray levels of the paper.
    """
    from scipy import ndimage

    window = max(5, min(min(picture.shape) // 4, WINDOW))
    beyond = np.pad(picture, window, mode="reflect", reflect_type="odd")  # so that dark corners are no ink
    levels = ndimage.grey_closing(np.clip(beyond, 0, 255).astype(np.uint8), size=(window, window))
    levels = levels[window:-window, window:-window].astype(np.float32)
    even = np.minimum(levels, ndimage.uniform_filter(levels, window // 8 + 1))  # never above a dark side's own level
    paper = np.maximum(even, DARKEST)
    share = picture / paper
    usual: Array = paper * float(np.median(share[share > 0.8])) if (share > 0.8).any() else paper
    return usual


def faintest(ink: Array) -> float:
    """Find how much ink stands out from the paper's grain.

    Parameters
    ----------
    ink : ndarray of float, shape (h, w)
        The ink, 0 to 1.

    Returns
    -------
    float
        The least ink that does.
    """
    thin = ink[::3, ::3]
    grain = 1.4826 * float(np.median(np.abs(thin - np.median(thin))))
    return max(NOISE * grain, FAINTEST)


def strokes_of(ink: Array) -> Array:
    """Mark the ink that stands out from the paper's grain and is connected to some that stands out well.

    Parameters
    ----------
    ink : ndarray of float, shape (h, w)
        The ink, 0 to 1.

    Returns
    -------
    ndarray of bool, shape (h, w)
        Where the strokes are.
    """
    from scipy import ndimage

    low = faintest(ink)
    labels, n = ndimage.label(ink > low, np.ones((3, 3)))
    if n == 0:
        return np.zeros(ink.shape, bool)
    peaks = np.concatenate([[0], ndimage.maximum(ink, labels, np.arange(1, n + 1))])
    bound = np.maximum(0.4 * peaks, low)
    clear: Array = (labels > 0) & (ink > bound[labels]) & (peaks > 1.6 * low)[labels]
    return clear
