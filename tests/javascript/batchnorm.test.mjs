// Batch normalisation as it predicts, against the package's.

import test from "node:test";

import { Network } from "../../src/tendigits/javascript/network.js";
import { assertClose, bytes, floats, json } from "./golden.mjs";

test("a convolutional network with batch normalisation has Python's logits", () => {
  const network = new Network(json("normalised").spec, floats("normalised-start"));
  const x = Float32Array.from(bytes("batches").subarray(0, 8 * 784), (value) => value / 255);
  assertClose(network.forward(x, 8).at(-1), floats("normalised-logits"), 1e-4, "logits");
});
