"""Which images are held out: of each class its share, and whole writers where these are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tendigits.data.splits import hold_out, stratified_split
from tendigits.errors import InputError


@given(st.lists(st.integers(0, 5), min_size=1, max_size=200), st.data(), st.integers(0, 99))
def test_stratified_split_holds_out_of_each_class_its_share(labels, draw, seed):
    labels = np.array(labels)
    n_held_out = draw.draw(st.integers(0, len(labels) - len(np.unique(labels))))
    train, held_out = stratified_split(labels, n_held_out, np.random.default_rng(seed))
    assert len(held_out) == n_held_out
    np.testing.assert_array_equal(np.sort(np.concatenate([train, held_out])), np.arange(len(labels)))
    assert (np.diff(train) > 0).all()
    assert (np.diff(held_out) > 0).all()
    assert set(labels[train]) == set(labels), "every class keeps an image to train on"
    counts = np.bincount(labels)
    exact = counts * n_held_out / len(labels)
    if (np.ceil(exact) < counts)[counts > 0].all():
        assert (np.abs(np.bincount(labels[held_out], minlength=len(exact)) - exact) < 1).all()
    for again, before in zip(
        stratified_split(labels, n_held_out, np.random.default_rng(seed)), (train, held_out), strict=True
    ):
        np.testing.assert_array_equal(again, before)


def test_stratified_split_depends_on_the_generator():
    labels = np.repeat(np.arange(10), 100)
    first, second = (stratified_split(labels, 100, np.random.default_rng(seed))[1] for seed in (0, 1))
    assert not np.array_equal(first, second)


def test_stratified_split_never_takes_the_only_image_of_a_class():
    labels = np.r_[np.repeat(np.arange(10), 100), 10, 11, 12]
    kept, held_out = stratified_split(labels, 101, np.random.default_rng(0))
    assert len(held_out) == 101
    assert set(labels[kept]) == set(range(13))
    with pytest.raises(InputError, match=r"Cannot hold out 1 of 3 images of 3 classes: .* The least populated classes"):
        stratified_split(np.arange(3), 1, np.random.default_rng(0))


@pytest.mark.parametrize("n_held_out", [-1, 10, 11])
def test_stratified_split_leaves_some_to_train_on(n_held_out):
    with pytest.raises(InputError, match=f"Cannot hold out {n_held_out} of 10 images: some must be left"):
        stratified_split(np.arange(10), n_held_out, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("counts", "n_held_out", "held_out"),
    [
        ([5, 3, 2], 4, [2, 1, 1]),  # 2.0, 1.2 and 0.8
        ([5, 3, 2], 3, [1, 1, 1]),  # 1.5, 0.9 and 0.6
        ([3, 7], 4, [1, 3]),  # 1.2 and 2.8
        ([7, 3], 4, [3, 1]),
        ([2, 11], 5, [1, 4]),  # 0.8 and 4.2
        ([20] + 30 * [1], 19, [19] + 30 * [0]),  # the only image of a class is never taken
    ],
)
def test_the_largest_remainders_give_one_more(counts, n_held_out, held_out):
    labels = np.repeat(np.arange(len(counts)), counts)
    _, index = stratified_split(labels, n_held_out, np.random.default_rng(0))
    assert np.bincount(labels[index], minlength=len(counts)).tolist() == held_out


def test_a_sixth_is_held_out_to_test_on_the_same_every_time():
    labels = np.arange(36) % 2
    kept, held_out = hold_out(labels, None, "the folder")
    assert np.bincount(labels[held_out]).tolist() == [3, 3]
    np.testing.assert_array_equal(np.sort(np.r_[kept, held_out]), np.arange(36))
    assert held_out.tolist() == [3, 4, 11, 21, 30, 34], (
        "in every version, so that a network is never tested on what it was trained on"
    )


def test_at_least_one_image_is_held_out_and_none_that_is_the_only_one_of_its_class():
    assert hold_out(np.array([7, 7, 8]), None, "the folder")[1].item() in (0, 1)
    with pytest.raises(InputError, match="the folder holds 3 images, too few"):
        hold_out(np.array([1, 2, 3]), None, "the folder")
    with pytest.raises(InputError, match="too few"):  # two are wanted, and one must stay
        hold_out(np.r_[1, 1, 2:12], None, "the folder")


def test_of_twelve_writers_two_are_held_out_with_all_they_wrote():
    labels, writers = np.tile([0, 1], 12), np.repeat([f"writer {i}" for i in range(12)], 2)
    kept, held_out = hold_out(labels, writers, "the folder")
    assert len(set(writers[held_out])) == 2
    assert not set(writers[held_out]) & set(writers[kept])


def test_of_two_writers_one_is_held_out():
    labels, writers = np.tile([0, 1], 6), np.array([*"aabbbbbbbbbb"])
    assert set(writers[hold_out(labels, writers, "the folder")[1]]) == {"a"}


def test_writers_are_chosen_whose_digits_come_nearest_to_a_sixth_of_each_class():
    labels = np.array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    writers = np.array([*"aabbccccdddd", *"abbbcd"])
    assert set(writers[hold_out(labels, writers, "the folder")[1]]) == {"a"}


def test_a_writer_is_kept_who_alone_wrote_a_class():
    labels, writers = np.array([0, 1, 0, 0, 0, 0, 0, 0]), np.array([*"aabbbccc"])
    assert set(writers[hold_out(labels, writers, "the folder")[1]]) <= {"b", "c"}


@pytest.mark.parametrize("writers", [[*"aaaaaabbbbbb"], ["the same"] * 12])
def test_single_images_are_held_out_where_no_writer_can_be(writers):
    labels = np.repeat([0, 1], 6)
    _, held_out = hold_out(labels, np.array(writers), "the folder")
    assert labels[held_out].tolist() == [0, 1]
