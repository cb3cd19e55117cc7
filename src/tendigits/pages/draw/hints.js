// A word of advice, where what is drawn is hardly one digit.

const SMALL = 0.1; // of the sheet's side: no more than a dot
const TALL = 0.4; // of the ink's height: what is as tall as that may be a digit of its own

// prepared: as the reader gives it. Returns a sentence, or "".
export function hint({ ink, crop }) {
  const [w, h] = [crop.right - crop.left + 1, crop.bottom - crop.top + 1];
  if (Math.max(w, h) < SMALL * Math.max(ink.w, ink.h)) return "That is very small: draw larger.";
  if (countColumns(ink, crop, TALL * h) > 1) return "Are these several digits? It reads one at a time.";
  return "";
}

// How many parts stand side by side, with paper between them from top to bottom.
function countColumns(ink, { left, right, top, bottom }, tall) {
  let count = 0, height = 0;
  for (let x = left; x <= right + 1; x++) {
    const column = x > right ? 0 : extent(ink, x, top, bottom);
    if (column) height = Math.max(height, column);
    else {
      if (height >= tall) count++;
      height = 0;
    }
  }
  return count;
}

// From the highest to the lowest ink of a column.
function extent(ink, x, top, bottom) {
  let first = -1, last = -1;
  for (let y = top; y <= bottom; y++) {
    if (ink.data[y * ink.w + x] === 0) continue;
    if (first < 0) first = y;
    last = y;
  }
  return first < 0 ? 0 : last - first + 1;
}
