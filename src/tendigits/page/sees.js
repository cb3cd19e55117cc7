// What the network sees: ink, box, field.

import { byId, say } from "./dom.js";
import { erase, inkColour, largest, paint } from "./paint.js";

const STAGE = 112; // pixels of the first picture: enough to see the strokes

export function showWhatItSees(reading, boxed) {
  byId("stages").dataset.boxed = String(boxed);
  say(byId("box-caption"), boxed ? "fitted into 20 × 20" : "not fitted");
  say(byId("field-caption"), boxed ? "centred by its mass in 28 × 28" : "the whole sheet, shrunk to 28 × 28");
  const canvases = ["stage-ink", "stage-box", "stage-field"].map(byId);
  if (!reading) return canvases.forEach(erase);
  const { ink, crop, box, field } = reading.prepared;
  paintInk(canvases[0], ink, boxed && crop);
  if (boxed) paint(canvases[1], inMiddle(box, 20), inkColour());
  else erase(canvases[1]);
  paint(canvases[2], { w: 28, h: 28, data: field }, inkColour());
}

// The ink on its sheet, drawn small, with the frame that `crop` cuts out.
function paintInk(canvas, ink, crop) {
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
  if (!crop) return;
  const context = canvas.getContext("2d");
  context.strokeStyle = getComputedStyle(canvas).getPropertyValue("--accent");
  context.lineWidth = 1.5;
  const [w, h] = [crop.right - crop.left + 1, crop.bottom - crop.top + 1];
  context.strokeRect(left + crop.left * scale, top + crop.top * scale, w * scale, h * scale);
}

// A picture in the middle of a square.
function inMiddle({ w, h, data }, side) {
  const square = { w: side, h: side, data: new Uint8Array(side * side) };
  const [row, column] = [(side - h) >> 1, (side - w) >> 1];
  for (let y = 0; y < h; y++) square.data.set(data.subarray(y * w, (y + 1) * w), (row + y) * side + column);
  return square;
}
