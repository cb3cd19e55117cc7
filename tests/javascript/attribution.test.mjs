// explain.js against tendigits/explain.py and page/unlike.py.

import assert from "node:assert/strict";
import test from "node:test";

import { contributions, noveltyScore, wires } from "../../src/tendigits/javascript/attribution.js";
import { Network } from "../../src/tendigits/javascript/network.js";
import { Reader } from "../../src/tendigits/pages/draw/reader.js";
import { assertClose, bytes, floats, json, row } from "./golden.mjs";

const load = (name) => new Network(json(name).spec, floats(`${name}-params`));
const inputOf = (i) => Float64Array.from(row(bytes("images"), i, 784), (value) => value / 255);

for (const name of ["trained", "deep", "linear"]) {
  test(`contributions are Python's, and their sum is the difference of the logits: ${name}`, () => {
    const network = load(name);
    const expected = floats(`${name}-contributions`);
    json(`${name}`).contributions.forEach(({ image, self, other, constant }, i) => {
      const ys = network.forward(inputOf(image));
      const result = contributions(network, ys, self, other);
      assertClose(result.pixels, row(expected, i, 784), 1e-4, `image ${image}, ${self} rather than ${other}`);
      assert.ok(Math.abs(result.constant - constant) < 1e-4);
      const sum = result.pixels.reduce((total, value) => total + value, result.constant);
      assert.ok(Math.abs(sum - (ys.at(-1)[self] - ys.at(-1)[other])) < 1e-3);
    });
  });
}

test("wires tell what a unit's firing adds to each logit", () => {
  const network = load("deep");
  const ys = network.forward(inputOf(0));
  const unit = ys[2].findIndex((value) => value > 0);
  const more = ys[2].slice();
  more[unit] += 1e-7; // little enough that no other unit wakes or falls asleep
  const logits = network.layers.slice(2).reduce((y, layer) => network.through(layer, y), more);
  const grown = logits.map((value, k) => (value - ys.at(-1)[k]) / 1e-7);
  assertClose(wires(network, ys, unit), grown, 1e-6, "wires");
});

test("the novelty score is Python's", () => {
  const reader = new Reader(json("about"));
  floats("novelty_score").forEach((expected, i) => {
    const ys = reader.network.forward(inputOf(i));
    assertClose([noveltyScore(ys, reader.known)], [expected], 1e-3, `image ${i}`);
  });
});

test("what was taught is no longer strange, and a reset forgets it", () => {
  const reader = new Reader(json("about"));
  const noise = Uint8Array.from({ length: 784 }, (_, i) => ((i * 7919) % 13 < 5 ? 255 : 0));
  const { isUnlike, order } = reader.readField(noise);
  assert.ok(isUnlike);
  const { before, after } = reader.teach(noise, order[1]);
  assert.ok(before.p[order[1]] < 0.5 && after.p[order[1]] > 0.5);
  assert.ok(!reader.readField(noise).isUnlike);
  reader.reset();
  assert.ok(reader.readField(noise).isUnlike);
  assert.deepEqual(reader.readField(noise).p, before.p);
});
