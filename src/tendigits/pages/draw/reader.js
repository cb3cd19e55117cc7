// What reads: a network, the detector that tells digits from other things, and what is learned here. The page asks it, and
// knows nothing of gradients.

import { softmax } from "../../javascript/loss.js";
import { prepare } from "../../javascript/mnist_format.js";
import { Network } from "../../javascript/network.js";
import { networkFromJson, networkToJson } from "../../javascript/network_file.js";
import { bytes, floats, pictures, toBase64 } from "../shared/bytes.js";

const RATE = 0.3; // of the steps the page takes, for each unit of |x|²; ten times this forgets a twentieth of all else
const STEPS = 100; // at most, for one drawing
const SURE = 0.9; // enough: what goes further forgets more
const SAME = 0.9; // the cosine from which a drawing is one that was taught

export class Reader {
  // about: the page's data, as page.py wrote it.
  constructor({ classes, network, divisor, novelty, test }) {
    Object.assign(this, { classes, trained: { ...networkOf(network), divisor }, threshold: novelty?.threshold ?? Infinity });
    this.detector = novelty && networkOf(novelty.network);
    this.test = { labels: test.labels, images: pictures(test.images) };
    this.reset();
  }

  // Back to the weights the page came with.
  reset() {
    const { spec, params, divisor } = this.trained;
    this.use(new Network(spec, params.slice()), divisor, []);
    this.trainedCorrect = undefined;
  }

  use(network, divisor, taught) {
    Object.assign(this, { network, divisor, taught });
    this.isExact = !network.layers.some(({ name }) => name === "Tanh");
  }

  // RGBA → null for a blank sheet; else how it was prepared, every activation, the probabilities, the classes from the
  // most probable down, and whether it is unlike all that was learned.
  read(rgba, boxed) {
    const prepared = prepare(rgba, boxed);
    return prepared && { prepared, ...this.readField(prepared.field) };
  }

  readField(field) {
    const x = this.inputFrom(field);
    const ys = this.network.forward(x);
    const p = softmax(ys.at(-1));
    const order = [...p.keys()].sort((a, b) => p[b] - p[a]);
    const score = this.noveltyScore(field);
    return { ys, p, order, score, isUnlike: score > this.threshold && !this.wasTaught(x) };
  }

  // The log odds that it is no digit, as tendigits/analysis/novelty.py has them.
  noveltyScore(field) {
    if (!this.detector) return -Infinity;
    const [digit, other] = this.detector.forward(divided(field, 255)).at(-1);
    return other - digit;
  }

  wasTaught(x) {
    return this.taught.some((other) => cosine(x, other.x) > SAME);
  }

  // A few steps of gradient descent on one drawing: what it was read as before and after, and how many of the test
  // digits are read correctly with the trained weights and now.
  teach(field, label) {
    const x = this.inputFrom(field);
    const rate = RATE / x.reduce((sum, value) => sum + value * value, 0); // the more ink, the larger the gradient
    this.trainedCorrect ??= this.countCorrect();
    const before = { p: this.readField(field).p, correct: this.trainedCorrect };
    let steps = 0;
    do this.network.learn(x, label, rate);
    while (++steps < STEPS && softmax(this.network.forward(x).at(-1))[label] < SURE);
    this.taught.push({ x, field: Uint8Array.from(field), label });
    return { before, after: { p: this.readField(field).p, correct: this.countCorrect() }, steps };
  }

  countCorrect() {
    const { labels, images } = this.test;
    return labels.filter((label, i) => highest(this.network.forward(this.inputFrom(images[i])).at(-1)) === label).length;
  }

  // Bytes 0 to 255 to what the network was trained on: 0 to 1, or these bytes.
  inputFrom(field) {
    return divided(field, this.divisor);
  }

  // ------------------------------------------------------------------ kept, and brought back

  toJson() {
    const drawings = this.taught.map(({ field, label }) => ({ label, pixels: toBase64(field) }));
    return networkToJson(this.network, this.classes, {}, this.divisor, { drawings });
  }

  // Throws BadNetwork where the text is none.
  fromJson(text) {
    const { network, divisor, drawings } = networkFromJson(text, this.classes.length);
    const taught = (Array.isArray(drawings) ? drawings : []).filter(isDrawing).map(({ label, pixels }) => {
      const field = bytes(pixels);
      return { field, label, x: divided(field, divisor) };
    });
    this.trainedCorrect ??= this.countCorrect();
    this.use(network, divisor, taught);
  }
}

function networkOf({ spec, params, bits }) {
  return new Network(spec, floats(params, bits));
}

function isDrawing(drawing) {
  return typeof drawing?.pixels === "string" && /^[A-Za-z0-9+/]{1046}==$/.test(drawing.pixels) && Number.isInteger(drawing.label);
}

function divided(field, divisor) {
  return new Float64Array(field).map((value) => value / divisor); // many times faster than Float64Array.from
}

function highest(values) {
  return values.indexOf(Math.max(...values));
}

function cosine(a, b) {
  let ab = 0, aa = 0, bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / (Math.sqrt(aa * bb) || 1);
}
