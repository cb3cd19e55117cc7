"""Data as people have it: tables, archives, folders of pictures; each refused in a sentence where it cannot be used."""

import csv
import gzip

import numpy as np
import pytest
from PIL import Image
from sources import write_folder

from tendigits import InputError, load
from tendigits.data.idx import NAMES, idx_bytes


def digits(n=36, labels=(3, 5, 8), side=28, seed=0):
    """Light squares on black, uint8 (n, side, side), and what they are said to show."""
    images = np.zeros((n, side, side), np.uint8)
    images[:, 8:20, 8:20] = np.random.default_rng(seed).integers(100, 256, (n, 12, 12))
    return images, np.resize(np.array(labels), n)


def write_table(path, images, labels=None, header=True):
    columns = [f"pixel{i}" for i in range(images[0].size)]
    rows = images.reshape(len(images), -1).tolist()
    if labels is not None:
        columns, rows = ["label", *columns], [[label, *row] for label, row in zip(labels, rows, strict=True)]
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows] if header else rows)
    return path


def write_pictures(folder, images, labels):
    for i, (image, label) in enumerate(zip(images, labels, strict=True)):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / str(label) / f"{i}.png")
    return folder


# ------------------------------------------------------------------ QMNIST


@pytest.fixture
def qmnist(tmp_path):
    """A folder of files named and laid out as QMNIST's; returns a function that writes their labels."""
    images, labels = digits(6)
    about = np.zeros((6, 8), np.int32)
    about[:, 0], about[:, 2] = labels, np.arange(6) // 3 + 2100
    for part in ("train", "test"):
        (tmp_path / f"qmnist-{part}-images-idx3-ubyte").write_bytes(idx_bytes(images))

    def write(about=about):
        for part in ("train", "test"):
            (tmp_path / f"qmnist-{part}-labels-idx2-int.gz").write_bytes(gzip.compress(idx_bytes(about)))
        return tmp_path

    return write


def test_qmnist_in_a_folder_brings_its_writers(qmnist):
    dataset = load(qmnist())
    assert dataset.test_labels.tolist() == [3, 5, 8] * 2
    assert dataset.test_writers.tolist() == ["hsf2100"] * 3 + ["hsf2101"] * 3


@pytest.mark.parametrize("labels", [np.zeros((6, 3), np.int32), np.full((6, 8), 10, np.int32)])
def test_other_labels_than_qmnists_are_refused(qmnist, labels):
    with pytest.raises(InputError, match="QMNIST's labels, 8 whole numbers"):
        load(qmnist(labels))


# ------------------------------------------------------------------ tables


def test_a_table_without_a_header_in_scientific_notation(tmp_path):
    images, labels = digits()
    rows = np.column_stack([labels, images.reshape(len(images), -1)])
    np.savetxt(tmp_path / "train.csv", rows, delimiter=",")
    np.testing.assert_array_equal(
        load(tmp_path / "train.csv").train_images,
        load(write_table(tmp_path / "named.csv", images, labels)).train_images,
    )


@pytest.mark.parametrize("header", [True, False])
def test_kaggles_table(tmp_path, header):
    images, labels = digits()
    dataset = load(write_table(tmp_path / "train.csv", images, labels, header))
    assert dataset.name == "train"
    assert dataset.train_images.shape == (30, 28, 28)
    assert len(dataset.test_labels) == 6
    assert sorted([*dataset.train_labels, *dataset.test_labels]) == sorted(labels)


def test_kaggles_folder_whose_test_table_has_no_labels(tmp_path):
    images, labels = digits()
    write_table(tmp_path / "train.csv", images, labels)
    write_table(tmp_path / "test.csv", images[:3])
    (tmp_path / "sample_submission.csv").write_text("ImageId,Label\n1,0\n")
    assert len(load(tmp_path).test_labels) == 6


def test_kaggles_folder_whose_test_table_has_labels(tmp_path):
    images, labels = digits()
    write_table(tmp_path / "mnist_train.csv", images, labels)
    write_table(tmp_path / "mnist_test.csv", images[:3], labels[:3])
    dataset = load(tmp_path)
    np.testing.assert_array_equal(dataset.train_images, images)
    np.testing.assert_array_equal(dataset.test_labels, labels[:3])


