// attribution.js against tendigits/analysis/attribution.py, and the reader against analysis/novelty.py.

import assert from "node:assert/strict";
import test from "node:test";

import { contributions, wires } from "../../src/tendigits/javascript/attribution.js";
import { Network } from "../../src/tendigits/javascript/network.js";
import { BadNetwork } from "../../src/tendigits/javascript/network_file.js";
import { Reader } from "../../src/tendigits/pages/draw/reader.js";
import { floats as halves, toBase64 } from "../../src/tendigits/pages/shared/bytes.js";
import { assertClose, bytes, floats, json, row } from "./golden.mjs";

const load = (name) => new Network(json(name).spec, floats(`${name}-params`));
const inputOf = (i) => Float64Array.from(row(bytes("images"), i, 784), (value) => value / 255);

for (const name of ["trained", "deep", "linear", "convolutional"]) {
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
  const logits = network.layers.slice(2).reduce((x, layer, i) => {
    const y = new Float64Array(network.sizes[i + 3]);
    layer.forward(x, y, 1);
    return y;
  }, more);
  const grown = logits.map((value, k) => (value - ys.at(-1)[k]) / 1e-7);
  assertClose(wires(network, ys, unit), grown, 1e-6, "wires");
});

test("the novelty score is Python's", () => {
  const reader = new Reader(json("about"));
  floats("novelty_score").forEach((expected, i) => {
    assertClose([reader.noveltyScore(row(bytes("images"), i, 784))], [expected], 1e-3, `image ${i}`);
  });
});

test("what was taught is no longer strange, and a reset forgets it", () => {
  const reader = new Reader(json("about"));
  const within = (value) => value > 3 && value < 24;
  const letter = Uint8Array.from({ length: 784 }, (_, at) => {
    const [i, j] = [Math.floor(at / 28), at % 28];
    return within(i) && within(j) && (j < 7 || (i - 4) % 9 < 2) ? 255 : 0; // an E
  });
  const { isUnlike, order } = reader.readField(letter);
  assert.ok(isUnlike);
  const { before, after } = reader.teach(letter, order[1]);
  assert.ok(before.p[order[1]] < 0.5 && after.p[order[1]] > 0.5);
  assert.ok(!reader.readField(letter).isUnlike);
  reader.reset();
  assert.ok(reader.readField(letter).isUnlike);
  assert.deepEqual(reader.readField(letter).p, before.p);
});

test("what was learned can be saved and brought back", () => {
  const [reader, other] = [new Reader(json("about")), new Reader(json("about"))];
  const field = row(bytes("images"), 0, 784);
  const { order } = reader.readField(field);
  reader.teach(field, order[3]);
  other.fromJson(reader.toJson());
  assert.deepEqual(other.readField(field).p, reader.readField(field).p);
  assert.equal(other.taught.length, 1);
  for (const text of ["", "null", "{}", '{"format":"tendigits network","layers":[{"layer":"Linear"}]}']) {
    assert.throws(() => other.fromJson(text), BadNetwork, text);
  }
});

test("weights in 16 bits are the nearest that 16 bits have", () => {
  assertClose(halves(toBase64(new Uint8Array(Uint16Array.of(0x3c00, 0xbe00, 0x0001, 0x7bff, 0).buffer)), 16), [1, -1.5, 2 ** -24, 65504, 0], 0, "halves");
});
