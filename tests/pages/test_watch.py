"""The page that learns, as Python writes it: one file, with real digits packed small and no way out."""

import base64
import json
import re
import webbrowser
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import tendigits
from tendigits import InputError
from tendigits.cli.main import main
from tendigits.data.dataset import Dataset
from tendigits.pages.file import LARGEST, bundle
from tendigits.pages.watch.page import MODULES, WORKER, watch


@pytest.fixture(scope="module")
def learning_page(digits):
    return watch(digits)


def about(page):
    return json.loads(re.search(r'<script type="application/json" id="about">(.*?)</script>', page.html)[1])


def unpacked(part):
    pairs = np.frombuffer(zlib.decompress(base64.b64decode(part["images"]), -zlib.MAX_WBITS), np.uint8)
    return np.stack([pairs >> 4, pairs & 15], axis=1).reshape(-1, 28, 28) * 17


def test_it_holds_real_digits_in_16_gray_levels(learning_page, digits):
    part = about(learning_page)["train"]
    images = unpacked(part)
    assert len(images) == len(digits.train_labels)
    assert np.abs(images.astype(int) - digits.train_images).max() <= 9
    assert part["labels"] == digits.train_labels.tolist()
    assert len(unpacked(about(learning_page)["heldOut"])) == len(digits.test_labels)


def test_held_out_digits_are_those_of_the_test_set(real_mnist):
    page = watch(real_mnist)
    train, held_out = (about(page)[name] for name in ("train", "heldOut"))
    assert (len(train["labels"]), len(held_out["labels"])) == (7000, 1000)
    coarse = {image.tobytes() for image in (np.rint(real_mnist.test_images / 17) * 17).astype(np.uint8)}
    assert all(image.tobytes() in coarse for image in unpacked(held_out)[:100])
    assert np.bincount(held_out["labels"]).min() > 80


def test_it_is_small_whatever_the_data_are(learning_page):
    assert len(learning_page.html.encode()) <= LARGEST
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (9000, 28, 28), np.uint8), np.arange(9000) % 10
    page = watch(Dataset("noise", *noise, *noise, digest="d1e"))
    assert len(page.html.encode()) <= LARGEST
    assert len(about(page)["train"]["labels"]) > 1900


def test_it_refers_to_nothing_outside(learning_page):
    markup = re.sub(r'<script type="application/json" id="about".*?</script>', "", learning_page.html, flags=re.DOTALL)
    assert set(re.findall(r"https?://[^\s'\")\\]+", markup)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\b(src|href)=(?![\"']data:)", markup)
    assert "default-src 'none'" in markup
    assert "{{" not in markup
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", markup)


@pytest.mark.parametrize("modules", [MODULES, WORKER], ids=["page", "worker"])
def test_the_modules_become_one_script_in_which_no_name_stands_twice(modules):
    script = bundle(modules)
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
    names = re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", script, re.MULTILINE)
    assert len(names) == len(set(names)) > 30


def test_every_script_is_used():
    folder = Path(tendigits.__file__).parent / "pages" / "watch"
    assert set(folder.glob("*.js")) <= {*MODULES, *WORKER}


def test_names_from_the_data_are_never_markup(digits):
    names = np.array([*"012345678", "</script><u>"])
    labels = names[digits.train_labels], names[digits.test_labels]
    page = watch(Dataset("<s>\udcff", digits.train_images, labels[0], digits.test_images, labels[1], digest="d1e"))
    assert "<u>" not in page.html
    assert "<s>" not in page.html
    assert about(page)["classes"].count("</script><u>") == 1


@pytest.mark.parametrize(
    ("shape", "hidden", "n_classes", "words"),
    [((8, 8), 128, 10, "28 × 28"), ((28, 28), 0, 10, "1 to 512"), ((28, 28), 128, 26, "20 classes")],
)
def test_other_data_are_refused_in_a_sentence(shape, hidden, n_classes, words):
    few = np.zeros((52, *shape), np.uint8), np.arange(52) % n_classes
    with pytest.raises(InputError, match=words):
        watch(Dataset("few", *few, *few, digest="d1e"), hidden=hidden)


def test_a_few_more_test_images_than_the_page_holds(digits):
    again = np.arange(1005) % len(digits.test_labels)
    more = replace(digits, test_images=digits.test_images[again], test_labels=digits.test_labels[again])
    assert len(about(watch(more))["heldOut"]["labels"]) == 995


def test_the_command_writes_the_page(tmp_path, monkeypatch, digits):
    opened, out = [], tmp_path / "learn.html"
    monkeypatch.setattr(webbrowser, "open", opened.append)
    arguments = ["watch", "--data", "digits", "--hidden", "32", "--out", str(out)]
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, result.output) == (0, f"Wrote {out}\n")
    assert opened == [out.as_uri()]
    assert out.read_text("utf-8") == watch(digits, hidden=32).html
    assert CliRunner().invoke(main, [*arguments, "--no-open"]).exit_code == 0
    assert len(opened) == 1
