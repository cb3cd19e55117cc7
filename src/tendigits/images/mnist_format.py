"""Any picture of a digit, redrawn the way MNIST drew its own.

LeCun, Cortes and Burges describe it: the ink was fitted into a 20×20 box, keeping its aspect ratio, and placed in a
28×28 field so that its centre of mass lies at the field's centre. A network that learned from such pictures
understands only such pictures.

    picture → gray → (halved while large) → ink = distance from the paper, less its noise → strokes
            → cropped, resized into the box, placed in the field

Every step is a small function of plain arithmetic, which the draw page follows line by line in JavaScript. Where
one says round(x), it is floor(x + 0.5). Gray levels, halved or not, are exact in float64, so a picture and its
negative give exactly the same digit.
"""

import numpy as np

from .._util.arrays import Array
from ..errors import InputError
from .lines import without_lines
from .parts import digit_box, digit_mask

FIELD, BOX = 28, 20  # sides of the finished picture and of the box the ink is fitted into
CENTRE = 14  # row and column of the rounded centre of mass: so it is in all 70,000 of MNIST
WORKING_SIDE = 512  # larger pictures are halved: noise averages out, and time is bounded
NOISE = 2  # times the median difference of neighbours, which is about two standard deviations of the noise
MIN_CONTRAST = 25  # gray levels between ink and paper, a tenth of the range; below it there is no ink
ROUND_UP = 0.5 + 1e-6  # the same half goes up everywhere, although the last bit of a sum depends on who adds it up
MIN_STROKE = 0.04  # of the heaviest stroke's ink; what has less is dust or noise
BLANK = "the picture is blank: nothing on it stands out from its paper."


def to_mnist(gray: Array) -> Array:
    """Redraw a digit, uint8 (h, w), dark on light or light on dark: uint8 (28, 28).

    Raises InputError for another shape or dtype, and for a picture with nothing on it.
    """
    if gray.ndim != 2 or gray.size == 0 or gray.dtype != np.uint8:
        raise InputError(f"a gray picture is uint8 of shape (h, w), not {gray.dtype} of shape {gray.shape}.")
    while max(gray.shape) > WORKING_SIDE and min(gray.shape) >= 2:
        gray = halve(gray)
    ink, noise = ink_and_noise(gray.astype(np.float64))
    return fit_to_box(strokes(without_lines(ink, digit_box), noise))


# ---------------------------------------------------------------------- gray


def gray_from_rgba(rgba: Array) -> Array:
    """Make uint8 RGBA (h, w, 4) gray, uint8 (h, w), on paper where it is transparent.

    Luma by ITU-R BT.601 in 16-bit fixed point, as Pillow rounds it; blended in integers: round(x / 255).
    """
    red, green, blue, alpha = (rgba[..., i] for i in range(4))
    luma = red * np.uint32(19595)
    luma += green * np.uint32(38470)
    luma += blue * np.uint32(7471)
    luma += np.uint32(32768)
    luma >>= np.uint32(16)
    if alpha.min() < 255:
        luma = (luma * alpha + _paper(luma, alpha) * (255 - alpha.astype(np.uint32)) + 127) // 255
    return luma.astype(np.uint8)


def _paper(luma: Array, alpha: Array) -> int:
    """Choose the gray, 0 or 255, to lay under a transparent picture: the one that its ink stands out against.

    Unless it is mostly opaque: then that is a sheet with transparent corners, and the paper is its colour.
    """
    opaque = int(alpha.sum(dtype=np.uint64))
    is_light = 2 * int((luma * alpha).sum(dtype=np.uint64)) >= 255 * opaque
    is_sheet = 2 * opaque > 255 * alpha.size
    return 255 if is_light == is_sheet else 0


