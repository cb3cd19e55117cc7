// Numbers as small pictures.

export const FOR = [221, 75, 47]; // red and blue: told apart also by the colour-blind; style.css has the same
export const AGAINST = [47, 127, 214];

// Paint w × h values onto a canvas of that size; colour(value, i) gives [red, green, blue, alpha].
export function paint(canvas, { w, h, data }, colour) {
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const image = new ImageData(w, h);
  data.forEach((value, i) => image.data.set(colour(value, i), 4 * i));
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// Ink on whatever lies below: values 0 to `full` in the colour of the text.
export function inkColour(full = 255, strength = 1) {
  const shade = matchMedia("(prefers-color-scheme: dark)").matches ? 235 : 20;
  return (value) => [shade, shade, shade, (255 * strength * value) / full];
}

// Red for positive values, blue for negative ones, and the stronger the larger.
export function signedColour(limit) {
  return (value) => [...(value > 0 ? FOR : AGAINST), (255 * Math.min(Math.abs(value), limit)) / limit];
}

export function erase(canvas) {
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
}

export function largest(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
}
