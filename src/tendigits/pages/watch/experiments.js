// Seven experiments, each with a question and what to look for. Each is an address that can be handed out.

import { byId, make } from "../shared/dom.js";

const EXPERIMENTS = [
  {
    title: "By heart",
    fragment: "digits=50&rate=0.5",
    question: "Can it learn 50 digits by heart, and does that make it good at others?",
    look: "The training curve goes to 100 %. The held-out one stops far below: that gap is overfitting.",
  },
  {
    title: "Two layers are one",
    fragment: "activation=none&layers=2&rate=0.1",
    question: "Two hidden layers and no activation: are they better than none?",
    look: "It stops where a network without any hidden layer does. Choose ReLU and see the difference.",
  },
  {
    title: "Too fast",
    fragment: "rate=3",
    question: "What does a learning rate that is too high look like?",
    look: "The loss leaps instead of falling, units die, accuracy sticks. Lower the rate while it runs: does it recover?",
  },
  {
    title: "From nothing, nothing",
    fragment: "bug=zero-start",
    question: "Why must the weights start at random?",
    look: "The loss stays at ln 10 = 2.303 and the weights stay blank: units that are alike learn alike. The gradient check passes.",
  },
  {
    title: "The bug that still learns",
    fragment: "bug=relu-mask",
    question: "Would you notice this bug from the curve alone?",
    look: "It learns, only less well. Press “Gradient check”: it knows at once, and even where.",
  },
  {
    title: "Wrong labels",
    fragment: "noise=0.5&units=256&rate=0.1",
    question: "Half of all labels are wrong. Can it still learn to read?",
    look: "Held-out accuracy (with right labels) climbs first. Later it learns the lies by heart, and gets worse.",
  },
  {
    title: "A quicker way down",
    fragment: "optimizer=adam&rate=0.001",
    question: "Adam or plain gradient descent: who is quicker, and who is better in the end?",
    look: "Compare the first hundred steps with those of SGD, then the height at which the curves settle.",
  },
];

export function showExperiments() {
  byId("experiments").append(...EXPERIMENTS.map(({ title, fragment, question, look }) =>
    make("li", {}, make("a", { href: `#${fragment}` }, title), make("p", {}, question), make("p", { className: "look" }, look)),
  ));
}
