"""Disturbances disturb as they say, and accuracy falls as they grow."""

import numpy as np
import pytest
from click.testing import CliRunner

from tendigits import InputError, Network
from tendigits.analysis import plots
from tendigits.analysis.robustness import DISTURBANCES, noisy, robustness, rotated, scaled, shifted, thicker, thinner
from tendigits.cli.main import main


@pytest.fixture
def bar():
    """Eight images of one upright bar, in the middle."""
    images = np.zeros((8, 28, 28), np.uint8)
    images[:, 6:22, 12:16] = 255
    return images


RNG = np.random.default_rng


def test_a_shift_moves_the_whole_image_one_way_or_another(bar):
    moved = shifted(bar, 2, RNG(0))
    ways = {tuple(np.argwhere(image)[0] - (6, 12)) for image in moved}
    assert ways <= {(2, 0), (-2, 0), (0, 2), (0, -2)}
    assert len(ways) > 1
    assert (moved.sum(axis=(1, 2)) == bar.sum(axis=(1, 2))).all()


def test_a_quarter_turn_lays_the_bar_down(bar):
    turned = rotated(bar, 90, RNG(0))
    np.testing.assert_allclose(turned, bar.transpose(0, 2, 1), atol=1)


def test_scaling_changes_the_size(bar):
    large, small = (np.count_nonzero(scaled(bar, factor, RNG(0))[0] > 127) for factor in (1.5, 0.5))
    assert large == pytest.approx(1.5**2 * 64, rel=0.15)
    assert small == pytest.approx(0.5**2 * 64, rel=0.15)


def test_strokes_grow_and_shrink_by_pixels(bar):
    assert [np.count_nonzero(thicker(bar, n, RNG(0))[0, 14]) for n in (1, 2)] == [5, 6]
    assert [np.count_nonzero(thinner(bar, n, RNG(0))[0, 14]) for n in (1, 2)] == [3, 2]


def test_noise_has_its_strength_and_stays_in_range():
    gray = np.full((4, 28, 28), 128, np.uint8)
    assert noisy(gray, 20, RNG(0)).std() == pytest.approx(20, rel=0.05)


def test_every_disturbance_is_measured_and_the_same_seed_gives_the_same(digits):
    network = Network([784, 16, 10])
    images, labels = digits.test_images[:50], digits.test_labels[:50]
    results = robustness(network, images, labels)
    assert set(results) == {"as they are", *DISTURBANCES}
    assert results == robustness(network, images, labels)
    assert plots.robustness({"a": results, "b": results}).axes[0].get_legend()


def test_only_pixels_in_images_can_be_disturbed(bar):
    for images in (bar / 255, bar.reshape(8, -1)):
        with pytest.raises(InputError, match=r"Only uint8 images of shape \(n, height, width\)"):
            robustness(Network([784, 10]), images, np.zeros(8, int))


def test_the_command_prints_a_table(tmp_path, monkeypatch):
    monkeypatch.setattr("tendigits.analysis.plots.save", lambda figure, path: path.touch())  # saving takes longest
    Network([784, 8, 10]).save(tmp_path / "small.npz")
    arguments = ["robustness", str(tmp_path / "small.npz"), "--data", "digits", "--plots", str(tmp_path / "figures")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "| rotated, degrees 10 |" in result.output
    assert (tmp_path / "figures" / "robustness.png").exists()
