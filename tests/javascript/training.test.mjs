// The network in JavaScript against the package: what goes forward, every gradient, and ten steps of each optimizer.

import assert from "node:assert/strict";
import test from "node:test";

import { softmaxCrossEntropy } from "../../src/tendigits/javascript/loss.js";
import { Buffers, Network } from "../../src/tendigits/javascript/network.js";
import { OPTIMIZERS } from "../../src/tendigits/javascript/optimizers.js";
import { assertClose, bytes, floats, json, row } from "./golden.mjs";

const rows = (start, n) => Float32Array.from(row(bytes("batches"), start, 784).length ? bytes("batches").subarray(start * 784, (start + n) * 784) : [], (v) => v / 255);

function backward(network, buffers, x, labels) {
  const result = { loss: 0, correct: 0 };
  buffers.ys[0].set(x);
  network.forwardInto(buffers);
  buffers.dys.at(-1).set(buffers.ys.at(-1));
  softmaxCrossEntropy(buffers.dys.at(-1), labels, labels.length, result);
  network.backward(buffers);
  return result;
}

for (const [name, { spec, loss, correct }] of Object.entries(json("gradients"))) {
  test(`logits, loss and every gradient are Python's: ${name}`, () => {
    const network = new Network(spec, floats(`${name}-start`));
    const buffers = new Buffers(network, 8);
    const result = backward(network, buffers, rows(0, 8), json("labels").slice(0, 8));
    assertClose(buffers.ys.at(-1), floats(`${name}-logits`), 1e-4, "logits");
    assert.ok(Math.abs(result.loss - loss) < 1e-5);
    assert.equal(result.correct, correct);
    assertClose(network.grads, floats(`${name}-grads`), 1e-5, "gradients");
    assert.ok(network.grads.some((slope) => slope !== 0));
  });
}

for (const [name, { optimizer, rate, decay }] of Object.entries(json("optimizers"))) {
  test(`ten steps are Python's: ${name}`, () => {
    const { spec } = json("gradients").deep;
    const network = new Network(spec, floats("deep-start"));
    const stepper = new OPTIMIZERS[optimizer](network, decay);
    const buffers = new Buffers(network, 32);
    for (let step = 0; step < 10; step++) {
      backward(network, buffers, rows(32 * step, 32), json("labels").slice(32 * step, 32 * step + 32));
      stepper.step(rate);
    }
    assertClose(network.params, floats(`${name}-params`), 1e-5, "parameters");
  });
}

test("a step allocates no arrays", () => {
  const network = new Network(json("gradients").deep.spec, floats("deep-start"));
  const buffers = new Buffers(network, 32);
  const arrays = [...buffers.ys, ...buffers.dys, network.grads];
  backward(network, buffers, rows(0, 32), json("labels").slice(0, 32));
  assert.ok([...buffers.ys, ...buffers.dys, network.grads].every((array, i) => array === arrays[i]));
});
