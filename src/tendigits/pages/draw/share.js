// A reason to share: fool it, and save what happened as a picture.

import { byId, percent, say } from "../shared/dom.js";
import { saveFile } from "../shared/save.js";

const [WIDTH, HEIGHT, SIDE] = [1200, 630, 440]; // of the picture, and of what is on it

export class FoolIt {
  constructor(classes) {
    this.classes = classes;
    this.wanted = Math.floor(Math.random() * classes.length);
    byId("another").addEventListener("click", () => this.another());
    byId("judge").addEventListener("click", () => this.judge());
    this.ask();
  }

  another() {
    this.wanted = (this.wanted + 1 + Math.floor(Math.random() * (this.classes.length - 1))) % this.classes.length;
    say(byId("fooled"), "");
    this.ask();
  }

  ask() {
    const name = this.classes[this.wanted];
    say(byId("wanted"), String(name));
    say(byId("judge"), `To me that is a ${name}`);
  }

  show(reading) {
    this.reading = reading;
    byId("judge").disabled = !reading;
    if (!reading) say(byId("fooled"), "");
  }

  judge() {
    const { reading, wanted, classes } = this;
    const best = reading.order[0];
    if (reading.isUnlike) say(byId("fooled"), "You fooled it: it says that this is no digit at all.");
    else if (best === wanted) say(byId("fooled"), `Not fooled: it reads a ${classes[best]}, too, ${percent(reading.p[best])} sure.`);
    else say(byId("fooled"), `You fooled it! It reads a ${classes[best]}, ${percent(reading.p[best])} sure.`);
  }
}

// The drawing, the answer and the heat map, side by side, as a PNG.
export function savePicture(sheet) {
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext("2d");
  const style = getComputedStyle(document.body);
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.drawImage(sheet, 60, 60, SIDE, SIDE);
  drawHeatMap(context);
  writeWords(context, style);
  canvas.toBlob((picture) => saveFile(picture, "digit.png"));
}

function drawHeatMap(context) {
  context.fillStyle = "#fff";
  context.fillRect(WIDTH - SIDE - 60, 60, SIDE, SIDE);
  context.imageSmoothingEnabled = false;
  for (const name of ["shares-ink", "shares"]) context.drawImage(byId(name), WIDTH - SIDE - 60, 60, SIDE, SIDE);
}

function writeWords(context, style) {
  const write = (text, x, y, size, align) => {
    Object.assign(context, { fillStyle: style.color, font: `${size}px system-ui, sans-serif`, textAlign: align });
    context.fillText(text, x, y, WIDTH - 120);
  };
  write(byId("digit").textContent, WIDTH / 2, 300, 150, "center");
  write(byId("verdict").textContent, WIDTH / 2, 360, 28, "center");
  write("what I drew", 60 + SIDE / 2, 540, 26, "center");
  write(`what speaks for ${byId("self").selectedOptions[0]?.text}`, WIDTH - 60 - SIDE / 2, 540, 26, "center");
  write("tendigits: a small neural network, from scratch", WIDTH / 2, 600, 22, "center");
}
