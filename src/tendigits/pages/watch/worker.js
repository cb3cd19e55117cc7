// The worker: a run that goes on by itself, told what to do by the page, and telling it what came of it.

import { Run } from "./run.js";

const SLICE = 12; // milliseconds of training between looks at the page's messages
const SHARE = 6; // an evaluation may take one part in so many of the time
const TOLD = 33, WEIGHTS = 120; // milliseconds between reports, and between pictures of the weights

let run = null;
let speed = null; // steps a second; Infinity for as fast as it goes; null while it pauses
let nextStep = 0, evaluated = 0, evaluation = 0, told = 0, shown = 0, timer = 0;
let counted = { images: 0, since: 0 };
const soon = new MessageChannel(); // quicker than setTimeout, which waits four milliseconds
soon.port1.onmessage = () => advance();

const handlers = {
  start: ({ data, config }) => fresh(() => (run = new Run(data, config))),
  restart: ({ config }) => fresh(() => run.restart(config)),
  change: ({ config }) => report(() => run.change(config)),
  draw: ({ drawn }) => report(() => Object.assign(run, { drawn }).choose()),
  play: (message) => play(message.speed),
  pause: () => pause(),
  step: () => alone(() => run.train()),
  epoch: () => alone(() => repeat(run.stepsPerEpoch, () => run.train())),
  rewind: ({ step }) => alone(() => run.rewind(step), false),
  check: () => postMessage({ type: "checked", ...run.check() }),
  lookAtNext: () => postMessage({ type: "next", ...run.lookAtNext() }),
  lookAtHeldOut: ({ index }) => postMessage({ type: "heldOut", ...run.lookAtHeldOut(index) }),
  take: ({ params }) => report(() => run.network.params.set(params)),
  giveNetwork: ({ why }) => postMessage({ type: "network", why, spec: run.network.spec, params: run.network.params.slice() }),
};
onmessage = ({ data }) => handlers[data.type](data);

function fresh(begin) {
  begin();
  counted = { images: 0, since: performance.now() };
  tell(true);
}

function play(stepsPerSecond) {
  if (speed === null) counted = { images: 0, since: performance.now() };
  speed = stepsPerSecond;
  nextStep = performance.now();
  advance();
}

// Once it stands still, everything shown belongs to the same step.
function pause() {
  const wasPlaying = speed !== null;
  speed = null;
  if (wasPlaying) {
    run.evaluate();
    tell(true);
  }
}

function alone(work, measures = true) {
  speed = null;
  work();
  if (measures) run.evaluate();
  tell(true);
}

function report(work) {
  work();
  if (speed !== null) return;
  run.evaluate();
  tell(true);
}

function repeat(n, work) {
  for (let i = 0; i < n; i++) work();
}

function advance() {
  clearTimeout(timer);
  if (speed === null) return;
  const start = performance.now();
  if (speed === Infinity) trainUntil(start + SLICE);
  else if (start >= nextStep) {
    train();
    nextStep = Math.max(nextStep + 1000 / speed, start);
  }
  lookAround();
  if (speed === Infinity) soon.port2.postMessage(null);
  else timer = setTimeout(advance, Math.max(0, nextStep - performance.now()));
}

function trainUntil(end) {
  do train();
  while (performance.now() < end);
}

function train() {
  run.train();
  counted.images += run.buffers.n;
}

function lookAround() {
  const now = performance.now();
  if (now - evaluated > SHARE * evaluation) {
    run.evaluate();
    evaluated = performance.now();
    evaluation = evaluated - now;
    tell(true);
  } else if (now - told > TOLD) tell(false);
}

// isWhole: with what an evaluation brings to light.
function tell(isWhole) {
  told = performance.now();
  const { step, epoch, cursor, batch, labels } = run;
  const seconds = (told - counted.since) / 1000;
  const rate = speed === null || seconds < 0.2 ? null : counted.images / seconds;
  const state = { type: "state", step, epoch: epoch + cursor / labels.length, loss: batch.loss, rate, isPlaying: speed !== null };
  if (isWhole) Object.assign(state, { points: run.moments.map(({ point }) => point), current: run.current, reads: run.reads });
  if (isWhole && (speed === null || told - shown > WEIGHTS)) {
    const [layer] = run.network.layers;
    Object.assign(state, { W: layer.W.slice(), nOut: layer.nOut });
    shown = told;
  }
  postMessage(state);
}
