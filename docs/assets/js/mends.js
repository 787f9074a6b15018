// What a keyboard or a screen reader misses in the theme's own markup.

/** A region that scrolls must be reachable by keyboard; one that does not must not be a stop. */
export function mendScrolling(regions) {
  for (const region of regions) {
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
    else region.removeAttribute("tabindex");
  }
}

/** The theme adds one unnamed navigation landmark to each block of code. */
export function mendLandmarks(landmarks) {
  [...landmarks].forEach((landmark, i) => landmark.setAttribute("aria-label", `Code ${i + 1}`));
}

const SCROLLING = ".md-typeset pre > code, .katex-display, .md-typeset__scrollwrap";

export function mend(root) {
  mendScrolling(root.querySelectorAll(SCROLLING));
  mendLandmarks(root.querySelectorAll(".md-code__nav"));
}
