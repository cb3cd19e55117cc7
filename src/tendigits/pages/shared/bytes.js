// Out of the page's JSON: numbers and pictures in base64.

export function bytes(base64) {
  const letters = atob(base64);
  const values = new Uint8Array(letters.length);
  for (let i = 0; i < values.length; i++) values[i] = letters.charCodeAt(i); // ten times faster than Uint8Array.from
  return values;
}

// Little-endian, as nearly every machine is; in 16 bits where the size of the page needs it.
export function floats(base64, bits = 32) {
  const { buffer } = bytes(base64);
  return bits === 32 ? new Float32Array(buffer) : Float32Array.from(new Uint16Array(buffer), fromHalf);
}

function fromHalf(half) {
  const sign = half & 0x8000 ? -1 : 1, exponent = (half >> 10) & 31, fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

export function pictures(base64) {
  return rows(bytes(base64), 784);
}

export function rows(values, n) {
  return Array.from({ length: values.length / n }, (_, i) => values.subarray(i * n, (i + 1) * n));
}

export function toBase64(values) {
  let letters = "";
  for (const value of values) letters += String.fromCharCode(value);
  return btoa(letters);
}
