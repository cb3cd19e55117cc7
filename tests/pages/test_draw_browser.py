"""The draw page end to end, in a real Chromium: no server, no network, no error on its console."""

import copy
import functools
import http.server
import re
import threading

import numpy as np
import pytest
from browser import (  # noqa: F401 - fixtures
    CHROMIUM,
    DESKTOP,
    PHONE,
    PIXELS,
    SEVEN,
    SMALL_PHONE,
    THREE,
    answer,
    choose,
    chromium,
    draw_with_mouse,
    on_sheet,
    open_page,
    playwright,
    png,
    probability,
    state,
    swipe,
    text,
    wait_until,
)
from drawing import drawn as picture_of
from drawing import png_that_claims
from handwriting import DIGITS, NOT_DIGITS, drawn, scribble, written_digits
from PIL import Image

from tendigits import Network, export
from tendigits.images.mnist_format import to_mnist
from tendigits.models.builder import architecture
from tendigits.pages.draw.page import draw


@pytest.fixture(scope="session")
def url(page, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "digits.html"
    page.save(path)
    return path.as_uri()


@pytest.fixture
def visit(open_page, url):  # noqa: F811
    """The draw page, unless another is named."""
    return lambda address=url, *arguments, **options: open_page(address, *arguments, **options)


# ---------------------------------------------------------------------- drawing and reading


def test_an_empty_sheet_has_no_answer(visit):
    tab = visit()
    assert (answer(tab), probability(tab), text(tab, "#verdict")) == ("", 0, "Nothing drawn yet")


def test_a_digit_drawn_with_the_mouse_is_read_as_it_is_drawn(visit):
    tab = visit()
    (stroke,) = on_sheet(tab, SEVEN)
    tab.mouse.move(*stroke[0])
    tab.mouse.down()
    for point in stroke[1:]:
        tab.mouse.move(*point)
    playwright.expect(tab.locator("#answer")).to_have_attribute("data-digit", "7")  # before the pen is lifted
    tab.mouse.up()
    assert answer(tab) == text(tab, "#digit") == "7"
    assert probability(tab) > 0.5
    assert text(tab, ".bar.best b") == "7"


def test_undo_takes_back_a_stroke_and_a_clearing(visit):
    tab = visit()
    draw_with_mouse(tab, SEVEN)
    sure = probability(tab)
    draw_with_mouse(tab, scribble(np.random.default_rng(1)))
    tab.locator("#undo").click()
    assert (answer(tab), probability(tab)) == ("7", sure)
    tab.locator("#clear").click()
    assert answer(tab) == ""
    tab.keyboard.press("Control+z")
    assert (answer(tab), probability(tab)) == ("7", sure)


def test_a_thicker_pen_leaves_more_ink(visit):
    tab, ink = visit(), []
    for pen in "thin", "thick":
        tab.get_by_label(pen).check(force=True)
        draw_with_mouse(tab, SEVEN)
        ink.append(tab.locator("#canvas").evaluate(f"(canvas) => ({PIXELS})(canvas).filter((v) => v < 128).length"))
        tab.locator("#clear").click()
    assert ink[1] > 1.5 * ink[0]


@pytest.mark.parametrize("size", [PHONE, SMALL_PHONE])
def test_a_finger_draws_and_does_not_scroll_the_page(visit, size):
    tab = visit(size=size)
    for stroke in on_sheet(tab, SEVEN):
        swipe(tab, *stroke)
    playwright.expect(tab.locator("#answer")).to_have_attribute("data-digit", "7")
    assert tab.evaluate("scrollY") == 0
    swipe(tab, *((size[0] / 2, size[1] - 20 - 15 * i) for i in range(15)))  # elsewhere the same finger scrolls
    tab.wait_for_function("scrollY > 50")
    assert answer(tab) == "7"


def test_a_second_finger_does_not_disturb_the_first(visit):
    tab = visit(size=PHONE)
    session = tab.context.new_cdp_session(tab)
    (stroke,) = on_sheet(tab, SEVEN)
    x, y = stroke[0]
    for kind, points in [
        ("touchStart", [(x, y)]),
        *(("touchMove", [point]) for point in stroke[1:]),
        ("touchStart", [stroke[-1], (x + 20, y + 90)]),
        ("touchMove", [stroke[-1], (x + 90, y + 150)]),
        ("touchEnd", []),
    ]:
        fingers = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    assert answer(tab) == "7"


def test_digits_as_people_draw_them_are_read_nine_times_in_ten(visit):
    tab, read = visit(), []
    for i, (digit, strokes) in enumerate(written_digits(2)):
        tab.get_by_label(("medium", "thick", "thin", "medium")[i % 4]).check(force=True)
        tab.locator("#clear").click()
        draw_with_mouse(tab, strokes)
        read.append(answer(tab) == str(digit))
    assert np.mean(read) >= 0.9
    assert np.reshape(read, (10, 2)).mean(axis=1).min() >= 0.5  # and no digit is read badly


def test_a_stroke_may_begin_outside_the_sheet(visit):
    tab = visit()
    first, *others = on_sheet(tab, SEVEN)[0]
    tab.mouse.move(tab.locator("#canvas").bounding_box()["x"] - 20, first[1])
    tab.mouse.down()
    for point in [first, *others]:
        tab.mouse.move(*point)
    tab.mouse.up()
    assert answer(tab) == "7"


def test_a_dot_and_several_digits_get_a_hint(visit):
    tab = visit()
    draw_with_mouse(tab, [[(0.5, 0.5), (0.51, 0.5)]])
    assert text(tab, "#hint") == "That is very small: draw larger."
    tab.locator("#clear").click()
    four = drawn(DIGITS[4][0], np.random.default_rng(0), size=0.4, at=(0.25, 0.5))
    draw_with_mouse(tab, [*four, *drawn(DIGITS[2][0], np.random.default_rng(0), size=0.4, at=(0.75, 0.5))])
    assert text(tab, "#hint") == "Are these several digits? It reads one at a time."


@pytest.mark.parametrize("size", [(844, 390), (640, 400)], ids=["landscape", "magnified"])
def test_sheet_and_answer_fit_a_low_screen(visit, size):
    tab = visit(size=size)
    for name in "#canvas", "#answer":
        box = tab.locator(name).bounding_box()
        assert 0 <= box["y"] <= box["y"] + box["height"] <= size[1]


def test_a_sample_brings_the_answer_into_view(visit):
    tab = visit(size=PHONE)
    tab.locator("#samples button").nth(3).click()
    wait_until(tab, "answer.getBoundingClientRect().top >= 0 && answer.getBoundingClientRect().bottom <= innerHeight")
    assert answer(tab) == "3"


# ---------------------------------------------------------------------- pictures


@pytest.mark.parametrize(
    "gray", [picture_of(), picture_of(ink=230, paper=20, size=(300, 200), at=(120, 60), width=14)], ids=["ink", "chalk"]
)
def test_a_picture_is_read_as_python_reads_it(visit, reader, gray):
    tab = visit()
    choose(tab, png(gray))
    playwright.expect(tab.locator("#answer")).to_have_attribute("data-digit", "7")
    assert probability(tab) == pytest.approx(reader.predict_proba(to_mnist(gray)[np.newaxis]).max(), abs=1e-4)


TRANSFER = """([bytes, type]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], "digit.png", { type: "image/png" }));
    const options = { bubbles: true, cancelable: true };
    const event = type === "paste"
        ? new ClipboardEvent(type, { ...options, clipboardData: transfer })
        : new DragEvent(type, { ...options, dataTransfer: transfer });
    document.body.dispatchEvent(event);
    return event.defaultPrevented;
}"""


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_a_picture_can_be_pasted_and_dropped(visit, way):
    tab = visit()
    tab.evaluate(TRANSFER, [list(png(picture_of())), way])
    playwright.expect(tab.locator("#answer")).to_have_attribute("data-digit", "7")


def test_a_dropped_picture_does_not_take_the_page_away(visit):
    tab = visit()
    assert tab.evaluate(TRANSFER, [list(png(picture_of())), "dragover"])
    assert tab.evaluate(TRANSFER, [list(png(picture_of())), "drop"])


def test_one_can_draw_on_a_picture_and_undo_that(visit):
    tab = visit()
    choose(tab, png(picture_of()))
    playwright.expect(tab.locator("#answer")).to_have_attribute("data-digit", "7")
    sure = probability(tab)
    draw_with_mouse(tab, scribble(np.random.default_rng(1)))
    assert (answer(tab), probability(tab)) != ("7", sure)
    tab.locator("#undo").click()
    assert (answer(tab), probability(tab)) == ("7", sure)


UNUSABLE = {
    "no picture": (b"not a picture", "is not a picture that can be read here"),
    "empty": (b"", "is not a picture that can be read here"),
    "truncated": (png(picture_of())[:100], "is not a picture that can be read here"),
    "script": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "is not a picture"),
    "huge": (png_that_claims(100_000, 100_000), "is too large; make it smaller than 50 million pixels."),
    "blank": (png(np.full((60, 60), 200, np.uint8)), "nothing on that picture that stands out"),
}


