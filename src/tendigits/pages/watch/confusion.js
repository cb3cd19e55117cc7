// The confusion matrix of the held-out digits: what is, downwards, and what is read, across.

import { byId, make, say } from "../shared/dom.js";

export class Confusion {
  constructor(labels, classes) {
    Object.assign(this, { labels, n: classes.length });
    const head = make("tr", {}, make("td"), ...classes.map((name) => make("th", { scope: "col" }, String(name))));
    this.cells = classes.map(() => classes.map(() => make("td")));
    const rows = classes.map((name, i) => make("tr", {}, make("th", { scope: "row" }, String(name)), ...this.cells[i]));
    this.cells.forEach((row, i) => row[i].classList.add("right"));
    byId("confusion").append(head, ...rows);
    this.totals = Array.from({ length: this.n }, (_, k) => labels.reduce((sum, label) => sum + (label === k ? 1 : 0), 0));
  }

  show({ reads }) {
    if (!reads) return;
    const counts = new Uint16Array(this.n * this.n);
    this.labels.forEach((label, i) => counts[label * this.n + reads[i]]++);
    this.cells.forEach((row, i) =>
      row.forEach((cell, j) => {
        const count = counts[i * this.n + j];
        say(cell, count ? String(count) : "");
        cell.style.setProperty("--share", (Math.sqrt(count / (this.totals[i] || 1))).toFixed(2));
      }),
    );
  }
}
