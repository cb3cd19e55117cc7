"""Real handwriting: `python -m benchmarks handwriting FOLDER` says how much of it is read, kind by kind.

A folder holds, each of them only if it likes, pictures of one digit (`single/` and `single.csv`: file, label, kind),
pictures of several (`many/` and `many.csv`: file, says, with / between lines) and USPS's test digits
(`usps_test.npz`: images, labels). Scans are read once more with ruled and squared paper drawn over them.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from tendigits import DataUnavailable, InputError, Network, load_mnist, load_pretrained, to_mnist
from tendigits.images.decode import read_gray
from tendigits.images.strokes import otsu

from . import numbers
from .contact_sheet import draw_contact_sheet
from .report import say, table

LINE_WIDTHS, LINE_GRAYS, PITCHES = (1, 3), (120, 200), (0.4, 1.2)  # pixels, gray levels, digit heights: from, to


@dataclass(frozen=True)
class Picture:
    """One picture of one digit: `gray`, uint8 (h, w), and what is known of it."""

    name: str
    gray: np.ndarray
    label: int
    kind: str


@dataclass(frozen=True)
class Reading:
    """What became of a picture: its `field`, uint8 (28, 28), and the digit read; both None where it was blank."""

    picture: Picture
    field: np.ndarray | None
    digit: int | None

    @property
    def is_right(self) -> bool:
        """Whether the digit that was read is the one that was written."""
        return self.digit == self.picture.label


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", type=click.Path(path_type=Path), show_default="as for `tendigits read`", help="A model file.")
@click.option("--contact-sheet", type=click.Path(path_type=Path), help="Draw the misread ones here, as PNG.")
@click.option("--seed", default=0, show_default=True, help="Seed of the ruled and squared paper.")
def handwriting(folder: Path, model: Path | None, contact_sheet: Path | None, seed: int) -> None:
    """Read every picture in FOLDER and print, kind by kind, how many are read correctly."""
    network = Network.load(model) if model else load_pretrained("reader")
    readings = [read(picture, network) for picture in pictures(folder, seed)]
    print(table("One digit", ["", "pictures", "right", "share"], list(rows(readings))))
    if (folder / "many.csv").exists():
        print(numbers.measure(folder))
    if contact_sheet:
        draw_contact_sheet([reading for reading in readings if not reading.is_right], contact_sheet)
        say(f"Wrote {contact_sheet}")


def read(picture: Picture, network: Network) -> Reading:
    """Prepare one picture and read it."""
    try:
        field = to_mnist(picture.gray)
    except InputError:
        return Reading(picture, None, None)
    return Reading(picture, field, int(network.predict(field[np.newaxis])[0]))


def rows(readings: list[Reading]) -> Iterator[list[str]]:
    """List each kind, with how many pictures it has, how many of them are read correctly, and the share."""
    right: dict[str, list[bool]] = {}
    for reading in readings:
        right.setdefault(reading.picture.kind, []).append(reading.is_right)
    for kind, each in right.items():
        yield [kind, f"{len(each):,}", f"{sum(each):,}", f"{np.mean(each):.1%}"]


# ---------------------------------------------------------------------- pictures


def pictures(folder: Path, seed: int) -> Iterator[Picture]:
    """Collect everything that holds one digit."""
    single = list(single_digits(folder)) if (folder / "single.csv").exists() else []
    yield from single
    scans = [picture for picture in single if picture.kind == "scan"]
    for kind, axes in {"scan, ruled": [0], "scan, squared": [0, 1]}.items():
        rng = np.random.default_rng(seed)
        for scan in scans:
            yield Picture(scan.name, ruled(scan.gray, axes, rng), scan.label, kind)
    if (folder / "usps_test.npz").exists():
        with np.load(folder / "usps_test.npz") as usps:
            yield from many_alike("USPS test", usps["images"], usps["labels"])
    try:
        mnist = load_mnist()
    except DataUnavailable:
        say("MNIST cannot be had: it is left out.")
    else:
        yield from many_alike("MNIST test", mnist.test_images, mnist.test_labels)


def single_digits(folder: Path) -> Iterator[Picture]:
    """Decode the pictures that `single.csv` names, kind by kind."""
    with open(folder / "single.csv", encoding="utf-8", newline="") as file:
        for row in sorted(csv.DictReader(file), key=lambda row: row["kind"]):
            kind = "loose crop" if "loose" in row.get("note", "") else row["kind"]
            yield Picture(row["file"], read_gray(folder / "single" / row["file"]), int(row["label"]), kind)


def many_alike(kind: str, images: np.ndarray, labels: np.ndarray) -> Iterator[Picture]:
    """Take a whole array of images of one kind."""
    for i, (image, label) in enumerate(zip(images, labels, strict=True)):
        yield Picture(str(i), image, int(label), kind)


# ---------------------------------------------------------------------- paper


def ruled(gray: np.ndarray, axes: Sequence[int], rng: np.random.Generator) -> np.ndarray:
    """Draw gray lines over a picture, across it (axis 0) and down (axis 1); of line and ink the darker is seen."""
    width, level = rng.integers(*LINE_WIDTHS, endpoint=True), rng.integers(*LINE_GRAYS, endpoint=True)
    pitch = max(round(rng.uniform(*PITCHES) * ink_height(gray)), width + 2)
    for axis in axes:
        is_line = (np.arange(gray.shape[axis]) + rng.integers(pitch)) % pitch < width
        gray = np.where(np.expand_dims(is_line, 1 - axis), np.minimum(gray, level), gray).astype(np.uint8)
    return gray


def ink_height(gray: np.ndarray) -> int:
    """Measure from the first row to the last that holds something darker than Otsu's threshold."""
    rows = np.flatnonzero((gray <= otsu(gray)[0]).any(axis=1))
    return int(np.ptp(rows)) + 1
