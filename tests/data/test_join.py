"""Several data sets as one."""

from dataclasses import replace

import numpy as np
import pytest

from tendigits import InputError, Settings, fit, train_and_test
from tendigits.data.dataset import make_dataset
from tendigits.data.idx import NAMES
from tendigits.data.join import join
from tendigits.data.load import load


def dataset(name, n, labels=(0, 1, 2), side=4, seed=0):
    rng = np.random.default_rng(seed)
    parts = [part for _ in range(2) for part in (rng.integers(0, 256, (n, side, side), np.uint8), np.resize(labels, n))]
    return make_dataset(name, dict(zip(NAMES, [part.astype(np.uint8) for part in parts], strict=True)))


@pytest.fixture
def first():
    return dataset("first", 36)


@pytest.fixture
def second():
    return dataset("second", 60, seed=1)


def test_the_first_is_tested_on_and_all_are_trained_on(first, second):
    joined = join([first, second])
    assert joined.name == "first+second"
    assert joined.n_added == 60
    np.testing.assert_array_equal(joined.test_images, first.test_images)
    np.testing.assert_array_equal(joined.train_images[:36], first.train_images)
    np.testing.assert_array_equal(joined.train_labels[36:], second.train_labels)


def test_the_digest_is_of_all_images(first, second):
    assert len({join(each).digest for each in ([first], [second], [first, second], [second, first])}) == 4
    assert join([first, second]).digest == join([first, second]).digest


def test_one_alone_stays_as_it_is(first):
    assert join([first]) is first


def test_joined_ones_can_be_joined(first, second):
    joined = join([join([first, second]), second])
    assert joined.n_added == 120
    assert joined.name == "first+second+second"


def test_classes_must_fit(first):
    with pytest.raises(InputError, match=r"letters does not go with first. These labels are not among the 3.*: 7"):
        join([first, dataset("letters", 10, labels=(0, 7))])
    assert join([first, dataset("fewer", 10, labels=(0, 2))]).classes.tolist() == [0, 1, 2]


def test_images_must_fit(first):
    with pytest.raises(InputError, match="large holds images of 5 × 5 pixels, but first of 4 × 4"):
        join([first, dataset("large", 10, side=5)])


def test_nothing_to_join():
    with pytest.raises(InputError, match="no data set to join"):
        load()


def test_only_the_first_is_validated_on(first, second, monkeypatch):
    seen = {}

    def noted(network, train, validation, *args, **kwargs):
        seen.update(train=train[0], validation=validation[0])
        return fit(network, train, validation, *args, **kwargs)

    monkeypatch.setattr("tendigits.experiments.train_and_test.fit", noted)
    white = replace(second, train_images=np.full_like(second.train_images, 255))
    result = train_and_test(join([first, white]), Settings(epochs=1, batch_size=8), hidden=[4], n_validation=30)
    assert [(seen[part].min(axis=(1, 2)) == 255).sum() for part in ("train", "validation")] == [60, 0]
    data = result.network.info["data"]
    assert (data["name"], data["train"], data["validation"], data["test"]) == ("first+second", 66, 30, 36)


def test_more_cannot_be_held_out_than_the_first_has(first, second):
    with pytest.raises(InputError, match="36 validation images cannot be held out of 36"):
        train_and_test(join([first, second]), Settings(epochs=1, batch_size=8), n_validation=36)
