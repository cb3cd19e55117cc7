// Printed lines are taken off the ink, and the strokes they crossed closed again: tendigits/images/lines.py, line by line.

import { median } from "./light.js";
import { connected, digit, otsu, toLevels } from "./strokes.js";

const LEAST_LINED = 20; // pixels of the shorter side; in smaller pictures every stroke is a long line
const GAP = 1 / 48; // of the picture's side, on either side of a pixel: gaps in a line may be as wide as both
const LONG = 1 / 8; // likewise: a line is made of straight pieces as long as both
const LENGTH = 0.9; // of the picture's side: the least length of a line
const THICKNESS = 1 / 9; // of the picture's shorter side: the most
const FAINT_LINE = 10; // gray levels; fainter lines do no harm
const CLEARER = 1.3; // times a line's own level: what stands out more is ink that crosses it
const FAINTER = 0.6; // of the digit's middle level: no stroke of its own is as faint all along
const ALIKE = 0.1; // of a line's level: other lines on the same paper differ by no more
const EDGE = 1; // pixels between a line that runs past the digit and the picture's edge, at most
const PAST = 1 / 32; // of the picture's side, and the line's own thickness: so far a line runs past the digit, at least
const SLOPES = [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2]; // of the ways across a line, in columns for each row

export function withoutLines(ink) {
  if (Math.min(ink.w, ink.h) < LEAST_LINED) return ink;
  const across = findLines(ink), down = findLines(transposed(ink));
  if (across.length === 0 && down.length === 0) return ink;
  const bridgedBoth = (a, d) => ({ ...ink, ...transposed(bridged(transposed(bridged(ink, a)), d)) });
  const rest = digitBox(bridgedBoth(across, down), ink);
  if (!rest) return ink;
  const turned = { ...rest, top: rest.left, bottom: rest.right, left: rest.top, right: rest.bottom };
  const certain = [...trueLines(across, rest, ink.w), ...trueLines(down, turned, ink.h)];
  return bridgedBoth(like(across, certain), like(down, certain));
}

// What is long and thin enough to be a horizontal line.
function findLines(ink) {
  const long = longPieces(ink);
  if (!long.includes(1)) return [];
  return connected(ink, long, 0).flatMap((part) => {
    const length = part.right - part.left;
    const thickness = part.weight / length - 2; // for every pixel took ink from above and below
    if (length < LENGTH * ink.w || thickness > THICKNESS * Math.min(ink.w, ink.h)) return [];
    const darkest = darkestOf(part, ink);
    const left = part.left + darkest.findIndex((value) => value > FAINT_LINE);
    const right = part.left + darkest.findLastIndex((value) => value > FAINT_LINE) + 1;
    return [{ ...part, left, right, thickness, level: darkest.sort()[Math.floor((length - 1) / 5)] }]; // which most exceed
  });
}

// The darkest of each column of a line.
function darkestOf(line, { w, data }) {
  const darkest = new Float64Array(line.right - line.left);
  for (const pixel of line.pixels) {
    const column = (pixel % w) - line.left;
    darkest[column] = Math.max(darkest[column], data[pixel]);
  }
  return darkest;
}

// Mark what is part of a long horizontal piece. Every pixel first takes in those above and below it, so that a line may
// slant; then gaps are closed, and the rows opened.
function longPieces({ w, h, data }) {
  const [gap, long] = [GAP, LONG].map((share) => Math.max(1, Math.floor(share * w)));
  const mask = new Uint8Array(w * h);
  for (let i = 0; i < data.length; i++) {
    if (data[i] <= FAINT_LINE) continue;
    mask[i] = 1;
    if (i >= w) mask[i - w] = 1;
    if (i + w < mask.length) mask[i + w] = 1;
  }
  const anyNear = (rows, reach) => near(rows, w, reach, false);
  const allNear = (rows, reach) => near(rows, w, reach, true);
  return anyNear(allNear(allNear(anyNear(mask, gap), gap), long), long);
}

// Mark each pixel that has a marked one, or only marked ones, within `reach` in its row.
function near(mask, w, reach, all) {
  const result = new Uint8Array(mask.length);
  for (let row = 0; row < mask.length; row += w) {
    let count = 0;
    for (let x = 0; x < Math.min(reach, w); x++) count += mask[row + x];
    for (let x = 0; x < w; x++) {
      if (x + reach < w) count += mask[row + x + reach];
      if (x - reach > 0) count -= mask[row + x - reach - 1];
      const n = all ? Math.min(x + reach, w - 1) - Math.max(x - reach, 0) + 1 : 1;
      result[row + x] = count >= n ? 1 : 0;
    }
  }
  return result;
}

// The box of the digit, with ends that are not in it, and its middle level of ink; null where there is no digit.
function digitBox(clean, ink) {
  const levels = toLevels(clean);
  const { chosen } = digit(clean, levels, otsu(levels).threshold);
  if (chosen.length === 0) return null;
  const ends = (choose, side) => choose(...chosen.map((part) => part[side]));
  const [top, left] = ["top", "left"].map((side) => ends(Math.min, side));
  const [bottom, right] = ["bottom", "right"].map((side) => ends(Math.max, side));
  return { top, bottom, left, right, dark: median(chosen.flatMap((part) => part.pixels.map((pixel) => ink.data[pixel]))) };
}

// The lines that are fainter than the digit, lie above or below it, or run past it, edge to edge.
function trueLines(lines, { top, bottom, left, right, dark }, w) {
  return lines.filter((line) => {
    const isApart = line.bottom <= top - 2 || line.top >= bottom + 2;
    const margin = PAST * w + line.thickness;
    const isFromEdgeToEdge = line.left <= EDGE && line.right >= w - EDGE;
    const runsPast = isFromEdgeToEdge && left >= margin && right <= w - margin;
    return line.level <= FAINTER * dark || isApart || runsPast;
  });
}

// The lines that are as dark as a true one: what else is on this paper is printed alike.
function like(lines, certain) {
  return lines.filter((line) => certain.some((each) => Math.abs(line.level - each.level) <= ALIKE * each.level));
}

// Take the lines' own ink away, and leave that of strokes which cross them.
function bridged(ink, lines) {
  let { data } = ink;
  for (const line of lines) {
    const isLine = new Uint8Array(data.length);
    for (const pixel of line.pixels) isLine[pixel] = 1;
    const before = data;
    data = data.slice();
    for (const pixel of line.pixels) {
      if (before[pixel] <= CLEARER * line.level + FAINT_LINE) data[pixel] = wayAcross(pixel, { ...ink, data: before }, isLine);
    }
  }
  return { ...ink, data };
}

// How dark the darkest straight way across a line, through one of its pixels, is at both its ends.
function wayAcross(pixel, { w, h, data }, isLine) {
  const x = pixel % w, y = (pixel - x) / w;
  let above = y, below = y;
  while (above >= 0 && isLine[above * w + x]) above--;
  while (below < h && isLine[below * w + x]) below++;
  if (above < 0 || below === h) return 0;
  const inkAt = (row, column) => {
    const i = row * w + Math.min(Math.max(column, 0), w - 1);
    return isLine[i] ? 0 : data[i];
  };
  return SLOPES.reduce((darkest, slope) => {
    const start = inkAt(above, x - Math.floor(slope * (y - above) + 0.5));
    return Math.max(darkest, Math.min(start, inkAt(below, x + Math.floor(slope * (below - y) + 0.5))));
  }, 0);
}

export function transposed({ w, h, data }) {
  const out = { w: h, h: w, data: new Float64Array(w * h) };
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) out.data[x * h + y] = data[y * w + x];
  return out;
}
