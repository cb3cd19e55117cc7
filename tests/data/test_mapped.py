"""Data larger than memory, here made of little: whatever is larger than a kilobyte counts as large."""

import numpy as np
import pytest
from commands import tendigits

from tendigits import DigitClassifier, InputError, Network, Settings, fit, load, load_idx_folder, train_and_test
from tendigits.data import idx, mapped
from tendigits.data.idx import NAMES, idx_bytes, map_idx
from tendigits.data.mapped import file_of, sampled, shuffled
from tendigits.training.run import Run


@pytest.fixture
def large(monkeypatch):
    for module in (idx, mapped):
        monkeypatch.setattr(module, "LARGE", 1000)


def arrays(n=300):
    rng = np.random.default_rng(0)
    labels = np.arange(n, dtype=np.uint8) % 3
    images = rng.integers(0, 100, (n, 4, 4), dtype=np.uint8)
    images[np.arange(n), labels, labels] += 150
    half = n // 3
    return {
        "train_images": images[half:],
        "train_labels": labels[half:],
        "test_images": images[:half],
        "test_labels": labels[:half],
    }


@pytest.fixture
def idx_folder(tmp_path):
    for role, array in arrays().items():
        (tmp_path / NAMES[role]).write_bytes(idx_bytes(array))
    return tmp_path


@pytest.fixture
def npy_folder(tmp_path):
    for role, array in arrays().items():
        np.save(tmp_path / f"{role}.npy", array.astype(np.int64) if role.endswith("labels") else array)
    return tmp_path


@pytest.mark.parametrize("kind", ["idx_folder", "npy_folder"])
def test_large_files_are_mapped(kind, large, request):
    folder = request.getfixturevalue(kind)
    dataset = load(folder)
    assert file_of(dataset.train_images)
    assert not file_of(dataset.train_labels)
    for role, array in arrays().items():
        np.testing.assert_array_equal(getattr(dataset, role), array)
    result = train_and_test(dataset, Settings(epochs=20, batch_size=16), hidden=(8,), progress=False)
    assert result.evaluation.accuracy > 0.9


def test_small_files_are_read(idx_folder):
    assert not file_of(load_idx_folder(idx_folder).train_images)


def test_a_map_knows_its_place(idx_folder):
    images = map_idx(idx_folder / NAMES["train_images"])
    name, offset = file_of(images[7:].reshape(-1, 16))
    with open(name, "rb") as file:
        assert file.read()[offset:] == images[7:].tobytes()
    assert file_of(images.copy()) is None


def test_arrays_that_joblib_lends_are_no_maps(tmp_path):
    path = tmp_path / "joblib_memmapping_folder_1" / "array"
    path.parent.mkdir()
    assert file_of(np.memmap(path, np.uint8, "w+", shape=(3, 4))) is None


def test_a_file_of_another_length_is_refused(idx_folder):
    path = idx_folder / NAMES["train_images"]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"promises 200 × 4 × 4 values, but holds 3,199 bytes"):
        map_idx(path)


def test_sizes_have_64_bits(tmp_path):
    """Six gigabytes of nothing: a file with a hole in it, of which only the header is read."""
    path = tmp_path / "many"
    with path.open("wb") as file:
        file.write(bytes.fromhex("00 00 08 03 00 7b 98 a0 00 00 00 1c 00 00 00 1c"))
        try:
            file.truncate(16 + 8_100_000 * 784)
        except OSError as error:
            pytest.skip(f"no file as large as this can be made here ({error})")
    images = map_idx(path)
    assert images.shape == (8_100_000, 28, 28)
    assert images[-1].sum() == 0


def test_npy_that_is_no_array_is_refused(npy_folder):
    (npy_folder / "train_images.npy").write_bytes(b"nonsense")
    with pytest.raises(InputError, match="cannot be read as an array"):
        load(npy_folder)
    (npy_folder / "train_images.npy").unlink()
    with pytest.raises(InputError, match=r"lacks train_images\.npy"):
        load(npy_folder)


def test_what_stands_for_a_map(idx_folder, large):
    images = load_idx_folder(idx_folder).train_images
    np.testing.assert_array_equal(sampled(images), images)  # all of few
    assert sampled(np.arange(5)).tolist() == [0, 1, 2, 3, 4]


def test_each_example_comes_once_and_neighbours_part():
    n = 100_003
    order = shuffled(np.random.default_rng(0), n, block=64, window=32)
    np.testing.assert_array_equal(np.sort(order), np.arange(n))
    place = np.empty(n, np.intp)
    place[order] = np.arange(n)
    within = 64 * 32
    inside = np.arange(n - 1)[np.arange(1, n) % 64 != 0]  # pairs of neighbours in one block
    apart = np.abs(place[inside] - place[inside + 1])
    assert apart.max() < within
    assert 0.97 < apart.mean() / (within / 3) < 1.03  # as of two places drawn at random in a window
    assert abs(np.corrcoef(order[:-1] % 64, order[1:] % 64)[0, 1]) < 0.02
    again = shuffled(np.random.default_rng(1), n, block=64, window=32)
    assert (again != order).mean() > 0.99


def test_few_examples_are_shuffled_as_in_memory():
    order = shuffled(np.random.default_rng(0), 1000)
    np.testing.assert_array_equal(order, np.random.default_rng(0).permutation(1000))


def test_a_map_trains_as_an_array_does(idx_folder):
    images = map_idx(idx_folder / NAMES["train_images"])
    labels = arrays()["train_labels"]
    networks = [Network([16, 8, 3], seed=1) for _ in "ab"]
    for network, rows in zip(networks, [images, np.array(images)], strict=True):
        fit(network, (rows, labels), settings=Settings(epochs=2, batch_size=32))
    np.testing.assert_array_equal(networks[0].params, networks[1].params)


def test_partial_fit_takes_pixels_from_a_map_without_a_float_copy(idx_folder, monkeypatch):
    images = map_idx(idx_folder / NAMES["train_images"]).reshape(-1, 16)
    labels = arrays()["train_labels"]
    rows = []
    monkeypatch.setattr(Run, "draw_order", lambda run, draw=Run.draw_order: (rows.append(run.examples.rows), draw(run)))
    mapped_, copied = (DigitClassifier((8,), random_state=0) for _ in "ab")
    for classifier, X in [(mapped_, images), (copied, np.array(images, float))]:
        classifier.partial_fit(X, labels, classes=[0, 1, 2]).partial_fit(X, labels)
    assert file_of(rows[0])
    assert rows[0].dtype == np.uint8
    np.testing.assert_array_equal(mapped_.network_.params, copied.network_.params)
    np.testing.assert_array_equal(mapped_.predict(images), copied.predict(np.array(images, float)))


def test_distort_writes_a_data_set_to_train_on(tmp_path, large, idx_folder):
    result = tendigits("distort", "--data", idx_folder, "--times", 4, "--out", "big", "--elastic", 0, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Saved 800 images to train on and 100 to test on in big" in result.stdout
    big, small = load(tmp_path / "big"), load(idx_folder)
    np.testing.assert_array_equal(big.train_images[:200], small.train_images)
    np.testing.assert_array_equal(big.train_labels, np.tile(small.train_labels, 4))
    assert (big.train_images[200:400] != small.train_images).any()
    again = tendigits("distort", "--data", idx_folder, "--out", "big", cwd=tmp_path)
    assert again.returncode == 2
    assert "is there already" in again.stderr
    trained = tendigits("train", "--data", "big", "--hidden", 8, "--epochs", 5, "--batch-size", 32, cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr
