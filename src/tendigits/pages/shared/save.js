// Files leave the page as downloads, and come back through a file input.

import { make } from "./dom.js";

export function saveFile(content, name, type = "application/json") {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

// take(the file's text, its name) whenever a file is chosen.
export function openFiles(input, take) {
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = ""; // so that the same file can be chosen again
    if (file) take(await file.text(), file.name);
  });
}
