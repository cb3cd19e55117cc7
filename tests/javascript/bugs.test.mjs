// Each bug of the page has the wrong gradient that the museum's has, and the gradient check finds the same ones.

import assert from "node:assert/strict";
import test from "node:test";

import { Buffers, Network } from "../../src/tendigits/javascript/network.js";
import { BUGS, brokenLayers, lossOf } from "../../src/tendigits/pages/watch/bugs.js";
import { assertClose, floats64, json } from "./golden.mjs";

const { spec, labels, rate } = json("bugs");
const network = (bug) => new Network(spec, floats64("bugs-start"), brokenLayers(spec, bug));

for (const name of ["none", "relu-mask", "softmax-batch", "bias-axis", "early-update", "log-eps", "unscaled"]) {
  test(`the wrong gradient of ${name} is the museum's`, () => {
    const bug = BUGS[name], broken = network(bug), buffers = new Buffers(broken, labels.length);
    buffers.ys[0].set(floats64("bugs-x").map((value) => value * 255 * (bug.scale ?? 1 / 255)));
    for (const layer of broken.layers) layer.rate = rate;
    broken.forwardInto(buffers);
    const dlogits = buffers.dys.at(-1), result = {};
    dlogits.set(buffers.ys.at(-1));
    lossOf(bug)(dlogits, labels, labels.length, result);
    broken.backward(buffers);
    const start = floats64("bugs-start");
    const grads = bug.updatesItself ? start.map((value, i) => (value - broken.params[i]) / rate) : broken.grads;
    assertClose(grads, floats64(`bug-${name}`), 1e-9 + 1e-9 * (bug.scale ? 255 : 0), name);
    if (name !== "none" && bug.kinds) assert.throws(() => assertClose(grads, floats64("bug-none"), 1e-6, name));
  });
}
