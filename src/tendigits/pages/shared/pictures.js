// Pictures from outside: chosen, dropped or pasted. Whatever is wrong with one is told in one line.

const MAX_PIXELS = 50_000_000; // as in tendigits/pictures.py: larger ones are refused
const MAX_SIDE = 4096; // what every phone's canvas can hold; larger pictures are shrunk to it

class BadPicture extends Error {}

// take(picture) gets RGBA, an ImageData; complain(sentence) what was wrong.
export function acceptPictures(input, take, complain) {
  let latest = 0; // of two pictures on their way, the later one counts
  const receive = async (file) => {
    const turn = ++latest;
    try {
      const picture = await decode(file);
      if (turn === latest) take(picture);
    } catch (error) {
      if (!(error instanceof BadPicture)) console.error(error);
      complain(error instanceof BadPicture ? error.message : `${nameOf(file)} could not be read.`);
    }
  };
  input.addEventListener("change", () => {
    if (input.files[0]) receive(input.files[0]);
    input.value = ""; // so that the same file can be chosen again
  });
  document.addEventListener("paste", (event) => receiveFrom(event.clipboardData, receive, complain));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault(); // or the browser would leave the page to show the file
    receiveFrom(event.dataTransfer, receive, complain);
  });
}

function receiveFrom(transfer, receive, complain) {
  if (transfer?.files[0]) receive(transfer.files[0]);
  else complain("That is not a picture: drop, paste or choose an image file.");
}

async function decode(file) {
  if (await claimsTooMuch(file)) throw new BadPicture(tooLarge(file));
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" }).catch(() => {
    throw new BadPicture(`${nameOf(file)} is not a picture that can be read here (PNG, JPEG, GIF, WebP, …).`);
  });
  try {
    if (bitmap.width * bitmap.height > MAX_PIXELS) throw new BadPicture(tooLarge(file));
    return pixelsOf(bitmap);
  } finally {
    bitmap.close();
  }
}

// A PNG of a few kilobytes may claim gigabytes: its header tells before anything is decoded.
async function claimsTooMuch(file) {
  const head = new DataView(await file.slice(0, 24).arrayBuffer());
  const isPng = head.byteLength === 24 && head.getUint32(0) === 0x89504e47;
  return isPng && head.getUint32(16) * head.getUint32(20) > MAX_PIXELS;
}

function pixelsOf(bitmap) {
  const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

function tooLarge(file) {
  return `${nameOf(file)} is too large; make it smaller than ${MAX_PIXELS / 1e6} million pixels.`;
}

function nameOf({ name }) {
  return name.length > 40 ? `“${name.slice(0, 36)} …”` : `“${name}”`;
}
