// The sheet of paper: strokes and pictures, each state kept so that all can be undone.

const READ = 112; // side of what is read of a drawing: a sixth of the sheet's, four times the network's
const PENS = { thin: 0.042, medium: 0.06, thick: 0.085 }; // shares of the sheet's side

export class Sheet {
  // changed() is called whenever there is something new to read.
  constructor(canvas, changed) {
    Object.assign(this, { canvas, changed, states: [[]], pen: "medium", isDrawing: false });
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    const small = Object.assign(document.createElement("canvas"), { width: READ, height: READ });
    this.small = small.getContext("2d", { willReadFrequently: true });
    this.redraw();
  }

  // What lies on the sheet: { points, pen } for a stroke, { picture } for a picture.
  get items() {
    return this.states.at(-1);
  }

  get isEmpty() {
    return this.items.length === 0;
  }

  put(items, isDrawing = false) {
    this.isDrawing = isDrawing;
    this.states.push(items);
    this.refresh();
  }

  undo() {
    if (this.states.length > 1) this.states.pop();
    this.isDrawing = false;
    this.refresh();
  }

  clear() {
    if (!this.isEmpty) this.put([]);
  }

  show(picture) {
    this.put([{ picture }]);
  }

  // A stroke: begin, extend, end; points are shares of the side, 0 to 1.
  begin(point) {
    this.put([...this.items, { points: [point], pen: this.pen }], true);
  }

  extend(...points) {
    this.items.at(-1).points.push(...points);
    this.refresh();
  }

  end() {
    this.isDrawing = false;
    this.refresh();
  }

  // RGBA to read: a picture as it came, as long as nothing is drawn over it; else what the sheet shows.
  get rgba() {
    const [first, ...others] = this.items;
    if (first?.picture && others.length === 0) return first.picture;
    this.small.imageSmoothingQuality = "high";
    this.small.drawImage(this.canvas, 0, 0, READ, READ);
    return this.small.getImageData(0, 0, READ, READ);
  }

  refresh() {
    this.redraw();
    this.changed();
  }

  redraw() {
    this.fill("#fff");
    this.ink = "#000";
    for (const item of this.items) {
      if (item.picture) this.drawPicture(item.picture);
      else this.drawStroke(item);
    }
  }

  fill(colour) {
    this.context.fillStyle = colour;
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }

  // As large as fits, on paper of the colour of its first pixel.
  drawPicture(picture) {
    const { width, height, data } = picture;
    const [red, green, blue, alpha] = data;
    if (alpha === 255) this.fill(`rgb(${red} ${green} ${blue})`);
    this.ink = alpha === 255 && red + green + blue < 384 ? "#fff" : "#000";
    const image = Object.assign(document.createElement("canvas"), { width, height });
    image.getContext("2d").putImageData(picture, 0, 0);
    const scale = Math.min(this.canvas.width / width, this.canvas.height / height);
    const [w, h] = [width * scale, height * scale];
    this.context.imageSmoothingQuality = "high";
    this.context.drawImage(image, (this.canvas.width - w) / 2, (this.canvas.height - h) / 2, w, h);
  }

  // A smooth curve: through the middles between points, each point pulling the curve its way.
  drawStroke({ points, pen }) {
    const { context, canvas } = this;
    const at = points.map(({ x, y }) => [x * canvas.width, y * canvas.height]);
    Object.assign(context, { strokeStyle: this.ink, lineWidth: PENS[pen] * canvas.width, lineCap: "round", lineJoin: "round" });
    context.beginPath();
    context.moveTo(...at[0]);
    for (let i = 1; i < at.length - 1; i++) {
      context.quadraticCurveTo(...at[i], (at[i][0] + at[i + 1][0]) / 2, (at[i][1] + at[i + 1][1]) / 2);
    }
    context.lineTo(...at.at(-1));
    context.stroke();
  }
}
