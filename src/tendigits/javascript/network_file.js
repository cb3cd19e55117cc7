// A network as JSON, as `tendigits export --to json` writes it and `Network.load` reads it.

import { LAYERS, Network, countParams } from "./network.js";

const FORMAT = "tendigits network";
const ABOUT =
  "For each image, start with x, its pixels row by row, from 0 (paper) to 255 (ink), divided by 'divisor'. " +
  "Linear: x W + b, where W has a row for each input. ReLU: max(x, 0). Tanh: tanh x. " +
  "In the end, exp(x) divided by its sum is the probability of each class, in the order of 'classes'.";
const SIZES = { ReLU: [], Tanh: [], Flatten: [] };
const PIXELS = 255; // what pixels are divided by where a file does not say
const MANY = 5_000_000; // parameters that a page still takes

export class BadNetwork extends Error {}

// divisor: what pixels are divided by; more: what else belongs into the file. Numbers are written as the shortest decimals that read back as the same float32.
export function networkToJson(network, classes, info, divisor = PIXELS, more = {}) {
  const layers = network.layers.map((layer, i) => layerEntry(layer, network.spec[i])).filter(({ layer }) => layer !== "Dropout");
  return JSON.stringify({ format: FORMAT, about: ABOUT, divisor, classes, layers, info, ...more });
}

function layerEntry(layer, [name, ...sizes]) {
  if (name !== "Linear") return { layer: name, ...(sizes.length && { sizes }), ...vectors(layer) };
  const W = Array.from({ length: layer.nIn }, (_, i) => decimals(layer.W.subarray(i * layer.nOut, (i + 1) * layer.nOut)));
  return { layer: name, W, b: decimals(layer.b) };
}

function vectors(layer) {
  return Object.fromEntries(Object.keys(layer.shapes).map((name) => [name, decimals(layer[name])]));
}

function decimals(values) {
  return Array.from(values, (value) => Number(value.toPrecision(9)));
}

// The text of a file → { network, divisor, classes, …what else it held }. Throws BadNetwork, with a sentence for whoever chose it.
export function networkFromJson(text, nClasses) {
  const { layers, format, divisor, ...more } = parsedJson(text);
  if (format !== FORMAT || !Array.isArray(layers)) throw new BadNetwork("That file holds no network of tendigits.");
  const spec = layers.map(specOfEntry);
  checkSizes(spec, nClasses);
  const values = layers.flatMap((entry) => Object.keys(LAYERS[entry.layer] ? shapesOf(entry) : {}).flatMap((name) => entry[name]?.flat?.() ?? []));
  const params = Float32Array.from(values);
  if (params.length !== countParams(spec) || !params.every(Number.isFinite)) throw new BadNetwork("Numbers are missing in that network.");
  return { ...more, divisor: divisor > 0 ? divisor : PIXELS, network: new Network(spec, params) };
}

function parsedJson(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    throw new BadNetwork("That file is not JSON.");
  }
}

function specOfEntry(entry) {
  const name = entry?.layer;
  if (!Object.hasOwn(LAYERS, name)) throw new BadNetwork("That network has a layer that is not known here.");
  if (name === "Linear") return [name, entry.W?.length ?? 0, entry.b?.length ?? 0];
  const sizes = SIZES[name] ?? entry.sizes ?? [];
  if (!sizes.every?.((size) => Number.isInteger(size) && size >= 0 && size < 1e4)) throw new BadNetwork("That network has a layer of no size.");
  return [name, ...sizes];
}

function shapesOf(entry) {
  const [name, ...sizes] = specOfEntry(entry);
  return new LAYERS[name](...sizes).shapes;
}

// From 784 pixels to as many classes as the page has, each layer as wide as the one before.
function checkSizes(spec, nClasses) {
  const linear = spec.filter(([name]) => name === "Linear");
  const [first] = spec;
  const isWhole = first?.[0] === "Reshape" || (linear[0]?.[1] === 784 && linear.every(([, nIn], i) => !i || nIn === linear[i - 1][2]));
  if (!isWhole || linear.at(-1)?.[2] !== nClasses || spec.at(-1)[0] !== "Linear" || countParams(spec) > MANY) {
    throw new BadNetwork("That network is not one for 28 × 28 pixels and these classes.");
  }
}
