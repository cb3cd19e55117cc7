"""A model knows what its pixels are divided by: 255 if it was trained on pixels, 1 if it took features as they are."""

import warnings

import numpy as np
import pytest
from training import SETTINGS, corners

from tendigits import DigitClassifier, InputError, Network, export, fit, load_pretrained
from tendigits.models.convert.safetensors import from_safetensors


def trained_on(kind):
    """A network trained on images made by `kind` out of uint8 pixels, and such images."""
    (images, labels), _ = corners()
    network = Network([16, 8, 3], seed=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit(network, (kind(images), labels), settings=SETTINGS)
    return network, images


def test_pixels_are_divided_and_floats_taken_as_they_are():
    assert trained_on(lambda images: images)[0].divisor == 255
    for floats in (lambda images: images / 255, lambda images: images.astype(np.float32)):
        assert trained_on(floats)[0].divisor == 1


def test_pixels_and_shares_of_255_are_read_alike():
    network, images = trained_on(lambda images: images)
    np.testing.assert_allclose(network.predict_proba(images), network.predict_proba(images / 255), atol=1e-6)


def test_a_network_of_features_takes_integers_as_they_are():
    network, images = trained_on(lambda images: images.astype(np.float32))
    np.testing.assert_array_equal(network.predict_proba(images), network.predict_proba(images.astype(np.float32)))


@pytest.mark.parametrize("method", ["logits", "predict", "predict_proba"])
def test_floats_up_to_255_are_refused_where_pixels_are_divided(method):
    network, images = trained_on(lambda images: images)
    with pytest.raises(InputError, match=r"images / 255"):
        getattr(network, method)(images.astype(float))
    with pytest.raises(InputError, match=r"images / 255"):
        getattr(load_pretrained(), method)(np.full((1, 28, 28), 3.0))
    with pytest.raises(InputError, match=r"images / 255"):
        fit(network, (images.astype(float), np.zeros(200, int)), settings=SETTINGS)


@pytest.mark.parametrize("shape", [(200, 4, 4), (200, 16)])
def test_training_on_floats_up_to_255_is_warned_of(shape):
    images, labels = corners()[0]
    with pytest.warns(UserWarning, match=r"images / 255"):
        fit(Network([16, 8, 3]), (images.reshape(shape).astype(float), labels), settings=SETTINGS)


@pytest.mark.filterwarnings("error")
def test_features_beyond_2_are_no_pixels():
    labels = corners()[0][1]
    features = 3 * np.random.default_rng(0).standard_normal((200, 16))
    fit(Network([16, 8, 3]), (features, labels), settings=SETTINGS)
    DigitClassifier((8,), max_iter=200, tol=1, random_state=0).fit(200 + features, labels)


def test_training_and_validation_images_must_be_alike():
    (images, labels), (held_out, truth) = corners()
    with pytest.raises(InputError, match="must be alike"):
        fit(Network([16, 8, 3]), (images / 255, labels), (held_out, truth), settings=SETTINGS)
    with pytest.raises(InputError, match=r"images / 255"):
        fit(load_pretrained(), (np.zeros((9, 784)) + 9, np.zeros(9, int)), settings=SETTINGS)


@pytest.mark.parametrize("kind", [lambda images: images, lambda images: images / 255])
def test_it_is_saved_copied_and_exported(tmp_path, kind):
    from copy import deepcopy

    network, images = trained_on(kind)
    network.save(tmp_path / "m.npz")
    copies = [Network.load(tmp_path / "m.npz"), deepcopy(network), Network.ensemble([network, network])]
    pytest.importorskip("safetensors")
    export(network, tmp_path / "m.safetensors", to="safetensors")
    for other in (*copies, from_safetensors(tmp_path / "m.safetensors")):
        assert other.divisor == network.divisor
        np.testing.assert_allclose(other.predict_proba(images), network.predict_proba(images), atol=1e-6)


@pytest.mark.filterwarnings("ignore:Not converged")
def test_a_classifier_its_network_and_its_export_agree_on_pixels(tmp_path):
    images, labels = corners()[0]
    rows = images.reshape(200, 16)
    classifier = DigitClassifier((8,), max_iter=5, random_state=0).fit(rows, labels)
    np.testing.assert_array_equal(classifier.predict(rows), classifier.network_.predict(rows))
    np.testing.assert_array_equal(classifier.predict_proba(rows), classifier.network_.predict_proba(rows))
    pytest.importorskip("onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    export(classifier.network_, tmp_path / "m.onnx", to="onnx")
    (p,) = onnxruntime.InferenceSession(tmp_path / "m.onnx").run(None, {"images": rows})
    np.testing.assert_allclose(p, classifier.predict_proba(rows), atol=1e-6)


def test_an_ensemble_divides_by_one_number():
    with pytest.raises(InputError, match="same number"):
        Network.ensemble([trained_on(lambda images: images)[0], trained_on(lambda images: images / 255)[0]])


@pytest.mark.parametrize("divisor", [1.0, 255.0])
def test_the_header_in_c_says_what_pixels_are_divided_by(tmp_path, divisor):
    network = Network([4, 2])
    network.divisor = divisor
    export(network, tmp_path / "m.h", to="c")
    assert f"divides them by {divisor}, as in training" in (tmp_path / "m.h").read_text()
