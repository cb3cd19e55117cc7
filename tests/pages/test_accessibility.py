"""axe-core finds nothing to complain of on the pages, in any of their states."""

import numpy as np
import pytest
from axe import violations
from browser import (  # noqa: F401 - fixtures
    DESKTOP,
    PHONE,
    THREE,
    choose,
    chromium,
    draw_with_mouse,
    open_page,
    playwright,
    wait_until,
)
from handwriting import NOT_DIGITS, drawn

from tendigits import Network
from tendigits.models.builder import architecture
from tendigits.pages.draw.page import draw
from tendigits.pages.watch.page import watch

EYES = pytest.mark.parametrize(
    ("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop-light", "phone-dark"]
)


@pytest.fixture(scope="session")
def convolutional(digits, tmp_path_factory):
    path = tmp_path_factory.mktemp("convolutional") / "digits.html"
    draw(Network(architecture((28, 28), 10, conv="4x5 pool", hidden=(12,)), seed=0), digits).save(path)
    return path.as_uri()


@pytest.fixture(scope="session")
def dense(page, tmp_path_factory):
    path = tmp_path_factory.mktemp("dense") / "digits.html"
    page.save(path)
    return path.as_uri()


@pytest.fixture(scope="session")
def learning(digits, tmp_path_factory):
    path = tmp_path_factory.mktemp("learning") / "learn.html"
    watch(digits, hidden=32).save(path)
    return path.as_uri()


def test_axe_finds_what_is_wrong(chromium):  # noqa: F811
    tab = chromium.new_page()
    tab.set_content("<html lang=en><title>Bad</title><main><h1>Bad</h1><button></button></main>")
    assert violations(tab) == {"button-name": ["<button></button>"]}
    tab.close()


@EYES
def test_the_draw_page(open_page, dense, size, scheme):  # noqa: F811
    tab = open_page(dense, size, color_scheme=scheme)
    assert violations(tab) == {}, "nothing drawn"
    draw_with_mouse(tab, THREE)
    tab.locator("#units button").nth(4).focus()
    assert violations(tab) == {}, "a three"
    tab.locator("#truths button").nth(8).click()
    tab.locator("#judge").click()
    assert violations(tab) == {}, "taught, and asked whether it was fooled"
    tab.locator("#samples button").nth(3).click()
    choose(tab, b"not a picture")
    playwright.expect(tab.locator("#message")).not_to_be_empty()
    assert violations(tab) == {}, "a sample, and a message"
    tab.locator("#clear").click()
    draw_with_mouse(tab, drawn(NOT_DIGITS["hatching"], np.random.default_rng(0)))
    assert violations(tab) == {}, "not a digit"


@EYES
def test_the_draw_page_of_a_convolutional_network(open_page, convolutional, size, scheme):  # noqa: F811
    tab = open_page(convolutional, size, color_scheme=scheme)
    draw_with_mouse(tab, THREE)
    tab.locator(".maps button").nth(2).click()
    assert violations(tab) == {}


@EYES
def test_the_page_that_learns(open_page, learning, size, scheme):  # noqa: F811
    tab = open_page(learning, size, ready="#wall [data-right]", color_scheme=scheme)
    assert violations(tab) == {}, "before anything is pressed"
    tab.locator("#epoch").click()
    wait_until(tab, "heldout.dataset.step === '44'")
    tab.locator("#explain").click()
    tab.locator("#stages li").first.wait_for()
    tab.locator("#wall button").nth(5).click()
    tab.locator("#tile-why").wait_for()
    tab.locator("#bug").select_option("relu-mask")
    tab.locator("#check").click()
    wait_until(tab, "'ok' in checked.dataset")
    assert violations(tab) == {}, "explained, asked why, broken and checked"
    tab.locator("#hide").click()
    tab.locator("#canvas").scroll_into_view_if_needed()
    draw_with_mouse(tab, THREE)
    tab.locator("#labels button").nth(3).click()
    assert violations(tab) == {}, "a hidden bug, and a drawing"
