"""How long an update of the playground takes while a reader drags, in Chromium: median and worst.

Run it after a build:

    make build
    python benchmarks/playground.py site

An update is all that happens for one move of the pointer: the prediction, the curve, the labels,
the bars and the layout they need. The budget is 4 ms, and 12 ms on a processor four times as slow.
"""

import sys
import threading
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browser.conftest import ARGUMENTS, Quiet
from tools.browser import candidates, runs

QUERIES = {4: "?lr=0.9", 8: "?matrix=seed&n=8&lr=1.5"}
DRAG = """async () => {
  const playground = document.querySelector("gd-playground");
  const { lr } = playground.state;
  const times = [];
  for (let i = 0; i < 240; i += 1) {
    await new Promise(requestAnimationFrame);
    const turn = (i / 240) * 2 * Math.PI;
    const to = { lr: lr * 2 ** Math.cos(turn), momentum: 0.7 + 0.28 * Math.sin(turn) };
    const before = performance.now();
    playground.change(to, true);
    playground.getBoundingClientRect();
    times.push(performance.now() - before);
  }
  times.sort((a, b) => a - b);
  return [times[120], times[239]];
}"""


def main(site: Path) -> None:
    """Drag in a circle over the map, and say how long each move kept the page busy."""
    path = next(filter(runs, candidates()))
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server,
        sync_playwright() as playwright,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        session = page.context.new_cdp_session(page)
        for n, query in QUERIES.items():
            for slower in (1, 4):
                page.goto(f"http://127.0.0.1:{server.server_port}/play/{query}")
                page.wait_for_function("document.querySelector('gd-playground')?.player?.run")
                session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
                median, worst = page.evaluate(DRAG)
                session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
                print(f"n = {n}, {slower} x slower: median {median:.1f} ms, worst {worst:.1f} ms")
        server.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