@pytest.mark.parametrize(
    ("kind", "name"),
    [*((kind, "<img src=x onerror=alert(1)>.png") for kind in UNUSABLE), ("no picture", "a" * 200 + ".png")],
)
def test_a_picture_that_cannot_be_read_is_told_in_one_line(visit, kind, name):
    tab = visit()
    draw_with_mouse(tab, SEVEN)
    content, words = UNUSABLE[kind]
    choose(tab, content, name)
    message = tab.locator("#message")
    playwright.expect(message).to_contain_text(words)
    assert message.inner_text().count(".") <= 2
    assert len(message.inner_text()) < 160
    assert tab.evaluate("message.children.length + document.querySelectorAll('img').length") == 0
    assert answer(tab) == ("" if kind == "blank" else "7")
    draw_with_mouse(tab, THREE)  # the page goes on
    assert message.inner_text() == ""


def test_dropped_text_is_no_picture(visit):
    tab = visit()
    tab.evaluate("""() => {
        const transfer = new DataTransfer();
        transfer.setData("text/html", "<b>7</b>");
        document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer }));
    }""")
    assert text(tab, "#message") == "That is not a picture: drop, paste or choose an image file."


def test_a_picture_dropped_while_a_stroke_is_drawn_breaks_nothing(visit):
    tab = visit()
    (stroke,) = on_sheet(tab, THREE)
    tab.mouse.move(*stroke[0])
    tab.mouse.down()
    tab.mouse.move(*stroke[5])
    tab.evaluate(TRANSFER, [list(png(picture_of())), "drop"])
    playwright.expect(tab.locator("#answer")).to_have_attribute("data-digit", "7")
    for point in stroke[6:]:
        tab.mouse.move(*point)
    tab.mouse.up()
    assert answer(tab) == "7"


