// Real test digits to load, some of which the network misreads.

import { byId, make } from "../shared/dom.js";
import { inkColour, paint } from "../shared/paint.js";
import { pictures } from "../shared/bytes.js";

// samples: { images, labels, reads } of the page's data; load(picture) puts RGBA on the sheet.
export function showSamples(samples, classes, load) {
  const canvases = pictures(samples.images).map((field, i) => {
    const canvas = make("canvas", { width: 28, height: 28 });
    byId("samples").append(make("li", {}, sample(canvas, classes[samples.labels[i]], classes[samples.reads[i]], () => load(darkOnLight(field)))));
    return { canvas, field };
  });
  return () => canvases.forEach(({ canvas, field }) => paint(canvas, { w: 28, h: 28, data: field }, inkColour()));
}

function sample(canvas, label, reads, onclick) {
  const isRead = label === reads;
  const words = isRead ? ", a test digit to load" : `, a test digit that it reads as ${reads}`;
  const caption = make("span", {}, isRead ? String(label) : `${label} → ${reads}`);
  const properties = { type: "button", className: isRead ? "" : "misread", onclick };
  return make("button", properties, canvas, caption, make("span", { className: "for-readers" }, words));
}

// MNIST is light on black; the sheet is white.
function darkOnLight(field) {
  const image = new ImageData(28, 28);
  field.forEach((value, i) => image.data.set([255 - value, 255 - value, 255 - value, 255], 4 * i));
  return image;
}
