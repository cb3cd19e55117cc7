// MaxPool2D: keep the largest value of each size × size square, by channel, as tendigits/nn/layers/pool.py has it.

export class MaxPool2D {
  constructor(size) {
    Object.assign(this, { name: "MaxPool2D", size, shapes: {} });
  }

  outShape([height, width, channels]) {
    Object.assign(this, { height, width, channels });
    return [height / this.size, width / this.size, channels];
  }

  forward(x, y) {
    for (let at = 0; at < y.length; at++) y[at] = x[this.largest(x, at)];
  }

  // Among equals the first takes it all.
  backwardInput(x, y, dy, dx) {
    dx.fill(0);
    for (let at = 0; at < y.length; at++) dx[this.largest(x, at)] += dy[at];
  }

  // Where in x the value of y[at] lies.
  largest(x, at) {
    const { size, width, channels } = this;
    const across = width / size;
    const channel = at % channels, square = (at - channel) / channels;
    const j = square % across, row = (square - j) / across; // counted through all examples
    let best = (row * size * width + j * size) * channels + channel;
    const first = best;
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) {
        const place = first + (a * width + b) * channels;
        if (x[place] > x[best]) best = place;
      }
    }
    return best;
  }
}
