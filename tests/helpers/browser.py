"""A real Chromium for the pages' tests: tabs that may ask nothing of any network nor complain on the console."""

import contextlib
import io
import os
import shutil
import time

import numpy as np
import pytest
from handwriting import DIGITS, drawn
from PIL import Image

playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright: pip install 'tendigits[browser]'")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
DESKTOP, PHONE, SMALL_PHONE = (1280, 900), (390, 844), (320, 568)

SEVEN = drawn(DIGITS[7][0], np.random.default_rng(0))
THREE = drawn(DIGITS[3][0], np.random.default_rng(0))


@pytest.fixture(scope="module")  # Playwright runs once at a time, and each module has this fixture of its own
def chromium():
    if not CHROMIUM:
        pytest.skip("needs Chromium: apt-get install chromium, say")
    sandbox = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--disable-gpu", *sandbox, *QUIET])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Open a page; at the end, nothing may have been asked of any network nor said on the console."""
    with contextlib.ExitStack() as closing:

        def open_tab(address, size=DESKTOP, ready="#samples canvas", **options):
            width, height = size
            phone = {"has_touch": True, "is_mobile": True} if width < 500 or height < 400 else {}
            context = chromium.new_context(viewport={"width": width, "height": height}, **phone, **options)
            closing.callback(context.close)
            tab = context.new_page()
            watch(closing, tab, address)
            tab.goto(address)
            tab.locator(ready).first.wait_for()
            return tab

        yield open_tab


def watch(closing, tab, address):
    requests, complaints = [], []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))

    def check():
        asked = {request.partition("#")[0] for request in requests if not request.startswith(("data:", "blob:"))}
        assert asked == {address.partition("#")[0]}
        assert complaints == []

    closing.callback(check)


# ---------------------------------------------------------------------- hands and eyes


def answer(tab):
    return tab.locator("#answer").get_attribute("data-digit")


def probability(tab):
    return float(tab.locator("#answer").get_attribute("data-probability"))


def state(tab):
    return tab.locator("#answer").get_attribute("data-state")


def on_sheet(tab, strokes):
    box = tab.locator("#canvas").bounding_box()
    return [[(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke] for stroke in strokes]


def draw_with_mouse(tab, strokes):
    for first, *others in on_sheet(tab, strokes):
        tab.mouse.move(*first)
        tab.mouse.down()
        for point in others:
            tab.mouse.move(*point)
        tab.mouse.up()


def swipe(tab, first, *others):
    """One finger, as the screen itself would report it."""
    session = tab.context.new_cdp_session(tab)

    def touch(kind, *points):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", first)
    for point in others:
        touch("touchMove", point)
    touch("touchEnd")


def png(gray):
    file = io.BytesIO()
    Image.fromarray(gray).save(file, "PNG")
    return file.getvalue()


def choose(tab, content, name="digit.png"):
    tab.locator("#file").set_input_files({"name": name, "mimeType": "image/png", "buffer": content})


def wait_until(tab, expression, seconds=60):
    """Wait for a JavaScript expression to be true: the page's policy forbids Playwright to evaluate it in there."""
    end = time.monotonic() + seconds
    while not tab.evaluate(expression):
        assert time.monotonic() < end, expression
        time.sleep(0.02)


PIXELS = "(canvas) => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"


def text(tab, selector):
    return tab.locator(selector).inner_text()
