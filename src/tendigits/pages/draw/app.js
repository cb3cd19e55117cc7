// The page: what is drawn goes to the reader, and what it says goes to the views.

import { byId, linkTo, say } from "../shared/dom.js";
import { tellHeight } from "../shared/frame.js";
import { drawByKeyboard, drawByPointer } from "../shared/input.js";
import { acceptPictures } from "../shared/pictures.js";
import { Sheet } from "../shared/sheet.js";
import { Answer } from "./answer.js";
import { Filters } from "./filters.js";
import { keepAndBringBack } from "./keep.js";
import { showWhatItSees } from "./preprocessing_view.js";
import { Reader } from "./reader.js";
import { showSamples } from "./samples.js";
import { FoolIt, savePicture } from "./share.js";
import { Teach } from "./teach.js";
import { Units } from "./units.js";
import { Why } from "./why.js";

const about = JSON.parse(byId("about").textContent);
const reader = new Reader(about);
let reading = null;

const sheet = new Sheet(byId("canvas"), changed);
const answer = new Answer(about.classes, (k) => why.clicked(k, reading));
const why = new Why(reader, show);
let [units, filters] = [new Units(reader), new Filters(reader)];
const teach = new Teach(reader, weightsChanged);
const foolIt = new FoolIt(about.classes);
const paintSamples = showSamples(about.samples, about.classes, load);

function weightsChanged() {
  units.paintWeights();
  read();
}

// Another network reads: what is inside it looks different, too.
function networkChanged() {
  byId("units").replaceWith(byId("units").cloneNode()); // with none of the listeners
  for (const name of ["outputs", "wires", "stages-of-filters"]) byId(name).replaceChildren();
  [units, filters] = [new Units(reader), new Filters(reader)];
  teach.allow();
  weightsChanged();
}

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
  byId("share").disabled = !reading;
  answer.show(reading, sheet.isEmpty, sheet.isDrawing);
  answer.mark(why.pair(reading));
  showWhatItSees(reading, byId("boxed").checked);
  for (const view of [why, units, filters, teach, foolIt]) view.show(reading);
}

function load(picture) {
  complain("");
  why.forget();
  sheet.show(picture);
  bringIntoView(byId("hero"));
}

function bringIntoView(element) {
  const { top } = element.getBoundingClientRect();
  const answerBottom = byId("answer").getBoundingClientRect().bottom;
  if (top < 0 || answerBottom > innerHeight) element.scrollIntoView();
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
keepAndBringBack(reader, networkChanged, complain);
for (const name of ["pointerdown", "keydown"]) addEventListener(name, () => complain(""));
byId("boxed").addEventListener("change", read);
byId("undo").addEventListener("click", () => sheet.undo());
byId("clear").addEventListener("click", () => sheet.clear());
byId("share").addEventListener("click", () => savePicture(byId("canvas")));
byId("pens").addEventListener("change", (event) => (sheet.pen = event.target.value));
byId("watch").append(linkTo("learn.html", "Watch one learn, from nothing"));
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
  units.paintWeights();
});
tellHeight();