@pytest.mark.filterwarnings("error")
def test_an_empty_table_in_capitals(tmp_path):
    (tmp_path / "TRAIN.CSV").write_text("label,pixel0\n")
    for path in (tmp_path, tmp_path / "TRAIN.CSV"):
        with pytest.raises(InputError, match=r"TRAIN\.CSV holds no images"):
            load(path)


def test_a_table_whose_columns_are_numbered(tmp_path):
    images, labels = digits()
    path = write_table(tmp_path / "train.csv", images, labels)
    path.write_text(path.read_text(encoding="utf-8").replace("pixel", ""), encoding="utf-8")
    dataset = load(path)
    assert len(dataset.train_labels) + len(dataset.test_labels) == 36


def test_letters_without_a_header_may_begin_with_y(tmp_path):
    images, labels = digits(labels=("y", "x"))
    dataset = load(write_table(tmp_path / "train.csv", images, labels, header=False))
    assert len(dataset.train_labels) + len(dataset.test_labels) == 36


def test_labels_of_a_table_may_be_letters(tmp_path):
    images, labels = digits(labels=("A", "B"))
    assert load(write_table(tmp_path / "letters.csv", images, labels)).classes.tolist() == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("label,pixel0,pixel1,pixel2,pixel3\n1,0,0,0,0\n2,0,0,0\n", "do not all have as many values"),
        ("pixel0,pixel1,pixel2,pixel3\n0,0,0,0\n", "lacks labels"),
        ("label,pixel0,pixel1,pixel2,pixel3\n1,0,0,0,0\n,0,0,0,0\n", "lacks labels"),
        ("label,pixel0,pixel1,pixel2,pixel3\n1,0,0,0,256\n2,0,0,0,0\n", "not from 0 to 255"),
        ("label,pixel0,pixel1,pixel2,pixel3\n1,0,0,0,-1\n2,0,0,0,0\n", "not from 0 to 255"),
        ("label,pixel0,pixel1,pixel2\n1,0,0,0\n2,0,0,0\n", "not a square"),
        ("label,pixel0,pixel1,pixel2,pixel3\n1,0,0,x,0\n", "not a table of numbers"),
        ("label,pixel0,pixel1,pixel2,pixel3\n", "holds no images"),
        ("label,pixel0,pixel1,pixel2,pixel3\n999,0,0,0,0\n2,0,0,0,0\n", "the label 999"),
        ("label,pixel0,pixel1,pixel2,pixel3\n" + "1,0,0,0,9\n" * 9, "only one class, 1"),
    ],
)
@pytest.mark.filterwarnings("ignore:loadtxt")
def test_a_table_that_cannot_be_used(tmp_path, text, message):
    path = tmp_path / "train.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        load(path)


# ------------------------------------------------------------------ archives


def test_keras_archive(tmp_path):
    images, labels = digits()
    np.savez(tmp_path / "mnist.npz", x_train=images, y_train=labels, x_test=images[:3], y_test=labels[:3])
    dataset = load(tmp_path / "mnist.npz")
    np.testing.assert_array_equal(dataset.train_images, images)
    np.testing.assert_array_equal(dataset.test_labels, labels[:3])


@pytest.mark.parametrize("names", [("images", "labels"), ("X", "y"), ("arr_0", "arr_1"), ("data", "target")])
def test_any_archive_with_images_and_labels(tmp_path, names):
    images, labels = digits()
    shares = images.reshape(36, 784) / 255
    np.savez_compressed(tmp_path / "own.npz", **dict(zip(names, (shares, labels[:, np.newaxis]), strict=True)))
    dataset = load(tmp_path)
    assert len(dataset.train_images) == 30
    assert dataset.train_images.max() == images.max()
    assert dataset.classes.tolist() == [3, 5, 8]


def test_dark_ink_becomes_light(tmp_path):
    images, labels = digits()
    np.savez(tmp_path / "own.npz", x=255 - images, y=labels, x_test=255 - images, y_test=labels)
    np.testing.assert_array_equal(load(tmp_path / "own.npz").test_images, images)


