// The page that learns: controls on one side, the worker on the other, and views of what it says.

import { byId, linkTo, say } from "../shared/dom.js";
import { tellHeight } from "../shared/frame.js";
import { BadNetwork, networkFromJson, networkToJson } from "../../javascript/network_file.js";
import { Network } from "../../javascript/network.js";
import { openFiles, saveFile } from "../shared/save.js";
import { BreakIt } from "./break_it.js";
import { Choices } from "./choices.js";
import { DEFAULTS, fragmentOf, parseConfig, specOf } from "./config.js";
import { Confusion } from "./confusion.js";
import { Curves } from "./curves.js";
import { unpack } from "./digits.js";
import { showExperiments } from "./experiments.js";
import { Hand } from "./hand.js";
import { Learner } from "./learner.js";
import { SlowMotion } from "./slow_motion.js";
import { Wall } from "./wall.js";
import { paintWeights, showWeights } from "./weights.js";

const about = JSON.parse(byId("about").textContent);
const defaults = { ...DEFAULTS, units: about.hidden };
let config = parseConfig(location.hash, defaults);
let [isPlaying, isSlow] = [false, false];

const learner = new Learner(JSON.parse(byId("worker").textContent));
const curves = new Curves((step) => {
  stop();
  learner.send("rewind", { step });
});
const choices = new Choices(config, configure);
const breakIt = new BreakIt((bug, restarts) => {
  const hidden = breakIt.secret !== null;
  configure({ ...config, bug: hidden ? "none" : bug }, restarts || bug === "zero-start", bug);
}, () => learner.send("check"));
const slow = new SlowMotion(about.classes);
const hand = new Hand(about.classes, (drawn) => learner.send("draw", { drawn }), complain);
let wall, confusion, lastState;

async function begin() {
  const [train, heldOut] = await Promise.all([unpack(about.train), unpack(about.heldOut)]);
  wall = new Wall(heldOut, about.classes, (index) => learner.send("lookAtHeldOut", { index }));
  confusion = new Confusion(heldOut.labels, about.classes);
  learner.send("start", { data: { train, heldOut, classes: about.classes }, config });
}

// ---------------------------------------------------------------------- what is chosen

// bug: the one that is in there, which the address does not name while it is hidden.
function configure(chosen, restarts, bug = breakIt.secret ?? chosen.bug) {
  config = chosen;
  history.replaceState(null, "", `#${fragmentOf(config, defaults)}`);
  choices.show(config);
  learner.send(restarts ? "restart" : "change", { config: { ...config, bug } });
  breakIt.forgetCheck();
}

function fromAddress() {
  stop();
  config = parseConfig(location.hash, defaults);
  byId("challenge").hidden = true;
  byId("bug").disabled = false;
  breakIt.secret = null;
  breakIt.show(config.bug);
  choices.show(config);
  learner.send("restart", { config });
  byId("top").scrollIntoView();
}

// ---------------------------------------------------------------------- play

function play() {
  isPlaying = true;
  isSlow = byId("speed").value === "slow";
  showPlaying();
  if (isSlow) learner.send("lookAtNext");
  else learner.send("play", { speed: byId("speed").value === "max" ? Infinity : Number(byId("speed").value) });
}

function stop() {
  if (!isPlaying) return;
  isPlaying = false;
  slow.stop();
  learner.send("pause");
  showPlaying();
}

function showPlaying() {
  byId("play").ariaPressed = String(isPlaying);
  say(byId("play-word"), isPlaying ? "Pause" : "Play");
  document.body.dataset.playing = String(isPlaying);
}

function alone(type) {
  stop();
  learner.send(type);
}

// ---------------------------------------------------------------------- what the worker says

let frame = 0;
learner.on("state", (state) => {
  lastState = { ...(state.points ? {} : lastState), ...state };
  frame ||= requestAnimationFrame(show);
});

function show() {
  frame = 0;
  const state = lastState;
  showNumbers(state);
  curves.show(state);
  showWeights(state);
  wall.show(state);
  confusion.show(state);
  summarise(state);
  lastState = { ...state, points: null, reads: null, W: null };
}

function showNumbers({ step, epoch, rate, points, current }) {
  say(byId("steps"), `step ${step.toLocaleString("en")} · epoch ${epoch.toFixed(1)}`);
  say(byId("rate"), rate ? `${Math.round(rate).toLocaleString("en")} images a second` : "");
  if (!points) return;
  const point = points[current];
  const { heldOut, train } = point;
  Object.assign(byId("heldout").dataset, { accuracy: heldOut.accuracy, step: point.step });
  say(byId("heldout"), `${(100 * heldOut.accuracy).toFixed(1)} %`);
  say(byId("train-words"), `${(100 * train.accuracy).toFixed(1)} % of those it learns from · loss ${words(heldOut.loss)} and ${words(train.loss)}`);
}

