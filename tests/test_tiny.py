"""The whole story in two seconds: data, network, training, test, model file, reading."""

import numpy as np

from tendigits import Network, Settings, load_digits, train_and_test


def test_from_digits_to_a_model_that_reads_them(tmp_path):
    digits = load_digits()
    result = train_and_test(digits, Settings(epochs=10, batch_size=32), seed=0)
    assert result.evaluation.accuracy > 0.93

    result.network.save(tmp_path / "model.npz")
    network = Network.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(network.predict(digits.test_images), result.network.predict(digits.test_images))
    assert network.info["results"]["test_accuracy"] == result.evaluation.accuracy
