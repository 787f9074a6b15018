// The playground's markup, once for each element.
import STYLE from "./style.css";

const choice = (words, name, all) =>
  `<label>${words} <select name="${name}">${Object.entries(all)
    .map(([value, shown]) => `<option value="${value}">${shown}</option>`)
    .join("")}</select></label>`;

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
  transpose: "scaled transpose",
};
const RUNGS = {
  momentum: "momentum",
  nesterov: "Nesterov",
  cg: "conjugate gradients",
  relative: "relative gradient",
};

const panel = (kind, more = "") =>
  `<div class="panel ${kind}"><canvas></canvas><svg ${kind === "map" ? 'aria-hidden="true"' : 'role="img" aria-label="why no map is needed"'}><g></g><g></g></svg>${more}</div>`;

export const template = document.createElement("template");
template.innerHTML = `<style>${STYLE}</style>
<div class="controls">${choice("matrix M", "matrix", MATRICES)}
<label>seed <input name="seed" type="number"></label>
<label>size <input name="n" type="number" min="2" max="8"></label>
<label>rows, with ; between them <input name="entries"></label>
${choice("guess", "guess", GUESSES)}${choice("method", "rung", RUNGS)}</div>
<p class="complaint" role="alert"></p>
<p class="status"></p>
<p class="detail"></p>
<p class="said" role="status"></p>
<div class="two">
<div>${panel("map", `<div class="pad"></div><div class="grip"></div><div class="handle" role="slider" tabindex="0" aria-label="learning rate and momentum"></div>`)}
<p class="reason"></p>${panel("chosen")}
<div class="sliders">
<label for="lr">learning rate</label><input type="range" id="across" max="1000" aria-label="learning rate"><input id="lr" name="lr" type="number" step="any">
<label for="momentum">momentum</label><input type="range" id="up" max="300" aria-label="momentum"><input id="momentum" name="momentum" type="number" step="any">
</div></div>
<div>${panel("curve")}
<input type="range" id="at" aria-label="step">
<div class="buttons"><button name="play">Play</button><button name="step">Step</button><button name="best">Best point</button><button name="reset">Reset</button><button name="python">Copy as Python</button></div>
</div></div>
<pre tabindex="0" hidden></pre>
<div class="two why"><p class="now"></p>
<table class="modes"><caption>Why: each mode shrinks alone</caption>
<thead><tr><th>mode<th>σ<th>error left<th>steps per digit</tr></thead><tbody></tbody></table>
<div class="products"><table class="cells"><caption>X M</caption><tbody></tbody></table>
<table class="cells"><caption>log |X M − I|, base 10</caption><tbody></tbody></table></div></div>`;
