"""The review page: self-contained, names as text, and in a real browser a corrected list."""

import json
import os
import re
import shutil

import numpy as np
import pytest

from tendigits.sheets.cells import Cell
from tendigits.sheets.layout import Box
from tendigits.sheets.review import review_page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ODD = '</script><script>alert(1)</script>{{style}} "ada", <b>'


def page(n=12):
    image = np.zeros((28, 28), np.uint8)
    cells = [Cell(Box(i, 0, 0, 0, 1, 1, i % 3), image, image) for i in range(n)]
    fields = ("file", "label", "writer", "sheet", "row", "column")
    rows = [
        dict(zip(fields, (f"{i % 3}/{i}.png", f"{i % 3}", ODD if i % 2 else "bo", "a.jpg", f"{i}", "1"), strict=True))
        for i in range(n)
    ]
    return review_page(rows, cells, "<class>"), rows


def test_names_are_text():
    html, rows = page()
    assert html.count("<script") == 2
    assert "alert(1)</script>" not in html
    assert "<class>" not in html
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1]
    assert [row["writer"] for row in json.loads(data)] == [row["writer"] for row in rows]


def test_the_policy_forbids_every_connection():
    html, _ = page()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    assert policy.startswith("default-src &#x27;none&#x27;; img-src data:; style-src &#x27;sha256-")
    assert not re.search(r"(src|href)=\"http", html)


def test_bad_cells_are_left_out_of_the_list(tmp_path):
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    if not CHROMIUM:
        pytest.skip("needs Chromium")
    (tmp_path / "review.html").write_text(page()[0], encoding="utf-8")
    sandbox = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--disable-gpu", *sandbox])
        tab = browser.new_page()
        said = []
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto((tmp_path / "review.html").as_uri())
        tab.click(".cell >> nth=0")
        tab.keyboard.press("ArrowRight")
        tab.keyboard.press("Space")
        tab.keyboard.press("ArrowDown")
        assert "row 4" in tab.evaluate("document.activeElement.title")
        assert tab.inner_text("#count") == "10 of 12 kept"
        with tab.expect_download() as download:
            tab.click("#save")
        text = download.value.path().read_text(encoding="utf-8")
        tab.select_option("#writer", "bo")
        assert tab.locator(".cell:visible").count() == 6
        browser.close()
    assert not said
    assert text.splitlines()[0] == "file,label,writer,sheet,row,column"
    assert len(text.splitlines()) == 11
    assert "0/0.png" not in text
    assert '""ada""' in text
