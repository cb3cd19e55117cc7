// Accuracy and loss as curves, with a marker that can be dragged back in time.

import { byId, say } from "../shared/dom.js";

const LEFT = 44, RIGHT = 12, TOP = 22, BOTTOM = 22; // pixels around a curve
const LOWEST = 0.01; // of the losses drawn, on a logarithmic scale
const PANELS = [
  { name: "accuracy", title: "read correctly", ticks: [0, 1, 0.5, 0.9], show: (value) => `${Math.round(100 * value)} %` },
  { name: "loss", title: "loss (logarithmic)", ticks: [0.01, 0.1, 1, 10, 100, 1000], show: String },
];

export class Curves {
  // goTo(step) is called when the marker is moved.
  constructor(goTo) {
    Object.assign(this, { goTo, points: [], current: -1, canvas: byId("curves"), slider: byId("moment") });
    this.slider.addEventListener("input", () => this.choose(Number(this.slider.value)));
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  listen() {
    const { canvas } = this;
    const drag = (event) => event.buttons && this.choose(this.nearest(event));
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      drag(event);
    });
    canvas.addEventListener("pointermove", drag);
  }

  choose(i) {
    if (i === this.current || !this.points[i]) return;
    this.current = i;
    this.slider.value = i;
    this.draw();
    this.goTo(this.points[i].step);
  }

  nearest({ clientX }) {
    const { left, width } = this.canvas.getBoundingClientRect();
    const panel = width / this.columns;
    const share = (((clientX - left) % panel) - LEFT) / (panel - LEFT - RIGHT);
    const step = share * this.lastStep;
    const distance = (i) => Math.abs(this.points[i].step - step);
    return this.points.reduce((best, _, i) => (distance(i) < distance(best) ? i : best), 0);
  }

  show({ points, current }) {
    if (!points) return;
    Object.assign(this, { points, current });
    Object.assign(this.slider, { max: points.length - 1, value: current, disabled: points.length < 2 });
    const { step, epoch, heldOut } = points[current];
    const words = `step ${step}, epoch ${epoch.toFixed(1)}, ${(100 * heldOut.accuracy).toFixed(1)} % of held-out digits right`;
    this.slider.setAttribute("aria-valuetext", words);
    say(byId("moment-words"), `Step ${step.toLocaleString("en")}, epoch ${epoch.toFixed(1)}`);
    this.draw();
  }

  get lastStep() {
    return Math.max(this.points.at(-1)?.step ?? 0, 10);
  }

  // ------------------------------------------------------------------ drawing

  draw() {
    const { canvas } = this;
    const { width, height } = canvas.getBoundingClientRect();
    if (!width) return;
    const scale = devicePixelRatio;
    Object.assign(canvas, { width: width * scale, height: height * scale });
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    this.columns = width > 520 ? 2 : 1;
    const size = { w: width / this.columns, h: this.columns === 2 ? height : height / 2 };
    PANELS.forEach((panel, i) => this.drawPanel(context, panel, this.columns === 2 ? { x: i * size.w, y: 0, ...size } : { x: 0, y: i * size.h, ...size }));
  }

  drawPanel(context, panel, box) {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name);
    const at = this.scales(panel, box);
    Object.assign(context, { font: "12px system-ui, sans-serif", lineWidth: 1, fillStyle: colour("--quiet"), strokeStyle: colour("--line") });
    context.fillText(panel.title, box.x + LEFT, box.y + 13);
    this.drawAxis(context, panel, box, at);
    this.drawCurve(context, panel, at, "train", colour("--for"), [5, 4]);
    this.drawCurve(context, panel, at, "heldOut", colour("--accent"), []);
    this.drawMarker(context, panel, box, at, colour("--text"));
  }

  // Where a step and a value lie.
  scales({ name }, { x, y, w, h }) {
    const across = (step) => x + LEFT + (step / this.lastStep) * (w - LEFT - RIGHT);
    const [bottom, tall] = [y + h - BOTTOM, h - TOP - BOTTOM];
    if (name === "accuracy") return { across, up: (value) => bottom - value * tall };
    const most = Math.max(3, ...this.points.flatMap(({ train, heldOut }) => [train.loss, heldOut.loss]).filter(Number.isFinite));
    const [low, high] = [Math.log(LOWEST), Math.log(Math.min(most, 1000))];
    const share = (value) => (Math.log(Math.min(Math.max(value, LOWEST), 1000)) - low) / (high - low);
    return { across, up: (value) => bottom - share(value) * tall, most };
  }

  drawAxis(context, panel, { x, y, w, h }, { up, across, most = 1 }) {
    context.textAlign = "right";
    const heights = []; // labels must not lie on each other
    for (const tick of panel.ticks.filter((value) => value <= most)) {
      if (heights.some((height) => Math.abs(height - up(tick)) < 13)) continue;
      heights.push(up(tick));
      context.fillRect(x + LEFT, up(tick), w - LEFT - RIGHT, 0.25);
      context.fillText(panel.show(tick), x + LEFT - 6, up(tick) + 4);
    }
    context.fillText(`step ${this.lastStep.toLocaleString("en")}`, across(this.lastStep), y + h - 6);
    context.textAlign = "left";
    context.fillText("0", x + LEFT, y + h - 6);
  }

  drawCurve(context, { name }, { across, up }, which, colour, dashes) {
    context.beginPath();
    for (const point of this.points) {
      const value = point[which][name];
      if (Number.isFinite(value)) context.lineTo(across(point.step), up(value));
    }
    Object.assign(context, { strokeStyle: colour, lineWidth: 2.5, lineJoin: "round" });
    context.setLineDash(dashes);
    context.stroke();
    context.setLineDash([]);
  }

  drawMarker(context, { name }, { y, h }, { across, up }, colour) {
    const point = this.points[this.current];
    if (!point) return;
    const x = across(point.step);
    Object.assign(context, { fillStyle: colour });
    context.fillRect(x - 0.5, y + TOP, 1, h - TOP - BOTTOM);
    const value = point.heldOut[name];
    if (!Number.isFinite(value)) return;
    context.beginPath();
    context.arc(x, up(value), 6, 0, 2 * Math.PI);
    context.fill();
  }
}
