"""Parameters and attributes that MLPClassifier's users rely on, and what only DigitClassifier has."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_digits, load_iris
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from tendigits import DigitClassifier, Distortion, InputError
from tendigits.estimator import classifier
from tendigits.nn.layers import Conv2D, ReLU, Sigmoid, Tanh
from tendigits.training.run import Run

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, y = load_iris(return_X_y=True)
IMAGES, DIGITS = load_digits(return_X_y=True)
IMAGES, DIGITS = IMAGES[:300] / 16, DIGITS[:300]


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_every_activation_is_that_of_mlp_classifier(activation):
    """The same weights in both give the same probabilities."""
    ours = DigitClassifier((6, 4), activation, max_iter=20, random_state=0).fit(X, y)
    theirs = MLPClassifier((6, 4), activation, max_iter=1, random_state=0).fit(X, y)
    theirs.coefs_, theirs.intercepts_ = ours.coefs_, ours.intercepts_
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-12)
    kinds = {"identity": set(), "logistic": {Sigmoid}, "tanh": {Tanh}, "relu": {ReLU}}[activation]
    assert {type(layer) for layer in ours.network_.layers[1::2]} - {type(ours.network_.layers[0])} == kinds


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_every_activation_learns(activation):
    model = DigitClassifier((20,), activation, learning_rate_init=0.02, max_iter=60, random_state=0).fit(IMAGES, DIGITS)
    assert model.score(IMAGES, DIGITS) > 0.97


def test_adams_parameters_reach_adam():
    plain = DigitClassifier(max_iter=3, random_state=0).fit(X, y)
    for name, value in (("beta_1", 0.5), ("beta_2", 0.5), ("epsilon", 0.1)):
        other = DigitClassifier(max_iter=3, random_state=0, **{name: value}).fit(X, y)
        assert not np.array_equal(other.coefs_[0], plain.coefs_[0])
    assert np.array_equal(DigitClassifier(max_iter=3, random_state=0, max_fun=7).fit(X, y).coefs_[0], plain.coefs_[0])


@pytest.mark.parametrize(
    "wrong",
    [{"activation": "sine"}, {"beta_1": 1.0}, {"beta_2": -0.1}, {"epsilon": 0.0}, {"max_fun": 0}, {"solver": "lbfgs"}],
)
def test_what_mlp_classifier_refuses_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        DigitClassifier(**wrong).fit(X, y)


def test_attributes_tell_the_shape_of_the_network():
    model = DigitClassifier((6, 4), max_iter=1).fit(X, y)
    assert (model.n_layers_, model.n_outputs_, model.out_activation_) == (4, 3, "softmax")


@pytest.mark.parametrize("make", [sparse.csr_array, sparse.csc_matrix, sparse.coo_array])
def test_sparse_rows_are_the_same_as_dense_ones(make):
    dense = DigitClassifier((8,), early_stopping=True, max_iter=5, random_state=0).fit(IMAGES, DIGITS)
    model = DigitClassifier((8,), early_stopping=True, max_iter=5, random_state=0).fit(make(IMAGES), DIGITS)
    np.testing.assert_array_equal(model.coefs_[0], dense.coefs_[0])
    np.testing.assert_array_equal(model.predict_proba(make(IMAGES)), dense.predict_proba(IMAGES))
    weighted = DigitClassifier((8,), max_iter=2, random_state=0).fit(make(IMAGES), DIGITS, np.arange(300) % 3)
    assert weighted.partial_fit(make(IMAGES), DIGITS).score(make(IMAGES), DIGITS) > 0


def test_a_convolutional_classifier_in_a_pipeline():
    conv = DigitClassifier((16,), conv="4x3 pool", workers=2, max_iter=25, learning_rate_init=0.03, random_state=0)
    model = make_pipeline(MinMaxScaler(), conv).fit(IMAGES, DIGITS)
    assert any(isinstance(layer, Conv2D) for layer in model[-1].network_.layers)
    assert model.score(IMAGES, DIGITS) > 0.9


def test_components_end_as_an_ordinary_network_over_all_features():
    model = DigitClassifier((32,), components=20, learning_rate_init=0.01, max_iter=60, random_state=0).fit(
        IMAGES, DIGITS
    )
    assert [W.shape for W in model.coefs_] == [(64, 32), (32, 10)]
    assert model.score(IMAGES, DIGITS) > 0.95
    spread = np.linalg.matrix_rank(model.coefs_[0])
    assert spread == 20


def test_components_stop_early_with_the_best_weights():
    options = {"components": 20, "learning_rate_init": 0.01, "early_stopping": True, "random_state": 0}
    model = DigitClassifier((32,), **options).fit(IMAGES, DIGITS)
    assert model.score(IMAGES, DIGITS) > 0.9
    assert max(model.validation_scores_) == model.best_validation_score_


def test_components_are_refused_where_they_cannot_be():
    with pytest.raises(ValueError, match="no 65 components"):
        DigitClassifier(components=65).fit(IMAGES, DIGITS)
    with pytest.raises(ValueError, match="partial_fit sees too little"):
        DigitClassifier(components=5).partial_fit(IMAGES, DIGITS, classes=range(10))
    with pytest.raises(ValueError, match=r"X.toarray\(\)"):
        DigitClassifier(components=5).fit(sparse.csr_array(IMAGES), DIGITS)


def test_distorted_images_in_the_classifier():
    distortion = Distortion(rotation=10)
    model = DigitClassifier((16,), distortion=distortion, max_iter=3, random_state=0).fit(IMAGES, DIGITS)
    plain = DigitClassifier((16,), max_iter=3, random_state=0).fit(IMAGES, DIGITS)
    assert not np.array_equal(model.coefs_[0], plain.coefs_[0])
    with pytest.raises(InputError, match="image_shape"):
        DigitClassifier(distortion=distortion).fit(IMAGES[:, :60], DIGITS)
    with pytest.raises(InputError, match=r"image of \(-8, -8\)"):
        DigitClassifier(distortion=distortion, image_shape=(-8, -8)).fit(IMAGES, DIGITS)
    wide = DigitClassifier((16,), distortion=distortion, image_shape=(6, 10), max_iter=1, random_state=0)
    assert wide.fit(IMAGES[:, :60], DIGITS).n_features_in_ == 60
    with pytest.raises(InputError, match="toarray"):
        DigitClassifier(distortion=distortion).fit(sparse.csr_array(IMAGES), DIGITS)


def test_every_class_keeps_an_example_to_train_on(monkeypatch):
    features = np.random.default_rng(0).normal(size=(1003, 4))
    labels = np.r_[np.repeat(np.arange(10), 100), 10, 11, 12]
    trained_on = []
    monkeypatch.setattr(
        classifier, "Run", lambda network, train, *rest: trained_on.append(train) or Run(network, train, *rest)
    )
    for seed in range(5):
        DigitClassifier(early_stopping=True, random_state=seed, max_iter=1).fit(features, labels)
        assert set(trained_on.pop()[1]) == set(range(13))
    with pytest.raises(InputError, match="The least populated classes"):
        DigitClassifier(early_stopping=True, validation_fraction=0.5).fit(features[:4], [0, 1, 2, 3])


def layouts(array):
    """The same values in other orders of memory."""
    yield np.asfortranarray(array)
    yield np.repeat(array, 2, axis=0)[::2]
    yield np.ascontiguousarray(array[:, ::-1])[:, ::-1]


def test_the_layout_changes_neither_bits_nor_batches():
    expected = DigitClassifier((8,), max_iter=2, random_state=0).fit(IMAGES, DIGITS)
    for other in layouts(IMAGES):
        model = DigitClassifier((8,), max_iter=2, random_state=0).fit(other, DIGITS)
        np.testing.assert_array_equal(model.coefs_[0], expected.coefs_[0])
        np.testing.assert_allclose(model.predict_proba(other), expected.predict_proba(IMAGES), atol=1e-12)
