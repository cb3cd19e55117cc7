// What is ink and what is paper: tendigits/images/light.py, line by line.

const NOISE = 2; // times the median difference of neighbours
const CELLS = 16; // blocks along the longer side
const AROUND = 3; // blocks on each side whose middle one is the paper
const LEAST_LIT = 48; // pixels of the shorter side; smaller pictures have no surface

// Ink is |gray - paper|. The paper is the median of the border; tilted, where that at least halves the border's summed
// distance from it; or, where the border is not all one, a surface, if that at least halves the whole picture's. The noise, of neighbours
// on the border, is taken off.
export function inkAndNoise(gray) {
  const paper = median(border(gray));
  let flat = { ...gray, data: new Float64Array(gray.data) };
  for (let i = 0; i < flat.data.length; i++) flat.data[i] -= paper;
  const tilted = withoutTilt(flat);
  if (2 * sumOfAbsolutes(border(tilted)) < sumOfAbsolutes(border(flat))) flat = tilted;
  if (Math.min(flat.h, flat.w) >= LEAST_LIT && sumOfAbsolutes(border(flat)) > 0) {
    const smooth = withoutSurface(flat);
    if (2 * sumOfAbsolutes(smooth.data) < sumOfAbsolutes(flat.data)) flat = smooth;
  }
  const walk = border(flat);
  const noise = NOISE * median(walk.map((value, i) => Math.abs(value - walk.at(i - 1))));
  return { ...flat, data: flat.data.map((value) => Math.max(Math.abs(value) - noise, 0)), noise };
}

// The outermost pixels, clockwise from the top left.
function border({ w, h, data }) {
  const walk = [];
  for (let x = 0; x < w; x++) walk.push(data[x]);
  for (let y = 1; y < h - 1; y++) walk.push(data[y * w + w - 1]);
  for (let x = w - 1; x >= 0; x--) walk.push(data[(h - 1) * w + x]);
  for (let y = h - 2; y >= 1; y--) walk.push(data[y * w]);
  return walk;
}

export function median(values) {
  const sorted = Float64Array.from(values).sort();
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function sumOfAbsolutes(values) {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum;
}

// Less the plane, zero at the centre, that rises across the picture as the medians of opposite sides do.
function withoutTilt({ w, h, data }) {
  const column = (x) => Float64Array.from({ length: h }, (_, y) => data[y * w + x]);
  const down = (median(data.slice((h - 1) * w)) - median(data.slice(0, w))) / Math.max(h - 1, 1);
  const right = (median(column(w - 1)) - median(column(0))) / Math.max(w - 1, 1);
  if (down === 0 && right === 0) return { w, h, data }; // every drawing: a quarter of the time saved
  const plane = (i) => down * (Math.floor(i / w) - (h - 1) / 2) + right * ((i % w) - (w - 1) / 2);
  return { w, h, data: data.map((value, i) => value - plane(i)) };
}

// Less the paper's level at each pixel: medians of square blocks, medians of those around each, joined linearly.
function withoutSurface({ w, h, data }) {
  const cell = Math.ceil(Math.max(w, h) / CELLS);
  const blocks = grid(Math.ceil(w / cell), Math.ceil(h / cell), (x, y) => middleOf({ w, h, data }, x * cell, y * cell, cell));
  const side = 2 * AROUND + 1;
  const middles = grid(blocks.w, blocks.h, (x, y) => middleOf(blocks, x - AROUND, y - AROUND, side));
  const rows = places(h, cell, middles.h), columns = places(w, cell, middles.w);
  const joined = rows.map(({ low, high, share }) =>
    Float64Array.from({ length: middles.w }, (_, x) => {
      return middles.data[low * middles.w + x] * (1 - share) + middles.data[high * middles.w + x] * share;
    }));
  const flat = data.slice();
  for (let y = 0, at = 0; y < h; y++) {
    for (const { low, high, share } of columns) flat[at++] -= joined[y][low] * (1 - share) + joined[y][high] * share;
  }
  return { w, h, data: flat };
}

function grid(w, h, value) {
  return { w, h, data: Float64Array.from({ length: w * h }, (_, i) => value(i % w, Math.floor(i / w))) };
}

// The median of a square, as far as it lies within the picture.
function middleOf({ w, h, data }, left, top, side) {
  const values = [];
  for (let y = Math.max(top, 0); y < Math.min(top + side, h); y++) {
    for (let x = Math.max(left, 0); x < Math.min(left + side, w); x++) values.push(data[y * w + x]);
  }
  return median(values);
}

// For each of `n` pixels the two blocks between whose centres it lies, and the second one's share.
function places(n, cell, blocks) {
  return Array.from({ length: n }, (_, i) => {
    const at = Math.min(Math.max((i + 0.5) / cell - 0.5, 0), blocks - 1);
    return { low: Math.floor(at), high: Math.min(Math.floor(at) + 1, blocks - 1), share: at - Math.floor(at) };
  });
}
