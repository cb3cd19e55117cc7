// The weights of the first layer, each unit's as a picture: strokes that grow out of noise.

import { byId, say } from "../shared/dom.js";
import { largest, paint, signedColour } from "../shared/paint.js";

const UNITS = 128, ACROSS = 16, TILE = 29; // units shown, in a row, and pixels of one with its margin

let start = null, latest = null; // the weights it began with, and those it has

export function showWeights(state) {
  if (!state.W) return;
  if (state.step === 0 || start?.length !== state.W.length) start = state.W;
  latest = state;
  paintWeights();
}

// As they are, or less those it began with.
export function paintWeights() {
  if (!latest) return;
  const { nOut } = latest;
  const W = byId("learned-only").checked ? latest.W.map((value, i) => value - start[i]) : latest.W;
  const count = Math.min(nOut, UNITS), across = Math.min(ACROSS, count);
  const mosaic = { w: across * TILE - 1, h: Math.ceil(count / across) * TILE - 1 };
  mosaic.data = new Float32Array(mosaic.w * mosaic.h);
  for (let j = 0; j < count; j++) lay(mosaic, W, nOut, j, (j % across) * TILE, Math.floor(j / across) * TILE);
  paint(byId("weights"), mosaic, signedColour(0.6));
  say(byId("weights-words"), nOut > UNITS ? `The first ${UNITS} of ${nOut}.` : `${nOut} of them.`);
}

// Each picture to its own scale, so that a quiet unit shows its strokes as well.
function lay(mosaic, W, nOut, j, left, top) {
  const column = Float32Array.from({ length: 784 }, (_, i) => W[i * nOut + j]);
  const most = largest(column);
  for (let i = 0; i < 784; i++) {
    mosaic.data[(top + Math.floor(i / 28)) * mosaic.w + left + (i % 28)] = column[i] / most;
  }
}
