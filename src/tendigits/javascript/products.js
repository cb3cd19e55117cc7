// Matrix products over flat typed arrays, rows one after another. They write into what they are given and allocate nothing.
//
// Most of a picture is paper, and half of what leaves a ReLU is zero. So what is not zero is listed first, and only that
// is multiplied, eight terms at a time: one value is then read and written once for eight products.

const EIGHT = 8;
const list = { places: new Int32Array(1024), values: new Float64Array(1024) };

// y += x W, for n rows of x.
export function addProduct(y, x, W, n, nIn, nOut) {
  reserve(nIn);
  for (let e = 0; e < n; e++) {
    addRows(y, e * nOut, W, nOut, listRun(x, e * nIn, nIn, 0, nOut, 0));
  }
}

// dW = xᵀ dy, summed over n rows.
export function productOfTranspose(dW, x, dy, n, nIn, nOut) {
  reserve(n);
  const { places, values } = list;
  dW.fill(0);
  for (let i = 0; i < nIn; i++) {
    let count = 0;
    for (let e = 0, at = i; e < n; e++, at += nIn) {
      if (x[at] === 0) continue;
      places[count] = e * nOut;
      values[count++] = x[at];
    }
    addRows(dW, i * nOut, dy, nOut, count);
  }
}

// dx = dy Wᵀ, for n rows of dy.
export function productWithTranspose(dx, dy, W, n, nIn, nOut) {
  for (let e = 0, at = 0; e < n; e++) {
    for (let i = 0; i < nIn; i++, at++) dx[at] = dot(dy, e * nOut, W, i * nOut, nOut);
  }
}

export function dot(a, from, b, start, n) {
  let sum = 0;
  for (let j = 0; j < n; j++) sum += a[from + j] * b[start + j];
  return sum;
}

// Make room for a list of n values.
export function reserve(n) {
  if (n + EIGHT <= list.places.length) return;
  list.places = new Int32Array(2 * n + EIGHT);
  list.values = new Float64Array(2 * n + EIGHT);
}

// List what is not zero among x[from], …, x[from + n - 1]; the first belongs to row `row` of a matrix with nOut columns.
// `count` values are listed already; returns how many are now.
export function listRun(x, from, n, row, nOut, count) {
  const { places, values } = list;
  for (let i = 0; i < n; i++) {
    const value = x[from + i];
    if (value === 0) continue;
    places[count] = (row + i) * nOut;
    values[count++] = value;
  }
  return count;
}

// y[to], …, y[to + n - 1] += Σ listed value × the row of W at its place.
export function addRows(y, to, W, n, count) {
  const { places, values } = list;
  while (count % EIGHT) {
    places[count] = 0; // filled up with nothing
    values[count++] = 0;
  }
  for (let k = 0; k < count; k += EIGHT) {
    const a = places[k], b = places[k + 1], c = places[k + 2], d = places[k + 3];
    const e = places[k + 4], f = places[k + 5], g = places[k + 6], h = places[k + 7];
    const p = values[k], q = values[k + 1], r = values[k + 2], s = values[k + 3];
    const t = values[k + 4], u = values[k + 5], v = values[k + 6], w = values[k + 7];
    for (let j = 0; j < n; j++) {
      y[to + j] += p * W[a + j] + q * W[b + j] + r * W[c + j] + s * W[d + j]
        + t * W[e + j] + u * W[f + j] + v * W[g + j] + w * W[h + j];
    }
  }
}
