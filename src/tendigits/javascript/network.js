// A network of Linear and ReLU layers over one flat vector of parameters, as tendigits/network.py has it: forward,
// backward, one step of gradient descent. It knows nothing of the page.
//
// One image at a time: every vector is a row. Sums are kept in double precision, parameters as float32.

export class Network {
  // spec: [["Linear", 784, 128], ["ReLU"], ["Linear", 128, 10]], say. params: Float32Array, W and b of each layer in turn.
  constructor(spec, params) {
    this.params = params;
    this.grads = new Float64Array(params.length);
    let start = 0;
    this.layers = spec.map(([name, nIn, nOut]) => {
      if (name === "ReLU") return { name };
      const [w, b] = [start, (start += nIn * nOut)];
      start += nOut;
      return { name, nIn, nOut, w, b };
    });
  }

  // The W of a Linear layer, row after row: weight [i * nOut + j] leads from input i to output j. A view.
  W(layer) {
    return this.params.subarray(layer.w, layer.b);
  }

  b(layer) {
    return this.params.subarray(layer.b, layer.b + layer.nOut);
  }

  // [x, y_1, …, logits]: what entered the network and what left each layer.
  forward(x) {
    const ys = [x];
    for (const layer of this.layers) ys.push(this.through(layer, ys.at(-1)));
    return ys;
  }

  through(layer, x) {
    if (layer.name === "ReLU") return x.map((value) => Math.max(value, 0));
    return addProduct(Float64Array.from(this.b(layer)), x, this.W(layer));
  }

  // Carry a gradient, of anything with respect to the logits, back to the input. `visit(layer, x, dy)` sees each Linear
  // layer with what entered it and the gradient of what left it.
  backward(ys, dlogits, visit) {
    let dy = dlogits;
    for (let i = this.layers.length - 1; i >= 0; i--) {
      const layer = this.layers[i];
      if (layer.name === "ReLU") {
        // Strictly positive: after the forward pass `y >= 0` is true everywhere and would mask nothing.
        dy = dy.map((value, j) => (ys[i + 1][j] > 0 ? value : 0));
      } else {
        visit(layer, ys[i], dy);
        dy = productWithTranspose(dy, this.W(layer));
      }
    }
    return dy;
  }

  // Fill `grads` with the gradient of -log p(label); return that loss.
  gradient(x, label) {
    const ys = this.forward(x);
    const p = softmax(ys.at(-1));
    const dlogits = p.map((value, k) => value - (k === label ? 1 : 0)); // p - y, as tendigits/loss.py derives it
    this.backward(ys, dlogits, (layer, input, dy) => {
      const { grads } = this;
      for (let i = 0, at = layer.w; i < layer.nIn; i++) {
        for (let j = 0; j < layer.nOut; j++) grads[at++] = input[i] * dy[j]; // dW = xᵀ dy
      }
      grads.set(dy, layer.b); // db = dy
    });
    return -Math.log(Math.max(p[label], Number.MIN_VALUE));
  }

  // One step of gradient descent on one example: θ ← θ - η g. Returns the loss before it.
  learn(x, label, rate) {
    const loss = this.gradient(x, label);
    for (let i = 0; i < this.params.length; i++) this.params[i] -= rate * this.grads[i];
    return loss;
  }
}

// p_k = exp(z_k) / Σ exp(z_j), the largest z subtracted first so that nothing overflows.
export function softmax(z) {
  const highest = Math.max(...z);
  const e = z.map((value) => Math.exp(value - highest));
  const total = e.reduce((sum, value) => sum + value, 0);
  return e.map((value) => value / total);
}

// y + x W, into y.
export function addProduct(y, x, W) {
  const n = y.length;
  for (let i = 0; i < x.length; i++) {
    if (x[i] === 0) continue; // most of a picture is paper
    for (let j = 0, at = i * n; j < n; j++) y[j] += x[i] * W[at++];
  }
  return y;
}

// dy Wᵀ.
function productWithTranspose(dy, W) {
  const n = dy.length;
  const dx = new Float64Array(W.length / n);
  for (let i = 0, at = 0; i < dx.length; i++) {
    for (let j = 0; j < n; j++) dx[i] += dy[j] * W[at++];
  }
  return dx;
}
