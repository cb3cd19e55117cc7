// Layers without parameters that treat each value by itself: ReLU, Tanh, Dropout; and those that only change the shape.

class Elementwise {
  shapes = {};

  outShape(shape) {
    return shape;
  }
}

// y = max(x, 0).
export class ReLU extends Elementwise {
  name = "ReLU";

  forward(x, y) {
    for (let i = 0; i < y.length; i++) y[i] = x[i] > 0 ? x[i] : 0;
  }

  // Strictly positive: after the forward pass `y >= 0` is true everywhere and would mask nothing.
  backwardInput(x, y, dy, dx) {
    for (let i = 0; i < y.length; i++) dx[i] = y[i] > 0 ? dy[i] : 0;
  }
}

// y = tanh x; dx = (1 - y²) dy.
export class Tanh extends Elementwise {
  name = "Tanh";

  forward(x, y) {
    for (let i = 0; i < y.length; i++) y[i] = Math.tanh(x[i]);
  }

  backwardInput(x, y, dy, dx) {
    for (let i = 0; i < y.length; i++) dx[i] = (1 - y[i] * y[i]) * dy[i];
  }
}

// In training, drop each value with probability `rate` and scale the others by 1 / (1 - rate); otherwise y = x.
export class Dropout extends Elementwise {
  name = "Dropout";

  constructor(rate) {
    super();
    Object.assign(this, { rate, factors: new Float32Array(0), drops: false });
  }

  forward(x, y) {
    this.drops = false;
    y.set(x);
  }

  // random() gives numbers from 0 to 1.
  forwardTrain(x, y, n, random) {
    this.drops = true;
    if (this.factors.length < y.length) this.factors = new Float32Array(y.length);
    for (let i = 0; i < y.length; i++) {
      this.factors[i] = random() >= this.rate ? 1 / (1 - this.rate) : 0;
      y[i] = x[i] * this.factors[i];
    }
  }

  backwardInput(x, y, dy, dx) {
    if (!this.drops) return dx.set(dy);
    for (let i = 0; i < y.length; i++) dx[i] = dy[i] * this.factors[i];
  }
}

// y = x, a row seen as an image of height × width × channels, or an image as a row.
export class Reshape extends Elementwise {
  name = "Reshape";

  constructor(height, width, channels) {
    super();
    this.shape = height ? [height, width, channels] : null;
  }

  outShape(shape) {
    return this.shape ?? [shape.reduce((product, side) => product * side, 1)];
  }

  forward(x, y) {
    y.set(x);
  }

  backwardInput(x, y, dy, dx) {
    dx.set(dy);
  }
}

export class Flatten extends Reshape {
  name = "Flatten";
}