IMAGES, LABELS = digits()


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": np.array([{}, {}], object), "y": LABELS}, "Python objects"),
        ({"x": IMAGES}, "one array of images and one of labels"),
        ({"x": IMAGES, "more": IMAGES, "y": LABELS}, "one array of images and one of labels"),
        ({"x": IMAGES, "y": LABELS[:9]}, "36 training images, but 9 training labels"),
        ({"x": IMAGES, "y": LABELS + 0.5}, "whole numbers or texts"),
        ({"x": IMAGES * 2.0, "y": LABELS}, "not from 0 to 255"),
        ({"x": IMAGES * np.nan, "y": LABELS}, "not from 0 to 255"),
        ({"x": np.zeros((36, 28, 28, 3)), "y": LABELS}, "gray images"),
        ({"x": IMAGES, "y": LABELS * 0}, "only one class"),
        ({"x": IMAGES[:2], "y": LABELS[:2]}, "too few"),
        ({"x": IMAGES, "y": LABELS, "writers": LABELS[:9]}, "names 9 writers for 36 labels"),
        ({"x": IMAGES, "y": LABELS, "x_test": IMAGES, "y_test": LABELS, "test_writers": LABELS[:9]}, "9 writers"),
        ({"x": IMAGES, "y": LABELS, "x_test": IMAGES[:, :20], "y_test": LABELS}, "28 × 28 pixels, but test images of"),
    ],
)
def test_an_archive_that_cannot_be_used(tmp_path, arrays, message):
    np.savez(tmp_path / "own.npz", **arrays)
    with pytest.raises(InputError, match=message):
        load(tmp_path / "own.npz")


def test_a_damaged_archive(tmp_path):
    (tmp_path / "own.npz").write_bytes(b"PK\3\4 and nothing more")
    with pytest.raises(InputError, match="damaged"):
        load(tmp_path / "own.npz")


# ------------------------------------------------------------------ pictures


def test_a_folder_for_each_class(tmp_path):
    images, labels = digits()
    (tmp_path / ".hidden").mkdir()
    dataset = load(write_pictures(tmp_path, images, labels))
    assert dataset.classes.tolist() == [3, 5, 8]
    taken = {image.tobytes() for image in (*dataset.train_images, *dataset.test_images)}
    assert taken == {image.tobytes() for image in images}, "28×28, light on black: as they are"


def test_other_pictures_are_prepared(tmp_path):
    paper = np.full((90, 60), 255, np.uint8)
    paper[20:70, 25:35] = 0
    dataset = load(write_pictures(tmp_path, [paper] * 8, ["one", "bar"] * 4))
    assert dataset.classes.tolist() == ["bar", "one"]
    assert dataset.train_images.shape[1:] == (28, 28)
    assert dataset.train_images[0, 0, 0] == 0
    assert dataset.train_images[0].max() == 255


@pytest.mark.parametrize("suffix", [".heic", ".heif", ".avif", ".HEIC"])
def test_pictures_that_phones_take_are_not_passed_over(tmp_path, suffix):
    images, labels = digits()
    write_pictures(tmp_path, images, labels)
    (tmp_path / "3" / f"photo{suffix}").write_text("no picture")
    with pytest.raises(InputError, match=f"photo{suffix}: it is not a picture"):
        load(tmp_path)


def test_folders_for_training_and_test(tmp_path):
    images, labels = digits()
    write_pictures(tmp_path / "train", images, labels)
    write_pictures(tmp_path / "test", images[:6], labels[:6])
    dataset = load(tmp_path)
    assert (len(dataset.train_labels), len(dataset.test_labels)) == (36, 6)


def test_a_test_folder_comes_before_one_for_validation(tmp_path):
    images, labels = digits()
    write_pictures(tmp_path / "train", images, labels)
    write_pictures(tmp_path / "Validation", images[:6], labels[:6])
    write_pictures(tmp_path / "test", images[:9], labels[:9])
    assert len(load(tmp_path).test_labels) == 9


