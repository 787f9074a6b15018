"""How long the bench takes for a cheap optimizer, in seconds of the processor and of the clock.

python benchmarks/bench_time.py

prints the full report, the quick one and the contract, for SGD, beside what each should take.
"""

import time

import torch

import gdinverse as gd

SHOULD = {"full": 30, "quick": 10, "contract": 5}


def main() -> None:
    torch.set_num_threads(1)
    runs = {
        "full": lambda: gd.bench(torch.optim.SGD),
        "quick": lambda: gd.bench(torch.optim.SGD, quick=True),
        "contract": contract,
    }
    for name, call in runs.items():
        clock, processor = time.monotonic(), time.process_time()
        call()
        clock, processor = time.monotonic() - clock, time.process_time() - processor
        print(f"{name:8} {processor:5.1f} s of {SHOULD[name]}, {clock:5.1f} s by the clock")


def contract() -> None:
    """As pytest runs it: each check by itself."""
    for check in gd.bench.contract():
        check(torch.optim.SGD, lr=0.02)


if __name__ == "__main__":
    main()
