"""A history remembers epochs, and writes them down."""

import csv
import json

import pytest

from tendigits import History, InputError

RECORDS = [
    {"epoch": 1, "validation_loss": 0.5, "validation_accuracy": 0.8},
    {"epoch": 2, "validation_loss": 0.3, "validation_accuracy": 0.9},
    {"epoch": 3, "validation_loss": 0.4, "validation_accuracy": 0.9},
]


def test_columns_best_and_last():
    history = History(RECORDS)
    assert history["validation_loss"] == [0.5, 0.3, 0.4]
    assert (len(history), history.best["epoch"], history.last["epoch"]) == (3, 2, 3)
    assert History(RECORDS[::-1]).best["epoch"] == 2, "at the same accuracy the lower loss, first or last"


def test_a_figure_that_no_epoch_has_is_an_error_unless_there_are_no_epochs():
    with pytest.raises(KeyError, match="train_los"):
        _ = History(RECORDS)["train_los"]
    assert History()["train_loss"] == []


def test_a_history_is_shown_by_its_last_epoch():
    assert repr(History(RECORDS[:1])) == (
        "History(1 epochs, last: epoch 1, validation_loss 0.5, validation_accuracy 0.8)"
    )
    assert repr(History()) == "History(0 epochs, last: none)"


def test_saves_csv_and_json(tmp_path):
    History(RECORDS).save(tmp_path / "h.csv")
    History(RECORDS).save(tmp_path / "h.json")
    with open(tmp_path / "h.csv", encoding="utf-8", newline="") as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    assert rows == RECORDS == json.loads((tmp_path / "h.json").read_text())


def test_an_empty_history_can_be_saved(tmp_path):
    History().save(tmp_path / "h.csv")
    assert (tmp_path / "h.csv").read_text().strip() == ""


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"\.csv or \.json"):
        History(RECORDS).save(tmp_path / "h.xls")


def test_a_history_whose_later_epochs_have_more_figures_is_saved(tmp_path):
    history = History([{"epoch": 1, "train_loss": 0.5}, {"epoch": 2, "train_loss": 0.4, "validation_accuracy": 0.9}])
    history.save(tmp_path / "h.csv")
    assert (tmp_path / "h.csv").read_text() == "epoch,train_loss,validation_accuracy\n1,0.5,\n2,0.4,0.9\n"
    assert history["validation_accuracy"] == [0.9]


def test_without_validation_no_epoch_is_the_best():
    with pytest.raises(InputError, match="validation data"):
        _ = History([{"epoch": 1, "train_loss": 0.5}]).best


def test_an_empty_history_has_no_last_epoch():
    with pytest.raises(InputError, match="empty"):
        _ = History().last