def listed(folder, writers):
    images, labels = digits(len(writers))
    rows = [("file", "label", "writer")]
    for i, image in enumerate(images):
        Image.fromarray(image).save(folder / f"{i}.png")
        rows.append((f"{i}.png", labels[i], writers[i]))
    with open(folder / "labels.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return folder


def test_whole_writers_are_held_out(tmp_path):
    dataset = load(listed(tmp_path, [f"pupil {i // 6}" for i in range(36)]))
    assert len(set(dataset.test_writers)) == 1
    assert not set(dataset.test_writers) & set(dataset.train_writers)
    assert len(dataset.test_labels) == 6


def test_two_tables_that_list_pictures(tmp_path):
    table = listed(tmp_path, [""] * 12) / "labels.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "test.csv").write_text("".join([lines[0], *lines[8:]]), encoding="utf-8")
    table.rename(tmp_path / "train.csv")
    dataset = load(tmp_path)
    assert (len(dataset.train_labels), len(dataset.test_labels)) == (12, 5)


def test_the_same_images_are_held_out_every_time(tmp_path):
    folder = listed(tmp_path, [""] * 36)
    assert load(folder).digest == load(folder).digest
    assert load(folder).test_writers is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file\n0.png\n", "columns file and label"),
        ("file,label\n", "lists no pictures"),
        ("file,label\n0.png,\n", "line 2: expected a file and its label"),
        ("file,label\n0.png,1,2,3\n", "line 2: expected a file and its label"),
        ("file,label\nnone.png,1\n", "none.png"),
        ("file,label\n../0.png,1\n", "not in its folder"),
    ],
)
def test_a_list_that_cannot_be_used(tmp_path, text, message):
    (listed(tmp_path, ["", ""]) / "labels.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        load(tmp_path)


def test_folders_that_hold_no_data_set(tmp_path):
    with pytest.raises(InputError, match="holds no data set; expected"):
        load(tmp_path)
    with pytest.raises(InputError, match="neither a known data set nor a folder"):
        load(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(InputError, match="nor a file of a known kind"):
        load(tmp_path / "notes.txt")
    write_pictures(tmp_path, *digits(12, labels=(3,)))
    with pytest.raises(InputError, match="only one class, 3"):
        load(tmp_path)
    (tmp_path / "4").mkdir()
    with pytest.raises(InputError, match="4 holds no pictures"):
        load(tmp_path)


def test_a_damaged_picture_is_named(tmp_path):
    write_pictures(tmp_path, *digits())
    (tmp_path / "3" / "bad.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"bad\.png"):
        load(tmp_path)


# ------------------------------------------------------------------ EMNIST


def emnist_folder(folder, pattern, side=6):
    images = np.zeros((12, side, side), np.uint8)
    images[:, 1, 4] = 200
    arrays = {"train_images": images, "train_labels": np.resize(np.uint8([1, 2, 26]), 12)}
    arrays |= {"test_images": images[:3], "test_labels": arrays["train_labels"][:3]}
    write_folder(folder, arrays)
    for role, name in NAMES.items():
        (folder / f"{name}.gz").rename(folder / pattern.format(name.replace("t10k", "test"), role=role))
    return folder


def test_emnist_is_turned_upright_and_its_letters_named(tmp_path):
    dataset = load(emnist_folder(tmp_path / "gzip", "emnist-letters-{}.gz"))
    assert dataset.name == "emnist-letters"
    assert dataset.transposed
    assert dataset.train_images[0, 4, 1] == 200
    assert dataset.classes.tolist() == ["A", "B", "Z"]


def test_renamed_files_need_to_be_said_transposed(tmp_path):
    folder = emnist_folder(tmp_path / "letters", "{}.gz")
    assert load(folder).train_images[0, 1, 4] == 200
    turned = load(folder, transposed=True)
    assert turned.train_images[0, 4, 1] == 200
    assert turned.classes.tolist() == [1, 2, 26]
    assert turned.transposed


def test_emnist_as_a_table(tmp_path):
    images, labels = digits(labels=(10, 36))
    images[:, 1, 4] = 77
    dataset = load(write_table(tmp_path / "emnist-balanced-train.csv", images, labels, header=False))
    assert dataset.train_images[0, 4, 1] == 77
    assert dataset.classes.tolist() == ["A", "a"]


def test_a_label_that_emnist_has_not(tmp_path):
    path = write_table(tmp_path / "emnist-letters-train.csv", *digits(labels=(0, 1)), header=False)
    with pytest.raises(InputError, match="the label 0, which EMNIST's letters does not have"):
        load(path)
