// BatchNorm as it predicts: a scale and a shift for each feature, from the averages that training left. The page does not
// train with batches, so gradients, too, take mean and variance as given.

const EPSILON = 1e-5;

export class BatchNorm {
  constructor(features) {
    Object.assign(this, { name: "BatchNorm", features });
    this.shapes = { gamma: features, beta: features, mean: features, var: features };
  }

  outShape(shape) {
    return shape;
  }

  forward(x, y) {
    for (let at = 0, j = 0; at < y.length; at++, j = (j + 1) % this.features) {
      y[at] = this.gamma[j] * this.normalised(x[at], j) + this.beta[j];
    }
  }

  // dγ = Σ dy x̂, dβ = Σ dy; mean and variance stay.
  backwardParams(x, dy) {
    for (const grads of [this.dgamma, this.dbeta, this.dmean, this.dvar]) grads.fill(0);
    for (let at = 0, j = 0; at < dy.length; at++, j = (j + 1) % this.features) {
      this.dgamma[j] += dy[at] * this.normalised(x[at], j);
      this.dbeta[j] += dy[at];
    }
  }

  backwardInput(x, y, dy, dx) {
    for (let at = 0, j = 0; at < dy.length; at++, j = (j + 1) % this.features) {
      dx[at] = (dy[at] * this.gamma[j]) / Math.sqrt(this.var[j] + EPSILON);
    }
  }

  normalised(value, j) {
    return (value - this.mean[j]) / Math.sqrt(this.var[j] + EPSILON);
  }
}
