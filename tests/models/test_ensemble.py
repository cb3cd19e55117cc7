"""An ensemble answers with the mean of its members, is saved whole, and is not trained."""

import numpy as np
import pytest

from tendigits import InputError, Network, fit
from tendigits.models.builder import architecture


def three(n_in=6):
    return [Network([n_in, 4, 3], seed=seed) for seed in range(3)]


def test_an_ensemble_answers_with_the_mean_and_is_saved_whole(tmp_path):
    members = three()
    together = Network.ensemble(members)
    x = np.random.default_rng(0).random((5, 6)).astype(np.float32)
    expected = np.mean([member.forward(x) for member in members], axis=0)
    np.testing.assert_allclose(together.forward(x), expected, rtol=1e-6)
    assert not any(np.shares_memory(member.params, together.params) for member in members)
    assert together.sizes == [6, 3]
    assert len(together.weights) == 6
    together.save(tmp_path / "ensemble.npz")
    loaded = Network.load(tmp_path / "ensemble.npz")
    np.testing.assert_array_equal(loaded.logits(x), together.logits(x))
    assert loaded.spec == [["Ensemble", *(member.spec for member in members)]]


def test_its_members_are_views_of_its_parameters():
    together = Network.ensemble(three())
    together.params[...] = 0
    assert not any(member.params.any() for member in together.members)


def test_it_is_not_trained(digits):
    together = Network.ensemble([Network([784, 10]), Network([784, 10])])
    with pytest.raises(InputError, match="train its members"):
        fit(together, (digits.train_images, digits.train_labels))


def test_it_has_no_layers_of_its_own():
    with pytest.raises(InputError, match="no layers of its own"):
        Network.ensemble(three()).layers  # noqa: B018


def test_an_ensemble_of_nothing_or_of_strangers():
    for nothing in ([], Network([6, 3]), ["a.npz"]):
        with pytest.raises(InputError, match="a network or more, in a list"):
            Network.ensemble(nothing)
    assert len(Network.ensemble(network for network in three()).members) == 3
    other = Network([6, 3])
    other.classes = np.array([2, 1, 0])
    with pytest.raises(InputError, match="same classes"):
        Network.ensemble([Network([6, 3]), other])
    with pytest.raises(InputError, match="must agree in inputs"):
        Network.ensemble([Network([6, 3]), Network([5, 3])])


def test_convolutional_members():
    members = [Network(architecture((8, 8), 3, hidden=4, conv="2x3"), seed=seed) for seed in range(2)]
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8), dtype=np.uint8)
    expected = np.mean([member.logits(images) for member in members], axis=0)
    np.testing.assert_allclose(Network.ensemble(members).logits(images), expected, rtol=1e-5)
