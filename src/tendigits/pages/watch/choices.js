// The choices: a list for each, whose values lie in the address.

import { byId, make } from "../shared/dom.js";
import { CHOICES, RATES } from "./config.js";

export class Choices {
  // changed(config, restarts) is called when something else is chosen.
  constructor(config, changed) {
    Object.assign(this, { config, changed, selects: {} });
    for (const [name, choice] of Object.entries(CHOICES)) byId("choices").append(this.field(name, choice));
    this.show(config);
  }

  field(name, { label, values, names = values.map(String) }) {
    const select = make("select", { id: `choose-${name}`, onchange: () => this.choose(name) });
    values.forEach((value, i) => select.append(make("option", { value }, names[i])));
    this.selects[name] = select;
    return make("label", {}, make("span", {}, label), select);
  }

  choose(name) {
    const text = this.selects[name].value;
    const value = typeof CHOICES[name].values[0] === "number" ? Number(text) : text;
    this.config = { ...this.config, [name]: value };
    if (name === "optimizer") this.config.rate = RATES[value];
    this.show(this.config);
    this.changed(this.config, Boolean(CHOICES[name].restarts));
  }

  show(config) {
    this.config = config;
    for (const [name, select] of Object.entries(this.selects)) {
      const text = String(config[name]);
      if (![...select.options].some(({ value }) => value === text)) select.append(make("option", { value: text }, text));
      select.value = text;
    }
    this.selects.units.disabled = this.selects.activation.disabled = config.layers === 0;
  }
}
