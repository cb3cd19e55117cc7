// "No, it is a …": the page learns from the drawing, shows what changed, and what it forgot.

import { byId, make, percent, say } from "../shared/dom.js";

export class Teach {
  // changed() is called when the weights are no longer what they were.
  constructor(reader, changed) {
    Object.assign(this, { reader, changed });
    this.buttons = reader.classes.map((name, k) =>
      make("button", { type: "button", ariaLabel: `It is a ${name}`, onclick: () => this.learn(k) }, String(name)),
    );
    byId("truths").append(...this.buttons);
    byId("reset").addEventListener("click", () => this.reset());
  }

  show(reading) {
    this.reading = reading;
    const best = reading && !reading.isUnlike ? reading.order[0] : -1;
    this.buttons.forEach((button, k) => {
      button.disabled = !reading;
      button.classList.toggle("best", k === best);
    });
  }

  learn(label) {
    const result = this.reader.teach(this.reading.prepared.field, label);
    const name = this.reader.classes[label];
    say(byId("lesson"), `Learned in ${result.steps} ${result.steps === 1 ? "step" : "steps"} of gradient descent.`);
    this.showChange(byId("before"), result.before.p, label);
    this.showChange(byId("after"), result.after.p, label);
    say(byId("taught-name"), `how sure it is of ${name}`);
    this.showForgetting(result);
    byId("taught").hidden = false;
    this.allow();
    this.changed();
  }

  // What was learned can be kept, and taken back.
  allow(isChanged = true) {
    byId("reset").disabled = byId("save").disabled = !isChanged;
  }

  showChange(element, p, label) {
    const best = p.indexOf(Math.max(...p));
    say(element.querySelector("b"), String(this.reader.classes[best]));
    say(element.querySelector(".figure"), percent(p[label]));
    element.querySelector(".fill").style.transform = `scaleX(${p[label]})`;
  }

  // Always against the trained weights, however many lessons there were.
  showForgetting({ before, after }) {
    const n = this.reader.test.labels.length;
    const change = after.correct - before.correct;
    const words = change === 0 ? "as before" : `${Math.abs(change)} ${change < 0 ? "fewer" : "more"} than before`;
    say(byId("forgotten"), `Of ${n} test digits it now reads ${after.correct}, ${words} it was taught anything here.`);
  }

  reset() {
    this.reader.reset();
    byId("taught").hidden = true;
    this.allow(false);
    say(byId("lesson"), "The trained weights are back.");
    this.changed();
  }
}
