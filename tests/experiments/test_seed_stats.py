"""Honest scores: every seed counts, none takes another with it, and luck is called luck."""

import json

import numpy as np
import pytest
from commands import failed, tendigits
from scipy import stats
from training import Killer

from tendigits import InputError, Settings, train_and_test
from tendigits._util import progress
from tendigits.experiments import seed_stats as scores
from tendigits.experiments.seed_stats import Comparison, Scores, compare, mean_interval, score

QUICK = Settings(epochs=2)
OPTIONS = {"hidden": (8,), "progress": False}


def of(*accuracies):
    return Scores(dict(enumerate(accuracies)), {})


# one way to train


def test_each_seed_scores_what_it_scores_alone(digits):
    result = score(digits, QUICK, seeds=[3, 1], **OPTIONS)
    alone = {seed: train_and_test(digits, QUICK, seed=seed, **OPTIONS).evaluation.accuracy for seed in (1, 3)}
    assert result == Scores(alone, {})
    assert list(result.accuracies) == [1, 3]


def test_in_parallel_the_scores_are_the_same(digits):
    assert score(digits, QUICK, seeds=range(3), jobs=2, **OPTIONS) == score(digits, QUICK, seeds=range(3), **OPTIONS)


def test_a_seed_that_fails_is_named_and_the_others_keep_their_results(digits, monkeypatch):
    def unlucky(dataset, settings, *, seed, **options):
        if seed == 1:
            raise MemoryError("no room")
        return train_and_test(dataset, settings, seed=seed, **options)

    monkeypatch.setattr(scores, "train_and_test", unlucky)
    result = score(digits, QUICK, seeds=range(3), **OPTIONS)
    assert set(result.accuracies) == {0, 2}
    assert result.failures == {1: "MemoryError: no room"}
    assert result.mean == np.mean(list(result.accuracies.values()))


@pytest.mark.slow
def test_a_killed_process_costs_no_other_seed_its_result(digits):
    fated = train_and_test(digits, QUICK, seed=1, **OPTIONS).history.records[0]["train_loss"]
    result = score(digits, QUICK, seeds=range(4), jobs=2, callbacks=[Killer(fated)], **OPTIONS)
    assert set(result.accuracies) == {0, 2, 3}
    assert set(result.failures) == {1}
    assert result.failures[1].startswith("TerminatedWorkerError: ")


def test_settings_that_no_seed_could_save_are_an_error(digits):
    with pytest.raises(InputError, match="larger than the data"):
        score(digits, Settings(batch_size=5000), **OPTIONS)


def test_a_bar_counts_the_seeds(digits, capsys, monkeypatch):
    monkeypatch.setattr(progress, "DELAY", 0)
    score(digits, QUICK, seeds=range(2), hidden=(8,), progress=True)
    assert "score" in capsys.readouterr().err


def test_mean_spread_and_interval_are_the_textbooks():
    values = [0.97, 0.975, 0.972, 0.969, 0.976]
    result = of(*values)
    assert result.mean == pytest.approx(0.9724)
    assert result.sd == pytest.approx(np.std(values, ddof=1))
    expected = stats.t.interval(0.95, 4, loc=np.mean(values), scale=stats.sem(values))
    assert result.interval == pytest.approx(expected)
    assert mean_interval(values, 0.5) == pytest.approx(stats.t.interval(0.5, 4, np.mean(values), stats.sem(values)))


def test_an_accuracy_stays_between_0_and_1():
    assert of(0.999, 0.9, 1.0).interval[1] == 1
    assert of(0.0, 0.1).interval[0] == 0


def test_too_few_seeds_have_no_spread():
    assert (of(0.9).mean, of(0.9).sd, of(0.9).interval) == (0.9, None, None)
    assert (of().mean, of().sd, of().interval) == (None, None, None)


# two ways to train


def test_the_comparison_is_the_paired_t_test():
    ours, theirs = [0.97, 0.975, 0.972, 0.969], [0.968, 0.974, 0.968, 0.97]
    comparison, expected = compare(of(*ours), of(*theirs)), stats.ttest_rel(ours, theirs)
    assert comparison.p_value == pytest.approx(expected.pvalue)
    assert comparison.interval == pytest.approx(tuple(expected.confidence_interval(0.95)))


def test_only_seeds_that_both_have_are_compared():
    ours, theirs = Scores({0: 0.9, 1: 0.8, 3: 0.7}, {2: "lost"}), Scores({1: 0.7, 2: 0.6, 3: 0.7}, {0: "lost"})
    assert compare(ours, theirs).differences == pytest.approx({1: 0.1, 3: 0})


