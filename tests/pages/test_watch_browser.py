"""The page that learns, end to end in a real Chromium: mouse, finger and keyboard, phone and projector."""

import json
import time
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
from browser import (  # noqa: F401 - fixtures
    DESKTOP,
    PHONE,
    SMALL_PHONE,
    THREE,
    chromium,
    draw_with_mouse,
    open_page,
    playwright,
    swipe,
    text,
    wait_until,
)

from tendigits import Network
from tendigits.pages.draw.page import draw
from tendigits.pages.watch.page import watch

FINDS = {"relu-mask", "bias-axis", "early-update"}  # as the museum's table says, on an ordinary batch


@pytest.fixture(scope="session")
def address(digits, tmp_path_factory):
    path = tmp_path_factory.mktemp("watch") / "learn.html"
    watch(digits, hidden=32).save(path)
    return path.as_uri()


@pytest.fixture
def visit(open_page, address):  # noqa: F811
    """The page that learns, ready to play."""

    def open_ready(fragment="", size=DESKTOP, address=address, **options):
        tab = open_page(address + fragment, size, ready="#wall [data-right]", **options)
        wait_until(tab, "heldout.dataset.accuracy > 0")
        return tab

    return open_ready


def accuracy(tab):
    return float(tab.locator("#heldout").get_attribute("data-accuracy"))


def step(tab):
    return int(tab.locator("#heldout").get_attribute("data-step"))


def test_play_learns_and_pause_stops(visit):
    tab = visit()
    assert step(tab) == 0
    assert accuracy(tab) < 0.4
    tab.locator("#play").click()
    assert tab.locator("#play").get_attribute("aria-pressed") == "true"
    wait_until(tab, "heldout.dataset.accuracy > 0.85")
    tab.locator("#play").click()
    assert tab.locator("#play").get_attribute("aria-pressed") == "false"
    tab.wait_for_timeout(300)
    stopped = step(tab)
    tab.wait_for_timeout(300)
    assert step(tab) == stopped
    assert text(tab, "#heldout") == f"{100 * accuracy(tab):.1f} %"
    right = tab.locator("#wall [data-right=true]").count()
    assert text(tab, "#wall-words").startswith(f"{right} of these 120 are right")
    assert sum(int(cell or 0) for cell in tab.locator("#confusion .right").all_inner_texts()) == round(
        accuracy(tab) * 359
    )


def test_one_step_one_epoch_restart(visit):
    tab = visit("#batch=128")
    start = accuracy(tab)
    tab.locator("#step").click()
    wait_until(tab, "heldout.dataset.step === '1'")
    tab.locator("#epoch").click()
    wait_until(tab, "heldout.dataset.step === '12'")  # 1,438 digits are eleven batches
    tab.locator("#restart").click()
    wait_until(tab, "heldout.dataset.step === '0'")
    assert accuracy(tab) == start  # the same seed


def test_the_marker_is_dragged_back_in_time(visit):
    tab = visit()
    for n in 1, 2, 3:
        tab.locator("#epoch").click()
        wait_until(tab, f"heldout.dataset.step === '{44 * n}'")
    later = accuracy(tab)
    box = tab.locator("#curves").bounding_box()
    tab.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + 100)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 50, box["y"] + 100, steps=5)
    tab.mouse.up()
    wait_until(tab, "heldout.dataset.step === '0'")
    assert accuracy(tab) < later
    tab.locator("#moment").focus()
    tab.keyboard.press("End")
    wait_until(tab, "heldout.dataset.step === '132'")
    assert accuracy(tab) == later


def test_each_bug_goes_in_and_the_gradient_check_finds_what_the_museum_says(visit):
    tab = visit()
    bugs = tab.locator("#bug option").evaluate_all("all => all.map((each) => each.value)")
    assert bugs[0] == "none"
    assert len(bugs) == 10
    found = set()
    for bug in bugs:
        tab.locator("#bug").select_option(bug)
        assert (f"bug={bug}" in tab.url) == (bug != "none")
        start = time.monotonic()
        tab.locator("#check").click()
        wait_until(tab, "'ok' in checked.dataset")
        assert time.monotonic() - start < 10  # a second, where the machine has nothing else to do
        if tab.locator("#checked").get_attribute("data-ok") == "false":
            found.add(bug)
    assert found == FINDS


