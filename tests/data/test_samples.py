"""The digits in the package: few, small, and MNIST's."""

import numpy as np

from tendigits.data.samples import PATH, sample_digits


def test_there_are_218_digits_of_all_classes_in_little_space():
    samples = sample_digits()
    assert samples.test_images.shape == (218, 28, 28)
    assert np.bincount(samples.test_labels).min() >= 15
    assert PATH.stat().st_size < 60_000


def test_they_are_of_mnists_test_set(real_mnist):
    known = {
        image.tobytes(): label for image, label in zip(real_mnist.test_images, real_mnist.test_labels, strict=True)
    }
    samples = sample_digits()
    for image, label in zip(samples.test_images, samples.test_labels, strict=True):
        assert known[image.tobytes()] == label


def test_the_network_in_the_box_misreads_some(reader):
    samples = sample_digits()
    assert 8 <= (reader.predict(samples.test_images) != samples.test_labels).sum() < 15
