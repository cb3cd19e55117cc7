// The page's end of the worker: what is sent there, and who listens to what comes back.

export class Learner {
  // script: the worker's. It is made from a blob, so that it runs where the page is a file, too.
  constructor(script) {
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    this.worker = new Worker(url);
    this.listeners = {};
    this.worker.onmessage = ({ data }) => this.listeners[data.type]?.forEach((listener) => listener(data));
  }

  on(type, listener) {
    (this.listeners[type] ??= []).push(listener);
  }

  send(type, more = {}) {
    this.worker.postMessage({ type, ...more });
  }
}
