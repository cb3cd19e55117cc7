"""The draw page as Python writes it: one file, with all it needs and no way out."""

import base64
import json
import re
import webbrowser
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from golden import pen
from handwriting import written_digits

import tendigits
from tendigits import Network, Settings, train_and_test
from tendigits.analysis.novelty import is_unlike
from tendigits.cli.main import main
from tendigits.data.dataset import Dataset
from tendigits.errors import InputError
from tendigits.images.mnist_format import to_mnist
from tendigits.models.builder import architecture
from tendigits.nn.layers import Dropout, Layer, Linear, ReLU, Sigmoid
from tendigits.pages.draw.page import MODULES, draw
from tendigits.pages.file import LARGEST, bundle, floats, in_base64


def about(page):
    return json.loads(re.search(r'<script type="application/json" id="about">(.*?)</script>', page.html)[1])


def pictures(part):
    return np.frombuffer(base64.b64decode(part["images"]), np.uint8).reshape(-1, 28, 28)


# The file


def test_it_is_small(page):
    assert len(page.html.encode()) < 1_200_000


def test_it_refers_to_nothing_outside(page):
    markup = re.sub(r'<script type="application/json".*?</script>', "", page.html, flags=re.DOTALL)
    assert set(re.findall(r"https?://[^\s'\")]+", markup)) == {"http://www.w3.org/2000/svg"}  # a name, no address
    assert not re.search(r"\b(src|href)=(?![\"']data:)", markup)
    assert "default-src 'none'" in markup
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", markup)


def test_nothing_is_left_to_fill_in(page):
    assert "{{" not in page.html
    assert page.html.count("</script>") == 2


def test_the_modules_become_one_script_in_which_no_name_stands_twice():
    script = bundle(MODULES)
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
    names = re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", script, re.MULTILINE)
    assert len(names) == len(set(names)) > 30
    package = Path(tendigits.__file__).parent
    shared = {package / "javascript" / f"{name}.js" for name in ("optimizers", "random")}  # for pages that train
    folders = ("pages/draw", "pages/shared", "javascript")
    assert set(MODULES) | shared == {path for folder in folders for path in package.glob(f"{folder}/*.js")}


def test_names_from_a_model_are_never_markup(digits):
    network = Network([784, 10])
    network.classes = np.array([*"012345678", "</script><u>"])
    labels = network.classes[digits.train_labels], network.classes[digits.test_labels]
    letters = Dataset("<s>", digits.train_images, labels[0], digits.test_images, labels[1], digest="d1e")
    network.info = {"data": {"name": "<s>", "digest": "d1e"}}
    page = draw(network, letters)
    assert "<u>" not in page.html
    assert "<s>" not in page.html
    assert page.html.count("</script>") == 2
    assert about(page)["classes"][9] == "</script><u>"


def test_it_is_saved_all_or_nothing(page, tmp_path):
    page.save(tmp_path / "digits.html")
    assert (tmp_path / "digits.html").read_text("utf-8") == page.html
    with pytest.raises(FileNotFoundError):
        page.save(tmp_path / "missing" / "digits.html")
    assert [path.name for path in tmp_path.iterdir()] == ["digits.html"]


def test_a_notebook_shows_it_in_a_frame_of_its_own(page):
    shown = page._repr_html_()
    assert shown.startswith("<iframe sandbox=")
    assert "allow-same-origin" not in shown
    frame, _, script = shown.partition("<script>")
    assert frame.count("<") == 2  # all of the page is escaped
    assert len(frame) < 1.02 * len(page.html)  # and there once
    assert script.endswith("</script>")


# What is in it


def test_samples_are_test_digits_some_right_and_some_misread(page, reader, mnist_or_digits):
    samples = about(page)["samples"]
    images, labels, reads = pictures(samples), samples["labels"], samples["reads"]
    assert reader.predict(images).tolist() == reads
    assert labels[:10] == reads[:10] == list(range(10))
    assert all(label != read for label, read in zip(labels[10:], reads[10:], strict=True))
    assert 2 <= len(labels[10:]) <= 8
    test = {image.tobytes() for image in mnist_or_digits.test_images}
    assert all(image.tobytes() in test for image in images)


def test_forgetting_is_noticed_with_some_of_every_digit(page):
    labels = about(page)["test"]["labels"]
    assert len(labels) == len(pictures(about(page)["test"])) == 200
    assert np.bincount(labels).min() >= 15


def test_dropout_is_left_out(digits):
    network = Network([Linear(784, 8), ReLU(), Dropout(0.5), Linear(8, 10)])
    assert about(draw(network, digits))["network"]["spec"] == [["Linear", 784, 8], ["ReLU"], ["Linear", 8, 10]]


class Curved(Layer):
    pass


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (Network([64, 10]), "28 × 28 = 784 pixels, not 64"),
        (Network([Linear(784, 8), Curved(), Linear(8, 10)]), r"and not .*Curved"),
        (Network([784, 1200, 10]), r"the limit is 1\.5"),
        (Network([Linear(784, 8), Sigmoid(), Linear(8, 10)]), "dense and convolutional networks, and not Sigmoid"),
        (
            Network.ensemble([Network([784, 10], seed=s) for s in (0, 1)]),
            "not an ensemble: draw one of its",
        ),
    ],
)
def test_other_networks_are_refused_in_a_sentence(digits, network, words):
    with pytest.raises(InputError, match=words):
        draw(network, digits)


