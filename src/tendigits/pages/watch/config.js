// The choices of an experiment, and how they lie in the address: learn.html#rate=0.1&hidden=64-64&bug=relu-mask

import { BUGS } from "./bugs.js";

export const CHOICES = {
  rate: { label: "Learning rate", values: [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.5, 1, 3] },
  batch: { label: "Batch size", values: [1, 2, 8, 32, 128, 512] },
  layers: { label: "Hidden layers", values: [0, 1, 2], restarts: true },
  units: { label: "Units in each", values: [8, 16, 32, 64, 128, 256], restarts: true },
  activation: { label: "Activation", values: ["relu", "tanh", "none"], names: ["ReLU", "tanh", "none"], restarts: true },
  init: { label: "Start", values: ["he", "large", "zero"], names: ["random (He)", "too large", "all zero"], restarts: true },
  optimizer: {
    label: "Optimizer",
    values: ["sgd", "momentum", "nesterov", "adam"],
    names: ["SGD", "momentum", "Nesterov", "Adam"],
  },
  decay: { label: "Weight decay", values: [0, 0.0001, 0.001, 0.01, 0.1] },
  dropout: { label: "Dropout", values: [0, 0.2, 0.5], names: ["none", "20 %", "50 %"], restarts: true },
  digits: { label: "Training digits", values: [10, 50, 200, 1000, 0], names: ["10", "50", "200", "1,000", "all"], restarts: true },
  noise: { label: "Wrong labels", values: [0, 0.1, 0.3, 0.5, 1], names: ["none", "10 %", "30 %", "50 %", "all"], restarts: true },
};
export const RATES = { sgd: 0.2, momentum: 0.03, nesterov: 0.03, adam: 0.001 }; // that suit them

export const DEFAULTS = {
  rate: 0.2, batch: 32, layers: 1, units: 128, activation: "relu", init: "he", optimizer: "sgd", decay: 0, dropout: 0,
  digits: 0, noise: 0, bug: "none", seed: 0,
};

// "#rate=0.1&units=64" → a whole configuration; what is unknown, or no number, is left as it is by default.
export function parseConfig(fragment, defaults = DEFAULTS) {
  const config = { ...defaults };
  for (const [name, text] of new URLSearchParams(fragment.replace(/^#/, ""))) {
    const value = known(name, text);
    if (value !== undefined) config[name] = value;
  }
  return config;
}

function known(name, text) {
  if (name === "bug") return Object.hasOwn(BUGS, text) ? text : undefined;
  const number = Number(text);
  if (name === "seed") return Number.isInteger(number) && number >= 0 && number < 2 ** 31 ? number : undefined;
  if (name === "units") return Number.isInteger(number) && number > 0 && number <= 512 ? number : undefined;
  if (name === "rate") return number > 0 && number <= 100 ? number : undefined;
  if (!Object.hasOwn(CHOICES, name)) return undefined;
  return CHOICES[name].values.find((value) => String(value) === text);
}

// Only what differs from the defaults.
export function fragmentOf(config, defaults = DEFAULTS) {
  const entries = Object.entries(config).filter(([name, value]) => name in defaults && value !== defaults[name]);
  return String(new URLSearchParams(entries));
}

// The network's layers: ["Linear", 784, 128], ["ReLU"], …
export function specOf({ layers, units, activation, dropout }, nClasses) {
  const between = { relu: [["ReLU"]], tanh: [["Tanh"]], none: [] }[activation];
  const widths = [784, ...Array(layers).fill(units)];
  const hidden = widths.slice(1).flatMap((width, i) => [
    ["Linear", widths[i], width],
    ...between,
    ...(dropout ? [["Dropout", dropout]] : []),
  ]);
  return [...hidden, ["Linear", widths.at(-1), nClasses]];
}
