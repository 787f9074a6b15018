// Draws each figure when it comes near, with one plotly.js for the whole site. A figure that
// cannot be drawn shows its text alternative instead: there is never an empty one.

const PLOTLY = new URL("../vendor/plotly.min.js", import.meta.url).href;
const FIGURES = new URL("../figures/", import.meta.url);
const CONFIG = { responsive: true, displayModeBar: false, displaylogo: false };
let plotly; // a promise, once the first figure is near

/** The figure that a file holds; throws where there is nothing to draw. */
export function parse(json) {
  const { data, layout } = JSON.parse(json);
  if (!Array.isArray(data) || !data.length) throw new Error("this figure has no traces");
  return { data, layout: layout ?? {} };
}

/** Say on each label's element which role it has, so that the stylesheet can color it. */
export function markRoles(elements, annotations) {
  for (const element of elements) {
    element.dataset.role = annotations[element.dataset.index]?.name ?? "text";
  }
}

/** Put a figure's words in its place. */
export function fallBack(plot, error) {
  console.error("A figure could not be drawn:", error);
  const words = plot.getAttribute("aria-label");
  plot.removeAttribute("role");
  plot.removeAttribute("aria-label");
  plot.classList.add("gd-undrawn");
  plot.textContent = words;
}

/** Load plotly.js once; after a failure the next figure tries again. */
export function loadPlotly(document = globalThis.document) {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = PLOTLY;
    script.onload = () => resolve(globalThis.Plotly);
    script.onerror = () => {
      plotly = undefined;
      reject(new Error(`${PLOTLY} did not load`));
    };
    document.head.append(script);
  });
  return plotly;
}

export async function loadFigure(name, fetch = globalThis.fetch) {
  const answer = await fetch(new URL(name, FIGURES));
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
  return parse(await answer.text());
}

export async function draw(plot) {
  try {
    const [{ data, layout }, Plotly] = await Promise.all([
      loadFigure(plot.dataset.figure),
      loadPlotly(),
    ]);
    await Plotly.newPlot(plot, data, layout, CONFIG);
    const mark = () => markRoles(plot.querySelectorAll(".annotation"), layout.annotations ?? []);
    plot.on("plotly_afterplot", mark);
    mark();
  } catch (error) {
    fallBack(plot, error);
  }
}

/** Draw the figures of a page as they come near. */
export function watch(root) {
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting) {
          near.unobserve(target);
          draw(target);
        }
      }
    },
    { rootMargin: "600px" },
  );
  for (const plot of root.querySelectorAll(".gd-plot[data-figure]:empty")) near.observe(plot);
}
