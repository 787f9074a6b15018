// Everything that runs on a page beside the theme: figures are drawn, and two gaps are mended.
import { watch } from "./figures.js";
import { isScrolling, mend, showEdge } from "./mends.js";
import { explainTerms } from "./glossary.js";

let waiting = false;

function mendSoon() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    mend(document);
  });
}

function bring() {
  watch(document);
  if (document.querySelector("gd-moving")) import("./moving.js");
  if (!document.querySelector("gd-playground")) return;
  import("../playground/loader.js").then((loader) => loader.watch(document));
}

// The theme announces every page, the first one too, where it changes them without a reload.
if (globalThis.document$) globalThis.document$.subscribe(bring);
else bring();

explainTerms(document);

new MutationObserver(mendSoon).observe(document.body, { childList: true, subtree: true });
addEventListener("resize", mendSoon);
document.addEventListener("scroll", ({ target }) => isScrolling(target) && showEdge(target), true);
document.addEventListener("toggle", mendSoon, true); // a folded block has no width until it opens
document.fonts.ready.then(mendSoon);
mendSoon();