def halve(gray: Array) -> Array:
    """Average blocks of 2×2: (h, w) → (h // 2, w // 2); an odd last row or column is dropped."""
    h, w = gray.shape[0] // 2 * 2, gray.shape[1] // 2 * 2
    mean = np.zeros((h // 2, w // 2))
    for i, j in (0, 0), (0, 1), (1, 0), (1, 1):
        mean += gray[i:h:2, j:w:2]
    mean /= 4
    return mean


# ---------------------------------------------------------------------- ink


def ink_and_noise(gray: Array) -> tuple[Array, float]:
    """Compute ink >= 0, float (h, w), and the noise that was taken off it, both in gray levels.

    Ink is |gray - paper|. The paper is the median of the border, tilted by the light that falls on it where that
    at least halves the border's summed distance from it (which an edge of ink, unlike light, does not do).
    The noise is NOISE times the median difference of neighbours on the border, so that slow shading is none.
    """
    flat = gray - median(border(gray))
    tilted = flat - tilt(flat)
    if 2 * np.abs(border(tilted)).sum() < np.abs(border(flat)).sum():
        flat = tilted
    walk = border(flat)
    noise = NOISE * median(np.abs(walk - np.roll(walk, 1)))
    return np.maximum(np.abs(flat) - noise, 0), noise


def border(picture: Array) -> Array:
    """List the outermost pixels, clockwise from the top left, so that neighbours follow each other."""
    return np.concatenate([picture[0], picture[1:-1, -1], picture[-1, ::-1], picture[1:-1, 0][::-1]])


def median(values: Array) -> float:
    """Compute the middle value, or the mean of the middle two."""
    values = np.sort(values)
    return (float(values[(len(values) - 1) // 2]) + float(values[len(values) // 2])) / 2


def tilt(picture: Array) -> Array:
    """Compute the plane, zero at the centre, that rises across the picture as the medians of opposite sides do."""
    h, w = picture.shape
    down = (median(picture[-1]) - median(picture[0])) / max(h - 1, 1)
    right = (median(picture[:, -1]) - median(picture[:, 0])) / max(w - 1, 1)
    plane: Array = down * (np.arange(h)[:, None] - (h - 1) / 2) + right * (np.arange(w) - (w - 1) / 2)
    return plane


def otsu(levels: Array) -> tuple[int, float]:
    """Find the threshold that best splits integer levels >= 0 in two; return it and the contrast of the two.

    Otsu, 1979: the first t that maximises n₀ n₁ (m₁ - m₀)², where n₀ pixels of mean m₀ are <= t and n₁ of mean m₁
    are above. The contrast is m₁ - m₀, and 0 where all levels are equal.
    """
    counts = np.bincount(levels.ravel(), minlength=256)
    n, total = np.cumsum(counts), np.cumsum(counts * np.arange(len(counts)))  # above 255 where the light slants
    n0, n1 = n, n[-1] - n
    means_differ = (total[-1] - total) / np.maximum(n1, 1) - total / np.maximum(n0, 1)
    contrast = np.where((n0 > 0) & (n1 > 0), means_differ, 0.0)
    t = int(np.argmax(n0 * n1 * contrast**2))
    return t, float(contrast[t])


def strokes(ink: Array, noise: float) -> Array:
    """Keep the ink of the strokes, float (h, w), and of the pixels that touch them, so that soft edges survive.

    A stroke is connected ink above Otsu's threshold with at least MIN_STROKE of the heaviest one's ink. Raises
    InputError where the ink stands out too little: from white, or from the paper's own noise.
    """
    levels = np.floor(ink + 0.5).astype(np.intp)
    threshold, contrast = otsu(levels)
    if contrast + noise < MIN_CONTRAST or contrast < noise:
        raise InputError(BLANK)
    return np.where(_grow(digit_mask(levels, threshold)), ink, 0)


def connected(mask: Array) -> Array:
    """Number the connected parts of a boolean mask (h, w) from 1 on; the rest is 0. Pixels touch in 8 directions.

    A flood fill on the mask laid out flat, with a margin of one pixel so that every pixel has 8 neighbours.
    """
    width = mask.shape[1] + 2
    todo = np.pad(mask, 1).ravel().tolist()
    labels = np.zeros(len(todo), np.intp)
    around = (-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1)
    label = 0
    for start in np.flatnonzero(np.pad(mask, 1)).tolist():
        if todo[start]:
            label += 1
            labels[_flood(todo, start, around)] = label
    return labels.reshape(-1, width)[1:-1, 1:-1]


def _flood(todo: list[bool], start: int, around: tuple[int, ...]) -> list[int]:
    """List all pixels connected to `start`, striking them off `todo`."""
    todo[start] = False
    part = [start]
    for pixel in part:  # grows while it is read
        for step in around:
            if todo[pixel + step]:
                todo[pixel + step] = False
                part.append(pixel + step)
    return part


def _grow(mask: Array) -> Array:
    """Mark every pixel whose 3×3 neighbourhood holds a marked one."""
    h, w = mask.shape
    padded = np.pad(mask, 1)
    grown: Array = np.logical_or.reduce([padded[i : i + h, j : j + w] for i in range(3) for j in range(3)])
    return grown


# ---------------------------------------------------------------------- box and field


def fit_to_box(ink: Array) -> Array:
    """Draw ink >= 0, 2-D, brightest pixel 255, into a 20×20 box in a field: uint8 (28, 28).

    Cropped to where it is not zero; the longer side becomes 20 pixels and the other follows, at least 1; placed by
    `place`. Raises InputError where there is no ink.
    """
    if not np.any(ink > 0):
        raise InputError(BLANK)
    ink = _crop(ink)
    height, width = (max(1, (2 * BOX * side + max(ink.shape)) // (2 * max(ink.shape))) for side in ink.shape)
    small = resize_matrix(ink.shape[0], height) @ ink @ resize_matrix(ink.shape[1], width).T
    return place(np.floor(small * (255 / small.max()) + ROUND_UP).astype(np.uint8))


def _crop(ink: Array) -> Array:
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0), np.flatnonzero(ink.max(axis=0) > 0)
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def resize_matrix(n_in: int, n_out: int) -> Array:
    """Build the matrix (n_out, n_in) that resizes one side; its rows sum to one.

    Row i weighs the input pixels by a triangle around its own centre, as wide as an output pixel when shrinking and
    as an input pixel when enlarging: what Pillow calls BILINEAR.
    """
    scale = n_in / n_out
    distance = np.arange(n_in) + 0.5 - (np.arange(n_out)[:, None] + 0.5) * scale
    weights: Array = np.maximum(0, 1 - np.abs(distance) / max(scale, 1))
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def place(box: Array) -> Array:
    """Place a uint8 picture in the field: its centre of mass, rounded, at (14, 14) or as near as fits."""
    row = min(max(CENTRE - _centre(box.sum(axis=1, dtype=np.int64)), 0), FIELD - box.shape[0])
    column = min(max(CENTRE - _centre(box.sum(axis=0, dtype=np.int64)), 0), FIELD - box.shape[1])
    field = np.zeros((FIELD, FIELD), np.uint8)
    field[row : row + box.shape[0], column : column + box.shape[1]] = box
    return field


def _centre(mass: Array) -> int:
    """round(Σ i m_i / Σ m_i), in integers."""
    total, moment = int(mass.sum()), int((np.arange(len(mass)) * mass).sum())
    return (2 * moment + total) // (2 * total)
