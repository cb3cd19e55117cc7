"""JSON explains itself: who follows its `about` finds the same probabilities."""

import json

import numpy as np

from tendigits import export


def test_it_explains_itself_and_holds_every_bit(trained, digits, tmp_path):
    export(trained, tmp_path / "model.json", "json")
    content = json.loads((tmp_path / "model.json").read_text())
    x = digits.test_images.reshape(-1, 784) / 255
    for layer in content["layers"]:  # as its "about" says
        if layer["layer"] == "Linear":
            x = x @ np.array(layer["W"], np.float32) + np.array(layer["b"], np.float32)
        elif layer["layer"] == "ReLU":
            x = np.maximum(x, 0)
    np.testing.assert_array_equal(np.array(content["layers"][0]["W"], np.float32), trained.layers[0].W)
    p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(p, trained.predict_proba(digits.test_images), atol=1e-6)
    assert content["classes"] == list(range(10))
    assert content["info"] == trained.info
    for word in ("ReLU", "255", "classes"):
        assert word in content["about"]
