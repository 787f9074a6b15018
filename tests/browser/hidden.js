// Numbers of printed outputs that a reader has to scroll for although prose speaks of them, and
// that stand in sight in no output of the page. One or two digits alone agree by chance too often.
() => {
  const NUMBER = /(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?(?!\w|\.\d)/g; // not of float64, 2.1.0
  const PROSE = "article :is(h1, h2, h3, p, li, td, figcaption, summary)";
  const value = (said) => Number(said.replaceAll(",", ""));
  const telling = (said) => /[.e]/.test(said) || said.replaceAll(",", "").length > 2;

  const isSeen = (text, { index, 0: said }, edge) => {
    const place = new Range();
    place.setStart(text, index);
    place.setEnd(text, index + said.length);
    return place.getBoundingClientRect().right <= edge + 1;
  };

  const folded = [...document.querySelectorAll("article details:not([open])")];
  for (const one of folded) one.open = true; // within this task: nothing of it is painted
  const [inSight, beyond] = [new Set(), []];
  for (const code of document.querySelectorAll("article .gd-output pre > code")) {
    const edge = code.getBoundingClientRect().right;
    const texts = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    while (texts.nextNode())
      for (const found of texts.currentNode.data.matchAll(NUMBER))
        if (isSeen(texts.currentNode, found, edge)) inSight.add(value(found[0]));
        else if (telling(found[0])) beyond.push(found[0]);
  }
  const prose = [...document.querySelectorAll(PROSE)].map((one) => one.textContent).join("\n");
  for (const one of folded) one.open = false;
  const spoken = new Set((prose.match(NUMBER) ?? []).map(value));
  return beyond.filter((said) => spoken.has(value(said)) && !inSight.has(value(said)));
};
