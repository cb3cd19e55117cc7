
// A picture, as a canvas's ImageData holds it: { width, height, data }, dark on light or light on dark → { label,
// probabilities, pixels }, or null where the picture is blank.
export function read(picture) {
  const prepared = prepare(picture);
  if (!prepared) return null;
  const p = probabilities(prepared.field);
  return { label: classes[p.indexOf(Math.max(...p))], probabilities: p, pixels: prepared.field };
}
