// The playground's markup, once for each element.
import { STYLE } from "./style.js";

const options = (all) =>
  Object.entries(all).map(([value, words]) => `<option value="${value}">${words}</option>`).join("");

const MATRICES = {
  random2020: "random, of 2020",
  diagonal: "diagonal 1, 2, 3, 4",
  seed: "random, your seed",
  hilbert: "Hilbert",
  singular: "singular, 1 … 9",
  given: "your own",
};
const GUESSES = {
  self: "the matrix itself",
  zeros: "zeros",
  rand: "random",
  transpose: "its transpose, scaled",
};
const RUNGS = {
  momentum: "descent with momentum",
  nesterov: "Nesterov",
  cg: "conjugate gradients",
  relative: "relative gradient",
};

export const TEMPLATE = document.createElement("template");
TEMPLATE.innerHTML = `<style>${STYLE}</style>
<div class="controls full">
  <label>matrix M <select name="matrix">${options(MATRICES)}</select></label>
  <label>seed <input name="seed" type="number" step="1"></label>
  <label>size <input name="n" type="number" min="2" max="8"></label>
  <label>rows, with ; between them <input name="entries" spellcheck="false" autocomplete="off"></label>
  <label>guess <select name="guess">${options(GUESSES)}</select></label>
  <label>method <select name="rung">${options(RUNGS)}</select></label>
</div>
<p class="complaint full" role="alert"></p>
<p class="status"></p>
<p class="detail"></p>
<div class="said" role="status"></div>
<div class="views">
  <div>
    <div class="panel map"><canvas aria-hidden="true"></canvas><svg aria-hidden="true"></svg>
      <div class="pad"></div>
      <div class="handle" role="slider" tabindex="0" aria-valuemin="0" aria-label="learning rate and momentum; arrow keys move both"></div>
    </div>
    <p class="reason" hidden></p>
    <div class="panel chosen" hidden><canvas aria-hidden="true"></canvas><svg role="img"></svg></div>
    <div class="sliders full">
      <label for="lr">learning rate</label><input type="range" class="lr" min="0" max="1000" aria-label="learning rate"><input id="lr" name="lr" type="number" min="0" step="any">
      <label for="momentum">momentum</label><input type="range" class="momentum" min="0" max="300" aria-label="momentum"><input id="momentum" name="momentum" type="number" min="0" max="1" step="any">
    </div>
  </div>
  <div>
    <div class="panel curve scrubbed"><canvas aria-hidden="true"></canvas><svg role="img"></svg></div>
    <input type="range" class="scrub full" min="0" aria-label="step">
    <div class="buttons full">
      <button name="play">Play</button><button name="step">Step</button>
      <button name="best">Best point</button><button name="reset">Reset</button>
      <button name="python">Copy as Python</button>
    </div>
  </div>
</div>
<pre class="full" tabindex="0" hidden></pre>
<div class="why full">
  <p class="now"></p>
  <table class="modes"><caption>Why: each mode of the error shrinks alone</caption>
    <thead><tr><th>mode</th><th>σ</th><th>left of its error</th><th>steps per ten</th></tr></thead><tbody></tbody></table>
  <div class="products">
    <table class="cells"><caption>X M</caption><tbody></tbody></table>
    <table class="cells"><caption>log<sub>10</sub> |X M − I|</caption><tbody></tbody></table>
  </div>
</div>`;
