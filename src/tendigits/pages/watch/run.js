// A run: a network that learns, its data, and the moments it can go back to. Knows nothing of the page or the worker.

import { contributions } from "../../javascript/attribution.js";
import { softmax } from "../../javascript/loss.js";
import { Buffers, Network, countParams } from "../../javascript/network.js";
import { OPTIMIZERS } from "../../javascript/optimizers.js";
import { fillNormal, generator, shuffle } from "../../javascript/random.js";
import { BUGS, brokenLayers, lossOf } from "./bugs.js";
import { specOf } from "./config.js";
import { gradientCheck } from "./gradient_check.js";

const MOMENTS = 100; // kept, at most
const GROUP = 250; // digits evaluated at a time
const FEW = 250; // training digits that are looked at in each evaluation
const CHECKED = 20; // digits in the batch of a gradient check

export class Run {
  // data: { train, heldOut }, each { images: Uint8Array (n × 784), labels: Uint8Array }, and classes, their names.
  constructor(data, config) {
    Object.assign(this, { data, drawn: [], batch: { loss: 0, correct: 0 }, looked: { loss: 0, correct: 0 } });
    this.restart(config);
  }

  // Begin again, from the start that the seed gives.
  restart(config) {
    this.config = withBug(config);
    const spec = specOf(this.config, this.data.classes.length);
    this.build(spec, new Float32Array(countParams(spec)));
    this.initialise();
    Object.assign(this, { step: 0, epoch: 0, cursor: 0, moments: [], current: -1 });
    this.makeOptimizer();
    this.choose();
    this.evaluate();
  }

  // Change what can be changed while it learns.
  change(config) {
    const { optimizer } = this.config;
    this.config = withBug(config);
    this.build(this.network.spec, this.network.params);
    this.optimizer.network = this.network;
    this.optimizer.weightDecay = this.config.decay;
    if (optimizer !== this.config.optimizer) this.makeOptimizer();
    this.choose();
  }

  build(spec, params) {
    this.bug = BUGS[this.config.bug];
    this.network = new Network(spec, params, brokenLayers(spec, this.bug));
    this.loss = lossOf(this.bug);
    this.buffers = null;
    this.group = new Buffers(this.network, GROUP);
  }

  initialise() {
    const random = generator(this.config.seed, 1);
    for (const { W, nIn } of this.network.layers) {
      if (!W || this.config.init === "zero") continue;
      fillNormal(W, this.config.init === "large" ? 1 : Math.sqrt(2 / nIn), random);
    }
  }

  makeOptimizer() {
    this.optimizer = new OPTIMIZERS[this.config.optimizer](this.network, this.config.decay);
  }

  // ------------------------------------------------------------------ data

  // Which digits are learned, and as what.
  choose() {
    const { labels } = this.data.train;
    const count = Math.min(this.config.digits || labels.length, labels.length);
    this.labels = Uint8Array.from(labels.subarray(0, count));
    const random = generator(this.config.seed, 2);
    for (let i = 0; i < count; i++) if (random() < this.config.noise) this.labels[i] = this.another(this.labels[i], random);
    if (this.bug.shufflesLabels) shuffle(this.labels, random);
    this.images = this.data.train.images;
    if (this.drawn.length) this.addDrawn(count);
    this.order = Uint32Array.from(this.labels.keys());
    this.shuffleEpoch();
    const n = Math.min(this.config.batch, this.labels.length);
    if (this.buffers?.n !== n) this.buffers = new Buffers(this.network, n);
    this.batchLabels = new Uint8Array(n);
  }

  another(label, random) {
    const n = this.data.classes.length;
    return (label + 1 + Math.floor(random() * (n - 1))) % n;
  }

  addDrawn(count) {
    const images = new Uint8Array((count + this.drawn.length) * 784);
    images.set(this.data.train.images.subarray(0, count * 784));
    this.drawn.forEach(({ field }, i) => images.set(field, (count + i) * 784));
    this.images = images;
    this.labels = Uint8Array.from([...this.labels, ...this.drawn.map(({ label }) => label)]);
  }

  shuffleEpoch() {
    for (let i = 0; i < this.order.length; i++) this.order[i] = i;
    shuffle(this.order, generator(this.config.seed, 3, this.epoch));
  }

  get stepsPerEpoch() {
    return Math.floor(this.labels.length / this.buffers.n);
  }

  // Put digit `i` of some images into row `e` of x.
  putRow(x, e, images, i) {
    const scale = this.bug.scale ?? 1 / 255;
    for (let at = e * 784, from = i * 784, end = from + 784; from < end; ) x[at++] = images[from++] * scale;
  }

  // ------------------------------------------------------------------ one step

  train() {
    this.cut();
    const { network, buffers, batchLabels } = this;
    this.nextBatch();
    network.forwardInto(buffers, this.config.dropout ? generator(this.config.seed, 4, this.step) : null);
    this.learnFrom(network, buffers, batchLabels);
    if (!this.bug.updatesItself) this.optimizer.step(this.config.rate);
    this.step++;
  }

  nextBatch() {
    const { n, ys } = this.buffers;
    if (this.cursor + n > this.labels.length) {
      this.cursor = 0;
      this.epoch++;
      this.shuffleEpoch();
    }
    for (let e = 0; e < n; e++) {
      const i = this.order[this.cursor++];
      this.putRow(ys[0], e, this.images, i);
      this.batchLabels[e] = this.labels[i];
    }
  }

  // The loss and all gradients of what lies in the buffers.
  learnFrom(network, buffers, labels) {
    const dlogits = buffers.dys[buffers.dys.length - 1];
    dlogits.set(buffers.ys[buffers.ys.length - 1]);
    this.loss(dlogits, labels, buffers.n, this.batch);
    for (const layer of network.layers) layer.rate = this.config.rate;
    network.backward(buffers);
  }

