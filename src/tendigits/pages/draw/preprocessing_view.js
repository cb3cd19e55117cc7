// What the network sees: ink, box, field.

import { byId, say } from "../shared/dom.js";
import { erase, inkColour, largest, paint } from "../shared/paint.js";

const STAGE = 112; // pixels of the first picture: enough to see the strokes

export function showWhatItSees(reading, boxed) {
  byId("stages").dataset.boxed = String(boxed);
  say(byId("box-caption"), boxed ? "fitted into 20 × 20" : "not fitted");
  say(byId("field-caption"), boxed ? "centred by its mass in 28 × 28" : "the whole sheet, shrunk to 28 × 28");
  const canvases = ["stage-ink", "stage-box", "stage-field"].map(byId);
  byId("crop").hidden = !(reading && boxed);
  if (!reading) return canvases.forEach(erase);
  const { ink, crop, box, field } = reading.prepared;
  paintInk(canvases[0], ink);
  layFrame(byId("crop"), ink, crop);
  if (boxed) paint(canvases[1], inMiddle(box, 20), inkColour());
  else erase(canvases[1]);
  paint(canvases[2], { w: 28, h: 28, data: field }, inkColour());
}

// The ink on its sheet, drawn small.
function paintInk(canvas, ink) {
  const scale = STAGE / Math.max(ink.w, ink.h);
  const small = { w: STAGE, h: STAGE, data: new Float64Array(STAGE * STAGE) };
  const [left, top] = [(STAGE - ink.w * scale) / 2, (STAGE - ink.h * scale) / 2];
  for (let y = 0, at = 0; y < STAGE; y++) {
    for (let x = 0; x < STAGE; x++, at++) {
      const [i, j] = [Math.floor((x - left) / scale), Math.floor((y - top) / scale)];
      if (i >= 0 && j >= 0 && i < ink.w && j < ink.h) small.data[at] = ink.data[j * ink.w + i];
    }
  }
  paint(canvas, small, inkColour(largest(small.data)));
}

// Lay a frame around what is cropped; all in shares of the picture's width, as margins are.
function layFrame({ style }, { w, h }, { left, top, right, bottom }) {
  const longer = Math.max(w, h);
  style.left = `${(100 * ((longer - w) / 2 + left)) / longer}%`;
  style.marginTop = `${(100 * ((longer - h) / 2 + top)) / longer}%`;
  style.width = `${(100 * (right - left + 1)) / longer}%`;
  style.aspectRatio = `${right - left + 1} / ${bottom - top + 1}`;
}

// A picture in the middle of a square.
function inMiddle({ w, h, data }, side) {
  const square = { w: side, h: side, data: new Uint8Array(side * side) };
  const [row, column] = [(side - h) >> 1, (side - w) >> 1];
  for (let y = 0; y < h; y++) square.data.set(data.subarray(y * w, (y + 1) * w), (row + y) * side + column);
  return square;
}
