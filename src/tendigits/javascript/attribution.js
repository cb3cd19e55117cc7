// Why this digit? Read off the network's own numbers, as tendigits/analysis/attribution.py derives it; nothing here knows
// of the page.

// For one image, a network of linear, convolutional, ReLU and max-pooling layers is a linear map plus a constant:
// z_this - z_that = Σ_i x_i g_i + c, exactly. The constant gathers the biases along the units that this image opens.
export function contributions(network, ys, self, other) {
  let dy = ys.at(-1).map((_, k) => (k === self ? 1 : 0) - (k === other ? 1 : 0));
  let constant = 0;
  for (let i = network.layers.length - 1; i >= 0; i--) {
    constant += offset(network.layers[i], ys[i], dy);
    const dx = new Float64Array(network.sizes[i]);
    network.layers[i].backwardInput(ys[i], ys[i + 1], dy, dx, 1);
    dy = dx;
  }
  return { pixels: dy.map((value, i) => value * ys[0][i]), constant };
}

// What a layer adds whatever enters it, as dy weighs it: its biases are what comes out where zeros go in.
function offset(layer, x, dy) {
  if (!layer.b && !layer.beta) return 0;
  const bias = new Float64Array(dy.length);
  layer.forward(new Float64Array(x.length), bias, 1);
  return bias.reduce((sum, value, j) => sum + value * dy[j], 0);
}

// How much each logit grows when a unit (or a filter, everywhere) of what left layer `i` fires by one more. With one
// hidden layer that is a row of the last W; deeper, it runs through the units that are awake.
export function wires(network, ys, unit, i = 1) {
  const classes = [...network.layers.at(-1).b.keys()];
  const channels = network.shapes[i + 1].at(-1);
  return Float64Array.from(classes, (k) => {
    let dy = Float64Array.from(classes, (other) => (other === k ? 1 : 0));
    for (let at = network.layers.length - 1; at > i; at--) {
      const dx = new Float64Array(network.sizes[at]);
      network.layers[at].backwardInput(ys[at], ys[at + 1], dy, dx, 1);
      dy = dx;
    }
    let sum = 0;
    for (let place = unit; place < dy.length; place += channels) sum += dy[place];
    return sum;
  });
}