function words(loss) {
  return Number.isFinite(loss) ? loss.toFixed(loss < 10 ? 3 : 0) : "not a number";
}

// In words, for those who hear the page; not more often than one can listen.
let summarised = 0;
function summarise({ points, current, step }) {
  if (!points || (isPlaying && performance.now() - summarised < 5000)) return;
  summarised = performance.now();
  const { heldOut } = points[current];
  say(byId("summary"), `Step ${step}: ${(100 * heldOut.accuracy).toFixed(0)} % of held-out digits read correctly, loss ${words(heldOut.loss)}.`);
}

const spec = () => specOf(config, about.classes.length);
learner.on("checked", (result) => breakIt.showCheck(result));
learner.on("heldOut", (seen) => wall.tell(seen));
learner.on("next", (seen) => {
  byId("slow").hidden = false;
  slow.show(seen, spec(), config.rate, isPlaying && isSlow ? () => {
    learner.send("step");
    learner.send("lookAtNext");
  } : null);
});

// ---------------------------------------------------------------------- the network leaves, and comes back

const DRAW_PAGE = "digits.html";
let drawPage = null;
learner.on("network", ({ why, spec: layers, params }) => {
  const info = { training: { page: "learn.html", ...config } };
  const text = networkToJson(new Network(layers, params), about.classes, info);
  if (why === "save") saveFile(text, "tendigits-network.json");
  else drawPage?.postMessage({ network: text }, "*");
});
addEventListener("message", ({ source, data }) => {
  if (source === drawPage && data === "ready for a network") learner.send("giveNetwork", { why: "hand over" });
});

function takeNetwork(text) {
  try {
    const { network, divisor } = networkFromJson(text, about.classes.length);
    if (divisor !== 255) throw new BadNetwork("That network was not trained on pixels divided by 255, as this page has them.");
    stop();
    config = { ...config, ...shapeOf(network) };
    configure(config, true);
    learner.send("take", { params: network.params });
  } catch (error) {
    if (!(error instanceof BadNetwork)) throw error;
    complain(error.message);
  }
}

// Hidden layers of one width, as the choices have them.
function shapeOf({ spec: layers }) {
  const linear = layers.filter(([name]) => name === "Linear");
  const units = linear[0][2];
  const isKnown = layers.every(([name]) => ["Linear", "ReLU", "Tanh"].includes(name)) && linear.slice(0, -1).every(([, , width]) => width === units);
  const between = new Set(layers.map(([name]) => name).filter((name) => name !== "Linear"));
  if (!isKnown || linear.length > 3 || between.size > 1) throw new BadNetwork("This page learns with up to two hidden layers of one width.");
  const activation = linear.length === 1 ? "relu" : between.has("ReLU") ? "relu" : between.has("Tanh") ? "tanh" : "none";
  return { layers: linear.length - 1, units: linear.length === 1 ? config.units : units, activation, dropout: 0 };
}

function complain(sentence) {
  say(byId("message"), sentence);
}

// ---------------------------------------------------------------------- controls

byId("play").addEventListener("click", () => (isPlaying ? stop() : play()));
byId("step").addEventListener("click", () => alone("step"));
byId("epoch").addEventListener("click", () => alone("epoch"));
byId("restart").addEventListener("click", () => again(config.seed));
byId("reseed").addEventListener("click", () => again(config.seed + 1));
byId("explain").addEventListener("click", () => learner.send("lookAtNext"));
byId("speed").addEventListener("change", () => {
  if (!isPlaying) return;
  stop();
  play();
});
byId("learned-only").addEventListener("change", paintWeights);
byId("save-network").addEventListener("click", () => learner.send("giveNetwork", { why: "save" }));
openFiles(byId("open-network"), takeNetwork);
byId("hand-over").addEventListener("click", () => (drawPage = open(DRAW_PAGE)));
byId("draw-page").append(linkTo(DRAW_PAGE, "the page to draw on"));
addEventListener("hashchange", fromAddress);
for (const name of ["pointerdown", "keydown"]) addEventListener(name, () => complain(""));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  wall.paint();
  curves.draw();
});

function again(seed) {
  const goesOn = isPlaying;
  stop();
  configure({ ...config, seed }, true);
  if (goesOn) play();
}

showExperiments();
breakIt.show(config.bug);
begin();
tellHeight();
