// What it learned from you, saved and loaded again; and a network that another page hands over.

import { byId, say } from "../shared/dom.js";
import { openFiles, saveFile } from "../shared/save.js";
import { BadNetwork } from "../../javascript/network_file.js";

// taken() is called when another network reads; complain(sentence) where there is none.
export function keepAndBringBack(reader, taken, complain) {
  const take = (text, name) => {
    try {
      reader.fromJson(text);
    } catch (error) {
      if (!(error instanceof BadNetwork)) throw error;
      return complain(error.message);
    }
    say(byId("lesson"), `The network of ${name} reads now.`);
    taken();
  };
  byId("save").addEventListener("click", () => saveFile(reader.toJson(), "tendigits-network.json"));
  openFiles(byId("open"), take);
  receiveNetwork(window.opener, take);
}

// The page that opened this one may hand its network over; no other may.
function receiveNetwork(page, take) {
  if (!page) return;
  addEventListener("message", ({ source, data }) => {
    if (source === page && typeof data?.network === "string") take(data.network, "the page that learns");
  });
  page.postMessage("ready for a network", "*");
}
