// A wall of held-out digits, none of which it ever learns from; each turns right as it is read correctly. Choose one to
// see why it is read as it is.

import { byId, make, percent, say, signed } from "../shared/dom.js";
import { inkColour, largest, paint, signedColour } from "../shared/paint.js";

const TILES = 120;

export class Wall {
  // look(i) is called when a digit is chosen.
  constructor({ images, labels }, classes, look) {
    Object.assign(this, { labels, classes, images, look });
    this.tiles = Array.from({ length: Math.min(TILES, labels.length) }, (_, i) => this.tile(i));
    byId("wall").append(...this.tiles);
    byId("wall").addEventListener("keydown", (event) => this.moveFocus(event));
    this.tiles[0].tabIndex = 0;
    this.paint();
  }

  tile(i) {
    const canvas = make("canvas", { width: 28, height: 28 });
    const read = make("span", { ariaHidden: "true" });
    return make("button", { type: "button", tabIndex: -1, onclick: () => this.look(i) }, canvas, read);
  }

  paint() {
    this.tiles.forEach((tile, i) => paint(tile.firstChild, fieldOf(this.images, i), inkColour()));
  }

  show({ reads }) {
    if (!reads) return;
    let right = 0;
    this.tiles.forEach((tile, i) => {
      const isRight = reads[i] === this.labels[i];
      right += isRight;
      if (tile.dataset.read === String(reads[i])) return;
      Object.assign(tile.dataset, { read: reads[i], right: isRight });
      say(tile.lastChild, isRight ? "" : String(this.classes[reads[i]]));
      tile.ariaLabel = `a ${this.classes[this.labels[i]]}, read as ${this.classes[reads[i]]}`;
    });
    say(byId("wall-words"), `${right} of these ${this.tiles.length} are right; red ones say what they are read as.`);
  }

  moveFocus(event) {
    const columns = getComputedStyle(byId("wall")).gridTemplateColumns.split(" ").length;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    const target = step && this.tiles[this.tiles.indexOf(event.target) + step];
    if (!target) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
  }

  // What the worker found when it looked at a digit.
  tell({ index, best, other, pixels, constant, p, label, isExact }) {
    const [a, b] = [best, other].map((k) => this.classes[k]);
    byId("tile-why").hidden = false;
    paint(byId("tile-ink"), fieldOf(this.images, index), inkColour(255, 0.28));
    paint(byId("tile-shares"), { w: 28, h: 28, data: pixels }, signedColour(largest(pixels)));
    const sum = pixels.reduce((total, value) => total + value, 0);
    const verdict = best === label ? `Rightly read as a ${a}` : `It is a ${this.classes[label]}, read as a ${a}`;
    say(byId("tile-verdict"), `${verdict}, ${percent(p[best])} sure.`);
    const kind = isExact ? "exactly" : "about (tanh is curved)";
    say(
      byId("tile-sum"),
      `Red pixels speak for ${a}, blue ones for ${b}: the scores differ by ${kind} ` +
        `${signed(sum)} from the ink and ${signed(constant)} from the biases.`,
    );
  }
}

export function fieldOf(images, i) {
  return { w: 28, h: 28, data: images.subarray(i * 784, i * 784 + 784) };
}
