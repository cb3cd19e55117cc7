"""Sheets rendered, filled with strokes, and photographed, all by code."""

import io
from functools import cache

import numpy as np
from handwriting import DIGITS, drawn
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage

from tendigits.sheets.draw import figure
from tendigits.sheets.rectify import homography

DPI = 150
PX = DPI / 25.4


def rendered(page, **options):
    """A page as it leaves the printer: a gray PIL image, white paper."""
    return _rendered(page, **options).copy()


@cache  # many tests fill in the same page
def _rendered(page, **options):
    file = io.BytesIO()
    figure(page, **options).savefig(file, format="png", dpi=DPI)
    return Image.open(file).convert("L")


def filled(page, rng, *, shapes=DIGITS, left_out=(), ink=60, pen=0.6, size=0.8, hand=0.8, stray=0.04, **options):
    """A page filled in; `left_out` are the numbers of boxes left empty."""
    sheet = rendered(page, **options)
    pencil = ImageDraw.Draw(sheet)
    for i, box in enumerate(page.boxes()):
        if i not in left_out:
            digit = box.digit if box.digit is not None else int(rng.integers(10))
            variants = shapes[digit]
            write(pencil, box, variants[rng.integers(len(variants))], rng, ink, pen, size, hand, stray)
    return sheet


def write(pencil, box, strokes, rng, ink=60, pen=0.6, size=0.8, hand=0.8, stray=0.04):
    side = min(box.right - box.left, box.bottom - box.top)
    size = size * rng.uniform(0.75, 1)
    at = 0.5 + rng.normal(0, stray, 2)
    middle = np.array([box.left + box.right, box.top + box.bottom]) / 2
    for path in drawn(strokes, rng, size=size, at=tuple(at), hand=hand):
        points = [tuple((middle + (xy - 0.5) * side) * PX) for xy in path]
        pencil.line(points, fill=ink, width=max(1, round(pen * PX)), joint="curve")


def photographed(
    sheet, rng, *, width=1500, tilt=0.08, turn=0.0, blur=1.0, shade=0.4, shadow=0.7, noise=4.0, quality=80, desk=90
):
    """A photo of a sheet on a desk: uint8 (h, w), in perspective, unevenly lit, blurred, noisy, a JPEG."""
    height = int(width * 1.4)
    w, h = sheet.size
    fit = min(0.86 * width / w, 0.86 * height / h)
    corners = np.array([(-w, -h), (w, -h), (w, h), (-w, h)]) * fit / 2
    angle = np.radians(turn)
    if abs(np.sin(angle)) > 0.2:
        width, height = (height, width) if abs(np.sin(angle)) > 0.9 else (height, height)
    corners = corners @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    corners = corners * (1 + rng.uniform(-tilt, tilt / 3, (4, 1))) + (width / 2, height / 2)
    back = homography(corners, [(0, 0), (w, 0), (w, h), (0, h)])
    coefficients = (back / back[2, 2]).ravel()[:8]
    options = (Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC)
    sheet = sheet.filter(ImageFilter.GaussianBlur(max(0.0, 0.4 / fit - 0.4)))
    paper = np.asarray(sheet.transform((width, height), *options), float)
    on = np.asarray(Image.new("L", (w, h), 255).transform((width, height), *options), float) / 255
    photo = (0.92 * paper * on + desk * (1 - on)) * light(height, width, rng, shade, shadow)
    photo = ndimage.gaussian_filter(photo, blur) + rng.normal(0, noise, photo.shape)
    file = io.BytesIO()
    Image.fromarray(np.clip(photo, 0, 255).astype(np.uint8)).save(file, format="JPEG", quality=quality)
    return np.asarray(Image.open(file))


def light(height, width, rng, shade, shadow):
    """Light that falls off to one side, and a shadow with a soft edge across."""
    y, x = np.mgrid[:height, :width]
    direction = rng.uniform(0, 2 * np.pi)
    slope = (np.cos(direction) * (x / width - 0.5) + np.sin(direction) * (y / height - 0.5)) * shade
    edge = rng.uniform(0.2, 0.8) - x / width + rng.uniform(-0.5, 0.5) * (y / height - 0.5)
    return (1 - shade / 3 + slope) * (shadow + (1 - shadow) / (1 + np.exp(np.clip(edge * width / 15, -50, 50))))
