"""Judge the proofs by rational arithmetic for as long as there is time.

python benchmarks/proof_campaign.py --seconds 600 --seed 1

prints, for each proof and dtype, how many claims were made, how many were proven, how many were
false (0 is the only good answer), and how much larger than the error the bounds were.
"""

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.package import atlas_trials, trials
from tests.package.exact import squared_error, tightness

SOURCES = (trials.inverse_claims, trials.solve_claims, trials.least_squares_claims)
ATLAS = (atlas_trials.atlas_claims,)


class Tally:
    """What became of the claims of one proof in one dtype."""

    def __init__(self) -> None:
        self.claims = self.proven = self.false = 0
        self.ratios: list[float] = []

    def add(self, claim: trials.Claim) -> None:
        """Judge one claim; print it when it is false."""
        self.claims += 1
        if not claim.holds:
            self.false += 1
            print("FALSE:", claim.what, claim.family, claim.bound)
        if claim.bound == float("inf") or claim.answer is None:
            return
        self.proven += 1
        if any(x != 0 for x in claim.answer.entries()) and squared_error(claim.value, claim.answer):
            self.ratios.append(tightness(claim.bound, claim.value, claim.answer))

    def line(self) -> str:
        """One row of the table."""
        ratios = sorted(self.ratios) or [float("nan")]
        return (
            f"{self.claims:8} {self.proven:8} {self.false:6} {median(ratios):10.4f} "
            f"{ratios[len(ratios) * 9 // 10]:10.4g}"
        )


def campaign(
    seconds: float, seed: int, sources: tuple = SOURCES + ATLAS
) -> dict[tuple[str, str], Tally]:
    """Claims of all kinds in turn, until the time is over."""
    g = torch.Generator().manual_seed(seed)
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for dtype in (torch.float64, torch.float32):
            for source in sources:
                for claim in source(dtype, g):
                    tallies[claim.what, str(dtype).removeprefix("torch.")].add(claim)
    return tallies


def main() -> None:
    """Run, print the table, and fail when a claim was false."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--atlas", action="store_true", help="the operations of the atlas alone")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tallies = campaign(options.seconds, options.seed, ATLAS if options.atlas else SOURCES + ATLAS)
    print(
        f"{'proof':33} {'claims':>8} {'proven':>8} {'false':>6} {'bound/true':>10} {'9 in 10':>10}"
    )
    for (what, dtype), tally in sorted(tallies.items()):
        print(f"{what:25}{dtype:8}", tally.line())
    checks, false = (sum(getattr(t, n) for t in tallies.values()) for n in ("claims", "false"))
    print(f"seed {options.seed}: {checks} checks, {false} false")
    sys.exit(bool(false or not checks))


if __name__ == "__main__":
    main()
