// network.js against tendigits/network.py and optim.py.

import assert from "node:assert/strict";
import test from "node:test";

import { softmax } from "../../src/tendigits/javascript/loss.js";
import { Network } from "../../src/tendigits/javascript/network.js";
import { assertClose, bytes, floats, json, row } from "./golden.mjs";

const golden = (name) => ({ ...json(name), network: new Network(json(name).spec, floats(`${name}-params`)) });
const input = (pixels) => Float64Array.from(pixels, (value) => value / 255);

test("the logits of every test image are Python's", () => {
  const { network, n } = golden("trained");
  const images = bytes("images"), logits = floats("trained-logits");
  assert.ok(n > 0);
  for (let i = 0; i < n; i++) {
    assertClose(network.forward(input(row(images, i, 784))).at(-1), row(logits, i, 10), 1e-4, `image ${i}`);
  }
});

for (const name of ["trained", "deep", "linear", "convolutional"]) {
  test(`one step of gradient descent is Python's: ${name}`, () => {
    const { network, step } = golden(name);
    const before = network.params.slice();
    const loss = network.learn(input(row(bytes("images"), step.image, 784)), step.label, step.rate);
    assert.ok(Math.abs(loss - step.loss) < 1e-5, `the loss is ${loss}, and not ${step.loss}`);
    assertClose(network.params, floats(`${name}-stepped`), 1e-5, "the parameters");
    const moved = network.params.filter((value, i) => value !== before[i]).length;
    assert.ok(moved >= 10, "the step should move something");
  });
}

test("the gradient is that of the loss, coordinate by coordinate", () => {
  const spec = [["Linear", 5, 7], ["ReLU"], ["Linear", 7, 6], ["ReLU"], ["Linear", 6, 4]];
  const random = (n) => Float64Array.from({ length: n }, (_, i) => Math.sin(12.9 * i + 1.7)); // no two alike
  const network = new Network(spec, random(5 * 7 + 7 + 7 * 6 + 6 + 6 * 4 + 4)); // in double precision here
  const x = random(5);
  const loss = () => -Math.log(softmax(network.forward(x).at(-1))[2]);
  network.gradient(x, 2);
  const gradient = network.grads.slice();
  gradient.forEach((slope, i) => {
    const value = network.params[i], step = 1e-6;
    const at = (shifted) => ((network.params[i] = shifted), loss());
    const measured = (at(value + step) - at(value - step)) / (2 * step);
    network.params[i] = value;
    assert.ok(Math.abs(measured - slope) < 1e-7, `parameter ${i}: ${slope}, measured ${measured}`);
  });
  assert.ok(gradient.some((slope) => slope !== 0));
});

test("softmax neither overflows nor loses the small", () => {
  assertClose(softmax(Float64Array.of(1000, 1000, -1000)), [0.5, 0.5, 0], 1e-15, "softmax");
});
