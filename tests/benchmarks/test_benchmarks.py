"""The benchmarks, in a tiny form and without peers; how long anything takes is asserted nowhere."""

import json
import sys
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from drawing import drawn
from PIL import Image

from tendigits import DataUnavailable

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not (ROOT / "benchmarks").is_dir(), reason="the benchmarks are in the repository alone")


@pytest.fixture
def module(monkeypatch):
    """Import a module of the benchmarks, which are run from the repository and never installed."""
    monkeypatch.syspath_prepend(ROOT)
    return lambda name: import_module(f"benchmarks.{name}")


@pytest.fixture
def arrays(digits):
    """A little data in the benchmarks' own form: enough for twenty steps of 128."""
    parts = ("train_images", "train_labels", "test_images", "test_labels")
    found = {part: getattr(digits, part) for part in parts}
    flat = {part: array.reshape(len(array), -1) if array.ndim > 1 else array for part, array in found.items()}
    return {part: np.resize(array, (3000, *array.shape[1:])) for part, array in flat.items()}


@pytest.fixture
def bench(module, arrays, monkeypatch):
    """Run `python -m benchmarks` on the little data, with one peer that is nowhere installed."""
    main = module("__main__")
    contestants = module("contestants")
    absent = contestants.Entry("Keras", "keras:Model", ("no_such_package",))
    for entries in (contestants.TRAINING, contestants.CONTESTANTS):
        monkeypatch.setitem(entries, "keras", absent)
    monkeypatch.setattr(main, "choose_kernels", lambda environ: None)
    monkeypatch.setattr(main, "Options", partial(main.Options, n=1280))
    monkeypatch.setattr(module("problem"), "load_data", lambda: ("digits", arrays))
    monkeypatch.setattr(module("team"), "PAUSE", 0)
    names = ("tendigits", "numpy", "products", "keras")
    chosen = [text for name in names for text in ("--contestant", name)]
    return lambda *options: CliRunner().invoke(
        main.main, [*chosen, "--threads", "1", "--repeats", "1", "--quick", *options], catch_exceptions=False
    )


@pytest.mark.slow
def test_it_measures_prints_and_writes(bench, tmp_path):
    path = tmp_path / "results.json"
    done = bench("--only", "epoch", "--only", "predict", "--only", "sweep", "--json", str(path))
    assert done.exit_code == 0
    for words in ("One SGD epoch, batch 128", "Predicting: one image", "Hidden units", "Goals", "Data: digits"):
        assert words in done.output
    assert "keras: absent: no_such_package not installed" in done.output
    results = json.loads(path.read_text())
    assert set(results["epoch"]["batches"]["128"]) == {"tendigits", "numpy", "products"}
    assert results["epoch"]["batches"]["128"]["tendigits"]["check"]["difference"] < 1e-4


def test_who_computes_something_else_is_dismissed(module):
    epoch = module("epoch")
    right = {"loss": 2.30001, "expected": 2.3, "difference": 1e-6}
    assert epoch.agrees(right)
    assert not epoch.agrees(right | {"loss": 2.31})
    assert not epoch.agrees(right | {"difference": 1e-2})
    assert not epoch.agrees(right | {"loss": float("nan")})


def test_a_worker_that_dies_is_noted_and_the_others_go_on(module, arrays, tmp_path, monkeypatch):
    problem, team = module("problem"), module("team")
    problem.write_data(tmp_path, arrays)
    monkeypatch.setattr(team, "PAUSE", 0)
    with team.Team(["numpy", "products"], [1], tmp_path) as both:
        answers = list(both.ask_each("no_such_request", [("numpy", 1)]))
        assert answers == []
        assert "AttributeError" in both.notes["numpy"]
        assert list(both.workers) == [("products", 1)]


@pytest.mark.parametrize("kind", ["Distort", "Convolve"])
def test_an_epoch_of_pictures_runs(module, arrays, kind):
    problem = module("problem").Problem(arrays["train_images"][:8], arrays["train_labels"][:8], 128, 4, 0.1)
    contestant = getattr(module("contestants.pictures_tendigits"), kind)(1)
    contestant.prepare(problem)
    contestant.epoch()


def test_a_whole_process_is_measured_from_outside(module):
    found = module("cold").run([sys.executable, "-c", "print('Test accuracy: 98.50% of 10,000 images')"])
    assert found["accuracy"] == 98.5
    assert found["seconds"] > 0
    assert found["megabytes"] > 1
    with pytest.raises(module("cold").Broken, match="no data"):
        module("cold").run([sys.executable, "-c", "raise SystemExit('no data')"])


def test_a_goal_is_met_or_missed(module):
    goals = module("goals")
    found = {"imports": {"numpy": {"median": 1.0}, "tendigits": {"median": 1.2}}, "training": {}}
    (goal,) = goals.goals({"cold": found})
    assert goal.measured == pytest.approx(1.2)
    assert not goal.met
    assert "missed" in goals.goal_table([goal])


# Real handwriting


@pytest.fixture
def handwriting(tmp_path):
    """A folder of two drawn sevens, one of them blank by mistake, and a few digits as USPS keeps them."""
    (tmp_path / "single").mkdir()
    for name, gray in {"a.png": drawn(), "b.png": np.full((30, 30), 200, np.uint8)}.items():
        Image.fromarray(gray).save(tmp_path / "single" / name)
    (tmp_path / "single.csv").write_text("file,label,kind,group,note\na.png,7,scan,g1,\nb.png,7,photo,g1,\n")
    np.savez(tmp_path / "usps_test.npz", images=255 - drawn(size=(16, 16), side=16, width=2)[np.newaxis], labels=[7])
    return tmp_path


def test_real_handwriting_is_measured_kind_by_kind(handwriting, module, monkeypatch):
    def unavailable():
        raise DataUnavailable("none here")

    monkeypatch.setattr(module("handwriting"), "load_mnist", unavailable)
    sheet = handwriting / "misread.png"
    done = CliRunner().invoke(module("__main__").main, ["handwriting", str(handwriting), "--contact-sheet", str(sheet)])
    assert done.exit_code == 0, done.output
    for line in ("scan 1 1 100.0%", "photo 1 0 0.0%", "scan, squared 1 1 100.0%", "USPS test 1 1 100.0%"):
        assert line in [" ".join(row.split()) for row in done.output.splitlines()]
    with Image.open(sheet) as image:
        assert image.width > 100


def test_numbers_are_compared_digit_by_digit(module):
    numbers = module("numbers")
    assert numbers.edits("1234", "1234") == (0, 0)
    assert numbers.edits("1234", "134") == (1, 0)
    assert numbers.edits("1234", "12934") == (0, 1)
    assert numbers.edits("1234", "1784") == (2, 0)
    assert numbers.edits("", "5") == (0, 1)
    assert numbers.digits(["(text) 01", "", "2 x 3"]) == "01/23"


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore:.*batch_size")
def test_the_classifier_beside_scikit_learns(module):
    classifier = module("classifier")
    sizes = {"tiny": (60, 5, 3)}
    rows = list(classifier.fitting(sizes, rounds=1))
    assert [row[:2] for row in rows] == [["tiny", layout] for layout in ("C", "Fortran", "strided", "reversed")]
    assert all(float(ratio) > 0 for row in rows for ratio in row[2:])
    ((name, *ratios),) = classifier.predicting(sizes, rounds=2)
    assert (name, len(ratios)) == ("tiny", 2)