  // ------------------------------------------------------------------ how good it is, and the moments it can go back to

  // Look at all held-out digits and some of those learned, and keep the moment.
  evaluate() {
    const { heldOut } = this.data;
    this.reads = new Uint8Array(heldOut.labels.length);
    const n = Math.min(FEW, this.labels.length);
    const point = {
      step: this.step,
      epoch: this.epoch + this.cursor / this.labels.length,
      heldOut: this.measure(heldOut.images, heldOut.labels, heldOut.labels.length, this.reads),
      train: this.measure(this.images, this.labels, n, new Uint8Array(n)),
    };
    this.keep(point);
    return point;
  }

  measure(images, labels, count, reads) {
    let loss = 0, correct = 0;
    for (let start = 0; start < count; start += GROUP) {
      const n = Math.min(GROUP, count - start);
      const z = this.scores(images, start, n);
      firstLargest(z, n, this.data.classes.length, reads, start);
      this.loss(z, labels.subarray(start, start + n), n, this.looked);
      loss += this.looked.loss * n;
      correct += this.looked.correct;
    }
    return { loss: loss / count, accuracy: correct / count };
  }

  scores(images, start, n) {
    if (this.group.n !== n) this.group = new Buffers(this.network, n);
    for (let e = 0; e < n; e++) this.putRow(this.group.ys[0], e, images, start + e);
    this.network.forwardInto(this.group);
    return this.group.ys[this.group.ys.length - 1];
  }

  keep(point) {
    const { step, epoch, cursor, optimizer, reads } = this;
    if (this.moments.at(-1)?.step === step) this.moments.pop();
    const state = Object.fromEntries(Object.entries(optimizer.state).map(([name, vector]) => [name, vector.slice()]));
    this.moments.push({ point, step, epoch, cursor, reads, state, steps: optimizer.steps, params: this.network.params.slice() });
    if (this.moments.length > MOMENTS) this.moments = this.moments.filter((_, i) => i % 2 === 0 || i === this.moments.length - 1);
    this.current = this.moments.length - 1;
  }

  // Back to the moment nearest to a step.
  rewind(step) {
    const distance = (moment) => Math.abs(moment.step - step);
    this.current = this.moments.reduce((best, moment, i) => (distance(moment) < distance(this.moments[best]) ? i : best), 0);
    const moment = this.moments[this.current];
    this.network.params.set(moment.params);
    Object.assign(this, { step: moment.step, epoch: moment.epoch, cursor: moment.cursor, reads: moment.reads });
    for (const [name, vector] of Object.entries(this.optimizer.state)) vector.set(moment.state[name] ?? vector.fill(0));
    this.optimizer.steps = moment.steps;
    this.shuffleEpoch();
    return moment.point;
  }

  // Whoever learns on from an earlier moment forgets what came after it.
  cut() {
    if (this.current < this.moments.length - 1) this.moments.length = this.current + 1;
  }

  // ------------------------------------------------------------------ looking into it

  // One digit: what every layer makes of it, and what goes back.
  look(images, i, label) {
    const { network } = this;
    const buffers = new Buffers(network, 1);
    this.putRow(buffers.ys[0], 0, images, i);
    network.forwardInto(buffers);
    const kept = network.params.slice(); // a broken step may write to them
    this.learnFrom(network, buffers, [label]);
    network.params.set(kept);
    const { ys, dys } = buffers;
    return { image: images.slice(i * 784, i * 784 + 784), label, ys, dys, p: softmax(ys.at(-1)), loss: this.batch.loss };
  }

  // The next digit that will be learned.
  lookAtNext() {
    const isLast = this.cursor + this.buffers.n > this.labels.length;
    const i = this.order[isLast ? 0 : this.cursor];
    return this.look(this.images, i, this.labels[i]);
  }

  // Held-out digit i, and why it is read as it is, rather than as what it is, or as the next best.
  lookAtHeldOut(i) {
    const { images, labels } = this.data.heldOut;
    const seen = this.look(images, i, labels[i]);
    const [best, second] = [...seen.p.keys()].sort((a, b) => seen.p[b] - seen.p[a]);
    const other = best === labels[i] ? second : labels[i];
    const right = new Network(this.network.spec, this.network.params.slice()); // whatever bug is in the one that learns
    const parts = contributions(right, right.forward(Float64Array.from(seen.ys[0])), best, other);
    return { ...seen, ...parts, index: i, best, other, isExact: this.config.activation !== "tanh" };
  }

  // Does the gradient check find something? On a batch of training digits, with the parameters as they are now,
  // and where that says nothing (dead units have no gradient to be wrong), as they were in the beginning.
  check() {
    const now = this.checkAt(this.network.params);
    return now.ok ? this.checkAt(this.moments[0].params) : now;
  }

  checkAt(params) {
    const n = Math.min(CHECKED, this.labels.length);
    const rows = new Float64Array(n * 784);
    for (let e = 0; e < n; e++) this.putRow(rows, e, this.images, e);
    const { spec } = this.network;
    const network = new Network(spec, Float64Array.from(params), brokenLayers(spec, this.bug));
    const how = { bug: this.bug, rate: this.config.rate, scale: this.bug.scale ? 1 / 255 : 1 };
    return gradientCheck(network, rows, this.labels.subarray(0, n), this.loss, how);
  }
}

// What is chosen, and what the bug chooses.
function withBug(config) {
  return { ...config, ...BUGS[config.bug].settings?.(config) };
}

function firstLargest(z, n, width, reads, start) {
  for (let e = 0; e < n; e++) {
    let best = 0;
    for (let k = 1; k < width; k++) if (z[e * width + k] > z[e * width + best]) best = k;
    reads[start + e] = best;
  }
}
