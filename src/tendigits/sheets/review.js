"use strict";
const rows = JSON.parse(document.getElementById("data").textContent);
const fields = ["file", "label", "writer", "sheet", "row", "column"];
const main = document.getElementById("cells");
const writer = document.getElementById("writer");
const out = new Set();
const buttons = [];

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function tell() {
  document.getElementById("count").textContent = `${rows.length - out.size} of ${rows.length} kept`;
}

function toggle(i) {
  if (!out.delete(i)) out.add(i);
  buttons[i].setAttribute("aria-pressed", String(out.has(i)));
  tell();
}

function cell(row, i) {
  const image = element("img", { src: `data:image/png;base64,${row.crop}`, alt: "" });
  const button = element("button", { type: "button", className: "cell", title: `${row.writer}, ${row.sheet}, row ${row.row}, column ${row.column}` }, image);
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-label", `Leave out this ${row.label}, by ${row.writer}, row ${row.row}, column ${row.column}`);
  button.addEventListener("click", () => toggle(i));
  buttons[i] = button;
  return button;
}

for (const label of [...new Set(rows.map((row) => row.label))].sort()) {
  const line = element("div", { className: "row" });
  rows.forEach((row, i) => row.label === label && line.append(cell(row, i)));
  main.append(element("section", {}, element("h2", { textContent: label }), line));
}
writer.append(element("option", { value: "", textContent: "all" }));
for (const name of [...new Set(rows.map((row) => row.writer))].sort()) {
  writer.append(element("option", { value: name, textContent: name }));
}
writer.addEventListener("change", () => {
  rows.forEach((row, i) => { buttons[i].hidden = writer.value !== "" && row.writer !== writer.value; });
});

main.addEventListener("keydown", (event) => {
  const shown = [...main.querySelectorAll(".cell:not([hidden])")];
  const at = shown.indexOf(document.activeElement);
  const box = at < 0 ? null : shown[at].getBoundingClientRect();
  const below = (sign) => shown
    .map((each) => [each, each.getBoundingClientRect()])
    .filter(([, other]) => sign * (other.top - box.top) > box.height / 2)
    .sort(([, a], [, b]) => sign * (a.top - b.top) || Math.abs(a.left - box.left) - Math.abs(b.left - box.left))[0]?.[0];
  const moves = { ArrowRight: () => shown[at + 1], ArrowLeft: () => shown[at - 1], ArrowDown: () => below(1), ArrowUp: () => below(-1) };
  if (box && event.key in moves) {
    event.preventDefault();
    moves[event.key]()?.focus();
  }
});

function quoted(text) {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function table() {
  const kept = rows.filter((_, i) => !out.has(i));
  return [fields, ...kept.map((row) => fields.map((field) => row[field]))].map((line) => line.map(quoted).join(",") + "\n").join("");
}

document.getElementById("save").addEventListener("click", () => {
  const url = URL.createObjectURL(new Blob([table()], { type: "text/csv" }));
  element("a", { href: url, download: "labels.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
});
tell();
