// The gradient check: move a number a little up and a little down, and see whether the loss changes as the gradient says.
// As in the museum: 40 places in each array, the largest difference relative to the largest slope.

import { Buffers } from "../../javascript/network.js";
import { generator, shuffle } from "../../javascript/random.js";

const PLACES = 40;
const WIGGLE = 1e-5, TOLERANCE = 1e-5, FLOOR = 1e-4;

// network: in double precision, for it is changed. → { ok, arrays: [{ name, difference }] }
export function gradientCheck(network, x, labels, loss, { bug, rate, scale = 1 }) {
  const buffers = new Buffers(network, labels.length);
  const lossAt = () => forwardLoss(network, buffers, labels, loss);
  buffers.ys[0].set(x);
  const grads = claimed(network, buffers, labels, loss, bug, rate);
  const arrays = network.layers.filter(({ W }) => W).flatMap((layer, i) => [
    compare(`W${i + 1}`, layer.W, grads, network, lossAt, i === 0 ? WIGGLE * scale : WIGGLE),
    compare(`b${i + 1}`, layer.b, grads, network, lossAt, WIGGLE),
  ]);
  return { ok: arrays.every(({ difference }) => difference < TOLERANCE), arrays };
}

// What the network says its gradient is. Where the step itself updates, it is read off the step: (before - after) / rate.
function claimed(network, buffers, labels, loss, bug, rate) {
  const before = network.params.slice();
  for (const layer of network.layers) layer.rate = rate;
  forwardLoss(network, buffers, labels, loss);
  network.backward(buffers);
  if (!bug.updatesItself) return network.grads.slice();
  const grads = before.map((value, i) => (value - network.params[i]) / rate);
  network.params.set(before);
  return grads;
}

// The loss of what lies in the buffers; its gradient with respect to the logits is left there.
function forwardLoss(network, buffers, labels, loss) {
  const result = { loss: 0, correct: 0 };
  network.forwardInto(buffers);
  const dlogits = buffers.dys.at(-1);
  dlogits.set(buffers.ys.at(-1));
  loss(dlogits, labels, labels.length, result);
  return result.loss;
}

function compare(name, values, grads, network, lossAt, epsilon) {
  const start = (values.byteOffset - network.params.byteOffset) / values.BYTES_PER_ELEMENT;
  const places = shuffle([...values.keys()], generator(values.length)).slice(0, PLACES);
  let furthest = 0, largest = FLOOR;
  for (const i of places) {
    const slope = slopeAt(values, i, lossAt, epsilon), claim = grads[start + i];
    furthest = Math.max(furthest, Math.abs(slope - claim));
    largest = Math.max(largest, Math.abs(slope), Math.abs(claim));
    if (Number.isNaN(slope - claim)) return { name, difference: NaN };
  }
  return { name, difference: furthest / largest };
}

function slopeAt(values, i, lossAt, epsilon) {
  const kept = values[i];
  values[i] = kept + epsilon;
  const above = lossAt();
  values[i] = kept - epsilon;
  const below = lossAt();
  values[i] = kept;
  return (above - below) / (2 * epsilon);
}
