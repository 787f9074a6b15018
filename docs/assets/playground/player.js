// One run under a reader's finger: play, pause, a step, any step; and the numbers at that step.
import { start, step } from "./run.js";

const WHOLE = 6000; // milliseconds for a long run,
const EACH = 400; // and for a step of a short one
const JUMPS = 8; // for a reader who wants no motion

export class Player {
  constructor(playground) {
    this.playground = playground;
    this.reset();
  }

  /** Forget the run: its settings have changed. */
  reset() {
    this.pause();
    this.run = this.k = null;
  }

  /** Take up a measured run, and stand where it is done. */
  begin({ error, first }, span) {
    this.end = Math.min(span, error.length - 1);
    this.rest = first >= 0 ? first : this.end;
    this.seek(this.rest);
  }

  /** Go to a step: forward from where the run stands, or anew from the guess. */
  seek(k) {
    const { problem, state } = this.playground;
    if (!this.run || this.run.k > k) this.run = start(problem, state);
    while (this.run.k < k && step(this.run));
    this.k = this.run.k;
    this.playground.look();
  }

  show(k) {
    this.pause();
    this.seek(k);
  }

  /** From the end, and from where a run rests, both begin anew. */
  get from() {
    return this.k >= this.end || this.k === this.rest ? 0 : this.k;
  }

  step() {
    this.show(this.from + 1);
  }

  toggle() {
    if (this.playing) return void this.pause();
    const { from, end } = this;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const began = performance.now();
    const frame = (now) => {
      let share = (now - began) / Math.min(WHOLE, EACH * end);
      if (still) share = Math.floor(share * JUMPS) / JUMPS;
      // As much time for each factor of ten: most happens in the first steps.
      const k = Math.min(end, from - 1 + Math.round((end - from + 1) ** share));
      if (k !== this.k) this.seek(k);
      if (k < end) this.playing = requestAnimationFrame(frame);
      else this.pause();
    };
    this.playing = requestAnimationFrame(frame);
    this.name("Pause");
  }

  pause() {
    if (!this.playing) return;
    cancelAnimationFrame(this.playing);
    this.playing = 0;
    this.name("Play");
  }

  name(words) {
    this.playground.field("play").textContent = words;
  }
}
