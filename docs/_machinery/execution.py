"""Runs the cells of every page, side by side, and refuses what a reader should not see."""

import contextlib
import json
import multiprocessing
import os
import re
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import nbformat
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

import cells
import kernel
from build import build, log
from values import NOT_YET, VALUE, resolve

FORKS = multiprocessing.get_context("forkserver")
POOL = ThreadPoolExecutor(2)
PATIENCE = 300  # seconds for a step, however busy the machine
KEPT = 8  # pages whose processes stay for their next edit: those that take longest
GRACE = 3  # seconds that an edit waits for pages before it shows them unfinished
COLORS = re.compile(r"\x1b\[[\d;]*m")
UNFINISHED = '!!! note "Not yet executed"\n    {} of {} steps have run. The page then comes anew.'
BROKEN = '!!! failure "This page does not run"\n\n    ``````text\n    {}\n    ``````'


NOTHING = cells.Plan("", [])


def idle() -> Future[None]:
    future: Future[None] = Future()
    future.set_result(None)
    return future


@dataclass
class Page:
    """What is known of a page's run, and the process that can find out more."""

    name: str
    results: list[cells.Result]
    plan: cells.Plan = NOTHING
    process: Any = None
    pipe: Any = None
    ran: list[str] = field(default_factory=list)  # keys of the steps that the process has done
    shown: list[str] = field(default_factory=list)  # of those that the last notebook has
    root: str = ""  # of its plan, when it started
    future: Future[None] = field(default_factory=idle)

    def known(self, plan: cells.Plan) -> list[cells.Result]:
        """The results that hold for the page as it is, from its first step."""
        return self.results[: common([one["key"] for one in self.results], plan.steps)]

    def finished(self, plan: cells.Plan) -> bool:
        return ended(self.known(plan), plan)

    def seconds(self) -> float:
        return sum(one["seconds"] for one in self.results)

    def run(self) -> None:
        """Do what is not known yet, one step after another, whatever is edited meanwhile."""
        while not self.finished(plan := self.plan):
            known = self.known(plan)
            begin = time.perf_counter()
            outputs = self.do(plan, len(known))
            if plan.root == self.plan.root:  # else it may have read old and new
                self.results = [*known, result(plan.steps[len(known)], outputs, begin)]
        if not build.serving:
            self.end()
        if cells.plan(self.name, cells.read(self.name)) == plan:
            whole = [one for one in self.known(plan) if not causes(one["outputs"])]
            cells.store(self.name, whole)

    def do(self, plan: cells.Plan, number: int) -> list[kernel.Output]:
        """Bring the process to a step of the page, from what it shares with it, and do the step."""
        outputs: list[kernel.Output] = []
        if self.pipe is None or self.root != plan.root:
            self.start(plan.root)
        pipe = self.pipe
        try:
            same = common(self.ran, plan.steps[:number])
            while len(self.ran) > same:
                pipe.send(("back", same))
                del self.ran[pipe.recv() :]
            for step in plan.steps[len(self.ran) : number + 1]:
                pipe.send((step.order, step.asked))
                if not pipe.poll(PATIENCE):
                    raise TimeoutError(f"a step takes more than {PATIENCE} s")
                outputs = pipe.recv()
                self.ran.append(step.key)
        except (EOFError, OSError) as error:
            if self.pipe is not pipe and self.plan is not NOTHING:
                return self.do(plan, number)  # it was ended to make room for another page
            outputs = [kernel.failed(kernel.DEAD, str(error))]
        if any(output.get("ename") == kernel.DEAD for output in outputs):
            self.end()
        return outputs

    def start(self, root: str) -> None:
        self.end()
        resting = sorted((page for page in alive if page.future.done()), key=Page.seconds)
        for page in resting[: max(0, len(alive) + 1 - KEPT)]:
            page.end()
        alive.append(self)
        self.root, self.ran = root, []
        self.pipe, theirs = FORKS.Pipe()
        asked = (theirs, (build.root / "docs" / self.name).parent, build.serving)
        self.process = FORKS.Process(target=kernel.main, args=asked, daemon=True)
        self.process.start()
        theirs.close()

    def end(self) -> None:
        """End the process whatever it does, and its copies, which are of its group."""
        if self.pipe:
            alive.remove(self)
            self.pipe.close()
            self.pipe = None
            with contextlib.suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def notebook(self) -> NotebookNode:
        """The page as far as it has run; where a step failed, its fault and nothing more."""
        made, known, count = cells.read(self.name), self.known(self.plan), 0
        self.shown = [one["key"] for one in known]  # more may be known when it is asked for
        texts: dict[int, list[str]] = defaultdict(list)
        for step, one in zip(self.plan.steps, known, strict=False):
            if faults := causes(one["outputs"]):
                made.cells[step.cell :] = [failure(self.name, made, step, faults[0])]
            elif step.order == "run":
                count += 1
                outputs = [nbformat.from_dict(output) for output in one["outputs"]]
                made.cells[step.cell].update(execution_count=count, outputs=outputs)
            else:
                texts[step.cell].append(one["outputs"][0]["text"])
        for index, cell in enumerate(made.cells):
            if cell.cell_type == "markdown":
                cell.source = fill(cell.source, iter(texts[index]))
        if not ended(known, self.plan):
            words = UNFINISHED.format(len(known), len(self.plan.steps))
            made.cells.insert(2, nbformat.v4.new_markdown_cell(words))  # under the title
        elif not causes(known[-1]["outputs"]):
            made.metadata.run = {
                "torch": version("torch").split("+")[0],
                "date": known[-1]["date"],
                "seconds": round(sum(one["seconds"] for one in known), 1),
                "values": json.loads(known[-1]["outputs"][0]["text"]),
            }
        return made