# ---------------------------------------------------------------------- seeing, why, inside


def test_boxing_and_centring_can_be_switched_off_and_the_answer_changes(visit):
    tab = visit()
    draw_with_mouse(tab, drawn(DIGITS[3][0], np.random.default_rng(0), size=0.3, at=(0.2, 0.2)))
    assert answer(tab) == "3"
    with_box = probability(tab)
    tab.locator(".switch").click()
    assert text(tab, "#field-caption") == "the whole sheet, shrunk to 28\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}28"
    assert (answer(tab), probability(tab)) != ("3", with_box)
    tab.locator(".switch").click()
    assert (answer(tab), probability(tab)) == ("3", with_box)


def number(tab, selector):
    return float(text(tab, selector).replace("−", "-").replace("+", ""))


def test_the_shares_add_up_to_the_difference_of_two_scores(visit):
    tab = visit()
    draw_with_mouse(tab, THREE)
    assert (tab.locator("#self").input_value(), text(tab, "#left")) == ("3", "less than 0.000001")
    total = number(tab, "#pro") + number(tab, "#contra") + number(tab, "#constant")
    assert total == pytest.approx(number(tab, "#difference"), abs=1e-9)
    ink, shares = opacity(tab, "stage-field"), opacity(tab, "shares")
    assert shares.any()
    assert not shares[ink == 0].any()


def opacity(tab, name):
    return np.array(tab.locator(f"#{name}").evaluate(PIXELS)[3::4])


def test_the_two_digits_are_chosen_by_clicking_bars_or_from_lists(visit):
    tab = visit()
    draw_with_mouse(tab, THREE)
    bars = tab.locator(".bar")
    bars.nth(6).click()
    bars.nth(2).click()
    assert [tab.locator(name).input_value() for name in ("#self", "#rather")] == ["2", "6"]
    assert "score of 2 − score of 6" in text(tab, "#logits")
    assert [bars.nth(k).get_attribute("aria-pressed") for k in (2, 6, 3)] == ["true", "true", "false"]
    tab.locator("#self").select_option("6")  # the other's: they change places
    assert [tab.locator(name).input_value() for name in ("#self", "#rather")] == ["6", "2"]


