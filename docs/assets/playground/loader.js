// Brings the playground only where a reader comes near one: a page without it pays nothing.

const near = new IntersectionObserver(
  (entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    near.disconnect();
    import("./element.js").catch((error) => {
      console.error("The playground did not load:", error);
      for (const { target } of entries) target.classList.add("gd-undrawn");
    });
  },
  { rootMargin: "600px" },
);

/** Watch a page's playgrounds; once one has come near, the browser itself finds all others. */
export function watch(root) {
  for (const playground of root.querySelectorAll("gd-playground")) {
    // The theme, where it changes pages without a reload, can leave the place of the last page.
    if (location.hash === `#${playground.id}`) playground.scrollIntoView();
    if (!customElements.get("gd-playground")) near.observe(playground);
  }
}