def test_break_and_mend(visit):
    tab = visit("#bug=shuffled-labels")
    tab.locator("#epoch").click()
    wait_until(tab, "heldout.dataset.step === '44'")
    assert accuracy(tab) < 0.4
    tab.locator("#bug").select_option("none")
    for n in 2, 3:
        tab.locator("#epoch").click()
        wait_until(tab, f"heldout.dataset.step === '{44 * n}'")
    assert accuracy(tab) > 0.6


def test_a_hidden_bug_is_found_by_trying_all(visit):
    tab = visit()
    tab.locator("#hide").click()
    assert "bug" not in tab.url
    names = tab.locator("#guess option").evaluate_all("all => all.map((each) => each.value)")
    for name in names[1:]:
        tab.locator("#guess").select_option(name)
        tab.locator("#tell").click()
        if text(tab, "#verdict") == "You found it!":
            break
    assert tab.locator("#bug").input_value() == name
    assert tab.locator("#challenge").is_hidden()


def test_a_deep_link_is_an_experiment(visit):
    tab = visit("#units=64&layers=2&activation=tanh&rate=0.03&optimizer=momentum&digits=50&nonsense=1&batch=7")
    chosen = {name: tab.locator(f"#choose-{name}").input_value() for name in ("units", "layers", "activation", "batch")}
    assert chosen == {"units": "64", "layers": "2", "activation": "tanh", "batch": "32"}
    tab.locator("#choose-rate").select_option("0.1")
    assert "rate=0.1" in tab.url
    assert tab.locator("#experiments a").count() == 7
    tab.locator("#experiments a").first.click()
    playwright.expect(tab.locator("#choose-digits")).to_have_value("50")
    playwright.expect(tab.locator("#choose-layers")).to_have_value("1")


def test_fifty_digits_are_learned_by_heart(visit):
    tab = visit("#digits=50&rate=0.1")
    tab.locator("#play").click()
    wait_until(tab, "document.getElementById('train-words').textContent.startsWith('100.0 %')")
    tab.locator("#play").click()
    assert accuracy(tab) < 0.9


def test_drawings_join_the_training_set_and_everything_can_be_taken_along(visit, tmp_path):
    tab = visit()
    tab.locator("#canvas").scroll_into_view_if_needed()
    draw_with_mouse(tab, THREE)
    tab.locator("#labels button").nth(3).click()
    assert text(tab, "#hand-words") == "One drawing of yours is in the training set."
    tab.locator("#epoch").click()
    wait_until(tab, "heldout.dataset.step === '44'")
    with tab.expect_download() as download:
        tab.locator("#save-network").click()
    download.value.save_as(tmp_path / "network.json")
    network = Network.load(tmp_path / "network.json")
    assert network.sizes == [784, 32, 10]
    with tab.expect_download() as download:
        tab.locator("#save-drawings").click()
    download.value.save_as(tmp_path / "drawings.json")
    assert json.loads((tmp_path / "drawings.json").read_text())["drawings"][0]["label"] == 3
    learned = accuracy(tab)
    tab.reload()
    tab.locator("#wall [data-right]").first.wait_for()
    tab.locator("#open-drawings").set_input_files(tmp_path / "drawings.json")
    playwright.expect(tab.locator("#hand-words")).to_have_text("One drawing of yours is in the training set.")
    tab.locator("#open-network").set_input_files(tmp_path / "network.json")
    wait_until(tab, f"heldout.dataset.accuracy === '{learned}'")


