// A run of the page that learns: the same seed, the same run; moments to go back to; configurations in the address.

import assert from "node:assert/strict";
import test from "node:test";

import { BUGS } from "../../src/tendigits/pages/watch/bugs.js";
import { CHOICES, DEFAULTS, fragmentOf, parseConfig } from "../../src/tendigits/pages/watch/config.js";
import { Run } from "../../src/tendigits/pages/watch/run.js";
import { bytes, json } from "./golden.mjs";

const part = (start, end) => ({
  images: bytes("batches").subarray(start * 784, end * 784),
  labels: Uint8Array.from(json("labels").slice(start, end)),
});
const data = { train: part(0, 240), heldOut: part(240, 320), classes: [...Array(10).keys()] };
const begin = (config = {}) => new Run(data, { ...DEFAULTS, units: 16, ...config });
const train = (run, n) => {
  for (let i = 0; i < n; i++) run.train();
  return run.evaluate();
};

test("it learns, and the same seed gives the same run", () => {
  const [first, second, other] = [begin(), begin(), begin({ seed: 1 })].map((run) => train(run, 60));
  assert.ok(first.heldOut.accuracy > 0.6, `${first.heldOut.accuracy}`);
  assert.deepEqual(first, second);
  assert.notDeepEqual(first, other);
});

for (const optimizer of ["sgd", "momentum", "nesterov", "adam"]) {
  test(`who goes back and learns on comes to the same end: ${optimizer}`, () => {
    const run = begin({ optimizer, rate: 0.01, dropout: 0.2 });
    train(run, 9);
    const end = train(run, 11), params = run.network.params.slice();
    assert.equal(run.rewind(9).step, 9);
    assert.deepEqual(train(run, 11), end);
    assert.deepEqual(run.network.params, params);
  });
}

test("a hundred moments are kept, the first always", () => {
  const run = begin();
  for (let i = 0; i < 250; i++) train(run, 1);
  assert.ok(run.moments.length <= 100 && run.moments.length >= 50);
  assert.deepEqual([run.moments[0].step, run.moments.at(-1).step], [0, 250]);
  run.rewind(120);
  train(run, 1);
  assert.ok(run.moments.every(({ step }) => step <= run.step)); // what came after is forgotten
});

test("the gradient check finds what the museum says it finds", () => {
  const found = Object.keys(BUGS).filter((bug) => !begin({ bug }).check().ok);
  assert.deepEqual(found, ["relu-mask", "bias-axis", "early-update"]);
});

test("every network that can be chosen passes the check", () => {
  for (const activation of CHOICES.activation.values) {
    for (const layers of CHOICES.layers.values) {
      const run = begin({ activation, layers, dropout: 0.5 });
      train(run, 3);
      assert.ok(run.check().ok, `${layers} layers, ${activation}`);
    }
  }
});

test("drawings and wrong labels change what is learned", () => {
  const run = begin({ noise: 0.5 });
  const wrong = run.labels.filter((label, i) => label !== data.train.labels[i]).length;
  assert.ok(wrong > 90 && wrong < 150, `${wrong}`);
  run.drawn = [{ field: new Uint8Array(784).fill(9), label: 7 }];
  run.choose();
  assert.deepEqual([run.labels.length, run.labels.at(-1), run.images.at(-1)], [241, 7, 9]);
});

test("why: the contributions sum, whatever bug is in the network", () => {
  const run = begin({ bug: "relu-mask" });
  train(run, 10);
  const { pixels, constant, best, other, ys } = run.lookAtHeldOut(3);
  const sum = pixels.reduce((total, value) => total + value, constant);
  assert.ok(Math.abs(sum - (ys.at(-1)[best] - ys.at(-1)[other])) < 1e-4);
});

test("a configuration comes back from its address, and nonsense does not", () => {
  const config = { ...DEFAULTS, rate: 0.03, layers: 2, optimizer: "adam", bug: "log-eps", seed: 3, noise: 0.1 };
  assert.deepEqual(parseConfig(`#${fragmentOf(config)}`), config);
  assert.equal(fragmentOf(DEFAULTS), "");
  for (const text of ["#rate=-1", "#batch=7", "#bug=x", "#seed=1.5", "#units=9999", "#layers=", "#__proto__=1", "#%", "#constructor=1"]) {
    assert.deepEqual(parseConfig(text), DEFAULTS, text);
  }
});
