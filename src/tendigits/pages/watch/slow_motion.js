// One image, step by step: what goes forward, p - y, and the way back, with the lesson's names and formulas.

import { byId, make, percent, say, signed } from "../shared/dom.js";
import { inkColour, largest, paint, signedColour } from "../shared/paint.js";

const PAUSE = 1100; // milliseconds at each stage
const ACROSS_STRIP = 16; // units in a row

export class SlowMotion {
  constructor(classes) {
    Object.assign(this, { classes, stages: [], timer: 0 });
  }

  // seen: what the worker found when it looked at the digit. done() is called when the last stage was shown.
  show(seen, spec, rate, done = null) {
    clearTimeout(this.timer);
    this.cards = [...forwardCards(spec, seen), ...lossCards(seen, this.classes), ...backwardCards(spec, seen, rate)];
    byId("stages").replaceChildren(...this.cards.map(({ formula, words, body, way }) => {
      return make("li", { className: way }, make("code", {}, formula), body, make("p", {}, words));
    }));
    say(byId("slow-title"), `One image, a ${this.classes[seen.label]}, forward and back`);
    if (done) this.light(0, done);
  }

  // The arrow: one stage after the other.
  light(i, done) {
    const items = [...byId("stages").children];
    items.forEach((item, k) => item.classList.toggle("now", k === i));
    if (i >= items.length) return done();
    if (i === 0) byId("slow").scrollIntoView({ block: "nearest" });
    byId("stages").scrollTo({ left: items[i].offsetLeft - byId("stages").clientWidth / 2 });
    this.timer = setTimeout(() => this.light(i + 1, done), PAUSE);
  }

  stop() {
    clearTimeout(this.timer);
    for (const item of byId("stages").children) item.classList.remove("now");
  }
}

// What each layer makes of the image: z = x W + b, a = max(z, 0).
function forwardCards(spec, { ys }) {
  const cards = [{ way: "forward", formula: "x", words: "784 pixels, from 0 (paper) to 1 (ink)", body: picture(ys[0], inkColour(1)) }];
  spec.forEach(([name], i) => {
    const k = numberOf(spec, i), isLast = i === spec.length - 1;
    if (name === "Linear" && isLast) return;
    if (name === "Dropout") return;
    const input = k === 1 ? "x" : `a${k - 1}`;
    const [formula, words] = {
      Linear: [`z${k} = ${input} W${k} + b${k}`, `${ys[i + 1].length} sums, one for each hidden unit`],
      ReLU: [`a${k} = max(z${k}, 0)`, `${ys[i + 1].filter((value) => value > 0).length} units fire, the others are silent`],
      Tanh: [`a${k} = tanh(z${k})`, "each between −1 and 1"],
    }[name];
    cards.push({ way: "forward", formula, words, body: strip(ys[i + 1]) });
  });
  return cards;
}

function lossCards({ ys, p, label, loss, dys }, classes) {
  const dlogits = dys.at(-1);
  return [
    {
      way: "forward",
      formula: "z = a W + b,  p = softmax(z)",
      words: `It gives the ${classes[label]} a probability of ${percent(p[label])}`,
      body: bars(p, classes, label, (value) => value.toFixed(2)),
    },
    { way: "turn", formula: "L = −log p[y]", words: "The loss: the smaller p of the true digit, the larger", body: make("b", { className: "number" }, loss.toFixed(3)) },
    {
      way: "back",
      formula: "dz = p − y",
      words: "The way back begins: what should be less, and what should be more",
      body: bars(dlogits, classes, label, signed),
    },
  ];
}

// From the last layer to the first: dW = aᵀ dz, then dz of the layer below.
function backwardCards(spec, { ys, dys }, rate) {
  const cards = [];
  for (let i = spec.length - 1; i >= 0; i--) {
    const k = numberOf(spec, i), input = k === 1 ? "x" : `a${k - 1}`;
    if (spec[i][0] === "ReLU") cards.push({ way: "back", formula: `dz${k} = da${k} · (z${k} > 0)`, words: "Only through units that fired", body: strip(dys[i]) });
    if (spec[i][0] === "Tanh") cards.push({ way: "back", formula: `dz${k} = da${k} · (1 − a${k}²)`, words: "Through the slope of tanh", body: strip(dys[i]) });
    if (spec[i][0] === "Linear" && i > 0) cards.push({ way: "back", formula: `dW${k} = ${input}ᵀ dz,  da${k - 1} = dz W${k}ᵀ`, words: "Each unit is told how it should have fired", body: strip(dys[i]) });
  }
  cards.push({ way: "back", formula: "dW1 = xᵀ dz1", words: "The gradient of the unit that is pushed the most", body: firstGradient(ys[0], dys[1]) });
  cards.push({ way: "turn", formula: "W ← W − η dW", words: "Every weight takes one step, with the rate η", body: make("b", { className: "number" }, `η = ${rate}`) });
  return cards;
}

// How many Linear layers there are up to layer i.
function numberOf(spec, i) {
  return spec.slice(0, i + 1).filter(([name]) => name === "Linear").length;
}

function firstGradient(x, dz) {
  const strongest = dz.reduce((best, value, j) => (Math.abs(value) > Math.abs(dz[best]) ? j : best), 0);
  const gradient = x.map((value) => value * dz[strongest]);
  return picture(gradient, signedColour(largest(gradient)));
}

function picture(data, colour) {
  const canvas = make("canvas", { width: 28, height: 28, ariaHidden: "true" });
  paint(canvas, { w: 28, h: 28, data }, colour);
  return canvas;
}

function strip(values) {
  const w = Math.min(ACROSS_STRIP, values.length), h = Math.ceil(values.length / w);
  const data = new Float64Array(w * h);
  data.set(values);
  const canvas = make("canvas", { width: w, height: h, ariaHidden: "true", className: "strip" });
  paint(canvas, { w, h, data }, signedColour(largest(values)));
  return canvas;
}

function bars(values, classes, label, show) {
  const most = largest(values);
  const rows = [...values].map((value, k) => {
    const bar = make("i", { className: value < 0 ? "against" : "for" });
    bar.style.width = `${(100 * Math.abs(value)) / most}%`;
    return make("div", { className: k === label ? "true" : "" }, make("b", {}, String(classes[k])), make("span", {}, bar), make("em", {}, show(value)));
  });
  return make("div", { className: "ten" }, ...rows);
}
