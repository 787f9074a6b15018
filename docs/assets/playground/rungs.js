// Two methods need no map; each has a picture of why. Fetched when a reader chooses one.

export const REASONS = {
  cg: "No map: nothing is left to choose. Conjugate gradients compute the learning rate and the momentum of each step from the gradient itself.",
  relative:
    "No map: nothing is left to choose. Each step squares what is left of every mode, so that below 1 the digits double.",
};

/** Draw on a panel, with the pens that its module has, why a method has nothing to choose. */
export function explain(panel, pens, { problem, state, measured }) {
  panel.fit();
  panel.taken = [];
  panel.show(
    "",
    state.rung === "cg" ? computed(panel, pens, problem, measured) : squared(panel, pens, problem),
  );
}

/** The learning rates of conjugate gradients, beside what each mode alone would like. */
function computed(panel, { edge, power, short }, { curvature }, { lrs }) {
  const wanted = Array.from(curvature)
    .filter(Boolean)
    .map((h) => 1 / h);
  const shown = lrs.slice(0, wanted.length);
  const logs = [...wanted, ...shown].map(Math.log10);
  const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs) + 0.2)];
  panel.x = (step) => panel.across((step - 0.5) / shown.length);
  panel.y = (lr) => panel.up((Math.log10(lr) - low) / (high - low));
  const every = Math.ceil((high - low) / 4);
  const ticks = [];
  for (let p = low; p <= high; p += every) ticks.push([10 ** p, power(p)]);
  const names = ["step", "learning rate that each step computes"];
  let markup = panel.axes(
    shown.map((_, i) => [i + 1, i + 1]),
    ticks,
    names,
  );
  for (const lr of wanted) {
    markup += edge(`M${panel.left} ${panel.y(lr)}H${panel.right}`);
    panel.take(panel.width / 2, panel.y(lr), panel.width, 1);
  }
  const places = shown.map((lr, i) => [panel.x(i + 1), panel.y(lr)]);
  for (const place of places) markup += panel.disk(...place, "measured");
  const left = wanted.map((lr) => [panel.left, panel.y(lr)]);
  markup += panel.label("1/curvature of each mode", "on-limit", left, [[8, -6]]);
  shown.forEach((lr, i) => {
    markup += panel.label(
      short(lr),
      "on-measured",
      [places[i]],
      [
        [0, 20],
        [0, -10],
      ],
    );
  });
  return markup;
}

/** What one step leaves of a mode: its square. A staircase to zero, or to infinity. */
function squared(panel, { line, text }, { sigma, curvature, scale }) {
  const most = scale ? 1 : 2;
  panel.x = (left) => panel.across(left / most);
  panel.y = (left) => panel.up(left / most);
  const at = (before, after) => `${panel.x(before)} ${panel.y(after)}`;
  const ticks = [0, most / 2, most].map((one) => [one, one]);
  const parabola = Array.from({ length: 41 }, (_, i) => (i / 40) * Math.sqrt(most)).map((left) =>
    at(left, left * left),
  );
  const slowest = sigma.filter((_, i) => curvature[i]).at(-1);
  let left = scale ? 1 - scale * slowest ** 2 : 1.06;
  let stairs = `M${at(left, 0)}`;
  for (let k = 0; k < 40 && left > 1e-3 && left * left < most; k += 1) {
    stairs += `V${panel.y(left * left)}H${panel.x(left * left)}`;
    left *= left;
  }
  const wide = 'stroke-width="2"';
  return (
    panel.axes(ticks, ticks, ["left of a mode before a step", "left after it"]) +
    line(`M${at(0, 0)}L${at(most, most)}`, "edge") +
    line(`M${parabola.join("L")}`, "limit", wide) +
    line(stairs, scale ? "measured" : "failure", wide) +
    text(panel.x(0.6 * most), panel.y(0.2 * most), "its square", "on-limit", "start", "label")
  );
}
