"""The history of a training run: one record per epoch."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

from .._util.files import replacing
from ..errors import InputError

Record = dict[str, float]


class History:
    """The records of a run, one per epoch, oldest first.

    A record holds epoch, learning_rate (of its last step), train_loss, train_accuracy, seconds, and, if there is
    validation data, validation_loss and validation_accuracy. Losses are mean cross-entropies in nats, accuracies run
    from 0 to 1. The training figures are means over the epoch's batches, each measured before the batch's update.
    train_accuracy counts every example once; train_loss and the validation figures weight them, if weights are given.

    Parameters
    ----------
    records : list of dict, optional
        The records to start with.

    Examples
    --------
    >>> history = History([{"epoch": 1, "train_loss": 0.5}, {"epoch": 2, "train_loss": 0.25}])
    >>> history["train_loss"]
    [0.5, 0.25]
    >>> history
    History(2 epochs, last: epoch 2, train_loss 0.25)

    """

    def __init__(self, records: list[Record] | None = None) -> None:
        self.records = records or []

    def __repr__(self) -> str:
        last = ", ".join(f"{name} {value:.4g}" for name, value in self.last.items()) if self.records else "none"
        return f"History({len(self)} epochs, last: {last})"

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def __getitem__(self, name: str) -> list[float]:
        """Return one figure for all epochs that have it, such as history["validation_loss"]; KeyError if none has."""
        figures = [record[name] for record in self.records if name in record]
        if self.records and not figures:
            raise KeyError(name)
        return figures

    @property
    def last(self) -> Record:
        """The newest record."""
        return self._some()[-1]

    @property
    def best(self) -> Record:
        """The record with the highest validation accuracy; among equals, the one with the lowest validation loss.

        Raises InputError if no epoch was validated.
        """
        validated = [record for record in self._some() if "validation_accuracy" in record]
        if not validated:
            raise InputError("No epoch was validated, so none is known to be the best: give fit validation data.")
        return max(validated, key=lambda r: (r["validation_accuracy"], -r["validation_loss"]))

    def _some(self) -> list[Record]:
        if not self.records:
            raise InputError("The history is empty: no epoch has been completed.")
        return self.records

    def save(self, path: Path | str) -> None:
        """Write the records to a file.

        Parameters
        ----------
        path : path-like
            A .csv or .json file, written whole or not at all.

        Raises
        ------
        InputError
            If the file's suffix is another.

        """
        writers = {".csv": self._csv, ".json": self._json}
        suffix = Path(path).suffix.lower()
        if suffix not in writers:
            raise InputError(f"A history is saved as .csv or .json, not {str(path)!r}.")
        with replacing(path) as file:
            file.write(writers[suffix]().encode())

    def _json(self) -> str:
        return json.dumps(self.records, indent=1) + "\n"

    def _csv(self) -> str:
        text = io.StringIO()
        names = list(dict.fromkeys(name for record in self.records for name in record))  # of all: some may have more
        writer = csv.DictWriter(text, fieldnames=names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.records)
        return text.getvalue()
