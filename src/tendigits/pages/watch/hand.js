// Your hand in it: digits drawn here join the training set; the drawings and the network can be taken along.

import { byId, make, say } from "../shared/dom.js";
import { drawByKeyboard, drawByPointer } from "../shared/input.js";
import { inkColour, paint } from "../shared/paint.js";
import { openFiles, saveFile } from "../shared/save.js";
import { Sheet } from "../shared/sheet.js";
import { bytes, toBase64 } from "../shared/bytes.js";
import { prepare } from "../../javascript/mnist_format.js";

const FORMAT_OF_DRAWINGS = "tendigits drawings";

export class Hand {
  // changed(drawn) is called when there are other drawings; complain(sentence) where a file holds none.
  constructor(classes, changed, complain) {
    Object.assign(this, { classes, changed, complain, drawn: [] });
    this.sheet = new Sheet(byId("canvas"), () => this.allow());
    drawByPointer(this.sheet);
    drawByKeyboard(this.sheet, byId("cursor"));
    this.labels = classes.map((name, k) => make("button", { type: "button", ariaLabel: `It is a ${name}`, onclick: () => this.add(k) }, String(name)));
    byId("labels").append(...this.labels);
    byId("clear").addEventListener("click", () => this.sheet.clear());
    byId("save-drawings").addEventListener("click", () => saveFile(this.toJson(), "tendigits-drawings.json"));
    openFiles(byId("open-drawings"), (text) => this.take(text));
    this.allow();
    this.show();
  }

  allow() {
    document.body.dataset.empty = String(this.sheet.isEmpty);
    for (const button of this.labels) button.disabled = this.sheet.isEmpty;
  }

  add(label) {
    const prepared = prepare(this.sheet.rgba);
    if (!prepared) return this.complain("Nothing stands out from the paper.");
    this.drawn.push({ field: Uint8Array.from(prepared.field), label });
    this.sheet.clear();
    this.show();
    this.changed(this.drawn);
  }

  show() {
    const { drawn, classes } = this;
    const count = drawn.length === 1 ? "One drawing of yours is" : `${drawn.length} drawings of yours are`;
    say(byId("hand-words"), drawn.length ? `${count} in the training set.` : "None of yours is in the training set yet.");
    byId("save-drawings").disabled = !drawn.length;
    byId("mine").replaceChildren(...drawn.slice(-40).map(({ field, label }) => {
      const canvas = make("canvas", { width: 28, height: 28, ariaHidden: "true" });
      paint(canvas, { w: 28, h: 28, data: field }, inkColour());
      return make("li", {}, canvas, make("span", {}, String(classes[label])));
    }));
  }

  toJson() {
    const drawings = this.drawn.map(({ field, label }) => ({ label: this.classes[label], pixels: toBase64(field) }));
    return JSON.stringify({ format: FORMAT_OF_DRAWINGS, about: "28 × 28 bytes each, light ink on black, as MNIST has them, in base64.", drawings });
  }

  take(text) {
    const drawings = drawingsOf(text, this.classes);
    if (!drawings?.length) return this.complain("That file holds no drawings.");
    this.drawn.push(...drawings);
    this.show();
    this.changed(this.drawn);
  }
}

function drawingsOf(text, classes) {
  try {
    const { format, drawings } = JSON.parse(text);
    if (format !== FORMAT_OF_DRAWINGS) return null;
    return drawings.map(({ label, pixels }) => ({ field: bytes(pixels), label: classes.indexOf(label) })).filter(isWhole);
  } catch {
    return null;
  }
}

function isWhole({ field, label }) {
  return field.length === 784 && label >= 0;
}
