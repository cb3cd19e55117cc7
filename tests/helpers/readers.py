"""The draw page that most tests look at: the network in the box, with the best data at hand."""

import pytest

from tendigits import load_pretrained
from tendigits.pages.draw.page import draw


@pytest.fixture(scope="session")
def mnist_or_digits(request, digits):
    """The real MNIST where it is at hand, else the bundled digits."""
    try:
        return request.getfixturevalue("real_mnist")
    except pytest.skip.Exception:
        return digits


@pytest.fixture(scope="session")
def reader():
    """The network in the box."""
    return load_pretrained()


@pytest.fixture(scope="session")
def page(reader, mnist_or_digits):
    """Its draw page."""
    return draw(reader, mnist_or_digits)