def test_python_reads_the_saved_network_alike(visit, tmp_path, digits):
    tab = visit("#layers=2")
    tab.locator("#epoch").click()
    wait_until(tab, "heldout.dataset.step === '44'")
    with tab.expect_download() as download:
        tab.locator("#save-network").click()
    download.value.save_as(tmp_path / "network.json")
    network = Network.load(tmp_path / "network.json")
    right = (network.predict(digits.test_images) == digits.test_labels).mean()
    assert right == pytest.approx(accuracy(tab), abs=0.01)  # the page has 16 gray levels


def test_slow_motion_explains_a_step(visit):
    tab = visit()
    tab.locator("#explain").click()
    tab.locator("#stages li").first.wait_for()
    formulas = tab.locator("#stages code").all_inner_texts()
    for formula in "z1 = x W1 + b1", "a1 = max(z1, 0)", "dz = p − y", "dW1 = xᵀ dz1", "W ← W − η dW":
        assert any(formula in each for each in formulas), formula
    assert [row.split()[0] for row in tab.locator(".ten").first.locator("div").all_inner_texts()] == list("0123456789")


def test_a_tile_says_why_it_is_read_as_it_is(visit):
    tab = visit()
    tab.locator("#wall button").nth(5).click()
    tab.locator("#tile-why").wait_for()
    assert "the scores differ by exactly" in text(tab, "#tile-sum")


@pytest.mark.parametrize("size", [SMALL_PHONE, PHONE, (844, 390), DESKTOP, (1920, 1080)])
def test_it_fits_every_screen(visit, size):
    tab = visit(size=size)
    assert tab.evaluate("document.documentElement.scrollWidth") <= size[0]
    play = tab.locator("#play").bounding_box()
    assert play["y"] + play["height"] <= size[1]
    assert min(play["width"], play["height"]) >= 44
    small = tab.locator("button, select, .button").evaluate_all(
        "all => all.filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 43).map((e) => e.outerHTML)"
    )
    assert small == []


def test_a_finger_plays_and_goes_back_in_time(visit):
    tab = visit(size=PHONE)
    tab.locator("#play").tap()
    wait_until(tab, "heldout.dataset.step > 50")
    tab.locator("#play").tap()
    tab.locator("#curves").scroll_into_view_if_needed()
    box = tab.locator("#curves").bounding_box()
    swipe(tab, *((box["x"] + box["width"] - 20 - 15 * i, box["y"] + 60) for i in range(22)))
    wait_until(tab, "heldout.dataset.step < 50")


def test_the_keyboard_reaches_play_and_plays(visit):
    tab = visit()
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.id") == "play"
    tab.keyboard.press("Space")
    wait_until(tab, "heldout.dataset.step > 20")
    tab.keyboard.press("Space")
    assert "of held-out digits read correctly" in tab.locator("#summary").text_content()


def test_the_network_is_handed_over_to_the_page_to_draw_on(visit, address, digits, tmp_path):
    (tmp_path / "learn.html").write_bytes(Path(url2pathname(urlsplit(address).path)).read_bytes())
    draw(Network([784, 10], seed=5), digits).save(tmp_path / "digits.html")
    tab = visit(address=(tmp_path / "learn.html").as_uri())
    for n in 1, 2, 3:
        tab.locator("#epoch").click()
        wait_until(tab, f"heldout.dataset.step === '{44 * n}'")
    with tab.context.expect_page() as opened:
        tab.locator("#hand-over").click()
    other = opened.value
    playwright.expect(other.locator("#lesson")).to_have_text("The network of the page that learns reads now.")
    assert text(other, "#unit-count") == "Its 32"
    draw_with_mouse(other, THREE)
    assert text(other, ".bar.best b") == "3"


def test_the_page_to_draw_on_takes_a_network_from_nobody_else(open_page, digits, tmp_path):  # noqa: F811
    draw(Network([784, 10], seed=5), digits).save(tmp_path / "digits.html")
    tab = open_page((tmp_path / "digits.html").as_uri())
    tab.evaluate("postMessage({ network: '{}' }, '*')")
    tab.wait_for_timeout(100)
    assert (text(tab, "#message"), text(tab, "#lesson")) == ("", "")
