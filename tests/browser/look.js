// What a reader sees of each figure, as a drawing or, once touched, by plotly. Lengths of lines, and
// of labels their colors and collisions; and the numbers along the axes.
() => {
  const styleOf = (role) => {
    const probe = document.createElement("i");
    probe.style.color = `var(--gd-on-${role}, var(--gd-${role}))`;
    document.body.append(probe);
    const color = getComputedStyle(probe).color;
    probe.remove();
    return color;
  };

  const points = (line) => {
    const [length, matrix] = [line.getTotalLength(), line.getScreenCTM()];
    const step = 3 / Math.max(matrix.a, matrix.d); // at most three pixels of the screen
    return Array.from({ length: Math.ceil(length / step) }, (_, i) =>
      line.getPointAtLength(step * i).matrixTransform(matrix),
    );
  };

  const overlap = (a, b) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;

  const together = (a, b) => ["x", "y"].every((end) => a.getAttribute(end) === b.getAttribute(end));

  const rows = (text) => {
    const lines = [...text.querySelectorAll("tspan.line")];
    return lines.length ? lines : [text];
  };

  const covers = (box, { x, y }) =>
    x > box.left + 1 && x < box.right - 1 && y > box.top + 3 && y < box.bottom - 3;

  // How plotly and how a drawing name the same things.
  const LIVE = {
    lines: ".js-line",
    marks: ".js-line, .scatterlayer .point, .bars path",
    maps: ".heatmaplayer image",
    texts: ".annotation text, .bartext",
    ticks: ".xtick text, .ytick text",
    roleOf: (text) => text.closest(".annotation")?.dataset.role ?? "text",
    together: () => false, // rows of one label: plotly keeps them in one element
  };
  const STILL = {
    lines: "svg[viewBox]:not([overflow]) > path[stroke]",
    marks: "path[stroke], rect[fill^='#']",
    maps: "svg > svg > svg[viewBox]:has(> path[fill])",
    texts: "text:not([fill*='--gd-muted'])",
    ticks: "text[fill*='--gd-muted'][font-size^='0.929']",
    roleOf: (text) => text.getAttribute("fill").match(/--gd-(?:on-)?(\w+)/)[1],
    together,
  };

  return [...document.querySelectorAll(".gd-plot[data-figure]")]
    .filter((plot) => plot.offsetParent !== null)
    .map((plot) => {
      const live = plot.classList.contains("gd-live");
      const shown = live ? plot.querySelector(":scope > div") : plot.querySelector(":scope > svg");
      const named = live ? LIVE : STILL;
      const all = (name) => [...shown.querySelectorAll(named[name])];
      // a dot is a line of no length, with round ends
      const size = (mark) => mark.getTotalLength() || Number(mark.getAttribute("stroke-width"));
      const lengths = all("marks").map(size);
      const maps = all("maps").map((map) => map.getBoundingClientRect());
      const light = document.body.dataset.mdColorScheme === "default"; // the lines of dark lie there, too
      const lines = light ? all("lines").flatMap(points) : [];
      const frame = plot.getBoundingClientRect();
      const texts = all("texts").filter((t) => t.textContent);
      const boxes = texts.map((text) => text.getBoundingClientRect());
      const labels = texts.map((text, i) => {
        const role = named.roleOf(text);
        const box = boxes[i];
        return {
          text: text.textContent.replaceAll("\u200b", ""),
          role,
          color: getComputedStyle(text).fill,
          wanted: role && styleOf(role),
          over: texts
            .filter((t, j) => j !== i && !named.together(t, text) && overlap(box, boxes[j]))
            .map((t) => t.textContent),
          crossed: lines.filter((point) => covers(box, point)).length,
          // words in a map's colors can be read on the map alone
          outside:
            (role?.startsWith("on") && box.top < maps[0].top) ||
            box.left < frame.left ||
            box.right > frame.right + 1 ||
            box.top < frame.top,
        };
      });
      const drawn = Math.max(0, ...lengths, ...maps.map((map) => map.width));
      const ticks = all("ticks")
        .flatMap(rows)
        .map((tick) => tick.textContent.replaceAll("\u200b", ""))
        .sort();
      return {
        alt: plot.ariaLabel,
        live,
        drawn,
        labels,
        ticks,
        places: boxes.map(({ x, y }) => [x - frame.x, y - frame.y]), // within the figure
      };
    });
};
