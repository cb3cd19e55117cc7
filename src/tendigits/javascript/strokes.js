// Which ink is the digit, and not dust, a frame, a neighbour that the edge cuts off, or a dark desk:
// tendigits/images/strokes.py, line by line.

const MIN_CONTRAST = 25; // gray levels between ink and paper; below it there is no ink
const MIN_STROKE = 0.04; // of the heaviest stroke's ink; what has less is dust or noise
const SIZEABLE = 0.35; // of the picture's shorter side: a part as long as this may be the digit
const RINGED = 0.25; // of a frame's longer side: the least that what it frames measures
const ALONG = 0.8; // of each side of what it frames: the least that a frame runs along
const REACH = 0.03; // of the picture's longer side: so far faint ink may lead on from a stroke
const MOST = 100; // parts; a digit has a few, and comparing thousands of specks with one another would take minutes
const FAINT_INK = 0.5; // of the threshold: what is fainter than this is no ink even there

// Keep the ink of the digit's strokes and of the pixels that touch them. A stroke leads on over a short way into fainter ink.
export function strokes(ink) {
  const levels = toLevels(ink);
  const { threshold, contrast } = otsu(levels);
  if (contrast + ink.noise < MIN_CONTRAST || contrast < ink.noise) return null;
  const { chosen, others } = digit(ink, levels, threshold);
  const kept = new Uint8Array(levels.length), closed = new Uint8Array(levels.length);
  for (const part of others) grow(part.pixels, ink, () => true, closed);
  const pixels = chosen.flatMap((part) => part.pixels);
  for (const pixel of pixels) kept[pixel] = 1;
  let tips = pixels;
  for (let step = 0; step < Math.floor(REACH * Math.max(ink.w, ink.h)) && tips.length > 0; step++) {
    tips = grow(tips, ink, (next) => levels[next] > FAINT_INK * threshold && !closed[next], kept);
    for (const pixel of tips) pixels.push(pixel);
  }
  grow(pixels, ink, () => true, kept);
  for (const part of others) for (const pixel of part.pixels) kept[pixel] = 0;
  return { ...ink, data: ink.data.map((value, i) => (kept[i] ? value : 0)) };
}

export function toLevels(ink) {
  const levels = new Uint16Array(ink.data.length);
  for (let i = 0; i < levels.length; i++) levels[i] = Math.floor(ink.data[i] + 0.5);
  return levels;
}

// Otsu, 1979: the first t that maximises n₀ n₁ (m₁ - m₀)², where n₀ pixels of mean m₀ are <= t and n₁ of mean m₁ above.
export function otsu(levels) {
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

// Split the parts above the threshold in two: those that are the digit, and all others.
export function digit(size, levels, threshold) {
  const parts = connected(size, levels, threshold);
  const chosen = digitParts(heaviest(parts), size);
  const others = parts.filter((part) => !chosen.includes(part));
  return { chosen, others };
}

// The connected parts above the threshold: pixels, the sum of their levels, and a box with ends that are not in it.
// Pixels touch in 8 directions.
export function connected(size, levels, threshold) {
  const todo = levels.map((level) => (level > threshold ? 1 : 0));
  const parts = [];
  for (let start = 0; start < todo.length; start++) {
    if (todo[start]) parts.push(flood(start, size, todo, levels));
  }
  return parts;
}

function flood(start, size, todo, levels) {
  todo[start] = 0;
  const part = { pixels: [start], weight: 0, top: Infinity, bottom: 0, left: Infinity, right: 0 };
  for (const pixel of part.pixels) { // grows while it is read
    part.weight += levels[pixel];
    const x = pixel % size.w, y = (pixel - x) / size.w;
    part.top = Math.min(part.top, y);
    part.bottom = Math.max(part.bottom, y + 1);
    part.left = Math.min(part.left, x);
    part.right = Math.max(part.right, x + 1);
    forNeighbours(pixel, size, (next) => {
      if (todo[next]) part.pixels.push(next);
      todo[next] = 0;
    });
  }
  return part;
}

// Only the heaviest parts, where there are very many.
function heaviest(parts) {
  const kept = new Set([...parts].sort((a, b) => b.weight - a.weight).slice(0, MOST));
  return parts.filter((part) => kept.has(part));
}

// No frames, nothing cut off by the edge beside something whole, no dust.
function digitParts(all, size) {
  const parts = whole(all.filter((part) => !all.some((other) => rings(part, other, size))), size);
  const most = parts.reduce((weight, part) => Math.max(weight, part.weight), 0);
  return parts.filter((part) => part.weight >= MIN_STROKE * most);
}

// Whether a part is nothing but a frame around another, sizeable one, along most of all four sides of its box.
function rings(frame, part, { w }) {
  if (longerSide(part) < RINGED * longerSide(frame) || !surrounds(frame, part)) return false;
  const sides = { above: new Set(), below: new Set(), left: new Set(), right: new Set() };
  for (const pixel of frame.pixels) {
    const x = pixel % w, y = (pixel - x) / w;
    const isInRows = part.top <= y && y < part.bottom, isInColumns = part.left <= x && x < part.right;
    if (isInRows && isInColumns) return false;
    if (isInColumns) sides[y < part.top ? "above" : "below"].add(x);
    if (isInRows) sides[x < part.left ? "left" : "right"].add(y);
  }
  const { above, below, left, right } = sides;
  const isAlong = (side, length) => side.size / length >= ALONG;
  const width = part.right - part.left, height = part.bottom - part.top;
  return [above, below].every((side) => isAlong(side, width)) && [left, right].every((side) => isAlong(side, height));
}

function surrounds(outer, inner) {
  const isWithinRows = outer.top < inner.top && inner.bottom < outer.bottom;
  return isWithinRows && outer.left < inner.left && inner.right < outer.right;
}

function longerSide({ top, bottom, left, right }) {
  return Math.max(bottom - top, right - left);
}

// Drop what touches the picture's edge, if the heaviest part that does not is sizeable.
function whole(parts, { w, h }) {
  const isInner = (part) => part.top > 0 && part.bottom < h && part.left > 0 && part.right < w;
  const inner = parts.filter(isInner);
  if (inner.length === 0) return parts;
  const best = inner.reduce((a, b) => (b.weight > a.weight ? b : a));
  const isSizeable = (part) => longerSide(best) >= SIZEABLE * Math.min(w, h) || 2 * best.weight >= part.weight;
  return parts.filter((part) => isInner(part) || !isSizeable(part));
}

// Mark all that touches the pixels, if it may be marked; list what was not marked before.
function grow(pixels, size, may, marked) {
  const added = [];
  for (const pixel of pixels) {
    forNeighbours(pixel, size, (next) => {
      if (marked[next] || !may(next)) return;
      marked[next] = 1;
      added.push(next);
    });
  }
  return added;
}

// Visit the 3×3 neighbourhood of a pixel, itself included, as far as it lies within the picture.
function forNeighbours(pixel, { w, h }, visit) {
  const x = pixel % w, y = (pixel - x) / w;
  const right = Math.min(x + 1, w - 1), bottom = Math.min(y + 1, h - 1);
  for (let row = Math.max(y - 1, 0); row <= bottom; row++) {
    for (let column = Math.max(x - 1, 0); column <= right; column++) visit(row * w + column);
  }
}
