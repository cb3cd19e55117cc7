// Why this digit, and is it a digit at all? Read off the network's own numbers; nothing here knows of the page.

import { addProduct } from "./network.js";

// z_this - z_that = Σ_i x_i g_i + c, exactly, as tendigits/explain.py derives it.
export function contributions(network, ys, self, other) {
  const difference = ys.at(-1).map((_, k) => (k === self ? 1 : 0) - (k === other ? 1 : 0));
  let constant = 0;
  const g = network.backward(ys, difference, (layer, _, dy) => {
    constant += dy.reduce((sum, value, j) => sum + value * network.b(layer)[j], 0);
  });
  return { pixels: g.map((value, i) => value * ys[0][i]), constant };
}

// How much each logit grows when unit `unit` of the first hidden layer fires by one more: the wires from it to the
// outputs. With one hidden layer that is a row of the last W; deeper, it runs through the units that are awake.
export function wires(network, ys, unit) {
  let v = new Float64Array(ys[1].length);
  v[unit] = 1;
  network.layers.forEach((layer, i) => {
    if (i < 2) return; // the first Linear and its ReLU come before the unit's output
    if (layer.name === "ReLU") v = v.map((value, j) => (ys[i + 1][j] > 0 ? value : 0));
    else v = addProduct(new Float64Array(layer.nOut), v, network.W(layer));
  });
  return v;
}

// How unlike everything learned a picture is, by what it does to the last hidden layer.
//
// Direction: √h is as far from the nearest of the centres as Mahalanobis measures it (P whitens). Strength: the best
// logit. A scribble points nowhere in particular, and little speaks for any digit. The two are one number,
// distance - weight × logit, whose limit held-out digits gave when this page was written (see pages/draw/familiarity.py).
export function noveltyScore(ys, known, learned = []) {
  const here = whitened(ys, known);
  const centres = [...known.centres, ...learned];
  const nearest = Math.min(...centres.map((centre) => distance(here, centre)));
  return nearest - known.weight * Math.max(...ys.at(-1));
}

// The direction of the roots of the last hidden layer, whitened: √h / |√h| P.
export function whitened(ys, known) {
  const root = ys.at(-2).map(Math.sqrt);
  const length = Math.hypot(...root) || 1;
  return addProduct(new Float64Array(known.centres[0].length), root.map((value) => value / length), known.P);
}

function distance(a, b) {
  let sum = 0; // not Math.hypot, which is many times slower
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}
