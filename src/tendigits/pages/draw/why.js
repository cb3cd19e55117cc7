// Why this digit rather than that one: every pixel's share, and the sum.

import { byId, make, say, signed } from "../shared/dom.js";
import { contributions } from "../../javascript/attribution.js";
import { erase, inkColour, largest, paint, signedColour } from "../shared/paint.js";

export class Why {
  // redraw() is called when other digits are chosen.
  constructor(reader, redraw) {
    Object.assign(this, { reader, redraw, chosen: null, next: "other" });
    this.slots = { self: byId("self"), other: byId("rather") };
    for (const [slot, select] of Object.entries(this.slots)) {
      select.append(...reader.classes.map((name, k) => make("option", { value: k }, String(name))));
      select.addEventListener("change", () => this.choose(slot, Number(select.value)));
    }
  }

  // The two class indices: as chosen, or else the most probable two.
  pair(reading) {
    return this.chosen ?? reading?.order.slice(0, 2) ?? [];
  }

  // A bar was clicked: first it says rather than what, then what, in turns.
  clicked(k, reading) {
    if (!reading) return;
    const slot = this.next;
    this.next = slot === "self" ? "other" : "self";
    this.choose(slot, k, reading);
  }

  // Whoever chooses the digit that stands in the other place wants the two exchanged.
  choose(slot, k, reading = this.reading) {
    let [self, other] = this.pair(reading);
    if (slot === "self") [self, other] = [k, k === other ? self : other];
    else [self, other] = [k === self ? other : self, k];
    this.chosen = [self, other];
    this.redraw();
  }

  forget() {
    Object.assign(this, { chosen: null, next: "other" });
  }

  show(reading) {
    this.reading = reading;
    const [self, other] = this.pair(reading);
    byId("reasons").hidden = !reading;
    byId("no-reasons").hidden = Boolean(reading);
    for (const select of Object.values(this.slots)) select.disabled = !reading;
    if (!reading || other === undefined) return [byId("shares"), byId("shares-ink")].forEach(erase);
    [this.slots.self.value, this.slots.other.value] = [self, other];
    const { pixels, constant } = contributions(this.reader.network, reading.ys, self, other);
    paint(byId("shares-ink"), { w: 28, h: 28, data: reading.ys[0] }, inkColour(1, 0.28));
    paint(byId("shares"), { w: 28, h: 28, data: pixels }, signedColour(largest(pixels)));
    this.showSum(pixels, constant, reading.ys.at(-1), self, other);
  }

  showSum(pixels, constant, logits, self, other) {
    const [a, b] = [self, other].map((k) => String(this.reader.classes[k]));
    const sum = (sign) => pixels.reduce((total, value) => total + (value * sign > 0 ? value : 0), 0);
    const [pro, contra] = [sum(1), sum(-1)];
    const [z1, z2] = [self, other].map((k) => rounded(logits[k]));
    say(byId("pro"), signed(z1 - z2 - rounded(contra) - rounded(constant))); // so that what is printed adds up
    say(byId("contra"), signed(contra));
    say(byId("pro-name"), `ink that speaks for ${a}`);
    say(byId("contra-name"), `ink that speaks for ${b}`);
    say(byId("constant"), signed(constant));
    say(byId("difference"), signed(z1 - z2));
    say(byId("logits"), `score of ${a} − score of ${b} = ${plain(z1)} − ${z2 < 0 ? `(${plain(z2)})` : plain(z2)}`);
    const left = Math.abs(pro + contra + constant - (logits[self] - logits[other]));
    say(byId("left"), left < 1e-6 ? "less than 0.000001" : left.toFixed(6));
    byId("curved").hidden = this.reader.isExact;
    byId("balance").style.setProperty("--share", pro / (pro - contra || 1));
  }
}

function rounded(value) {
  return Math.round(100 * value) / 100;
}

function plain(value) {
  return value.toFixed(2).replace("-", "−");
}
