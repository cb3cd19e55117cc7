// Inside a convolutional network: what each filter sees of the drawing, layer by layer, and for which digits it speaks.

import { byId, make, say, signed } from "../shared/dom.js";
import { inkColour, largest, paint } from "../shared/paint.js";
import { wires } from "../../javascript/attribution.js";

const THEN = ["BatchNorm", "ReLU", "Tanh"]; // what belongs to a convolution, where it follows

export class Filters {
  constructor(reader) {
    this.reader = reader;
    this.stages = stagesOf(reader.network);
    byId("filters").hidden = !this.stages.length;
    byId("stages-of-filters").append(...this.stages.map((stage, i) => this.block(stage, i)));
  }

  block(stage, i) {
    const { layer, maps } = stage;
    stage.canvases = maps.map((_, k) => make("canvas", { width: 28, height: 28, ariaHidden: "true" }));
    const buttons = stage.canvases.map((canvas, k) =>
      make("button", { type: "button", ariaLabel: `Layer ${i + 1}, filter ${k + 1}`, onclick: () => this.tell(stage, i, k) }, canvas),
    );
    const title = make("h3", {}, `Layer ${i + 1}: ${maps.length} filters of ${layer.kernel} × ${layer.kernel}`);
    return make("div", {}, title, make("div", { className: "maps" }, ...buttons));
  }

  show(reading) {
    this.reading = reading;
    for (const stage of this.stages) {
      const most = reading ? largest(reading.ys[stage.at + 1]) : 1;
      stage.canvases.forEach((canvas, k) => paint(canvas, mapOf(this.reader.network, reading?.ys, stage, k), inkColour(most)));
    }
    say(byId("filter"), reading ? "Choose a filter to learn for which digits it speaks." : "Draw something to see what its filters see.");
  }

  tell(stage, i, k) {
    if (!this.reading) return;
    const weights = wires(this.reader.network, this.reading.ys, k, stage.at);
    const rank = [...weights.keys()].sort((a, b) => weights[b] - weights[a]);
    const name = (place) => `${this.reader.classes[place]} (${signed(weights[place])})`;
    const words = `Were filter ${k + 1} of layer ${i + 1} a little stronger everywhere, it would speak most for`;
    say(byId("filter"), `${words} ${name(rank[0])}, and most against ${name(rank.at(-1))}.`);
  }
}

// Each convolution, and the last layer that only changes its values, not their places.
function stagesOf({ layers, shapes }) {
  return layers.flatMap((layer, i) => {
    if (layer.name !== "Conv2D") return [];
    let at = i;
    while (THEN.includes(layers[at + 1]?.name)) at++;
    return [{ layer, at, maps: Array.from({ length: shapes[at + 1][2] }) }];
  });
}

function mapOf({ shapes }, ys, { at }, k) {
  const [h, w, channels] = shapes[at + 1];
  const data = Float64Array.from({ length: h * w }, (_, i) => (ys ? Math.max(ys[at + 1][i * channels + k], 0) : 0));
  return { w, h, data };
}
