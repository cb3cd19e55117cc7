// Any picture of a digit, redrawn the way MNIST drew its own: tendigits/images/mnist_format.py, line by line.
//
//     picture → gray → (halved while large) → ink = distance from the paper, less its noise (light.js)
//             → printed lines taken off (lines.js) → the digit's strokes (strokes.js)
//             → cropped, resized into the box, placed in the field
//
// A picture here is { w, h, data }, its rows one after the other. Blank pictures give null.

import { inkAndNoise } from "./light.js";
import { transposed, withoutLines } from "./lines.js";
import { strokes } from "./strokes.js";

const FIELD = 28, BOX = 20; // sides of the finished picture and of the box the ink is fitted into
const CENTRE = 14; // row and column of the rounded centre of mass
const WORKING_SIDE = 512; // larger pictures are halved
const ROUND_UP = 0.5 + 1e-6; // the same half goes up everywhere, although the last bit of a sum depends on who adds it up

// RGBA (a canvas's ImageData, say) → { ink, crop, box, at, field }, or null. `boxed` false leaves out box and centring.
export function prepare({ width, height, data }, boxed = true) {
  return prepareGray({ w: width, h: height, data: grayFromRgba(data) }, boxed);
}

export function prepareGray(gray, boxed = true) {
  while (Math.max(gray.h, gray.w) > WORKING_SIDE) gray = halve(gray);
  const ink = strokes(withoutLines(inkAndNoise(gray)));
  return ink && fit(ink, boxed);
}

// ---------------------------------------------------------------------- gray

// Luma by ITU-R BT.601 in 16-bit fixed point, on paper where it is transparent.
export function grayFromRgba(rgba) {
  const luma = new Uint8Array(rgba.length / 4);
  let opaque = 0, light = 0;
  for (let i = 0, at = 0; i < luma.length; i++, at += 4) {
    luma[i] = (rgba[at] * 19595 + rgba[at + 1] * 38470 + rgba[at + 2] * 7471 + 32768) >>> 16;
    opaque += rgba[at + 3];
    light += luma[i] * rgba[at + 3];
  }
  if (opaque === 255 * luma.length) return luma;
  // Under a transparent picture lies the paper that its ink stands out against; a mostly opaque one is a sheet with
  // transparent corners, and the paper is its colour.
  const paper = (2 * light >= 255 * opaque) === (2 * opaque > 255 * luma.length) ? 255 : 0;
  return luma.map((value, i) => {
    const alpha = rgba[4 * i + 3];
    return Math.floor((value * alpha + paper * (255 - alpha) + 127) / 255);
  });
}

// Average blocks of 2×2; an odd last row or column is dropped. A picture one pixel high or wide is halved along its length.
function halve({ w, h, data }) {
  const right = w > 1 ? 1 : 0, below = h > 1 ? w : 0; // steps to a pixel's neighbours
  const small = { w: Math.max(w >> 1, 1), h: Math.max(h >> 1, 1) };
  small.data = new Float64Array(small.w * small.h);
  for (let y = 0, at = 0; y < small.h; y++) {
    for (let x = 0; x < small.w; x++) {
      const i = 2 * y * w + 2 * x;
      small.data[at++] = (data[i] + data[i + right] + data[i + below] + data[i + right + below]) / 4;
    }
  }
  return small;
}

// ---------------------------------------------------------------------- box and field

// Into a 20×20 box in a 28×28 field, centred by mass. Not `boxed`: the whole sheet, blank margins and all, shrunk into
// the field, which is what goes wrong in most demos.
function fit(ink, boxed) {
  const crop = boundingBox(ink);
  if (crop.right < crop.left) return null;
  const box = boxed ? shrink(cropped(ink, crop), BOX) : shrink(ink, FIELD);
  const at = boxed ? placeOf(box) : { row: (FIELD - box.h) >> 1, column: (FIELD - box.w) >> 1 };
  return { ink, crop, box, at, field: placed(box, at) };
}

function boundingBox({ w, data }) {
  const crop = { left: Infinity, top: Infinity, right: -1, bottom: -1 };
  for (let i = 0; i < data.length; i++) {
    if (data[i] <= 0) continue;
    const x = i % w, y = (i - x) / w;
    crop.left = Math.min(crop.left, x);
    crop.right = Math.max(crop.right, x);
    crop.top = Math.min(crop.top, y);
    crop.bottom = y;
  }
  return crop;
}

function cropped({ w, data }, { left, top, right, bottom }) {
  const small = { w: right - left + 1, h: bottom - top + 1 };
  small.data = new Float64Array(small.w * small.h);
  for (let y = 0; y < small.h; y++) {
    small.data.set(data.subarray((top + y) * w + left, (top + y) * w + right + 1), y * small.w);
  }
  return small;
}

// The longer side becomes `side` pixels and the other follows, at least 1; the brightest pixel becomes 255.
function shrink(ink, side) {
  const longer = Math.max(ink.w, ink.h);
  const [w, h] = [ink.w, ink.h].map((n) => Math.max(1, Math.floor((2 * side * n + longer) / (2 * longer))));
  const data = resized(transposed(resized(ink, h)), w); // columns first, then rows
  const brightest = data.data.reduce((a, b) => Math.max(a, b), 0);
  const small = transposed({ ...data, data: data.data.map((value) => value * (255 / brightest)) });
  return { w, h, data: Uint8Array.from(small.data, (value) => Math.floor(value + ROUND_UP)) };
}

// Resize the height to `n` rows. Row i weighs the rows of the picture by a triangle around its own centre, as wide as a
// new row when shrinking and as an old one when enlarging: what Pillow calls BILINEAR.
function resized({ w, h, data }, n) {
  const scale = h / n, wide = Math.max(scale, 1);
  const out = { w, h: n, data: new Float64Array(w * n) };
  for (let i = 0; i < n; i++) {
    const centre = (i + 0.5) * scale;
    const weights = Array.from({ length: h }, (_, k) => Math.max(0, 1 - Math.abs(k + 0.5 - centre) / wide));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    weights.forEach((weight, k) => {
      if (weight === 0) return;
      for (let x = 0; x < w; x++) out.data[i * w + x] += (weight / total) * data[k * w + x];
    });
  }
  return out;
}

// The centre of mass, rounded, at (14, 14) or as near as fits.
function placeOf({ w, h, data }) {
  const rows = new Float64Array(h), columns = new Float64Array(w);
  data.forEach((value, i) => {
    rows[Math.floor(i / w)] += value;
    columns[i % w] += value;
  });
  const within = (n, length) => Math.min(Math.max(n, 0), FIELD - length);
  return { row: within(CENTRE - centreOf(rows), h), column: within(CENTRE - centreOf(columns), w) };
}

function centreOf(mass) {
  const total = mass.reduce((sum, m) => sum + m, 0);
  const moment = mass.reduce((sum, m, i) => sum + i * m, 0);
  return Math.floor((2 * moment + total) / (2 * total));
}

function placed({ w, h, data }, { row, column }) {
  const field = new Uint8Array(FIELD * FIELD);
  for (let y = 0; y < h; y++) field.set(data.subarray(y * w, (y + 1) * w), (row + y) * FIELD + column);
  return field;
}
