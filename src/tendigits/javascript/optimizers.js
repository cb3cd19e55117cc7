// Optimizers: how the parameters move, once their gradients are known. As tendigits/nn/optimizers.py has them.

// θ ← θ - η g, with decoupled weight decay: W ← (1 - η λ) W.
export class SGD {
  constructor(network, weightDecay = 0) {
    Object.assign(this, { network, weightDecay, steps: 0, state: {} });
  }

  // Make `state`, what one step remembers for the next: a vector for each name.
  remember(...names) {
    const { params } = this.network;
    for (const name of names) this.state[name] = new params.constructor(params.length);
  }

  step(rate) {
    this.steps++;
    if (this.weightDecay) for (const { W } of this.network.layers) if (W) this.decay(W, rate);
    this.descend(this.network.params, this.network.grads, rate);
  }

  decay(W, rate) {
    const factor = 1 - rate * this.weightDecay;
    for (let i = 0; i < W.length; i++) W[i] *= factor;
  }

  descend(params, grads, rate) {
    for (let i = 0; i < params.length; i++) params[i] -= rate * grads[i];
  }
}

// v ← μ v - η g, θ ← θ + v.
export class Momentum extends SGD {
  constructor(network, weightDecay = 0, momentum = 0.9) {
    super(network, weightDecay);
    this.momentum = momentum;
    this.remember("velocity");
  }

  descend(params, grads, rate) {
    const { momentum, state: { velocity } } = this;
    for (let i = 0; i < params.length; i++) {
      velocity[i] = still(momentum * velocity[i] - rate * grads[i]);
      params[i] += velocity[i];
    }
  }
}

// v ← μ v - η g, θ ← θ + μ v - η g.
export class Nesterov extends Momentum {
  descend(params, grads, rate) {
    const { momentum, state: { velocity } } = this;
    for (let i = 0; i < params.length; i++) {
      velocity[i] = still(momentum * velocity[i] - rate * grads[i]);
      params[i] += momentum * velocity[i] - rate * grads[i];
    }
  }
}

// m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², θ ← θ - η m̂ / (√v̂ + ε).
export class Adam extends SGD {
  constructor(network, weightDecay = 0, beta1 = 0.9, beta2 = 0.999, eps = 1e-8) {
    super(network, weightDecay);
    Object.assign(this, { beta1, beta2, eps });
    this.remember("m", "v");
  }

  descend(params, grads, rate) {
    const { beta1, beta2, steps, state: { m, v } } = this;
    const correction = Math.sqrt(1 - beta2 ** steps);
    const [eps, size] = [this.eps * correction, (rate * correction) / (1 - beta1 ** steps)];
    for (let i = 0; i < params.length; i++) {
      const g = grads[i];
      m[i] = still(beta1 * m[i] + (1 - beta1) * g);
      v[i] = still(beta2 * v[i] + (1 - beta2) * g * g);
      params[i] -= (size * m[i]) / (Math.sqrt(v[i]) + eps);
    }
  }
}

export const OPTIMIZERS = { sgd: SGD, momentum: Momentum, nesterov: Nesterov, adam: Adam };

// What decays towards zero without reaching it ends as a subnormal number, with which arithmetic is many times slower.
function still(value) {
  return value < 1e-30 && value > -1e-30 ? 0 : value;
}
