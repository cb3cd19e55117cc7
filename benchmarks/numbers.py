"""Pictures of several digits: how many are read whole, and how many of their digits."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from .report import table

MODULE = "tendigits.experiments.read"


@dataclass(frozen=True)
class Comparison:
    """What a picture says, what was read, and the edits between the two: wrong or left out, and invented."""

    name: str
    says: str
    read: str
    missed: int
    invented: int

    @property
    def is_right(self) -> bool:
        """Whether the same digits follow each other; a / may end a line or divide, so it does not count."""
        return self.says.replace("/", "") == self.read.replace("/", "")


def measure(folder: Path) -> str:
    """Read the pictures that `many.csv` names; return a table, or one line that says why there is none."""
    if find_spec(MODULE) is None:
        return "\nSeveral digits: left out, for there is no tendigits.experiments.read."
    read = import_module(MODULE).read
    with open(folder / "many.csv", encoding="utf-8", newline="") as file:
        return report([compare(row, folder / "many", read) for row in csv.DictReader(file)])


def compare(row: dict[str, str], folder: Path, read: Callable[[Path], Any]) -> Comparison:
    """Read one picture. Only digits and the ends of lines count, for a sum's signs are no digits."""
    says = digits(row["says"].split("/"))
    try:
        found = digits(read(folder / row["file"]).text.splitlines())
    except ValueError:  # InputError: nothing on it
        found = ""
    missed, invented = edits(says.replace("/", ""), found.replace("/", ""))
    return Comparison(row["file"], says, found, missed, invented)


def digits(lines: list[str]) -> str:
    """Keep the digits of each line, with / between the lines that have any."""
    return "/".join(filter(None, (re.sub(r"[^0-9]", "", line) for line in lines)))


def edits(says: str, found: str) -> tuple[int, int]:
    """Count the substitutions and deletions, and the insertions, of the shortest way from one text to the other."""
    table = np.zeros((len(says) + 1, len(found) + 1), int)
    table[:, 0], table[0] = np.arange(len(says) + 1), np.arange(len(found) + 1)
    for i, a in enumerate(says, 1):
        for j, b in enumerate(found, 1):
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a != b))
    return _backwards(table, says, found)


def _backwards(table: np.ndarray, says: str, found: str) -> tuple[int, int]:
    """Walk the table of distances back to its start, and count."""
    i, j, missed, invented = len(says), len(found), 0, 0
    while i or j:
        if i and j and table[i, j] == table[i - 1, j - 1] + (says[i - 1] != found[j - 1]):
            missed += says[i - 1] != found[j - 1]
            i, j = i - 1, j - 1
        elif i and table[i, j] == table[i - 1, j] + 1:
            missed, i = missed + 1, i - 1
        else:
            invented, j = invented + 1, j - 1
    return missed, invented


def report(found: list[Comparison]) -> str:
    """Set the pictures in a table, and under it what they come to."""
    n = sum(len(each.says.replace("/", "")) for each in found)
    right, missed = sum(each.is_right for each in found), sum(each.missed for each in found)
    rows = [[each.name, each.says, each.read, str(each.missed), str(each.invented)] for each in found]
    words = f"{right} of {len(found)} pictures right ({right / len(found):.1%}); {1 - missed / n:.1%} of {n} digits"
    insertions = sum(each.invented for each in found)
    header = ["", "says", "read as", "wrong or missing", "invented"]
    return f"{table('Several digits', header, rows)}\n\n{words}; {insertions} invented."
