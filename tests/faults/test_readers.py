"""The law of every reader, on a few hundred damaged files: a valid result or one sentence, never anything else."""

import random
import sys
import warnings
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from mutations import changed, mutated
from subjects import NEEDS, SUBJECTS, good_file, law, rewritten

CASES = 25  # of each reader and kind of damage; `python tests/faults/fuzz.py` tries tens of thousands


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_damaged_file_is_read_or_refused_in_a_sentence(tmp_path, name):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name], reason=f"{NEEDS[name]} is not installed")
    subject = SUBJECTS[name]
    good = good_file(subject, tmp_path)
    path = tmp_path / subject.name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case in range(CASES):
            path.write_bytes(mutated(good, random.Random(f"{name} {case}")))
            law(subject, path)


@pytest.mark.parametrize("name", [name for name, subject in SUBJECTS.items() if subject.metadata])
def test_odd_metadata_with_a_valid_checksum_are_refused_in_a_sentence(tmp_path, name):
    subject = SUBJECTS[name]
    good = good_file(subject, tmp_path)
    path = tmp_path / subject.name
    for case in range(2 * CASES):
        path.write_bytes(good)
        rewritten(path, lambda about, case=case: changed(about, random.Random(f"{name} {case}")))
        law(subject, path)