def test_a_hidden_unit_shows_its_wires(visit, reader):
    tab = visit()
    draw_with_mouse(tab, THREE)
    tab.locator("#units button").nth(4).hover()
    weights = reader.layers[-1].W[4]
    assert f"most for {weights.argmax()} ({weights.max():+.2f}" in text(tab, "#unit").replace("−", "-")
    assert tab.locator("#wires path").count() == 10
    tab.locator("#units button").nth(4).focus()
    tab.keyboard.press("ArrowRight")
    assert text(tab, "#unit").startswith("Unit 6 ")


# ---------------------------------------------------------------------- teaching


def test_it_learns_from_a_correction_and_a_reset_brings_the_trained_weights_back(visit):
    tab = visit()
    tab.locator("#samples .misread").first.click()
    label, read = re.match(r"(\d) → (\d)", text(tab, "#samples .misread >> nth=0")).groups()
    before = tab.locator(".bar").all_inner_texts()
    tab.locator("#truths button").nth(int(label)).click()
    assert answer(tab) == label
    assert (text(tab, "#before b"), text(tab, "#after b")) == (read, label)
    assert re.match(r"Learned in \d+ steps? of gradient descent", text(tab, "#lesson"))
    assert re.match(
        r"Of \d+ test digits it now reads \d+, (as|\d+ \w+ than) before it was taught anything here\.",
        text(tab, "#forgotten"),
    )
    tab.locator("#reset").click()
    assert tab.locator(".bar").all_inner_texts() == before
    assert tab.locator("#taught").is_hidden()


def test_what_it_learned_is_saved_and_loaded_again(visit, tmp_path):
    tab = visit()
    draw_with_mouse(tab, THREE)
    tab.locator("#truths button").nth(8).click()
    assert answer(tab) == "8"
    with tab.expect_download() as download:
        tab.locator("#save").click()
    download.value.save_as(tmp_path / "taught.json")
    network = Network.load(tmp_path / "taught.json")
    assert network.sizes == [784, 128, 10]
    tab.locator("#reset").click()
    assert answer(tab) == "3"
    tab.locator("#open").set_input_files(tmp_path / "taught.json")
    playwright.expect(tab.locator("#answer")).to_have_attribute("data-digit", "8")
    tab.locator("#open").set_input_files({"name": "x.json", "mimeType": "application/json", "buffer": b"{}"})
    playwright.expect(tab.locator("#message")).to_have_text("That file holds no network of tendigits.")


def test_a_network_brings_along_what_its_pixels_are_divided_by(visit, reader, tmp_path):
    """The same network with weights 255 times smaller, which takes pixels as they are, reads alike; and is kept so."""
    tab = visit()
    draw_with_mouse(tab, THREE)
    sure = probability(tab)
    other = copy.deepcopy(reader)
    other.layers[0].W[...] /= 255
    other.divisor = 1.0
    export(other, tmp_path / "other.json", "json")
    tab.locator("#open").set_input_files(tmp_path / "other.json")
    playwright.expect(tab.locator("#lesson")).to_contain_text("reads now")
    assert (answer(tab), probability(tab)) == ("3", pytest.approx(sure, abs=1e-4))
    tab.locator("#truths button").nth(8).click()
    with tab.expect_download() as download:
        tab.locator("#save").click()
    download.value.save_as(tmp_path / "taught.json")
    assert Network.load(tmp_path / "taught.json").divisor == 1
    tab.locator("#reset").click()
    assert (answer(tab), probability(tab)) == ("3", sure)


def test_one_can_try_to_fool_it_and_save_the_picture(visit, tmp_path):
    tab = visit()
    draw_with_mouse(tab, THREE)
    while text(tab, "#wanted") != "3":
        tab.locator("#another").click()
    tab.locator("#judge").click()
    assert text(tab, "#fooled").startswith("Not fooled: it reads a 3")
    tab.locator("#another").click()
    tab.locator("#judge").click()
    assert text(tab, "#fooled").startswith("You fooled it! It reads a 3")
    with tab.expect_download() as download:
        tab.locator("#share").click()
    download.value.save_as(tmp_path / "digit.png")
    with Image.open(tmp_path / "digit.png") as picture:
        assert picture.size == (1200, 630)


