"""Take the README's pictures of the two pages, from the pages themselves: docs/learn.gif and docs/draw.png.

    python docs/pages.py

Needs MNIST, Playwright and Chromium.
"""

import io
import shutil
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

from tendigits import draw, load_mnist, load_pretrained
from tendigits.pages.watch.page import watch

DOCS = Path(__file__).parent
FRAMES, PAUSE = 44, 120  # of the animation, and milliseconds of learning between two
SIZE, WIDTH, COLOURS = {"width": 1200, "height": 1000}, 760, 48
SHOWN = "#slow, footer, section:has(#wall) > p, section:has(#choices) { display: none !important }"
THREE = [(0.3, 0.25), (0.45, 0.17), (0.62, 0.2), (0.68, 0.32), (0.6, 0.44), (0.46, 0.48)]
THREE += [(0.62, 0.52), (0.7, 0.64), (0.66, 0.78), (0.5, 0.84), (0.3, 0.78)]


def animate(tab, mnist, folder):
    """Let a network learn, and keep what the page looks like meanwhile, as a GIF."""
    watch(mnist).save(folder / "learn.html")
    tab.goto((folder / "learn.html").as_uri())
    tab.locator("#wall [data-right]").first.wait_for()
    tab.evaluate("(text) => document.styleSheets[0].insertRule(`@media all { ${text} }`)", SHOWN)
    tab.locator("#learned-only").check(force=True)
    tab.locator("#speed").select_option("20")
    frames = [shot(tab)] * 3
    tab.locator("#play").click()
    for i in range(FRAMES):
        if i == FRAMES // 3:
            tab.locator("#speed").select_option("max")
        tab.wait_for_timeout(PAUSE)
        frames.append(shot(tab))
    frames += [frames[-1]] * 6
    palette = frames[-1].quantize(COLOURS)
    small = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    small[0].save(DOCS / "learn.gif", save_all=True, append_images=small[1:], duration=160, loop=0, optimize=True)


def shot(tab):
    """Take a picture of what is seen, made smaller."""
    picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    return picture.resize((WIDTH, round(WIDTH * picture.height / picture.width)), Image.Resampling.LANCZOS)


def picture_of_draw(tab, mnist, folder):
    """Draw a 3, and keep what the page says about it."""
    draw(load_pretrained(), mnist).save(folder / "digits.html")
    tab.goto((folder / "digits.html").as_uri())
    tab.locator("#samples canvas").first.wait_for()
    box = tab.locator("#canvas").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in smooth(THREE)]
    tab.mouse.move(*places[0])
    tab.mouse.down()
    for place in places[1:]:
        tab.mouse.move(*place)
    tab.mouse.up()
    tab.locator(".try, .fool, #sees-title").evaluate_all(
        "all => all.forEach((each) => each.closest('section').hidden = true)"
    )
    tab.screenshot(path=folder / "draw.png", clip={"x": 0, "y": 0, **SIZE, "height": 1230}, full_page=True)
    Image.open(folder / "draw.png").convert("RGB").quantize(128).save(DOCS / "draw.png", optimize=True)


def smooth(points):
    """Put points between points, as a hand would."""
    at, fine = np.arange(len(points)), np.linspace(0, len(points) - 1, 60)
    return list(zip(*(np.interp(fine, at, values) for values in zip(*points, strict=True)), strict=True))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page(viewport=SIZE)
        tab.emulate_media(reduced_motion="reduce")
        mnist = load_mnist()
        animate(tab, mnist, Path(name))
        picture_of_draw(tab, mnist, Path(name))
        browser.close()
