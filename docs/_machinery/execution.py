"""Runs the cells of a page, and refuses whatever a reader should not see."""

import ast
import copy
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

import jupytext
import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.preprocessors import ExecutePreprocessor

import cache
from build import build
from values import ELSEWHERE, VALUE, split

KERNELS = Path(__file__).parent / "kernels"
STARTUP = f"__import__('runpy').run_path({str(KERNELS / 'page/startup.py')!r})"


class PageError(Exception):
    """A cell that raised, warned or could not say its value."""

    index = 0  # of the cell


class PageExecutor(ExecutePreprocessor):
    """Stands in for nbconvert's executor, which mkdocs-jupyter finds by its name."""

    page = ""
    coalesce_streams = True
    timeout = 120  # seconds a cell
    shutdown_kernel = "immediate"

    def preprocess(self, nb, resources=None, km=None):
        self.page = self.page or build.page
        if started := build.started.pop(self.page, None):
            executed = started.result()
        else:
            executed = self.executed(nb, resources)
        build.notebooks[self.page] = executed
        return executed, resources

    def executed(self, nb, resources):
        for index, cell in enumerate(nb.cells):
            cell.id = f"cell-{index + 1}"  # jupytext's are random
        key = cache.key(self.page, nb)
        executed = cache.load(self.page, key)
        if executed is None:
            executed = self.execute_page(copy.deepcopy(nb), resources)
            unchanged = key == cache.key(self.page, nb)
            if "run" in executed.metadata and unchanged:
                cache.store(self.page, key, executed)
        return executed

    def execute_page(self, nb, resources):
        started = time.perf_counter()
        try:
            nb, _ = super().preprocess(nb, resources)
        except PageError as error:
            build.fail(str(error))
            nb.cells[error.index :] = [failure(error)]  # where `mkdocs serve` goes on
            return nb
        nb.metadata.run |= {
            "torch": version("torch").split("+")[0],
            "date": datetime.now(UTC).date().isoformat(),
            "seconds": round(time.perf_counter() - started, 1),
        }
        return nb

    def create_kernel_manager(self):
        """Use our own kernel: the user's may be another Python, with settings of theirs."""
        specs = KernelSpecManager(kernel_dirs=[str(KERNELS)], ensure_native_kernel=False)
        self.km = AsyncKernelManager(
            kernel_name="page", kernel_spec_manager=specs, transport_encryption="auto"
        )
        return self.km

    def preprocess_cell(self, cell, resources, index):
        if index == 0:
            self.ask(STARTUP)
        fill = partial(self.fill, index=index)
        if cell.cell_type == "markdown":
            cell.source = VALUE.sub(fill, cell.source)
        elif cell.cell_type == "code":
            self.run(cell, index)
        if index == len(self.nb.cells) - 1:
            self.nb.metadata.run = {"values": self.values(index)}
        return cell, resources

    def run(self, cell, index):
        causes = []
        try:
            self.execute_cell(cell, index)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            causes = [str(error)]
        for output in cell.outputs:
            if output.output_type == "error":  # says it better, also when only a display failed
                causes.insert(0, "\n".join([f"{output.ename}: {output.evalue}", *output.traceback]))
            elif output.get("name") == "stderr":
                causes.append(output.text.strip())
        if causes:
            raise self.error(index, causes[0])

    def fill(self, match, index):
        """Evaluate a value of the prose where it stands; other pages' values come later."""
        expression, spec = split(match[1])
        if ELSEWHERE.fullmatch(expression):
            return match[0]
        try:
            return ast.literal_eval(self.ask(value=f"format(({expression}), {spec!r})")["value"])
        except PageError as error:
            raise self.error(index, f"{match[0]}: {error}") from error

    def values(self, index):
        """What the page offers to other pages: plain numbers and strings."""
        dumped = "__import__('json').dumps(globals().get('values', {}))"
        try:
            return json.loads(ast.literal_eval(self.ask(values=dumped)["values"]))
        except PageError as error:
            raise self.error(index, f"values: {error}") from error

    def ask(self, code="", **expressions):
        """Run code outside the page's history; return the values of expressions as text."""
        assert self.kc
        asked = self.kc.execute(code, silent=True, user_expressions=expressions)
        reply = self.wait_for_reply(asked)["content"]
        for answer in (reply, *reply.get("user_expressions", {}).values()):
            if answer["status"] == "error":
                raise PageError(f"{answer['ename']}: {answer['evalue']}")
        answers = reply["user_expressions"]
        return {name: answers[name]["data"]["text/plain"] for name in expressions}

    def error(self, index, cause):
        first_line = self.nb.cells[index].source.strip().partition("\n")[0]
        plain = re.sub(r"\x1b\[[\d;]*m", "", cause)
        error = PageError(f"{self.page}, cell {index + 1} ({first_line}): {plain}")
        error.index = index
        return error


def start(files):
    """Run pages side by side, one a core, while MkDocs asks for them one by one."""
    pool = ThreadPoolExecutor(2)
    build.started = {file.src_uri: pool.submit(run_ahead, file) for file in files}
    pool.shutdown(wait=False)


def run_ahead(file):
    nb = nbformat.reads(jupytext.writes(jupytext.read(file.abs_src_path), "ipynb"), as_version=4)
    executor = PageExecutor()
    executor.page = file.src_uri
    return executor.executed(nb, {"metadata": {"path": str(Path(file.abs_src_path).parent)}})


def failure(error):
    indented = str(error).replace("\n", "\n    ")
    return nbformat.v4.new_markdown_cell(
        f'!!! failure "This page does not run"\n\n    ``````text\n    {indented}\n    ``````'
    )