# ---------------------------------------------------------------------- not a digit


def test_scribbles_are_said_to_be_unlike_any_digit(visit):
    tab, refused = visit(), []
    rng = np.random.default_rng(3)
    for shape in (
        *(NOT_DIGITS[name] for name in ("W", "E", "star", "square", "zigzag")),
        *(scribble(rng) for _ in range(3)),
    ):
        tab.locator("#clear").click()
        draw_with_mouse(tab, drawn(shape, rng))
        refused.append((answer(tab), probability(tab), text(tab, "#verdict")))
    assert refused.count(("", 0, "Not a digit, it seems")) >= 6


# ---------------------------------------------------------------------- samples


def test_a_row_of_test_digits_some_of_them_misread(visit, reader):
    tab = visit()
    samples = tab.locator("#samples button")
    captions = samples.locator("span:not(.for-readers)").all_inner_texts()
    assert captions[:10] == list("0123456789")
    assert len(captions) > 12
    for i in (0, 3, 10, 12):
        samples.nth(i).click()
        assert text(tab, ".bar.best b") == captions[i][-1]


# ---------------------------------------------------------------------- for everyone


def test_a_one_drawn_with_the_keyboard(visit):
    tab = visit()
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.id") == "canvas"
    assert tab.locator("#keys").bounding_box()["height"] > 10
    for key in " ", *["ArrowDown"] * 16, " ":
        tab.keyboard.press(key)
    assert answer(tab) == "1"
    tab.keyboard.press("Delete")
    assert answer(tab) == ""
    tab.keyboard.press("Backspace")
    assert answer(tab) == "1"


def test_the_tab_key_reaches_every_control_and_shows_where_it_is(visit):
    tab = visit()
    draw_with_mouse(tab, THREE)
    reached = set()
    for _ in range(70):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate("document.activeElement.id || document.activeElement.parentElement.id"))
        assert tab.evaluate("""() => {
            const seen = (element) => element && getComputedStyle(element).outlineStyle !== "none";
            const focused = document.activeElement;
            return focused === document.body || [focused, focused.parentElement, focused.nextElementSibling].some(seen);
        }"""), f"nothing shows that {tab.evaluate('document.activeElement.outerHTML')} has the focus"
    wanted = {"canvas", "undo", "clear", "file", "bars", "boxed", "self", "rather", "units", "truths"}
    assert wanted <= reached


def test_everything_that_can_be_operated_has_a_name(visit):
    tab = visit()
    tree = tab.locator("body").aria_snapshot()
    for kind in "application", "button", "combobox", "radio", "switch":
        assert re.search(rf"- {kind} \"", tree)
    assert not re.search(r"- (application|button|combobox|radio|switch|textbox|img)( \[.*\])?:?$", tree, re.MULTILINE)
    assert tab.locator("#answer").get_attribute("aria-live") == "polite"
    assert tab.locator("html").get_attribute("lang") == "en"


