// A network over one flat vector of parameters, as tendigits/nn/network.py has it: forward, backward, one step. It knows
// nothing of the page.
//
// Batches are flat, one example after another. `forward` allocates what it returns; in a training loop `Buffers` own all
// arrays, and a step allocates nothing.

import { BatchNorm } from "./batchnorm.js";
import { Conv2D } from "./convolution.js";
import { Dropout, Flatten, ReLU, Reshape, Tanh } from "./elementwise.js";
import { Linear } from "./linear.js";
import { softmaxCrossEntropy } from "./loss.js";
import { MaxPool2D } from "./pooling.js";

export const LAYERS = { Linear, ReLU, Tanh, Dropout, Reshape, Flatten, Conv2D, MaxPool2D, BatchNorm };

export class Network {
  // spec: [["Linear", 784, 128], ["ReLU"], ["Linear", 128, 10]], say, as `Network.spec` gives it in Python. params: a
  // Float32Array (or Float64Array, for gradient checks); null leaves them at zero.
  constructor(spec, params = null, layers = spec.map(([name, ...sizes]) => new LAYERS[name](...sizes))) {
    Object.assign(this, { spec, layers });
    this.shapes = [inShape(layers[0])];
    for (const layer of layers) this.shapes.push(layer.outShape(this.shapes.at(-1)));
    this.sizes = this.shapes.map(size);
    this.first = layers.findIndex((layer) => layer.shapes.W || layer.shapes.gamma); // the first with parameters
    this.bind(params ?? new Float32Array(countParams(spec)));
  }

  // Make each layer's parameters (`W`) and their gradients (`dW`) views of the two flat vectors.
  bind(params) {
    Object.assign(this, { params, grads: new params.constructor(params.length) });
    let start = 0;
    for (const layer of this.layers) {
      for (const [name, count] of Object.entries(layer.shapes)) {
        layer[name] = params.subarray(start, start + count);
        layer[`d${name}`] = this.grads.subarray(start, (start += count));
      }
    }
  }

  // [x, y_1, …, logits]: what entered the network and what left each layer, in double precision.
  forward(x, n = 1) {
    const ys = [x];
    this.layers.forEach((layer, i) => {
      ys.push(new Float64Array(n * this.sizes[i + 1]));
      layer.forward(ys[i], ys[i + 1], n);
    });
    return ys;
  }

  // The same into buffers, as in training: with random(), units are dropped where the network has Dropout.
  forwardInto({ ys, n }, random = null) {
    for (let i = 0; i < this.layers.length; i++) {
      const layer = this.layers[i];
      if (random && layer.forwardTrain) layer.forwardTrain(ys[i], ys[i + 1], n, random);
      else layer.forward(ys[i], ys[i + 1], n);
    }
  }

  // Fill `grads`, layer by layer from the last; the gradient of what enters the first layer is of no use.
  backward({ ys, dys, n }) {
    for (let i = this.layers.length - 1; i >= this.first; i--) {
      const layer = this.layers[i];
      layer.backwardParams?.(ys[i], dys[i + 1], n);
      if (i > this.first) layer.backwardInput(ys[i], ys[i + 1], dys[i + 1], dys[i], n);
    }
  }

  // Fill `grads` with the gradient of -log p(label) for one example; return that loss.
  gradient(x, label) {
    const buffers = (this.single ??= new Buffers(this, 1));
    const result = { loss: 0, correct: 0 };
    buffers.ys[0].set(x);
    this.forwardInto(buffers);
    buffers.dys.at(-1).set(buffers.ys.at(-1));
    softmaxCrossEntropy(buffers.dys.at(-1), [label], 1, result);
    this.backward(buffers);
    return result.loss;
  }

  // One step of gradient descent on one example: θ ← θ - η g. Returns the loss before it.
  learn(x, label, rate) {
    const loss = this.gradient(x, label);
    for (let i = 0; i < this.params.length; i++) this.params[i] -= rate * this.grads[i];
    return loss;
  }
}

// The arrays of a training loop for batches of n: what enters and leaves each layer, and the gradients of that.
export class Buffers {
  constructor(network, n) {
    const make = (width) => new network.params.constructor(n * width);
    Object.assign(this, { n, ys: network.sizes.map(make), dys: network.sizes.map(make) });
  }
}

function inShape(layer) {
  return layer.shape ?? [layer.nIn];
}

function size(shape) {
  return shape.reduce((product, side) => product * side, 1);
}

export function countParams(spec) {
  const layers = spec.map(([name, ...sizes]) => new LAYERS[name](...sizes));
  return layers.reduce((sum, { shapes }) => sum + Object.values(shapes).reduce((a, b) => a + b, 0), 0);
}
