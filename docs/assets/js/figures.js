// A figure stands in the page as a drawing. Where a reader points at it or touches it, plotly takes
// its place, with one plotly.js for the whole site: numbers under the pointer. If that fails, the
// drawing stays.

const PLOTLY = new URL("../vendor/plotly.min.js", import.meta.url).href;
const FIGURES = new URL("../figures/", import.meta.url);
const CONFIG = { responsive: true, displayModeBar: false, displaylogo: false };
let plotly; // a promise, once the first figure is touched

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

/** Draw a figure over its drawing, and only then hide that. */
export async function draw(plot) {
  try {
    const [{ data, layout }, Plotly] = await Promise.all([
      loadFigure(plot.dataset.figure),
      loadPlotly(),
    ]);
    const live = document.createElement("div");
    plot.append(live);
    await Plotly.newPlot(live, data, layout, CONFIG);
    const mark = () => markRoles(live.querySelectorAll(".annotation"), layout.annotations ?? []);
    live.on("plotly_afterplot", mark);
    mark();
    plot.classList.add("gd-live");
  } catch (error) {
    console.error("A figure stays a drawing:", error);
  }
}

/** Wait for the first pointer at each figure, or the first tap: a finger that scrolls is neither. */
export function watch(root) {
  for (const plot of root.querySelectorAll(".gd-plot[data-figure]:not(.gd-watched)")) {
    plot.classList.add("gd-watched");
    const touched = ({ type, pointerType }) => {
      if (type === "pointerenter" && pointerType === "touch") return;
      for (const name of ["pointerenter", "click"]) plot.removeEventListener(name, touched);
      draw(plot);
    };
    for (const name of ["pointerenter", "click"]) plot.addEventListener(name, touched);
  }
}
