// The digits that lie in the page: 16 gray levels, two pixels a byte, deflated.

import { bytes } from "../shared/bytes.js";

// { images, labels } as page.py packed them → { images: Uint8Array (n × 784), labels: Uint8Array }
export async function unpack({ images, labels }) {
  const stream = new Blob([bytes(images)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const pairs = new Uint8Array(await new Response(stream).arrayBuffer());
  const pixels = new Uint8Array(2 * pairs.length);
  pairs.forEach((pair, i) => {
    pixels[2 * i] = 17 * (pair >> 4); // 15 levels make 255
    pixels[2 * i + 1] = 17 * (pair & 15);
  });
  return { images: pixels, labels: Uint8Array.from(labels) };
}
