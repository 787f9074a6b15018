"""What is stored is what was seen before, and a newcomer gets along by the words of the page."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import gdinverse as gd
from gdinverse.bench.problems import ALONG, MAIN, TRIALS
from gdinverse.bench.runs import Run
from gdinverse.bench.subject import Subject

ROOT = Path(__file__).parents[2]
STORED = gd.bench.read(ROOT / "benchmarks" / "bench.json")
STEP = 10**0.25  # of the refined grid

# Steps on A X B = C at κ = 10 with other A, B and C of the same curvatures, for torch.optim.
FIRST_RUN = {
    "SGD": 549,
    "SGD(momentum=0.9)": 257,
    "SGD(momentum=0.9, nesterov=True)": 207,
    "RMSprop(momentum=0.9)": 251,
    "Adam": 256,
    "AdamW(weight_decay=0.0)": 256,
    "RAdam": 359,
    "Adagrad": 483,
}
# On the inverse at κ = 10, which is the same in both; at the learning rate that is best here.
SAME = [
    ("RMSprop", {"momentum": 0.9}, 0.01 * 10**-0.25, 253),
    ("Adam", {"amsgrad": True}, 0.1 * STEP, 257),
    ("RAdam", {}, 0.1 * STEP, 439),
    ("Adagrad", {}, 10**-0.25, 625),
    ("Adadelta", {}, STEP, 992),
]
# Of other packages: the failure that the first run had lines for.
FOUND_AGAIN = {
    "pytorch_optimizer.Adan": "maximize",
    "pytorch_optimizer.Ranger": "column",
    "pytorch_optimizer.Prodigy": "groups",
    "torch_optimizer.SGDP": "layout",
    "lion_pytorch.Lion": "lr = 0",
    "pytorch_optimizer.AdaBound": "resume",
}


@pytest.mark.parametrize("name", FIRST_RUN)
def test_torchs_rows_of_the_first_run_are_found_within_a_step_of_the_grid(name):
    steps = STORED[f"torch.optim.{name}"][MAIN].steps
    assert max(steps, FIRST_RUN[name]) <= STEP * min(steps, FIRST_RUN[name])


@pytest.mark.parametrize(("name", "options", "lr", "count"), SAME, ids=lambda v: str(v)[:12])
def test_on_the_same_problem_the_first_run_is_found_to_the_step(name, options, lr, count):
    subject = Subject(getattr(torch.optim, name), options)
    assert Run(subject, TRIALS["inverse, κ 10"].make(), lr).go(1000).steps == count


def test_a_bowl_that_is_turned_is_nearly_the_same_to_linear_ones_and_not_to_adagrad():
    for report in STORED.values():
        turned, along = report[MAIN], report[ALONG]
        if turned.predicted is not None:
            assert abs(turned.steps - along.steps) <= 0.05 * turned.steps
    adagrad = STORED["torch.optim.Adagrad"]
    assert adagrad[MAIN].steps > 50 * adagrad[ALONG].steps


@pytest.mark.parametrize("name", FOUND_AGAIN)
def test_a_known_failure_of_a_package_is_stored_with_lines_that_name_its_class(name):
    failed = {outcome.name: outcome for outcome in STORED[name].failures}
    module, _, cls = name.partition(".")
    lines = failed[FOUND_AGAIN[name]].reproducer
    assert len(lines.splitlines()) <= 6
    assert re.search(rf"from {module}\S* import {cls}", lines)


def fenced(page, language):
    """The first block of a language on a page of the bench."""
    text = (ROOT / "docs" / "bench" / f"{page}.py").read_text()
    block = re.search(rf"# ```{language}\n(.*?)# ```", text, re.DOTALL).group(1)
    return re.sub(r"(?m)^# ?", "", block)


# What a newcomer types, one after the other in one process, which is where the seconds go: as
# pytest collects the package's files, as `python -m` runs it, and as pytest runs the page's tests.
WAYS = """
import runpy, sys, pytest
root, *words = sys.argv[1:]
quiet = ["-q", "-p", "no:cacheprovider", "-rfE"]
print("== doctests", int(pytest.main([*quiet, "-k", "contract", root + "/gdinverse/bench"])))
from gdinverse.bench import runs
runs.GRID[:] = [10**-0.5]  # one learning rate in place of eleven
sys.argv[1:] = words
try:
    runpy.run_module("gdinverse.bench", run_name="__main__", alter_sys=True)
except SystemExit as end:
    print("== shell", end.code)
print("== tests", int(pytest.main([*quiet, "test_mine.py"])))
"""


@pytest.fixture(scope="module")
def ways(tmp_path_factory):
    """What each way printed, and its exit status, where the page's optimizer and tests are."""
    folder = tmp_path_factory.mktemp("mine")
    page = (ROOT / "docs" / "bench" / "index.py").read_text()
    heavy = re.search(r"(?ms)^class Heavy.*?(?=^\S)", page)
    (folder / "mine.py").write_text("import torch\n\n\n" + heavy.group(0))
    (folder / "test_mine.py").write_text(fenced("contract", "python"))
    command = fenced("contract", "sh").splitlines()[0].split()
    assert command[:3] == ["python", "-m", "gdinverse.bench"]
    path = {"PYTHONPATH": f"{ROOT}", "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", WAYS, str(ROOT), *command[3:]],
        cwd=folder,
        env=path,
        capture_output=True,
        text=True,
        timeout=200,
    )
    said = re.findall(r"(?s)(.*?)\n== (\w+) (\d)", done.stdout)
    assert len(said) == 3, done.stdout + done.stderr
    return {name: (int(status), text) for text, name, status in said}


def test_a_newcomer_benches_a_file_from_the_shell_by_the_words_of_the_page(ways):
    status, said = ways["shell"]
    assert status == 1
    assert re.findall(r"(?m)^# ([\w ]+): ", said) == ["closure", "missing gradient", "schedule"]
    assert "the same path as torch.optim.SGD(momentum=0.9)" in said
    assert re.search(r"A X B = C, κ 10 +\d+ ", said)


def test_a_newcomer_holds_a_file_to_the_contract_by_the_tests_of_the_page(ways):
    status, said = ways["tests"]
    failed = re.findall(r"(?m)^FAILED test_mine.py::test_contract\[([^]]+)\]", said)
    assert status == 1
    assert failed == ["closure", "missing gradient", "schedule"]
    assert "test_it_takes_at_most_five_times_the_bound" not in said
    assert re.search(r"3 failed, \d+ passed", said)


def test_the_doctests_of_the_bench_hold_where_they_are_collected_alone(ways):
    status, said = ways["doctests"]
    assert status == 0, said
    assert re.search(r"\d+ passed", said)
