// The loss: softmax and cross-entropy in one stable step, as tendigits/nn/loss.py derives it.

// p_k = exp(z_k) / Σ exp(z_j), the largest z subtracted first so that nothing overflows.
export function softmax(z) {
  const p = Float64Array.from(z);
  softmaxRow(p, 0, p.length, largestOf(p, 0, p.length));
  return p;
}

// Replace n rows of logits by the gradient of the mean loss, (p - y) / n. `result` gets loss and the number read correctly.
export function softmaxCrossEntropy(z, labels, n, result) {
  const width = z.length / n;
  result.loss = result.correct = 0;
  for (let e = 0, at = 0; e < n; e++, at += width) {
    const highest = largestOf(z, at, width), true_ = z[at + labels[e]];
    if (true_ === highest && firstOf(z, at, width, highest) === labels[e]) result.correct++;
    result.loss += (Math.log(softmaxRow(z, at, width, highest)) + highest - true_) / n;
    subtractLabel(z, at, width, labels[e], n);
  }
}

// Replace a row of logits by its probabilities, with `highest` subtracted first; returns the sum of exp(z - highest).
export function softmaxRow(z, at, width, highest) {
  let sum = 0;
  for (let k = at; k < at + width; k++) sum += z[k] = Math.exp(z[k] - highest);
  for (let k = at; k < at + width; k++) z[k] /= sum;
  return sum;
}

// p → (p - y) / n, in a row.
export function subtractLabel(p, at, width, label, n) {
  p[at + label] -= 1;
  for (let k = at; k < at + width; k++) p[k] /= n;
}

export function largestOf(values, at, n) {
  let most = -Infinity;
  for (let k = at; k < at + n; k++) if (values[k] > most) most = values[k];
  return most;
}

export function firstOf(values, at, n, value) {
  for (let k = 0; k < n; k++) if (values[at + k] === value) return k;
  return 0; // as argmax answers where nothing is a number
}
