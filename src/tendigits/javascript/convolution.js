// Conv2D: one small set of weights, applied at every position of an image, as tendigits/nn/layers/conv.py has it. Images
// are height × width × channels, so that a window consists of k runs of adjacent numbers.

import { addRows, dot, listRun, reserve } from "./products.js";
import { sumRows } from "./linear.js";

export class Conv2D {
  constructor(cIn, cOut, kernel, padding = 0) {
    Object.assign(this, { name: "Conv2D", cIn, cOut, kernel, padding });
    this.shapes = { W: kernel * kernel * cIn, b: cOut };
    this.shapes.W *= cOut;
  }

  outShape([height, width]) {
    const less = this.kernel - 1 - 2 * this.padding;
    [this.height, this.width] = [height, width];
    [this.h, this.w] = [height - less, width - less];
    return [this.h, this.w, this.cOut];
  }

  forward(x, y, n) {
    reserve(this.kernel * this.kernel * this.cIn);
    for (let at = 0; at < y.length; at += this.cOut) y.set(this.b, at);
    this.eachPosition(n, (to, image, i, j) => {
      let count = 0;
      this.eachRun(image, i, j, (from, length, row) => {
        count = listRun(x, from, length, row, this.cOut, count);
      });
      addRows(y, to, this.W, this.cOut, count);
    });
  }

  // dW = Σ over examples and positions of window ᵀ dy, db = Σ dy.
  backwardParams(x, dy, n) {
    const { cOut, dW } = this;
    dW.fill(0);
    this.eachPosition(n, (to, image, i, j) => {
      this.eachRun(image, i, j, (from, length, row) => {
        for (let r = 0; r < length; r++) addScaled(dW, (row + r) * cOut, dy, to, x[from + r], cOut);
      });
    });
    sumRows(this.db, dy, dy.length / cOut);
  }

  // x[i + a, j + b] contributes to y[i, j] through W[a, b], so it gets dy[i, j] W[a, b]ᵀ.
  backwardInput(x, y, dy, dx, n) {
    const { cOut, W } = this;
    dx.fill(0);
    this.eachPosition(n, (to, image, i, j) => {
      if (isZero(dy, to, cOut)) return;
      this.eachRun(image, i, j, (from, length, row) => {
        for (let r = 0; r < length; r++) dx[from + r] += dot(dy, to, W, (row + r) * cOut, cOut);
      });
    });
  }

  // visit(where its outputs begin, where its image begins, the window's first row and column in the image)
  eachPosition(n, visit) {
    const size = this.height * this.width * this.cIn;
    for (let e = 0, to = 0; e < n; e++) {
      for (let i = 0; i < this.h; i++) {
        for (let j = 0; j < this.w; j++, to += this.cOut) visit(to, e * size, i - this.padding, j - this.padding);
      }
    }
  }

  // The runs of a window that lie within the image: visit(where it begins, its length, its first row of W).
  eachRun(image, i, j, visit) {
    const { kernel, cIn, height, width } = this;
    const first = Math.max(0, -j), end = Math.min(kernel, width - j);
    for (let a = Math.max(0, -i); a < Math.min(kernel, height - i); a++) {
      visit(image + ((i + a) * width + j + first) * cIn, (end - first) * cIn, (a * kernel + first) * cIn);
    }
  }
}

function addScaled(y, to, x, from, factor, n) {
  if (factor === 0) return;
  for (let j = 0; j < n; j++) y[to + j] += factor * x[from + j];
}

function isZero(values, from, n) {
  for (let j = 0; j < n; j++) if (values[from + j] !== 0) return false;
  return true;
}
