// Numbers as small pictures.

export const FOR = [221, 75, 47]; // red and blue: told apart also by the colour-blind; style.css has the same
export const AGAINST = [47, 127, 214];

// Paint w × h values onto a canvas of that size; colour(value) gives a pixel.
export function paint(canvas, { w, h, data }, colour) {
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const image = new ImageData(w, h);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < data.length; i++) pixels[i] = colour(data[i]);
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// Ink on whatever lies below: values 0 to `full` in the colour of the text.
export function inkColour(full = 255, strength = 1) {
  const shade = matchMedia("(prefers-color-scheme: dark)").matches ? 235 : 20;
  return (value) => pixel([shade, shade, shade], (255 * strength * value) / full);
}

// Red for positive values, blue for negative ones, and the stronger the larger.
export function signedColour(limit) {
  return (value) => pixel(value > 0 ? FOR : AGAINST, (255 * Math.min(Math.abs(value), limit)) / limit);
}

// Red, green, blue and alpha in the four bytes of a number, the first in the lowest, as nearly every machine has them.
function pixel([red, green, blue], alpha) {
  return (Math.floor(alpha + 0.5) << 24) | (blue << 16) | (green << 8) | red;
}

export function erase(canvas) {
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
}

export function largest(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
}
