// Nine of the museum's ten bugs (lessons/bugs.ipynb), each a part of the network, of the step or of the data to put in the
// place of the right one.

import { ReLU } from "../../javascript/elementwise.js";
import { Linear } from "../../javascript/linear.js";
import { firstOf, largestOf, softmaxCrossEntropy, softmaxRow, subtractLabel } from "../../javascript/loss.js";
import { LAYERS } from "../../javascript/network.js";

// y is what comes *after* ReLU, and nothing there is below zero: the mask masks nothing.
class UnmaskedReLU extends ReLU {
  backwardInput(x, y, dy, dx) {
    for (let i = 0; i < y.length; i++) dx[i] = y[i] >= 0 ? dy[i] : 0; // <- the bug
  }
}

// One number for each example instead of each unit. NumPy takes it without a word where there are as many of both.
class WrongAxisLinear extends Linear {
  backwardParams(x, dy, n) {
    super.backwardParams(x, dy, n);
    this.db.fill(0);
    for (let e = 0; e < Math.min(n, this.nOut); e++) {
      for (let j = 0; j < this.nOut; j++) this.db[e] += dy[e * this.nOut + j]; // <- the bug
    }
  }
}

// Updates itself as soon as its gradient is known: what goes back below has passed through the new W.
class EarlyLinear extends Linear {
  backwardParams(x, dy, n) {
    super.backwardParams(x, dy, n);
    for (let i = 0; i < this.W.length; i++) this.W[i] -= this.rate * this.dW[i]; // <- the bug
    for (let j = 0; j < this.b.length; j++) this.b[j] -= this.rate * this.db[j];
  }
}

// One maximum for all rows.
export function batchMaxCrossEntropy(z, labels, n, result) {
  const width = z.length / n;
  const highest = largestOf(z, 0, z.length); // <- the bug
  result.loss = result.correct = 0;
  for (let e = 0, at = 0; e < n; e++, at += width) {
    addLoss(z, at, width, labels[e], n, result);
    softmaxRow(z, at, width, highest);
    subtractLabel(z, at, width, labels[e], n);
  }
}

const EPS = 1e-8;

// -log(p + ε), and the derivative of just that: where p is far below ε, nothing is left of it.
export function cappedCrossEntropy(z, labels, n, result) {
  const width = z.length / n;
  result.loss = result.correct = 0;
  for (let e = 0, at = 0; e < n; e++, at += width) {
    const highest = largestOf(z, at, width);
    if (firstOf(z, at, width, highest) === labels[e]) result.correct++;
    softmaxRow(z, at, width, highest);
    const p = z[at + labels[e]];
    result.loss -= Math.log(p + EPS) / n; // <- the bug
    const dp = -1 / (p + EPS) / n;
    for (let k = 0; k < width; k++) z[at + k] *= (k === labels[e] ? dp : 0) - dp * p;
  }
}

function addLoss(z, at, width, label, n, result) {
  const highest = largestOf(z, at, width);
  if (firstOf(z, at, width, highest) === label) result.correct++;
  let sum = 0;
  for (let k = at; k < at + width; k++) sum += Math.exp(z[k] - highest);
  result.loss += (Math.log(sum) + highest - z[at + label]) / n;
}

// name, words for the list; `found` and `lesson` are said when it is told. kinds: layers in place of others; of these
// `below` only where another Linear follows. settings(config): what must be set for the bug to show.
export const BUGS = {
  none: { name: "none: everything is right", lesson: "" },
  "relu-mask": {
    name: "ReLU’s gradient masked with >= 0",
    code: "dz1 = dlogits @ W2.T * (a1 >= 0)",
    fix: "(a1 > 0)",
    lesson: "It still learns, only less well: the first layer is pushed in a wrong direction, the second makes the best of it.",
    kinds: { ReLU: UnmaskedReLU },
  },
  "softmax-batch": {
    name: "softmax with one maximum for the whole batch",
    code: "e = np.exp(z - z.max())",
    fix: "z.max(axis=1, keepdims=True)",
    lesson: "The same curve, until one row’s scores lie far above the others’: then 0/0, and every number is lost.",
    loss: batchMaxCrossEntropy,
  },
  "bias-axis": {
    name: "bias gradient summed over the wrong axis",
    code: "db1 = dz1.sum(axis=1)",
    fix: "dz1.sum(axis=0)",
    lesson: "The curve hides it: weights do nearly all the work. It fits only where the batch is as large as the layer.",
    kinds: { Linear: WrongAxisLinear },
    below: true,
    settings: ({ units }) => ({ batch: units }), // with any other batch NumPy would refuse
  },
  unscaled: {
    name: "pixels not scaled: 0 to 255",
    code: "X = pixels",
    fix: "X = pixels / 255",
    lesson: "A huge first loss, then stuck at one answer. The gradient is right, of a badly posed problem.",
    scale: 1,
  },
  "high-rate": {
    name: "learning rate too high for the batch",
    code: "batch_size=2, learning_rate=0.5",
    fix: "a smaller rate: half the batch, half the rate",
    lesson: "Stuck near chance. With a batch of 128 the same rate learns well.",
    settings: () => ({ batch: 2, rate: 0.5 }),
  },
  "early-update": {
    name: "W2 updated before its old value is used",
    code: "W2 -= rate * dW2;  dz1 = dlogits @ W2.T * (z1 > 0)",
    fix: "all gradients first, then the update",
    lesson: "At a high rate it explodes; at a low one it learns as well as the right one.",
    kinds: { Linear: EarlyLinear },
    updatesItself: true,
  },
  "zero-start": {
    name: "all weights start at zero",
    code: "W1, W2 = np.zeros((784, 128)), np.zeros((128, 10))",
    fix: "rng.normal(0, np.sqrt(2 / n_in), …)",
    lesson: "Units that start alike stay alike. The loss is ln 10 = 2.303 and stays there.",
    settings: () => ({ init: "zero" }),
    restarts: true,
  },
  "shuffled-labels": {
    name: "images shuffled, labels not",
    code: "X = X[rng.permutation(len(X))]",
    fix: "one index for both: X[rows], Y[rows]",
    lesson: "Accuracy stays at chance. The gradient has never seen a digit: look at what goes in.",
    shufflesLabels: true,
  },
  "log-eps": {
    name: "log(p + eps) in the loss",
    code: "loss = -np.log(p[true] + 1e-8)",
    fix: "the loss from the scores, with log-sum-exp",
    lesson: "A confident mistake costs at most 18.4 and pushes nothing. Start with weights too large to see it.",
    loss: cappedCrossEntropy,
  },
};

// The layers of a network with a bug in it.
export function brokenLayers(spec, bug) {
  const last = spec.findLastIndex(([name]) => name === "Linear");
  return spec.map(([name, ...sizes], i) => {
    const isSpared = bug.below && i === last && i > 0;
    const Kind = (!isSpared && bug.kinds?.[name]) || LAYERS[name];
    return new Kind(...sizes);
  });
}

export function lossOf(bug) {
  return bug.loss ?? softmaxCrossEntropy;
}
