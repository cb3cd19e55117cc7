// A few words for the document. Text goes in as text: nothing on this page is ever parsed as HTML.

export const byId = (id) => document.getElementById(id);

// make("button", { className: "bar", ariaLabel: "3" }, "3", more children…)
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// Only where it changes, so that screen readers are told of changes alone.
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// A page that lies beside this one.
export function linkTo(page, text) {
  return make("a", { href: page }, text);
}

export function percent(p) {
  const digits = p > 0.9995 || p < 0.0005 ? 0 : p > 0.99 || p < 0.01 ? 1 : 0;
  return p > 0.9995 ? "> 99.9 %" : `${(100 * p).toFixed(digits)} %`;
}

export function signed(value) {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}
