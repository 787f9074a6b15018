// Shows a term's line from the glossary beside it: to a pointer, a keyboard and a finger. Without
// this script a term is a link to its line.

const GAP = 6; // pixels between a term and its line

/** Where the line goes: above the term, or below where there is no room; inside the window. */
export function place(term, size, width) {
  const left = Math.max(GAP, Math.min(term.left, width - size.width - GAP));
  const above = term.top - size.height - GAP;
  return { left, top: above >= 0 ? above : term.bottom + GAP };
}

export class Tooltip {
  constructor(document) {
    this.document = document;
    this.box = document.createElement("div");
    this.box.id = "gd-line";
    this.box.className = "gd-line";
    this.box.setAttribute("role", "tooltip");
    this.box.hidden = true;
  }

  show(term) {
    if (this.term === term) return;
    this.hide();
    this.term = term;
    this.box.textContent = term.dataset.line;
    this.box.hidden = false;
    term.closest("article").append(this.box); // inside a landmark; the theme may have changed pages
    term.setAttribute("aria-describedby", this.box.id);
    const { left, top } = place(
      term.getClientRects()[0], // the first line, where a term is broken into two
      this.box.getBoundingClientRect(),
      this.document.documentElement.clientWidth,
    );
    const origin = this.box.offsetParent.getBoundingClientRect();
    this.box.style.left = `${left - origin.left}px`;
    this.box.style.top = `${top - origin.top}px`;
  }

  hide() {
    this.term?.removeAttribute("aria-describedby");
    this.term = undefined;
    this.box.hidden = true;
  }

  /** The term that an event is about; pointing at the line counts as pointing at its term. */
  termOf(target) {
    return target === this.box ? this.term : target?.closest?.("a.gd-term");
  }
}

export function explainTerms(document) {
  const tooltip = new Tooltip(document);
  const show = ({ target }) => {
    const term = tooltip.termOf(target);
    if (term) tooltip.show(term);
  };
  const hide = ({ relatedTarget }) => {
    if (tooltip.termOf(relatedTarget) !== tooltip.term) tooltip.hide();
  };
  document.addEventListener("pointerover", (event) => event.pointerType === "mouse" && show(event));
  document.addEventListener("pointerout", (event) => event.pointerType === "mouse" && hide(event));
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches("a.gd-term:focus-visible")) tooltip.show(target);
  });
  document.addEventListener("focusout", hide);
  document.addEventListener("keydown", ({ key }) => key === "Escape" && tooltip.hide());
  document.addEventListener(
    "click",
    (event) => {
      const term = tooltip.termOf(event.target);
      if (term && event.pointerType === "touch" && term !== tooltip.term) {
        event.preventDefault(); // the first tap shows the line, the second follows the link
        event.stopPropagation();
        tooltip.show(term);
      } else if (event.target !== tooltip.box) tooltip.hide();
    },
    true, // before the theme, which follows links by itself
  );
}
