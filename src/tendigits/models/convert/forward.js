// A network's answer, layer by layer, as tendigits computes it: images have their channels last, and sums are kept in
// double precision. `MODEL` is the network: its classes, the layers of each member, and all parameters as base64.

const PARAMETERS = decodeFloats(MODEL.params);

export const classes = MODEL.classes;

// Pixels, row by row, from 0 (paper) to 255 (ink) → the probability of each class.
export function probabilities(pixels) {
  const input = Float64Array.from(pixels, (value) => value / MODEL.divisor);
  if (input.length !== MODEL.inputs) throw new RangeError(`An image has ${MODEL.inputs} pixels, not ${input.length}.`);
  const sum = new Float64Array(classes.length);
  let at = 0;
  const take = (n) => PARAMETERS.subarray(at, (at += n));
  for (const layers of MODEL.members) {
    let x = { shape: [input.length], data: input };
    for (const [name, ...sizes] of layers) x = LAYERS[name](x, take, ...sizes);
    x.data.forEach((value, k) => (sum[k] += value / MODEL.members.length));
  }
  return Array.from(softmaxOf(sum));
}

const each = (f) => (x) => ({ shape: x.shape, data: x.data.map(f) });

const LAYERS = {
  ReLU: each((value) => Math.max(value, 0)),
  Tanh: each(Math.tanh),
  Sigmoid: each((value) => 1 / (1 + Math.exp(-value))),
  Reshape: (x, take, height, width, channels) => ({ shape: [height, width, channels], data: x.data }),
  Flatten: (x) => ({ shape: [x.data.length], data: x.data }),
  Linear: (x, take, nIn, nOut) => ({ shape: [nOut], data: linear(x.data, take(nIn * nOut), take(nOut)) }),
  Conv2D: convolve,
  MaxPool2D: pool,
  BatchNorm: normalise,
};

// x W + b, where W has a row for each input.
function linear(x, W, b, start = 0, n = x.length, y = Float64Array.from(b), row = 0) {
  for (let i = 0; i < n; i++) {
    const value = x[start + i];
    if (value === 0) continue; // most of a picture is paper
    for (let j = 0, at = (row + i) * b.length; j < b.length; j++) y[j] += value * W[at++];
  }
  return y;
}

// Each window, as a row, times W; around the image are zeros, which add nothing.
function convolve({ shape: [h, w, c], data }, take, cIn, cOut, kernel, padding) {
  const W = take(kernel * kernel * cIn * cOut), b = take(cOut);
  const rows = h + 2 * padding - kernel + 1, columns = w + 2 * padding - kernel + 1;
  const y = new Float64Array(rows * columns * cOut);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const pixel = y.subarray((i * columns + j) * cOut, (i * columns + j + 1) * cOut);
      pixel.set(b);
      for (let a = 0; a < kernel * kernel; a++) {
        const row = i + Math.floor(a / kernel) - padding, column = j + (a % kernel) - padding;
        if (row >= 0 && row < h && column >= 0 && column < w) linear(data, W, b, (row * w + column) * c, c, pixel, a * c);
      }
    }
  }
  return { shape: [rows, columns, cOut], data: y };
}

// The largest value of each size × size square, by channel.
function pool({ shape: [h, w, c], data }, take, size) {
  const rows = h / size, columns = w / size;
  const y = new Float64Array(rows * columns * c).fill(-Infinity);
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      const to = (Math.floor(i / size) * columns + Math.floor(j / size)) * c, from = (i * w + j) * c;
      for (let k = 0; k < c; k++) y[to + k] = Math.max(y[to + k], data[from + k]);
    }
  }
  return { shape: [rows, columns, c], data: y };
}

function normalise({ shape, data }, take, features) {
  const [gamma, beta, mean, variance] = [0, 1, 2, 3].map(() => take(features));
  const scale = (k) => gamma[k] / Math.sqrt(variance[k] + 1e-5);
  return { shape, data: data.map((value, i) => (value - mean[i % features]) * scale(i % features) + beta[i % features]) };
}

function softmaxOf(z) {
  const highest = z.reduce((a, b) => Math.max(a, b));
  const e = z.map((value) => Math.exp(value - highest));
  const total = e.reduce((sum, value) => sum + value, 0);
  return e.map((value) => value / total);
}

function decodeFloats(text) {
  return new Float32Array(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer);
}
