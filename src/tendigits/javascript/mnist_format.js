// Any picture of a digit, redrawn the way MNIST drew its own: tendigits/images.py, line by line.
//
//     picture → gray → (halved while large) → ink = distance from the paper, less its noise → strokes
//             → cropped, resized into the box, placed in the field
//
// A picture here is { w, h, data }, its rows one after the other. Blank pictures give null.

const FIELD = 28, BOX = 20; // sides of the finished picture and of the box the ink is fitted into
const CENTRE = 14; // row and column of the rounded centre of mass
const WORKING_SIDE = 512; // larger pictures are halved
const NOISE = 2; // times the median difference of neighbours
const MIN_CONTRAST = 25; // gray levels between ink and paper; below it there is no ink
const ROUND_UP = 0.5 + 1e-6; // the same half goes up everywhere, although the last bit of a sum depends on who adds it up
const MIN_STROKE = 0.04; // of the heaviest stroke's ink; what has less is dust or noise

// RGBA (a canvas's ImageData, say) → { ink, crop, box, at, field }, or null. `boxed` false leaves out box and centring.
export function prepare({ width, height, data }, boxed = true) {
  return prepareGray({ w: width, h: height, data: grayFromRgba(data) }, boxed);
}

export function prepareGray(gray, boxed = true) {
  while (Math.max(gray.h, gray.w) > WORKING_SIDE && Math.min(gray.h, gray.w) >= 2) gray = halve(gray);
  const ink = strokes(inkAndNoise(gray));
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

// Average blocks of 2×2; an odd last row or column is dropped.
function halve({ w, h, data }) {
  const small = { w: w >> 1, h: h >> 1, data: new Float64Array((w >> 1) * (h >> 1)) };
  for (let y = 0, at = 0; y < small.h; y++) {
    for (let x = 0; x < small.w; x++) {
      const i = 2 * y * w + 2 * x;
      small.data[at++] = (data[i] + data[i + 1] + data[i + w] + data[i + w + 1]) / 4;
    }
  }
  return small;
}

// ---------------------------------------------------------------------- ink

// Ink is |gray - paper|. The paper is the median of the border, tilted by the light that falls on it where that at least
// halves the border's summed distance from it. The noise, of neighbours on the border, is taken off.
function inkAndNoise(gray) {
  const paper = median(border(gray));
  let flat = { ...gray, data: new Float64Array(gray.data).map((value) => value - paper) };
  const tilted = withoutTilt(flat);
  if (2 * sumOfAbsolutes(border(tilted)) < sumOfAbsolutes(border(flat))) flat = tilted;
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

function median(values) {
  const sorted = Float64Array.from(values).sort();
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function sumOfAbsolutes(values) {
  return values.reduce((sum, value) => sum + Math.abs(value), 0);
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

// Otsu, 1979: the first t that maximises n₀ n₁ (m₁ - m₀)², where n₀ pixels of mean m₀ are <= t and n₁ of mean m₁ above.
function otsu(levels) {
  const counts = new Float64Array(1024); // above 255 where the light slants
  for (let i = 0; i < levels.length; i++) counts[levels[i]]++;
  const all = counts.reduce((sum, count, level) => sum + count * level, 0);
  let best = { threshold: 0, contrast: 0, score: 0 };
  for (let t = 0, n = 0, total = 0; t < counts.length; t++) {
    n += counts[t];
    total += t * counts[t];
    const rest = levels.length - n;
    if (n === 0 || rest === 0) continue;
    const contrast = (all - total) / rest - total / n;
    const score = n * rest * (contrast * contrast);
    if (score > best.score) best = { threshold: t, contrast, score };
  }
  return best;
}

// Keep the ink of the strokes and of the pixels that touch them. A stroke is connected ink above Otsu's threshold with at
// least MIN_STROKE of the heaviest one's ink.
function strokes(ink) {
  const levels = new Uint16Array(ink.data.map((value) => Math.floor(value + 0.5)));
  const { threshold, contrast } = otsu(levels);
  if (contrast + ink.noise < MIN_CONTRAST || contrast < ink.noise) return null;
  const parts = connected(ink, levels, threshold);
  const heaviest = parts.reduce((most, part) => Math.max(most, part.weight), 0);
  const kept = new Uint8Array(levels.length);
  for (const part of parts) if (part.weight >= MIN_STROKE * heaviest) mark(part.pixels, ink, kept);
  return { ...ink, data: ink.data.map((value, i) => (kept[i] ? value : 0)) };
}

// The connected parts above the threshold, each a list of pixels and the sum of their levels. Pixels touch in 8 directions.
function connected(size, levels, threshold) {
  const todo = levels.map((level) => (level > threshold ? 1 : 0));
  const parts = [];
  for (let start = 0; start < todo.length; start++) {
    if (todo[start]) parts.push(flood(start, size, todo, levels));
  }
  return parts;
}

function flood(start, size, todo, levels) {
  todo[start] = 0;
  const pixels = [start];
  let weight = 0;
  for (const pixel of pixels) { // grows while it is read
    weight += levels[pixel];
    forNeighbours(pixel, size, (next) => {
      if (todo[next]) pixels.push(next);
      todo[next] = 0;
    });
  }
  return { pixels, weight };
}

// Mark pixels and all that touch them.
function mark(pixels, size, kept) {
  for (const pixel of pixels) forNeighbours(pixel, size, (next) => (kept[next] = 1));
}

// Visit the 3×3 neighbourhood of a pixel, itself included, as far as it lies within the picture.
function forNeighbours(pixel, { w, h }, visit) {
  const x = pixel % w, y = (pixel - x) / w;
  const right = Math.min(x + 1, w - 1), bottom = Math.min(y + 1, h - 1);
  for (let row = Math.max(y - 1, 0); row <= bottom; row++) {
    for (let column = Math.max(x - 1, 0); column <= right; column++) visit(row * w + column);
  }
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

function transposed({ w, h, data }) {
  const out = { w: h, h: w, data: new Float64Array(w * h) };
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) out.data[x * h + y] = data[y * w + x];
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
