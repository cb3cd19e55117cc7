"""Pictures of many kinds, for two programs to agree on: RGBA, uint8 (h, w, 4)."""

import numpy as np
from handwriting import DIGITS, drawn, scribble
from PIL import Image, ImageDraw


def pictures(seed=0):
    """Yield (name, picture): well over 200, drawn by hand, photographed, transparent, blank, or plain noise."""
    rng = np.random.default_rng(seed)
    for kind in (drawings, photos, transparent, symmetric, specks, slanted, noise, blank, lined, lit, cut):
        for i, picture in enumerate(kind(rng)):
            yield f"{kind.__name__} {i}", picture


def drawings(rng):
    """Ink on paper: large and small, wide and tall, thick and thin, off-centre, either way round."""
    for i in range(90):
        height, width = (int(side) for side in np.exp(rng.uniform(np.log(20), np.log(420), 2)))
        shape = scribble(rng) if i % 9 == 8 else DIGITS[i % 10][i % 3]
        paths = drawn(shape, rng, size=rng.uniform(0.2, 0.9), at=rng.uniform(0.35, 0.65, 2))
        ink, paper = rng.choice([(0, 255), (255, 0), (40, 180), (200, 90)])
        yield opaque(pen(paths, (height, width), rng.uniform(0.02, 0.2), ink, paper))


def photos(rng):
    """Noise, shade and colour on top; some so large that they are halved."""
    for i in range(40):
        height, width = rng.integers(60, 240, 2) * (1 if i % 8 else 5)
        gray = pen(drawn(DIGITS[i % 10][0], rng), (height, width), 0.08, 60, 200).astype(float)
        y, x = np.mgrid[:height, :width]
        light = 1 + rng.uniform(-0.3, 0.3) * (y / height - 0.5) + rng.uniform(-0.3, 0.3) * (x / width - 0.5)
        gray = gray * light + rng.normal(0, rng.choice([0, 3, 12]), gray.shape)
        colours = gray[..., np.newaxis] * rng.uniform(0.7, 1.1, 3)
        yield np.dstack([np.clip(colours, 0, 255), np.full(gray.shape, 255)]).astype(np.uint8)


def transparent(rng):
    """Ink, dark or light, on nothing; and sheets with transparent corners."""
    for i in range(30):
        side = int(rng.integers(30, 200))
        alpha = pen(drawn(DIGITS[i % 10][1], rng), (side, side), 0.1, 255, 0)
        if i % 3 == 2:
            alpha = np.maximum(alpha, pen([[(0.1, 0.5), (0.9, 0.5)]], (side, side), 0.8, 255, 0))
        colour = rng.integers(0, 256, (3, *alpha.shape)) if i % 3 == 1 else np.full((3, *alpha.shape), 255 * (i % 2))
        yield np.dstack([*colour, alpha]).astype(np.uint8)


def symmetric(rng):
    """Shapes whose halves are exact halves: rounding must go the same way."""
    for height, width in rng.integers(1, 42, (40, 2)):
        gray = np.full((height + 8, width + 12), 255, np.uint8)
        gray[4:-4, 6:-6] = rng.choice([0, 100])
        yield opaque(gray)
    for side in range(21, 61, 4):
        gray = np.full((side, side), 255, np.uint8)
        gray[5:-5, 5:-5] = 0
        gray[9:-9, 9:-9] = 255
        yield opaque(gray)


def specks(rng):
    """Dust around the digit, and lines one pixel wide or high."""
    for i in range(10):
        gray = pen(drawn(DIGITS[i][2], rng), (90, 110), 0.09, 0, 255).copy()
        gray[rng.integers(0, 90, 25), rng.integers(0, 110, 25)] = rng.integers(0, 200, 25)
        yield opaque(gray)
    for shape in (1, 1), (1, 2), (1, 50), (50, 1), (2, 2), (3, 700), (700, 3), (1, 1500):
        yield opaque(rng.integers(0, 256, shape).astype(np.uint8))


def slanted(rng):
    """Light that falls from white to black: ink may then be more than 255 gray levels from the paper's plane."""
    for _ in range(20):
        height, width = rng.integers(8, 70, 2)
        y, x = np.mgrid[:height, :width]
        gray = 127.5 + rng.uniform(-400, 400) * (y / height - 0.5) + rng.uniform(-400, 400) * (x / width - 0.5)
        row, column = rng.integers(0, height - 4), rng.integers(0, width - 4)
        gray[row : row + 4, column : column + 4] = rng.choice([0, 255])
        yield opaque(np.clip(gray, 0, 255).astype(np.uint8))


