// Inside a dense network: each hidden unit as a picture of its weights, lit by how strongly it fires; its wires to the
// outputs.

import { byId, make, say, signed } from "../shared/dom.js";
import { wires } from "../../javascript/attribution.js";
import { AGAINST, FOR, largest, paint, signedColour } from "../shared/paint.js";

const UNITS = 256; // units shown
const SVG = "http://www.w3.org/2000/svg";

export class Units {
  constructor(reader) {
    Object.assign(this, { reader, current: null });
    const { network } = reader;
    const width = network.layers.length > 1 && network.layers[0].name === "Linear" ? network.layers[0].nOut : 0;
    this.units = Array.from({ length: Math.min(width, UNITS) }, (_, j) => unit(j));
    this.outputs = reader.classes.map((name) => make("li", {}, String(name)));
    this.paths = reader.classes.map(() => document.createElementNS(SVG, "path"));
    byId("inside").hidden = !width;
    byId("units").append(...this.units);
    byId("outputs").append(...this.outputs);
    byId("wires").append(...this.paths);
    say(byId("unit-count"), width > UNITS ? `The first ${UNITS} of its ${width}` : `Its ${width}`);
    this.listen();
  }

  // Tab reaches one unit, arrows the others; hovering, tapping and focus all show a unit's wires.
  listen() {
    const grid = byId("units");
    const select = (event) => this.select(this.units.indexOf(event.target.closest("button")));
    grid.addEventListener("pointerover", select);
    grid.addEventListener("focusin", select);
    grid.addEventListener("click", select);
    grid.addEventListener("pointerleave", () => grid.contains(document.activeElement) || this.select(-1));
    grid.addEventListener("focusout", () => this.select(-1));
    grid.addEventListener("keydown", (event) => this.moveFocus(event));
    new ResizeObserver(() => this.showWires()).observe(grid);
    if (this.units[0]) this.units[0].tabIndex = 0;
  }

  moveFocus(event) {
    const columns = getComputedStyle(byId("units")).gridTemplateColumns.split(" ").length;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    const target = step && this.units[this.units.indexOf(event.target) + step];
    if (!target) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
  }

  // Paint the weights: when the page opens, and whenever they changed.
  paintWeights() {
    if (!this.units.length) return;
    const [{ W, nOut }] = this.reader.network.layers;
    this.units.forEach((button, j) => {
      const weights = Float64Array.from({ length: 784 }, (_, i) => W[i * nOut + j]);
      paint(button.firstChild, { w: 28, h: 28, data: weights }, signedColour(0.4 * largest(weights)));
    });
  }

  show(reading) {
    this.reading = reading;
    if (!this.units.length) return;
    const fires = reading?.ys[2];
    const most = fires ? largest(fires) : 1;
    this.units.forEach((button, j) => light(button, fires ? (fires[j] / most).toFixed(2) : "0.5"));
    const awake = fires?.filter((value) => value > 0).length;
    say(byId("awake"), fires ? `${awake} of ${fires.length} fire for this drawing.` : "");
    this.showWires();
  }

  select(j) {
    this.current = j < 0 ? null : j;
    this.units.forEach((button, i) => button.classList.toggle("current", i === j));
    this.showWires();
  }

  showWires() {
    const j = this.current;
    byId("wires").classList.toggle("shown", j !== null);
    const reading = this.reading ?? { ys: this.reader.network.forward(new Float64Array(784)) };
    if (j === null) return say(byId("unit"), "Point at a unit, or tap it, to see its wires to the outputs.");
    const weights = wires(this.reader.network, reading.ys, j);
    const fires = reading.ys[2][j];
    const most = largest(weights);
    weights.forEach((weight, k) => {
      drawWire(this.paths[k], this.units[j], this.outputs[k], weight / most);
      this.outputs[k].title = signed(weight);
    });
    say(byId("unit"), this.words(j, fires, weights));
  }

  words(j, fires, weights) {
    const name = (compare) => {
      const k = weights.reduce((best, weight, i) => (compare(weight, weights[best]) ? i : best), 0);
      return `${this.reader.classes[k]} (${signed(weights[k])})`;
    };
    const state = fires > 0 ? `fires with ${fires.toFixed(2)}` : "is silent";
    const most = name((a, b) => a > b), least = name((a, b) => a < b);
    return `Unit ${j + 1} ${state}. It speaks most for ${most} and most against ${least}.`;
  }
}

function unit(j) {
  const label = `Hidden unit ${j + 1}`;
  return make("button", { type: "button", tabIndex: -1, ariaLabel: label }, make("canvas", { width: 28, height: 28 }));
}

// Only where it changes: most units are silent, and stay so.
function light(button, lit) {
  if (button.style.getPropertyValue("--lit") !== lit) button.style.setProperty("--lit", lit);
}

// A curve from a unit down to an output: red where it speaks for it, blue against, as thick as it is strong.
function drawWire(path, from, to, strength) {
  const origin = byId("wires").getBoundingClientRect();
  const [a, b] = [from, to].map((element) => element.getBoundingClientRect());
  const [x1, y1] = [a.left + a.width / 2 - origin.left, a.bottom - origin.top];
  const [x2, y2] = [b.left + b.width / 2 - origin.left, b.top - origin.top];
  const middle = (y1 + y2) / 2;
  path.setAttribute("d", `M${x1} ${y1} C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`);
  path.setAttribute("stroke", `rgb(${strength > 0 ? FOR : AGAINST})`);
  path.setAttribute("stroke-width", 0.5 + 4 * Math.abs(strength));
}