def test_a_network_of_features_is_warned_of(digits):
    network = Network([784, 10])
    network.divisor = 1.0
    with pytest.warns(UserWarning, match=r"network\.divisor = 255"):
        assert about(draw(network, digits))["divisor"] == 1
    network.divisor = 255.0
    assert about(draw(network, digits))["divisor"] == 255


def test_other_pictures_are_refused_in_a_sentence():
    small = np.zeros((20, 8, 8), np.uint8), np.arange(20, dtype=np.uint8) % 10
    with pytest.raises(InputError, match="28 × 28"):
        draw(Network([784, 10]), Dataset("small", *small, *small, digest="d1e"))


# Not a digit


def redrawn(strokes, width=0.06):
    return to_mnist(pen(strokes, (168, 168), width, 0, 255))


@pytest.mark.slow
def test_digits_as_people_draw_them_are_read_nine_times_in_ten(reader):
    digits, drawings = zip(*written_digits(12), strict=True)
    for width in 0.04, 0.06, 0.08:
        images = np.stack([redrawn(strokes, width) for strokes in drawings])
        assert (reader.predict(images) == digits).mean() >= 0.9


def test_what_is_no_digit_is_measured_as_predict_measures_it(reader, page):
    novelty = about(page)["novelty"]
    assert novelty["threshold"] == float(reader.novelty["threshold"])
    assert novelty["network"]["spec"][1][0] == "Conv2D"


def test_a_network_that_does_not_know_what_is_familiar_refuses_nothing(digits):
    assert about(draw(Network([784, 10]), digits))["novelty"] is None


def test_samples_are_answered_with_the_digit_that_their_caption_names(page, reader):
    samples = about(page)["samples"]
    redrawn_samples = np.stack([to_mnist(image) for image in pictures(samples)[10:]])
    assert reader.predict(redrawn_samples).tolist() == samples["reads"][10:]
    assert not is_unlike(reader, redrawn_samples).any()


# Convolutional networks


@pytest.mark.parametrize("conv", ["24x5 pool 48x3 64x3 pool", "8x5 pool"])
def test_convolutional_networks_have_a_page_too(digits, conv):
    network = Network(architecture((28, 28), 10, conv=conv, hidden=(128,)))
    page = draw(network, digits)
    weights = about(page)["network"]
    assert len(page.html.encode()) <= LARGEST
    kept = np.frombuffer(base64.b64decode(weights["params"]), f"<f{weights['bits'] // 8}")
    np.testing.assert_allclose(kept, network.params, atol=1e-3)
    assert weights["bits"] == (16 if network.params.size > 120_000 else 32)


def test_numbers_are_written_as_base64():
    assert np.frombuffer(base64.b64decode(floats(np.array([1.5, -2.0]))), "<f4").tolist() == [1.5, -2.0]
    assert base64.b64decode(in_base64(b"abc")) == b"abc"


# The command


@pytest.fixture
def opened(monkeypatch):
    addresses = []
    monkeypatch.setattr(webbrowser, "open", addresses.append)
    return addresses


def test_the_command_writes_the_page_and_opens_it(tmp_path, opened, digits):
    network = train_and_test(digits, Settings(epochs=1), progress=False).network
    network.save(tmp_path / "model.npz")
    out = tmp_path / "digits.html"
    result = CliRunner().invoke(main, ["draw", str(tmp_path / "model.npz"), "--out", str(out)])
    assert (result.exit_code, result.output) == (0, f"Wrote {out}\n")
    assert opened == [out.as_uri()]
    assert out.read_text("utf-8") == draw(network, digits).html


def test_the_command_opens_nothing_if_told_so(tmp_path, opened):
    out = tmp_path / "digits.html"
    result = CliRunner().invoke(main, ["draw", "--out", str(out), "--no-open", "--data", "digits"])
    assert result.exit_code == 0, result.output
    assert out.exists()
    assert opened == []


def test_it_is_shown_by_its_network_and_size(page):
    assert repr(page) == f"Page(784-128-10, {len(page.html.encode()):,} bytes)"


# Whatever the model was trained on


def test_a_model_of_other_data_gets_samples_of_the_classes_that_it_knows(digits):
    few = Network([784, 8, 3])
    few.classes = np.array([0, 1, 7])
    assert set(about(draw(few))["samples"]["labels"]) <= {0, 1, 2}
    letters = Network([784, 8, 2])
    letters.classes = np.array(["a", "b"])
    for page in (draw(letters), draw(letters, digits)):
        assert about(page)["samples"]["labels"] == about(page)["test"]["labels"] == []


def test_no_data_need_be_downloaded(monkeypatch):
    monkeypatch.setattr("tendigits.data.mnist.load_mnist", None)
    samples = about(draw(tendigits.load_pretrained()))["samples"]
    assert len(samples["labels"]) == 18
