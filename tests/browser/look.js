// What a reader sees of each figure. Lengths of lines, and of labels their colors and collisions.
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
    return Array.from({ length: Math.ceil(length / 3) }, (_, i) =>
      line.getPointAtLength(3 * i).matrixTransform(matrix),
    );
  };

  const overlap = (a, b) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;

  const covers = (box, { x, y }) =>
    x > box.left + 1 && x < box.right - 1 && y > box.top + 3 && y < box.bottom - 3;

  return [...document.querySelectorAll(".gd-plot")]
    .filter((plot) => plot.offsetParent !== null)
    .map((plot) => {
      const marks = plot.querySelectorAll(".js-line, .scatterlayer .point, .bars path");
      const lengths = [...marks].map((mark) => mark.getTotalLength());
      const images = [...plot.querySelectorAll(".heatmaplayer image")].map(
        (i) => i.width.baseVal.value,
      );
      const lines = [...plot.querySelectorAll(".js-line")].flatMap(points);
      const frame = plot.getBoundingClientRect();
      const map = plot.querySelector(".heatmaplayer image")?.getBoundingClientRect();
      const texts = [...plot.querySelectorAll(".annotation text, .bartext")].filter(
        (t) => t.textContent,
      );
      const boxes = texts.map((text) => text.getBoundingClientRect());
      const labels = texts.map((text, i) => {
        const role = text.closest(".annotation")?.dataset.role ?? "text";
        const box = boxes[i];
        return {
          text: text.textContent,
          role,
          color: getComputedStyle(text).fill,
          wanted: role && styleOf(role),
          over: texts.filter((_, j) => j !== i && overlap(box, boxes[j])).map((t) => t.textContent),
          crossed: lines.filter((point) => covers(box, point)).length,
          // words in a map's colors can be read on the map alone
          outside:
            (role?.startsWith("on") && box.top < map.top) ||
            box.left < frame.left ||
            box.right > frame.right + 1 ||
            box.top < frame.top,
        };
      });
      return {
        alt: plot.ariaLabel,
        words: plot.textContent,
        drawn: Math.max(0, ...lengths, ...images),
        labels,
      };
    });
};
