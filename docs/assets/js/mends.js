// What a keyboard, a screen reader or a finger misses in the theme's own markup.

/** A region that scrolls must be reachable by keyboard; one that does not must not be a stop. */
export function mendScrolling(regions) {
  for (const region of regions) {
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
    else region.removeAttribute("tabindex");
    showEdge(region);
  }
}

/** A line that goes on beyond the right end shows that it does, until it is scrolled there. */
export function showEdge({ scrollWidth, clientWidth, scrollLeft, classList }) {
  classList.toggle("gd-cut", scrollWidth - clientWidth - scrollLeft > 1);
}

/** The theme adds one unnamed navigation landmark to each block of code. */
export function mendLandmarks(landmarks) {
  [...landmarks].forEach((landmark, i) => landmark.setAttribute("aria-label", `Code ${i + 1}`));
}

const SCROLLING = ".md-typeset pre > code, .katex-display, .md-typeset__scrollwrap";

export function isScrolling(node) {
  return node instanceof Element && node.matches(SCROLLING);
}

export function mend(root) {
  mendScrolling(root.querySelectorAll(SCROLLING));
  mendLandmarks(root.querySelectorAll(".md-code__nav"));
}
