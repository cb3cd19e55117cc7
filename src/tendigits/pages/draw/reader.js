// What reads: a network, what it was trained on, and what it learns here. The page asks it, and knows nothing of gradients.

import { noveltyScore, whitened } from "../../javascript/attribution.js";
import { Network, softmax } from "../../javascript/network.js";
import { prepare } from "../../javascript/mnist_format.js";

const RATE = 0.3; // of the steps the page takes, for each unit of |x|²; ten times this forgets a twentieth of all else
const STEPS = 100; // at most, for one drawing
const SURE = 0.9; // enough: what goes further forgets more

export class Reader {
  // about: the page's data, as page/__init__.py wrote it.
  constructor(about) {
    Object.assign(this, { classes: about.classes, spec: about.spec, divisor: about.divisor, trained: floats(about.params) });
    this.known = { ...about.known, P: floats(about.known.P), centres: rows(floats(about.known.centres), about.known.n) };
    this.test = { labels: about.test.labels, images: pictures(about.test.images) };
    this.reset();
  }

  // Back to the weights the page came with.
  reset() {
    this.network = new Network(this.spec, this.trained.slice());
    this.taught = [];
  }

  // RGBA → null for a blank sheet; else how it was prepared, every activation, the probabilities, the classes from the
  // most probable down, and whether it is unlike all that was learned.
  read(rgba, boxed) {
    const prepared = prepare(rgba, boxed);
    return prepared && { prepared, ...this.readField(prepared.field) };
  }

  readField(field) {
    const ys = this.network.forward(this.inputFrom(field));
    const p = softmax(ys.at(-1));
    const order = [...p.keys()].sort((a, b) => p[b] - p[a]);
    const learned = this.taught.map((x) => whitened(this.network.forward(x), this.known));
    const score = noveltyScore(ys, this.known, learned);
    return { ys, p, order, score, isUnlike: score > this.known.limit };
  }

  // A few steps of gradient descent on one drawing: what it was read as before and after, and how many of the test
  // digits are read correctly before and after.
  teach(field, label) {
    const x = this.inputFrom(field);
    const rate = RATE / x.reduce((sum, value) => sum + value * value, 0); // the more ink, the larger the gradient
    const before = { p: this.readField(field).p, correct: this.countCorrect() };
    let steps = 0;
    do this.network.learn(x, label, rate);
    while (++steps < STEPS && softmax(this.network.forward(x).at(-1))[label] < SURE);
    this.taught.push(x);
    return { before, after: { p: this.readField(field).p, correct: this.countCorrect() }, steps };
  }

  countCorrect() {
    const { labels, images } = this.test;
    return labels.filter((label, i) => highest(this.network.forward(this.inputFrom(images[i])).at(-1)) === label).length;
  }

  // Bytes 0 to 255 to what the network was trained on: 0 to 1, or these bytes.
  inputFrom(field) {
    return new Float64Array(field).map((value) => value / this.divisor); // many times faster than Float64Array.from
  }
}

function highest(values) {
  return values.indexOf(Math.max(...values));
}

// ---------------------------------------------------------------------- out of the page's JSON

function bytes(base64) {
  const letters = atob(base64);
  const values = new Uint8Array(letters.length);
  for (let i = 0; i < values.length; i++) values[i] = letters.charCodeAt(i); // ten times faster than Uint8Array.from
  return values;
}

export function floats(base64) {
  return new Float32Array(bytes(base64).buffer); // little-endian, as nearly every machine is
}

export function pictures(base64) {
  return rows(bytes(base64), 784);
}

function rows(values, n) {
  return Array.from({ length: values.length / n }, (_, i) => values.subarray(i * n, (i + 1) * n));
}
