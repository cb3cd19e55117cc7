// The answer: the digit, how sure, and a bar for each class. Clicking bars chooses the two digits to compare.

import { byId, make, percent, say } from "../shared/dom.js";
import { hint } from "./hints.js";

export class Answer {
  constructor(classes, chosen) {
    this.classes = classes;
    this.box = byId("answer");
    this.bars = classes.map((name, k) => bar(name, () => chosen(k)));
    byId("bars").append(...this.bars.map(({ row }) => row));
  }

  // reading: as Reader.read gives it; null when there is nothing to read, on an empty sheet or not.
  show(reading, isEmpty, isDrawing) {
    const best = reading?.order[0];
    const isDigit = Boolean(reading) && !reading.isUnlike;
    this.box.dataset.digit = isDigit ? this.classes[best] : "";
    this.box.dataset.probability = isDigit ? reading.p[best].toFixed(6) : "0";
    this.box.dataset.state = reading ? (isDigit ? "digit" : "unlike") : "blank";
    this.box.ariaBusy = String(isDrawing); // screen readers wait for the end of the stroke
    say(byId("digit"), isDigit ? String(this.classes[best]) : reading ? "?" : "–");
    say(byId("verdict"), this.verdict(reading, isEmpty));
    say(byId("doubt"), this.doubt(reading));
    say(byId("hint"), reading && !isDrawing ? hint(reading.prepared) : "");
    this.bars.forEach((each, k) => showBar(each, reading?.p[k] ?? 0, k === best, Boolean(reading)));
  }

  verdict(reading, isEmpty) {
    if (!reading) return isEmpty ? "Nothing drawn yet" : "Nothing stands out from the paper";
    if (reading.isUnlike) return "Not a digit, it seems";
    return `${percent(reading.p[reading.order[0]])} sure`;
  }

  doubt(reading) {
    if (!reading) return "";
    const [first, second] = reading.order;
    if (reading.isUnlike) return `Pressed for an answer, it would say ${this.classes[first]}.`;
    return second !== undefined && reading.p[second] >= 0.02 ? `or perhaps ${this.classes[second]}` : "";
  }

  // Mark the two digits that are compared.
  mark([self, other]) {
    this.bars.forEach(({ row }, k) => {
      row.dataset.role = k === self ? "self" : k === other ? "other" : "";
      row.ariaPressed = String(k === self || k === other);
    });
  }
}

function bar(name, onclick) {
  const fill = make("span", { className: "fill" });
  const figure = make("span", { className: "figure" });
  const track = make("span", { className: "track" }, fill);
  const words = make("span", { className: "for-readers" }, " compare");
  const row = make("button", { type: "button", className: "bar", onclick }, make("b", {}, String(name)), track, figure, words);
  return { row, fill, figure };
}

function showBar({ row, fill, figure }, p, isBest, isKnown) {
  fill.style.transform = `scaleX(${p})`;
  row.classList.toggle("best", isBest);
  say(figure, isKnown ? percent(p) : "");
}