@pytest.mark.parametrize(
    ("differences", "words"),
    [
        ([0.010, 0.011, 0.009], "The first is better by 1.00 percentage points (95 % interval 0.75 to 1.25"),
        ([0.010, 0.011, 0.009], "more than luck."),
        ([-0.010, -0.011, -0.009], "The second is better by 1.00 percentage points (95 % interval 0.75 to 1.25"),
        (
            [0.01, -0.02, 0.03],
            "The first scored 0.67 percentage points higher (95 % interval -5.58 to 6.92, p = 0.69): ",
        ),
        ([0.01, -0.02, 0.03], "no more than luck can explain."),
        ([-0.01, 0.02, -0.03], "The second scored 0.67 percentage points higher (95 % interval -5.58 to 6.92"),
        ([0.0, 0.0], "The two do equally well."),
        ([0.01, -0.01], "The two do equally well."),
        ([0.01], "nothing can be said about luck"),
        ([], "nothing can be said about luck"),
    ],
)
def test_the_verdict_in_words(differences, words):
    assert words in Comparison(dict(enumerate(differences))).verdict


def test_luck_is_rarely_taken_for_more():
    rng = np.random.default_rng(0)
    found = [Comparison(dict(enumerate(rng.normal(0, 0.01, 5)))).p_value < 0.05 for _ in range(2000)]
    assert np.mean(found) == pytest.approx(0.05, abs=0.015)


# the command

COMMAND = ["score", "--data", "digits", "--hidden", "8", "--epochs", "8", "--batch-size", "64"]


def test_the_command_compares(tmp_path):
    well = ["score", "--data", "digits", "--hidden", "64", "--epochs", "3", "--batch-size", "32", "--optimizer", "adam"]
    both = [*well, "--seeds", "3", "--against", "--learning-rate 1e-9"]  # which learns nothing
    told = tendigits(*both, cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    verdict = told.stdout.splitlines()[-1]
    assert verdict.startswith("The first is better by ")
    assert verdict.endswith(": more than luck.")
    assert told.stdout.count("over 3 seeds (95 % interval of the mean") == 2
    facts = json.loads(tendigits(*both, "--json", cwd=tmp_path).stdout)
    assert facts["difference"]["verdict"] == verdict
    assert facts["difference"]["p_value"] < 0.05
    assert facts["mean"] == pytest.approx(np.mean(list(facts["accuracies"].values())))
    assert facts["difference"]["by_seed"]["1"] == pytest.approx(
        facts["accuracies"]["1"] - facts["against"]["accuracies"]["1"]
    )


def test_the_command_does_not_take_luck_for_more(tmp_path, monkeypatch):
    ways = iter([of(0.97, 0.95, 0.96), of(0.96, 0.97, 0.94)])

    def scored(*args, jobs, **options):
        assert jobs == 2
        return next(ways)

    monkeypatch.setattr("tendigits.cli.score.score_seeds", scored)
    verdict = tendigits(*COMMAND, "--jobs", "2", "--against", "", cwd=tmp_path).stdout.splitlines()[-1]
    assert verdict.startswith("The first scored 0.33 percentage points higher (95 % interval ")
    assert verdict.endswith(": no more than luck can explain.")


def test_what_against_does_not_name_stays(tmp_path):
    facts = json.loads(tendigits(*COMMAND, "--seeds", "2", "--against", "", "--json", cwd=tmp_path).stdout)
    assert facts["difference"]["by_seed"] == {"0": 0, "1": 0}
    assert list(tmp_path.iterdir()) == []


def test_no_hidden_layer_may_be_compared_as_well(tmp_path):
    told = tendigits(*COMMAND, "--hidden", "none", "--seeds", "2", "--against", "--optimizer adam", cwd=tmp_path)
    assert told.returncode == 0, told.stderr


def test_one_seed_says_what_it_lacks(tmp_path):
    assert "train with more" in tendigits(*COMMAND, "--seeds", "1", cwd=tmp_path).stdout


def test_failed_seeds_end_with_status_1(tmp_path):
    result = tendigits(*COMMAND, "--learning-rate", "1e20", "--seeds", "2", "--json", cwd=tmp_path)
    assert failed(result, 1, "Seed 0 failed: Diverged", "Seed 1 failed: Diverged")
    facts = json.loads(result.stdout)
    assert facts["mean"] is None
    assert set(facts["failures"]) == {"0", "1"}


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["--seeds", "0"], "--seeds"),
        (["--jobs", "0"], "--jobs"),
        (["--batch-size", "100000"], "larger than the data"),
        (["--against", "--optimizer magic"], "magic"),
        (["--against", "--data mnist"], "--data"),
        (["--against", "'"], "cannot be read"),
        (["--against", "--epochs 0"], "epochs must be at least 1"),
    ],
)
def test_bad_usage_ends_with_status_2(tmp_path, arguments, fragment):
    assert failed(tendigits(*COMMAND, *arguments, cwd=tmp_path), 2, fragment)


def test_they_are_shown_by_their_means():
    assert repr(of(0.97, 0.98)) == "Scores(2 seeds, mean 97.50%, sd 0.71%)"
    assert repr(Scores({}, {3: "MemoryError"})) == "Scores(0 seeds, 1 failed)"
    assert repr(compare(of(0.97), of(0.96))) == ("Comparison(Fewer than two seeds: nothing can be said about luck.)")
