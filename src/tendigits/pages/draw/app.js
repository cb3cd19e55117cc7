// The page: what is drawn goes to the reader, and what it says goes to the views.

import { Answer } from "./answer.js";
import { byId, say } from "./dom.js";
import { drawByKeyboard, drawByPointer } from "./input.js";
import { Inside } from "./inside.js";
import { acceptPictures } from "./pictures.js";
import { Reader } from "./reader.js";
import { showSamples } from "./samples.js";
import { showWhatItSees } from "./preprocessing_view.js";
import { Sheet } from "./sheet.js";
import { Teach } from "./teach.js";
import { Why } from "./why.js";

const about = JSON.parse(byId("about").textContent);
const reader = new Reader(about);
let reading = null;

const sheet = new Sheet(byId("canvas"), changed);
const answer = new Answer(about.classes, (k) => why.clicked(k, reading));
const why = new Why(reader, show);
const inside = new Inside(reader);
const teach = new Teach(reader, () => {
  inside.paintWeights();
  read();
});
const paintSamples = showSamples(about.samples, about.classes, load);

// While a stroke is drawn, at most once a frame; else at once.
let frame = 0;
function changed() {
  if (!sheet.isDrawing) read();
  else frame ||= requestAnimationFrame(read);
}

function read() {
  cancelAnimationFrame(frame);
  frame = 0;
  reading = sheet.isEmpty ? null : reader.read(sheet.rgba, byId("boxed").checked);
  if (sheet.isEmpty) why.forget();
  show();
}

function show() {
  document.body.dataset.empty = String(sheet.isEmpty);
  byId("canvas").classList.toggle("picture", Boolean(sheet.items[0]?.picture) && sheet.items[0].picture.width !== 28);
  byId("undo").disabled = sheet.states.length === 1;
  answer.show(reading, sheet.isEmpty, sheet.isDrawing);
  answer.mark(why.pair(reading));
  showWhatItSees(reading, byId("boxed").checked);
  why.show(reading);
  inside.show(reading);
  teach.show(reading);
}

function load(picture) {
  complain("");
  why.forget();
  sheet.show(picture);
}

function loadFile(picture) {
  load(picture);
  if (!reading) complain("There is nothing on that picture that stands out from its paper.");
}

// One line, which goes away with the next thing that is done.
function complain(sentence) {
  say(byId("message"), sentence);
}

drawByPointer(sheet);
drawByKeyboard(sheet, byId("cursor"));
acceptPictures(byId("file"), loadFile, complain);
for (const name of ["pointerdown", "keydown"]) addEventListener(name, () => complain(""));
byId("boxed").addEventListener("change", read);
byId("undo").addEventListener("click", () => sheet.undo());
byId("clear").addEventListener("click", () => sheet.clear());
byId("wrong").addEventListener("click", () => teach.invite());
byId("pens").addEventListener("change", (event) => (sheet.pen = event.target.value));
document.addEventListener("keydown", (event) => {
  if (event.key !== "z" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  sheet.undo();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  paintSamples();
  show();
});
read();
// What can wait until the sheet is ready to be drawn on.
setTimeout(() => {
  paintSamples();
  inside.paintWeights();
});
