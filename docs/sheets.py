"""A class makes its own MNIST, tried as a teacher would: the pictures and the figures of docs/sheets.md.

    python docs/sheets.py

Sheets are filled by a stroke generator whose hand has an odd 1, 4 and 9, photographed by code, collected, and learned
from, with nothing but the commands that a teacher types. Then the same with a form that `tendigits sheet` did not make.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent / "tests" / "helpers"))

from filled_sheets import PX, filled, photographed, rendered, write  # noqa: E402
from handwriting import DIGITS, corner  # noqa: E402

from tendigits.models.pretrained import PATHS  # noqa: E402
from tendigits.sheets.layout import Box, form  # noqa: E402

ODD = {
    1: [[corner((0.1, 0.8), (0.55, 0.05), (0.6, 0.95)), corner((0.3, 0.95), (0.9, 0.95))]],
    4: [[corner((0.7, 0.05), (0.2, 0.55), (0.6, 0.5), (0.3, 0.95))]],
    9: [[[(0.62, 0.34), (0.4, 0.08), (0.22, 0.3), (0.42, 0.5), *corner((0.64, 0.1)), (0.66, 0.7), (0.4, 0.95),
          (0.2, 0.8), (0.5, 0.65), (0.9, 0.55)]]],
}  # fmt: skip
HAND = DIGITS | ODD
LIGHT = ({"turn": 4, "shadow": 0.6}, {"turn": 180, "shade": 0.7}, {"turn": -7, "tilt": 0.12, "blur": 1.4})


def tendigits(*arguments, cwd):
    """Run a command as a teacher does, and show what it says."""
    print("$ tendigits", *arguments)
    command = [sys.executable, "-m", "tendigits", *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    print(done.stdout + done.stderr)


def own_class(folder):
    """Fill, photograph, collect and learn from three pages of one hand."""
    tendigits("sheet", "--writer", "pupil 7", "--repeat", "36", cwd=folder)
    photos = []
    for i, page in enumerate(form(writer="pupil 7", repeat=36)):
        rng = np.random.default_rng(i)
        empty = rng.choice(120, 6, replace=False).tolist()
        photo = photographed(filled(page, rng, shapes=HAND, left_out=empty), rng, width=1800, **LIGHT[i])
        Image.fromarray(photo).save(folder / f"photo{i + 1}.jpg", quality=85)
        photos.append(photo)
    tendigits("collect", *(f"photo{i}.jpg" for i in (1, 2, 3)), "--out", "pupil7", "--review", cwd=folder)
    (folder / "base.npz").write_bytes(PATHS["hands"].read_bytes())
    tendigits("train", "--data", "pupil7", "--from", "base.npz", "--out", "pupil7.npz", cwd=folder)
    tendigits("evaluate", "pupil7.npz", "--data", "pupil7", "--by", "writer", cwd=folder)
    return photos


def foreign(folder):
    """Cut a form that is not ours: boxes that share their lines, found by the pixels of their corners."""
    rng = np.random.default_rng(9)
    scan = Image.new("L", (1000, 760), 238)
    pencil = ImageDraw.Draw(scan)
    left, top, wide, high = 90, 130, 82, 96
    pencil.text((90, 60), "Form 27 b    Date ________    Please write clearly", fill=60)
    for i in range(11):
        pencil.line([(left + i * wide, top), (left + i * wide, top + 6 * high)], fill=90, width=3)
    for i in range(7):
        pencil.line([(left, top + i * high), (left + 10 * wide, top + i * high)], fill=90, width=3)
    labels = ["".join(map(str, rng.permutation(10))) for _ in range(6)]
    for row, text in enumerate(labels):
        for column, label in enumerate(text):
            x, y = (left + column * wide) / PX, (top + row * high) / PX
            box = Box(row, column, x, y, x + wide / PX, y + high / PX, int(label))
            write(pencil, box, HAND[int(label)][0], rng, size=0.75)
    scan = np.asarray(scan.rotate(1.5, Image.Resampling.BICUBIC, fillcolor=238))
    Image.fromarray(scan).save(folder / "scan.png")
    corners = [turned(x, y, 1.5, scan.shape) for x, y in ((left, top), (910, top), (910, 706), (left, 706))]
    (folder / "form27b.json").write_text(json.dumps({"corners": corners, "rows": 6, "columns": 10, "labels": labels}))
    tendigits("collect", "scan.png", "--grid", "form27b.json", "--writer", "pupil 8", "--out", "pupil8", cwd=folder)
    return scan, corners


def turned(x, y, degrees, shape):
    """Where a pixel lies after a turn to the left about the middle: what one reads off in any picture viewer."""
    middle, angle = np.array(shape[::-1]) / 2, np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.rint(turn @ (np.array((x, y)) - middle) + middle).astype(int).tolist()


def draw(photos, scan, corners, folder):
    """Draw both pictures of the page."""
    figure = Figure(figsize=(10, 3.4), layout="constrained")
    shown = {"printed": rendered(form(writer="pupil 7", repeat=36)[0]), "photographed": photos[0]}
    shown |= {"another, upside down": photos[1], "collected": Image.open(folder / "pupil7" / "contact.png")}
    panels = figure.subplots(1, 4, width_ratios=[1, 1, 1, 1.5]).flat
    for axes, (title, picture) in zip(panels, shown.items(), strict=True):
        axes.imshow(picture, cmap="gray")
        axes.set_title(title, fontsize=10)
        axes.set_axis_off()
    figure.savefig(DOCS / "sheets.png", dpi=120)
    figure = Figure(figsize=(7, 3), layout="constrained")
    before, after = figure.subplots(1, 2)
    before.imshow(scan, cmap="gray")
    before.plot(*np.array(corners).T, "o", color="C3", markersize=5)
    after.imshow(Image.open(folder / "pupil8" / "contact.png"), cmap="gray")
    for axes, title in ((before, "another's form, and its corners"), (after, "its digits")):
        axes.set_title(title, fontsize=10)
        axes.set_axis_off()
    figure.savefig(DOCS / "foreign_form.png", dpi=100)


def main():
    """Go the whole way, and print what it says."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw(own_class(folder), *foreign(folder), folder)


if __name__ == "__main__":
    main()
