// Break it: the museum's bugs as a switch, the gradient check, and a bug that the page hides.

import { byId, make, say } from "../shared/dom.js";
import { BUGS } from "./bugs.js";

const HIDDEN = Object.keys(BUGS).filter((name) => name !== "none");

export class BreakIt {
  // choose(bug) puts a bug in; check() asks for a gradient check.
  constructor(choose, check) {
    Object.assign(this, { choose, secret: null });
    for (const id of ["bug", "guess"]) {
      byId(id).append(...Object.entries(BUGS).map(([value, { name }]) => make("option", { value }, name)));
    }
    byId("guess").firstChild.textContent = "which one?";
    byId("bug").addEventListener("change", () => this.take(byId("bug").value));
    byId("check").addEventListener("click", () => {
      say(byId("checked"), "Checking …");
      check();
    });
    byId("hide").addEventListener("click", () => this.hide());
    byId("tell").addEventListener("click", () => this.judge());
    byId("give-up").addEventListener("click", () => this.reveal(`It was: ${BUGS[this.secret].name}.`));
  }

  take(bug) {
    this.secret = null;
    this.show(bug);
    this.choose(bug);
  }

  show(bug) {
    byId("bug").value = bug;
    const { code, fix, lesson } = BUGS[bug];
    byId("bug-code").hidden = !code;
    say(byId("bug-line"), code ?? "");
    say(byId("bug-fix"), fix ?? "");
    say(byId("bug-lesson"), lesson);
    this.forgetCheck();
  }

  forgetCheck() {
    delete byId("checked").dataset.ok;
    say(byId("checked"), "");
  }

  showCheck({ ok, arrays }) {
    const wrong = arrays.filter(({ difference }) => !(difference < 1e-5)).map(({ name }) => name);
    const furthest = Math.max(...arrays.map(({ difference }) => difference));
    byId("checked").dataset.ok = String(ok);
    const words = ok
      ? `It passes: the gradient is the slope of the loss (largest difference ${furthest.toExponential(0)}).`
      : `It finds something: wrong in ${wrong.join(", ")}.`;
    const blind = ok && byId("bug").value !== "none" ? " So this bug is not one that a gradient check sees, here." : "";
    say(byId("checked"), words + blind);
  }

  // ------------------------------------------------------------------ the challenge

  hide() {
    this.secret = HIDDEN[Math.floor(Math.random() * HIDDEN.length)];
    this.show("none");
    byId("bug").value = "none";
    byId("bug").disabled = true;
    byId("challenge").hidden = false;
    byId("guess").value = "none";
    say(byId("verdict"), "One bug is in there now, and everything begins again. Watch the curves, check the gradient, compare.");
    this.choose(this.secret, true);
  }

  judge() {
    const guess = byId("guess").value;
    if (guess === this.secret) this.reveal("You found it!");
    else say(byId("verdict"), guess === "none" ? "Choose a bug first." : "No, it is another one. Look again.");
  }

  reveal(words) {
    const { secret } = this;
    this.secret = null;
    byId("bug").disabled = false;
    byId("challenge").hidden = true;
    this.show(secret);
    say(byId("verdict"), words);
    this.choose(secret);
  }
}
