"""Bench optimizers side by side, and store what they did.

python benchmarks/bench.py            everything whose package is installed
python benchmarks/bench.py Adam Lion  those alone, by a part of module and name
python benchmarks/bench.py --again    the lines of every stored failure, which have to fail again

The packages besides torch: pip install -e ".[bench]". Results are merged into
benchmarks/bench.json; those that stand beside every report also into gdinverse/bench/beside.json.
"""

import importlib
import json
import sys
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

import torch
from muon import SCHEDULES

import gdinverse as gd
from gdinverse.bench.examined import Examined
from gdinverse.bench.problems import ALONG, DIAGONAL, MAIN
from gdinverse.bench.subject import Subject

STORED = Path(__file__).with_name("bench.json")
BESIDE = Path(gd.__file__).with_name("bench") / "beside.json"
NAMES = {"SGD": "SGD", "SGD(momentum=0.9)": "momentum", "Adam": "Adam"}

# One iteration a step, and no rule of its own to stop.
SEARCH = {"max_iter": 1, "max_eval": 25, "line_search_fn": "strong_wolfe"}
SEARCH |= {"tolerance_grad": 0, "tolerance_change": 0}

# package, module, class, options: the first three in full, the others on three problems
FULL = [
    ("torch", "torch.optim", "SGD", {}),
    ("torch", "torch.optim", "SGD", {"momentum": 0.9}),
    ("torch", "torch.optim", "Adam", {}),
]
QUICK = [
    *(
        ("torch", "torch.optim", name, options)
        for name, options in (
            ("SGD", {"momentum": 0.8}),
            ("SGD", {"momentum": 0.9, "nesterov": True}),
            ("Adam", {"betas": (0.8, 0.999)}),
            ("Adagrad", {}),
            ("RMSprop", {"momentum": 0.9}),
            ("Adamax", {}),
            ("NAdam", {}),
            ("LBFGS", SEARCH),
            ("RMSprop", {}),
            ("RAdam", {}),
            ("AdamW", {"weight_decay": 0.0}),
            ("AdamW", {}),
            ("Adadelta", {}),
            ("Muon", {"weight_decay": 0.0}),
            ("ASGD", {}),
            ("Rprop", {}),
            ("Adafactor", {}),
        )
    ),
    *(
        ("pytorch-optimizer", "pytorch_optimizer", name, {})
        for name in (
            *("Adan", "Ranger", "Lion", "QHM", "Prodigy", "AdaBelief", "PID", "AdaBound"),
            *("Lamb", "ScheduleFreeSGD", "SGDW", "SOAP"),
        )
    ),
    ("torch-optimizer", "torch_optimizer", "SGDP", {}),
    ("torch-optimizer", "torch_optimizer", "Yogi", {}),
    ("lion-pytorch", "lion_pytorch", "Lion", {}),
    ("adabelief-pytorch", "adabelief_pytorch", "AdaBelief", {}),
    *(("gdinverse", "muon", "Scheduled", {"schedule": name}) for name in SCHEDULES),
]


def main(wanted: list[str]) -> None:
    stored = json.loads(STORED.read_text()) if STORED.exists() else {}
    for package, module, name, options in [*FULL, *QUICK]:
        if wanted and not any(part in f"{module}.{name}" for part in wanted):
            continue
        entry = bench(package, module, name, options)
        if entry:
            stored[f"{module}.{entry['name']}"] = entry
            STORED.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n")
    beside = {NAMES[e["name"]]: e for e in stored.values() if e["name"] in NAMES}
    BESIDE.write_text(json.dumps(beside, ensure_ascii=False) + "\n")


def bench(package: str, module: str, name: str, options: dict) -> dict | None:
    """One optimizer's report as data, with the version of its package."""
    try:
        made = getattr(importlib.import_module(module), name)
        quick = (package, module, name, options) in QUICK
        problems = (MAIN, DIAGONAL, ALONG) if quick else ()
        report = gd.bench(made, quick=quick, problems=problems, **options)
    except (ImportError, AttributeError, RuntimeError) as error:
        print(f"{module}.{name}: not benched: {error}")
        return None
    print(report, "\n", flush=True)
    shown = [
        replace(o, reproducer=o.reproducer if o.verdict is False else "") for o in report.contract
    ]
    return asdict(replace(report, contract=shown)) | {
        "package": f"{package} {version(package)}",
        "torch": torch.__version__,
    }


def again() -> bool:
    """Whether the lines of every stored failure fail once more."""
    stored = gd.bench.read(STORED)
    failed = [(name, outcome) for name, report in stored.items() for outcome in report.failures]
    silent = [(name, outcome.name) for name, outcome in failed if not fails(outcome.reproducer)]
    print(f"{len(failed) - len(silent)} of {len(failed)} fail again", *silent, sep="\n")
    return not silent


def fails(lines: str) -> bool:
    """Whether they raise something, run as the bench ran them; a missing package says nothing."""
    error = Examined(Subject(torch.optim.SGD)).error(lines)
    return error is not None and not isinstance(error, ModuleNotFoundError)


if __name__ == "__main__":
    sys.exit(not again()) if sys.argv[1:] == ["--again"] else main(sys.argv[1:])