CONTRAST = """() => {
    const rgba = (colour) => {
        const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
        context.fillStyle = colour;
        context.fillRect(0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data];
    };
    const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
        .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = (element) => {
        for (; element; element = element.parentElement) {
            const colour = rgba(getComputedStyle(element).backgroundColor);
            if (colour[3] === 255) return colour;
        }
        return [255, 255, 255];
    };
    const weak = [];
    for (const element of document.querySelectorAll("body *")) {
        const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!hasText || !element.checkVisibility() || element.closest(":disabled, script, option")) continue;
        const [a, b] = [rgba(getComputedStyle(element).color), ground(element)].map(light).sort((x, y) => y - x);
        if ((a + 0.05) / (b + 0.05) < 4.5) weak.push(`${element.outerHTML.slice(0, 80)} ${(a + 0.05) / (b + 0.05)}`);
    }
    return weak;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_dark(visit, scheme):
    tab = visit(color_scheme=scheme)
    ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (np.mean([int(part) for part in re.findall(r"\d+", ground)]) < 128) == (scheme == "dark")
    draw_with_mouse(tab, THREE)
    tab.locator("#truths button").nth(8).click()
    assert tab.evaluate(CONTRAST) == []
    tab.locator("#clear").click()
    draw_with_mouse(tab, drawn(NOT_DIGITS["hatching"], np.random.default_rng(0)))
    assert tab.evaluate(CONTRAST) == []


SMALL = """(controls) => controls.filter((control) => {
    const { width, height } = control.getBoundingClientRect();
    return control.checkVisibility() && Math.min(width, height) < 20;
}).map((control) => control.outerHTML)"""


@pytest.mark.parametrize("size", [SMALL_PHONE, PHONE, (768, 1024), DESKTOP, (2560, 1440)])
def test_it_fits_every_screen(visit, size):
    tab = visit(size=size)
    draw_with_mouse(tab, THREE)
    tab.locator("#truths button").nth(8).click()
    assert tab.evaluate("document.documentElement.scrollWidth") <= size[0]
    small = tab.locator("button, select, .switch, .button, #pens label").evaluate_all(SMALL)
    assert small == []


# ---------------------------------------------------------------------- nothing from outside


class Counting(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        super().do_GET()

    def log_message(self, *args):
        pass


@pytest.fixture
def server(tmp_path):
    handler = functools.partial(Counting, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_on_a_web_server_it_asks_for_itself_and_nothing_else(visit, server, page, tmp_path):
    page.save(tmp_path / "digits.html")
    tab = visit(f"http://127.0.0.1:{server.server_port}/digits.html")
    draw_with_mouse(tab, SEVEN)
    choose(tab, png(picture_of()))
    tab.locator("#truths button").nth(7).click()
    assert server.asked == ["/digits.html"]


def test_the_page_forbids_the_browser_every_connection(chromium, url, server):  # noqa: F811
    tab = chromium.new_page()
    tab.goto(url)
    address = f"http://127.0.0.1:{server.server_port}/"
    assert tab.evaluate("(address) => fetch(address).then(() => 'came', () => 'refused')", address) == "refused"
    tab.evaluate("(src) => new Promise((end) => Object.assign(new Image(), { onerror: end, src }))", address)
    assert server.asked == []
    tab.close()


def test_it_shows_in_a_notebook(visit, page, tmp_path):
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<!doctype html><title>A notebook</title><p>Out[1]:</p>{page._repr_html_()}", "utf-8")
    tab = visit(notebook.as_uri(), ready="iframe")
    frame = tab.frame_locator("iframe")
    tab.wait_for_function("document.querySelector('iframe').clientHeight > 900")
    assert frame.locator("html").evaluate("html => html.scrollHeight <= innerHeight + 1")  # nothing is cut off
    frame.locator("#samples button").nth(3).click()
    assert frame.locator("#answer").get_attribute("data-digit") == "3"
    frame.locator("#clear").click()
    frame.locator("#canvas").scroll_into_view_if_needed()
    box = frame.locator("#canvas").bounding_box()
    for first, *others in SEVEN:
        tab.mouse.move(box["x"] + first[0] * box["width"], box["y"] + first[1] * box["height"])
        tab.mouse.down()
        for x, y in others:
            tab.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        tab.mouse.up()
    assert frame.locator("#answer").get_attribute("data-digit") == "7"


def test_a_convolutional_network_shows_what_its_filters_see_and_why(visit, digits, tmp_path):
    network = Network(architecture((28, 28), 10, conv="4x5 pool 6x3 pool", hidden=(12,)), seed=0)
    draw(network, digits).save(tmp_path / "cnn.html")
    tab = visit((tmp_path / "cnn.html").as_uri())
    draw_with_mouse(tab, THREE)
    assert tab.locator("#filters h3").all_inner_texts() == [
        "Layer 1: 4 filters of 5 × 5",
        "Layer 2: 6 filters of 3 × 3",
    ]
    assert text(tab, "#left") == "less than 0.000001"
    tab.locator(".maps button").nth(5).click()
    assert text(tab, "#filter").startswith("Were filter 2 of layer 2 a little stronger")
    assert not tab.locator("#inside").is_visible()


@pytest.mark.parametrize(
    "network", [Network([784, 10]), Network([784, 300, 20, 10], seed=3)], ids=["no hidden layer", "deep and wide"]
)
def test_other_networks_have_a_page_too(visit, network, digits, tmp_path):
    draw(network, digits).save(tmp_path / "other.html")
    tab = visit((tmp_path / "other.html").as_uri())
    draw_with_mouse(tab, THREE)
    assert tab.locator("#inside").is_visible() == (len(network.layers) > 1)
    tab.locator("#truths button").nth(3).click()
    assert text(tab, "#after b") == "3"
    tab.locator("#reset").click()
