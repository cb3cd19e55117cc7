// What Python computed, for JavaScript to equal: the folder $GOLDEN, filled by tests/test_page_scripts.py.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const read = (name) => readFileSync(join(process.env.GOLDEN, name));

export const json = (name) => JSON.parse(read(`${name}.json`));
export const bytes = (name) => new Uint8Array(read(`${name}.bin`));
export const floats = (name) => new Float32Array(bytes(`${name}`).buffer);

export const row = (values, i, n) => values.subarray(i * n, (i + 1) * n);

export function assertClose(actual, expected, tolerance, what) {
  assert.equal(actual.length, expected.length, what);
  const furthest = expected.reduce((most, value, i) => Math.max(most, Math.abs(actual[i] - value)), 0);
  assert.ok(furthest <= tolerance, `${what}: off by ${furthest}, more than ${tolerance}`);
}
export const floats64 = (name) => new Float64Array(bytes(`${name}`).buffer);
