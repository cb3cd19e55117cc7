// Linear: every output is a weighted sum of all inputs, y = x W + b, as tendigits/nn/layers/linear.py has it.

import { addProduct, productOfTranspose, productWithTranspose } from "./products.js";

export class Linear {
  constructor(nIn, nOut) {
    Object.assign(this, { name: "Linear", nIn, nOut, nW: nIn * nOut });
    this.shapes = { W: nIn * nOut, b: nOut };
  }

  outShape() {
    return [this.nOut];
  }

  forward(x, y, n) {
    for (let e = 0; e < n; e++) y.set(this.b, e * this.nOut);
    addProduct(y, x, this.W, n, this.nIn, this.nOut);
  }

  // dW = xᵀ dy, db = Σ dy.
  backwardParams(x, dy, n) {
    productOfTranspose(this.dW, x, dy, n, this.nIn, this.nOut);
    sumRows(this.db, dy, n);
  }

  // dx = dy Wᵀ.
  backwardInput(x, y, dy, dx, n) {
    productWithTranspose(dx, dy, this.W, n, this.nIn, this.nOut);
  }
}

// The sum of n rows of dy, over all examples (and positions), which share the bias.
export function sumRows(db, dy, n) {
  const width = db.length;
  db.fill(0);
  for (let e = 0, at = 0; e < n; e++) {
    for (let j = 0; j < width; j++) db[j] += dy[at++];
  }
}
