"""A process that runs the cells of one page, and can go back to where it was before one of them.

It is forked from a server that has imported torch already, so that a page does not wait for it.
While a page is being written, it leaves sleeping copies of itself behind, each at a cell: a change
further down goes on from the nearest of them.
"""

import contextlib
import copy
import html
import importlib
import io
import json
import os
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import plotly.io as pio
from IPython.core.history import HistoryOutput
from IPython.core.interactiveshell import InteractiveShell
from plotly.io.base_renderers import MimetypeRenderer
from traitlets.config import Config

Output = dict[str, Any]

APART = 0.3  # seconds of work, at least, between two copies; later a share of all
FIGURE = """<figure class="{classes}">
<p class="gd-claim">{claim}</p>
<div class="gd-plot" data-search-exclude role="img" aria-label="{alt}" data-figure="{figure}">
{drawing}
</div>
<figcaption>{caption}</figcaption>
</figure>"""

wrong: list[Output] = []  # in the cell that runs: IPython forgets why a figure cannot be shown


def failed(name: str, words: str, traceback: list[str] | None = None) -> Output:
    return {"output_type": "error", "ename": name, "evalue": words, "traceback": traceback or []}


DEAD = "Kernel died"


class Shell(InteractiveShell):
    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        wrong.append(failed(etype.__name__, str(evalue), stb))


class PageRenderer(MimetypeRenderer):  # type: ignore[misc]
    """The figure as HTML with a drawing for the page, as plotly's own type for the notebook."""

    def to_mimebundle(self, fig_dict: Any) -> dict[str, Any]:
        figure = json.loads(pio.to_json(fig_dict, validate=False, remove_uids=True))
        return {"text/html": as_html(figure), "application/vnd.plotly.v1+json": figure}


def as_html(figure: dict[str, Any]) -> str:
    """Write claim and caption as text of the page: a plotly title neither wraps nor is found."""
    from gdinverse.figures import svg  # of the package as it is when the page runs

    figure = copy.deepcopy(figure)
    if not figure["data"]:
        raise ValueError("this figure has no traces: nothing would be drawn")
    layout = figure["layout"]
    meta = layout.get("meta", {})
    claim = layout.pop("title", {}).get("text")
    alt, caption = meta.pop("alt", None), meta.pop("caption", None)
    for name, text in {"title": claim, "meta alt": alt, "meta caption": caption}.items():
        if not text:
            raise ValueError(f"this figure has no {name}: see gdinverse.figures")
    classes = f"gd-figure {meta.pop('class', '')}".strip()
    if not meta:
        layout.pop("meta")
    return FIGURE.format(
        classes=classes,
        claim=claim,
        alt=html.escape(alt),
        figure=html.escape(json.dumps(figure, separators=(",", ":"))),
        drawing=svg(figure),
        caption=caption,
    )


def main(pipe: Connection, folder: Path, keep: bool) -> None:
    """Answer until the pipe closes: ("run", cell), ("value", expression) or ("back", steps)."""
    os.setsid()  # Ctrl+C is for whoever asks
    if keep:
        os.nice(10)  # who writes waits for a page to be shown, and not for all to be executed
    os.chdir(folder)
    with tempfile.TemporaryFile() as complaints, contextlib.suppress(EOFError, OSError):
        os.dup2(complaints.fileno(), 2)  # also of libraries in C, which know nothing of sys.stderr
        try:
            made = shell()
        except Exception as error:  # a package that is being edited, say
            pipe.send([failed(DEAD, f"{type(error).__name__}: {error}")])
        else:
            answer(pipe, made, complaints, keep)
    os._exit(0)


def shell() -> Shell:
    importlib.import_module("gdinverse.figures")  # it registers the template
    pio.templates.default = "gdinverse"
    pio.renderers["page"] = PageRenderer()
    pio.renderers.default = "page"
    sys.stdout = io.StringIO()  # IPython keeps what is printed
    return Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))


def answer(pipe: Connection, shell: Shell, complaints: Any, keep: bool) -> None:
    done, spent, total = 0, APART, 0.0
    while True:
        order, asked = pipe.recv()
        if order == "back":
            pipe.send(done)
            if done > asked:
                return  # a copy that has done less wakes up
            continue
        if keep and spent >= max(APART, total / 5):
            if not goes_on_in_a_copy(pipe):
                continue
            spent = 0.0
        begin = time.monotonic()
        outputs = {"run": run, "value": value}[order](shell, asked)
        if said := read(complaints):
            outputs.append({"output_type": "stream", "name": "stderr", "text": said})
        took = time.monotonic() - begin
        spent, total, done = spent + took, total + took, done + 1
        pipe.send(outputs)


def goes_on_in_a_copy(pipe: Connection) -> bool:
    """Fork. True in the copy; False in this process, after it has slept until the copy ended."""
    if copied := os.fork():
        if os.waitpid(copied, 0)[1]:
            pipe.send([failed(DEAD, "in a copy")])
        return False
    return True


def run(shell: Shell, source: str) -> list[Output]:
    """Run a cell. IPython keeps what it prints and shows, in order, for notebooks of its own."""
    wrong.clear()
    shell.run_cell(source, store_history=True)
    history: Any = shell.history_manager
    number = shell.execution_count - 1
    kept = history.outputs.pop(number, [])
    return [*(output(one, number) for one in kept if one.output_type != "err_stream"), *wrong]


def output(kept: HistoryOutput, number: int) -> Output:
    """As a notebook has it."""
    if kept.output_type == "out_stream":
        return {"output_type": "stream", "name": "stdout", "text": "".join(kept.bundle["stream"])}
    shown: Output = {"output_type": kept.output_type, "data": kept.bundle, "metadata": {}}
    if kept.output_type == "execute_result":
        shown["execution_count"] = number
    return shown


def value(shell: Shell, expression: str) -> list[Output]:
    """Evaluate a value of the prose where it stands, as text."""
    try:
        return [{"output_type": "value", "text": str(eval(expression, shell.user_ns))}]
    except Exception as error:
        return [failed(type(error).__name__, str(error))]


def read(file: Any) -> str:
    """Take what was written since."""
    sys.stderr.flush()
    file.seek(0)
    said: bytes = file.read()
    file.seek(0)
    file.truncate()
    return said.decode(errors="replace")