def noise(rng):
    """Nothing but noise, coarse and fine: whatever comes out, both must say the same."""
    for i in range(30):
        shape = tuple(rng.integers(1, 40, 2))
        yield opaque(rng.integers(0, (256, 5, 2)[i % 3], shape).astype(np.uint8) * (1, 60, 255)[i % 3])


def blank(rng):
    """Nothing on it: one colour, a slope of light, faint noise, or nothing opaque."""
    for level in 0, 1, 128, 255:
        yield opaque(np.full(rng.integers(1, 60, 2), level, np.uint8))
    yield opaque(np.tile(np.linspace(80, 160, 64).astype(np.uint8), (40, 1)))
    yield opaque((200 + rng.normal(0, 4, (80, 80))).astype(np.uint8))
    yield opaque(np.full((50, 50), 250, np.uint8) + rng.integers(0, 5, (50, 50), np.uint8))
    yield np.zeros((30, 40, 4), np.uint8)
    yield np.dstack([rng.integers(0, 256, (30, 40, 3), np.uint8), np.zeros((30, 40), np.uint8)])
    yield np.full((9, 9, 4), 77, np.uint8)


def lined(rng):
    """Ruled, squared, and framed paper, straight and slanting, with and without the digit in the way."""
    for i in range(40):
        shape = tuple(rng.integers(24, 260, 2))
        digit = pen(
            drawn(DIGITS[i % 10][i % 3], rng, size=rng.uniform(0.4, 0.9)), shape, 0.07, rng.integers(0, 100), 255
        )
        paper = np.minimum(ruled(shape, rng), ruled(shape[::-1], rng).T if i % 3 else 255)
        yield opaque(np.minimum(digit, paper) if i % 2 else np.where(paper < 255, paper, digit))
    for i in range(12):
        frame = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.1, 0.1)][: 5 - i % 3]
        digit = drawn(DIGITS[i % 10][0], rng, size=(0.5, 0.85)[i % 2])
        yield opaque(np.minimum(pen(digit, (150, 120), 0.08, 60, 255), pen([frame], (150, 120), 0.02, 0, 255)))


def ruled(shape, rng):
    """Gray lines across white paper, which may slant a little: uint8."""
    image = Image.new("L", shape[::-1], 255)
    slant, level = rng.uniform(-4, 4), int(rng.integers(0, 220))
    for y in range(int(rng.integers(20)), shape[0], int(rng.integers(15, 80))):
        ImageDraw.Draw(image).line([(0, y), (shape[1], y + slant)], fill=level, width=int(rng.integers(1, 4)))
    return np.asarray(image)


def lit(rng):
    """Dark corners, shadows with an edge, and pencil that grows faint."""
    for i in range(30):
        height, width = rng.integers(50, 300, 2)
        gray = pen(drawn(DIGITS[i % 10][0], rng, size=0.6), (height, width), 0.06, 60, 220).astype(float)
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        shadow = 1 / (1 + np.exp(-rng.uniform(5, 60) * (x * rng.normal() + y * rng.normal())))
        light = (1 - 0.25 * (x**2 + y**2), 1 - 0.4 * shadow, 1)[i % 3]
        faint = 255 - (255 - gray) * (0.75 + 0.25 * y if i % 3 == 2 else 1)
        yield opaque(np.clip(faint * light + rng.normal(0, 2, gray.shape), 0, 255).astype(np.uint8))


def cut(rng):
    """A digit, and beside it what the edge cuts off: neighbours, and a dark desk."""
    for i in range(20):
        digit = pen(drawn(DIGITS[i % 10][2], rng, size=0.5), (120, 140), 0.07, 30, 230).copy()
        digit[:, : rng.integers(1, 15)] = rng.integers(0, 120)
        beside = pen(
            drawn(DIGITS[(3 * i) % 10][0], rng, size=0.5, at=(rng.uniform(0.9, 1.1), 0.5)), (120, 140), 0.07, 30, 230
        )
        yield opaque(np.minimum(digit, beside))


def pen(paths, shape, width, ink, paper):
    """Draw strokes, points from 0 to 1, with a round pen: uint8 of `shape`."""
    height, across = shape
    image = Image.new("L", (int(across), int(height)), int(paper))
    canvas, thick = ImageDraw.Draw(image), max(1, round(width * min(shape)))
    for path in paths:
        points = [(x * across, y * height) for x, y in path]
        canvas.line(points, fill=int(ink), width=thick, joint="curve")
        for x, y in points:
            canvas.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=int(ink))
    return np.asarray(image)


def opaque(gray):
    return np.dstack([gray, gray, gray, np.full_like(gray, 255)])
