// "That's wrong, it is a …": the page learns from the drawing, shows what changed, and what it forgot.

import { byId, make, percent, say } from "./dom.js";

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

  // Bring the ten buttons into view, and the focus to the first of them.
  invite() {
    byId("teach").scrollIntoView();
    this.buttons[0].focus({ preventScroll: true });
  }

  show(reading) {
    this.reading = reading;
    byId("wrong").disabled = !reading;
    for (const button of this.buttons) button.disabled = !reading;
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
    byId("reset").disabled = false;
    this.changed();
  }

  showChange(element, p, label) {
    const best = p.indexOf(Math.max(...p));
    say(element.querySelector("b"), String(this.reader.classes[best]));
    say(element.querySelector(".figure"), percent(p[label]));
    element.querySelector(".fill").style.transform = `scaleX(${p[label]})`;
  }

  showForgetting({ before, after }) {
    const n = this.reader.test.labels.length;
    const change = after.correct - before.correct;
    const words = change === 0 ? "as before" : `${Math.abs(change)} ${change < 0 ? "fewer" : "more"} than before`;
    say(byId("forgotten"), `Of ${n} test digits it now reads ${after.correct}, ${words}.`);
  }

  reset() {
    this.reader.reset();
    byId("taught").hidden = true;
    byId("reset").disabled = true;
    say(byId("lesson"), "The trained weights are back.");
    this.changed();
  }
}
