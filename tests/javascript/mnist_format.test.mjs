// prepare.js against tendigits/images.py, picture by picture.

import assert from "node:assert/strict";
import test from "node:test";

import { prepare } from "../../src/tendigits/javascript/mnist_format.js";
import { assertClose, bytes, json } from "./golden.mjs";

const rgba = bytes("pictures");
const fields = bytes("fields");

test("every picture is redrawn as Python redraws it", () => {
  const pictures = json("pictures");
  assert.ok(pictures.length >= 50);
  let blank = 0;
  for (const [i, { name, width, height, start, isBlank }] of pictures.entries()) {
    const data = rgba.subarray(start, start + 4 * width * height);
    const prepared = prepare({ width, height, data });
    assert.equal(prepared === null, isBlank, name);
    if (isBlank) blank++;
    else assertClose(prepared.field, fields.subarray(784 * i, 784 * (i + 1)), 1, name);
  }
  assert.ok(blank > pictures.length / 40 && blank < pictures.length / 4, "some pictures should be blank, and most should not");
});

// A sheet of paper, w × h, with a black rectangle on it.
function sheet(w, h, { left, top, right, bottom }) {
  const data = new Uint8ClampedArray(4 * w * h).fill(255);
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) data.fill(0, 4 * (y * w + x), 4 * (y * w + x) + 3);
  return { width: w, height: h, data };
}

test("without boxing and centring the ink stays where it is", () => {
  const { field, at, box } = prepare(sheet(112, 112, { left: 8, top: 4, right: 12, bottom: 40 }), false);
  assert.deepEqual([box.w, box.h, at.row, at.column], [28, 28, 0, 0]);
  const inked = [...field.keys()].filter((i) => field[i] > 0);
  assert.deepEqual([...new Set(inked.map((i) => i % 28))], [1, 2, 3], "a triangle is twice as wide as its pixel");
  assert.deepEqual([Math.floor(inked[0] / 28), Math.floor(inked.at(-1) / 28)], [0, 10]);
});

test("the stages are what the page shows of them", () => {
  const { ink, crop, box, field } = prepare(sheet(112, 112, { left: 8, top: 4, right: 28, bottom: 44 }));
  assert.deepEqual([ink.w, ink.h], [112, 112]);
  assert.deepEqual(crop, { left: 8, top: 4, right: 27, bottom: 43 });
  assert.deepEqual([box.w, box.h], [10, 20]);
  assert.deepEqual([field.length, Math.max(...field)], [784, 255]);
});
