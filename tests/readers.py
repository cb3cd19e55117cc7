"""A network that reads handwriting, with the data it was trained on, for tests of the draw page."""

import pytest

from tendigits import Settings, train_and_test
from tendigits.page import draw


@pytest.fixture(scope="session")
def mnist_or_digits(request, digits):
    """The real MNIST where it is at hand, else the bundled digits."""
    try:
        return request.getfixturevalue("real_mnist")
    except pytest.skip.Exception:
        return digits


@pytest.fixture(scope="session")
def reader(mnist_or_digits):
    """A 784-128-10 network, trained for a few seconds."""
    epochs = 6 if len(mnist_or_digits.train_labels) > 10_000 else 30
    return train_and_test(mnist_or_digits, Settings(epochs=epochs), progress=False).network


@pytest.fixture(scope="session")
def page(reader, mnist_or_digits):
    """Its draw page."""
    return draw(reader, mnist_or_digits)