pages: dict[str, Page] = {}
alive: list[Page] = []


def common(keys: list[str], steps: list[cells.Step]) -> int:
    """How many keys at the beginning are those of the steps."""
    pairs = enumerate(zip(keys, steps, strict=False))
    return next((i for i, (key, step) in pairs if key != step.key), min(len(keys), len(steps)))


def ended(known: list[cells.Result], plan: cells.Plan) -> bool:
    return len(known) == len(plan.steps) or bool(known and causes(known[-1]["outputs"]))


def causes(outputs: list[kernel.Output]) -> list[str]:
    """What is wrong with a step: an error says it better than what stderr says."""
    raised = [
        "\n".join([f"{one['ename']}: {one['evalue']}", *one["traceback"]])
        for one in outputs
        if one["output_type"] == "error"
    ]
    return raised + [one["text"].strip() for one in outputs if one.get("name") == "stderr"]


def result(step: cells.Step, outputs: list[kernel.Output], begin: float) -> cells.Result:
    today = datetime.now(UTC).date().isoformat()
    seconds = time.perf_counter() - begin
    return {"key": step.key, "outputs": outputs, "seconds": seconds, "date": today}


def failure(page: str, made: NotebookNode, step: cells.Step, fault: str) -> NotebookNode:
    first_line = made.cells[step.cell].source.strip().partition("\n")[0]
    said = f"{step.said}: " if step.said else ""
    place = f"{page}, cell {step.cell + 1} ({first_line})"
    message = COLORS.sub("", f"{place}: {said}{fault}")
    build.fail(message)
    return nbformat.v4.new_markdown_cell(BROKEN.format(message.replace("\n", "\n    ")))


def fill(source: str, texts: Iterator[str]) -> str:
    """Put the values of a page into its prose; those of other pages come later."""
    return VALUE.sub(lambda value: value[0] if value["page"] else next(texts, NOT_YET), source)


def execute(names: list[str]) -> None:
    """Run what is not known of the pages, one a core; `mkdocs serve` goes on before all is done."""
    for name in names:
        page = pages.setdefault(name, Page(name, cells.load(name)))
        page.plan = cells.plan(name, cells.read(name))
        if page.future.done() and not page.finished(page.plan):
            page.future = POOL.submit(page.run)
    running = [page.future for page in map(pages.__getitem__, names)]
    patience = (GRACE if build.server else 0) if build.serving else None
    done, late = wait(running, patience)
    for future in done:
        future.result()
    for future in late:
        future.add_done_callback(build.show_again)
    if late:
        log.info(f"{len(done)} of {len(names)} pages are executed; the others follow")
    build.notebooks = {name: pages[name].notebook() for name in names}
    for name, notebook in build.notebooks.items():
        build.page = name
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = resolve(cell.source)


def end() -> None:
    POOL.shutdown(wait=False, cancel_futures=True)
    for page in pages.values():
        page.plan = NOTHING
        page.end()


class ExecutePreprocessor(Preprocessor):
    """Stands in for nbconvert's executor, which mkdocs-jupyter finds by its name."""

    def preprocess(self, nb: NotebookNode, resources: Any = None) -> tuple[NotebookNode, Any]:
        return build.notebooks[build.page], resources
