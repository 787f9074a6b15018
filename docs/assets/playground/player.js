// One run under a reader's finger: play, pause, a step, any step; and the numbers at that step.
import { start, step } from "./core.js";
import { standing } from "./status.js";
import { drawModes, drawProducts } from "./why.js";

const WHOLE = 6000; // milliseconds for a long run,
const EACH = 400; // and for a step of a short one
const JUMPS = 8; // for a reader who wants no motion

export class Player {
  constructor(playground) {
    this.playground = playground;
    this.k = null;
    this.end = 0;
  }

  /** Go to a step, forward from where the run stands, or anew from the guess. */
  seek(k) {
    const { playground } = this;
    const { problem, state } = playground;
    if (!this.run || this.run.problem !== problem || this.settings !== state || this.run.k > k) {
      this.run = start(problem, state);
      this.settings = state;
    }
    while (this.run.k < k && step(this.run));
    this.k = k;
    this.draw();
  }

  draw() {
    const { playground, run } = this;
    const scrub = playground.part(".scrub");
    scrub.max = playground.span;
    scrub.value = this.k;
    playground.part(".now").textContent = standing(run);
    const { problem, state } = playground;
    drawModes(playground.part(".modes tbody"), problem, state, this.k);
    drawProducts([...playground.shadowRoot.querySelectorAll(".cells tbody")], run.XM, problem.n);
    playground.drawCurve();
    playground.drawStatus();
  }

  step() {
    this.pause();
    this.seek(this.k >= this.end ? 1 : this.k + 1);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    const from = this.k >= this.end || this.k === this.playground.measured?.first ? 0 : this.k;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const whole = Math.min(WHOLE, EACH * this.end);
    const began = performance.now();
    this.name("Pause");
    const frame = (now) => {
      let share = (now - began) / whole;
      if (still) share = Math.floor(share * JUMPS) / JUMPS;
      const k = Math.min(this.end, from + Math.floor(share * this.end));
      if (k !== this.k) this.seek(k);
      if (k < this.end) this.playing = requestAnimationFrame(frame);
      else this.pause();
    };
    this.playing = requestAnimationFrame(frame);
  }

  pause() {
    cancelAnimationFrame(this.playing);
    this.playing = 0;
    this.name("Play");
  }

  name(words) {
    this.playground.field("play").textContent = words;
  }
}
