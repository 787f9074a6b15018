"""Write what the package says of the playground's states, for its scripts to be held against.

python -m tools.playground_fixtures

writes tests/js/fixtures/playground.json: runs of `gd.minimize`, their predictions, rates, and
draws of torch's random stream.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

import torch
from torch import Tensor

import gdinverse as gd
from tools.setup import ROOT

FIXTURES = ROOT / "tests" / "js" / "fixtures" / "playground.json"
DIGITS = 1e-6
STEPS = 1000
# Where curves are compared: every early step, then ten per factor of ten.
SHOWN = sorted({*range(6), *(round(10 ** (k / 10)) for k in range(31))})
SEEDS = (0, 1, 314, 2**31, 2**32 - 1, 2**32 + 5, 2**53 - 1, -1, -7, -(2**40))
DRAWS = 1300  # so many that the state of the generator is renewed in between

SGD = {"momentum": False, "nesterov": True}
METHODS: dict[str, Any] = {
    "momentum": (torch.optim.SGD, {}),
    "nesterov": (torch.optim.SGD, {"nesterov": True}),
    "cg": (gd.ConjugateGradient, {}),
    "relative": (gd.RelativeGradient, {"scaled": False}),
}


@dataclass(frozen=True)
class State:
    """A state of the playground, in the words of its query."""

    matrix: str = "random2020"
    seed: int = 0
    n: int = 4
    entries: str = ""
    guess: str = "self"
    lr: float = 0.9
    momentum: float = 0.9
    rung: str = "momentum"

    @property
    def query(self) -> str:
        return urlencode({key: value for key, value in asdict(self).items() if value != ""})

    def made(self) -> Tensor:
        match self.matrix:
            case "random2020":
                return gd.matrices.random_2020()
            case "diagonal":
                return gd.matrices.diagonal_2020()
            case "hilbert":
                return gd.matrices.hilbert(self.n)
            case "seed":
                return uniform(self.seed, self.n)
            case "singular":
                return torch.arange(1, 10, dtype=torch.float64).reshape(3, 3)
        rows = [[float(entry) for entry in row.split(",")] for row in self.entries.split(";")]
        return torch.tensor(rows, dtype=torch.float64)

    def problem(self) -> gd.Inverse:
        M = self.made()
        guesses = {"self": M, "rand": uniform(314, len(M))}
        return gd.Inverse(M, guess=guesses.get(self.guess, self.guess))


def uniform(seed: int, n: int) -> Tensor:
    return torch.rand(n, n, generator=torch.Generator().manual_seed(seed)).double()


MATRICES = (
    State(),
    State("diagonal"),
    State("seed", seed=1, n=2),
    State("seed", seed=154, n=3),
    State("seed", seed=235),
    State("seed", seed=2**33 + 19, n=5),
    State("seed", seed=-47, n=6),
    State("seed", seed=135, n=7),
    State("seed", seed=70, n=8),
    State("hilbert", n=2),
    State("given", entries="2,1;1,3"),
    State("given", entries="1,-2,0;0.5,1,3;-1,0,2.5"),
    State("given", entries="4,1,0,0;1,3,-1,0;0,-1,2,1e-1;0,0,0.25,1"),
    State("singular"),
)
# Shares of the limit, and momenta: on this side of the edge, near it, beyond it.
SHARES = ((0.7, 0.5), (0.6, 0.9), (0.97, 0.8), (0.9, 0.0), (1.02, 0.9))
NESTEROV_SHARES = ((0.6, 0.5), (0.7, 0.9), (0.97, 0.8), (1.02, 0.9))


def states() -> Iterator[State]:
    """The states of 2020 first, then every rung on every matrix, from guesses that take turns."""
    yield from (State(), State("diagonal", guess="rand"), State("diagonal", guess="zeros"))
    yield from (State(lr=6.8, momentum=0.81), State(lr=7.3), State("hilbert", n=4, lr=0.5))
    guesses = cycle(("self", "zeros", "rand"))
    # Descent goes round twice, so that it meets each matrix with two settings.
    for rung, given, shares in (
        ("momentum", MATRICES * 2, SHARES),
        ("nesterov", MATRICES, NESTEROV_SHARES),
    ):
        for state, (share, momentum) in zip(given, cycle(shares), strict=False):
            h = state.problem().modes().curvature
            lr = float(f"{share * gd.rates.lr_limit(h, momentum, SGD[rung]):.4g}")
            yield replace(state, guess=next(guesses), lr=lr, momentum=momentum, rung=rung)
    for state in MATRICES:
        yield replace(state, guess=next(guesses), rung="cg")
        yield replace(state, guess="transpose", rung="relative")
    yield State(rung="relative", guess="self")
    yield State("hilbert", n=3, guess="zeros", rung="cg")


def run(state: State) -> dict[str, Any]:
    """The package's run of a state, its prediction, and how fast each mode shrinks."""
    problem, (optimizer, options) = state.problem(), METHODS[state.rung]
    answer, errors = gd.inv(state.made()).value, []
    if state.rung in SGD:
        options = options | {"lr": state.lr, "momentum": state.momentum}
    modes = problem.modes()
    result = gd.minimize(
        problem, optimizer, tolerance=0, max_steps=STEPS, finish=False, **options,
        callback=lambda *_: errors.append(torch.dist(problem.X.detach(), answer) / answer.norm()),
    )  # fmt: skip
    error = torch.stack(errors)
    return {
        "query": state.query,
        "M": state.made().flatten().tolist(),
        "answer": answer.flatten().tolist(),
        "status": result.status.name,
        "diverged_at": int(result.steps) if result.status is gd.Status.diverged else None,
        "first": int(gd.rates.first_below(error, DIGITS)),
        "measured": curve(result.history.loss, error),
        **theory(state, modes, result.prediction),
    }


def theory(state: State, modes: gd.rates.Modes, prediction: Any) -> dict[str, Any]:
    """What the package predicts, where it predicts anything."""
    h = modes.curvature
    said: dict[str, Any] = {"curvature": h.tolist(), "predicted": None}
    if state.rung in SGD:
        options = (state.momentum, SGD[state.rung])
        said["rate"] = gd.rates.rate(h, state.lr, *options).tolist()
        said["limit"] = gd.rates.lr_limit(h, *options)
        said["best"] = asdict(gd.rates.best(h))
    if prediction is not None:
        said["predicted"] = curve(prediction.loss, prediction.error)
        said["predicted_first"] = int(gd.rates.first_below(prediction.error, DIGITS))
    return said


def curve(loss: Tensor, error: Tensor) -> dict[str, list[float]]:
    steps = [k for k in SHOWN if k < len(loss)]
    return {"step": steps, "loss": loss[steps].tolist(), "error": error[steps].tolist()}


def stream(seed: int) -> dict[str, Any]:
    """The first draws of a seed and the last of many, as float32 and as float64."""
    said: dict[str, Any] = {"seed": str(seed), "draws": DRAWS}
    for name, dtype in (("float32", torch.float32), ("float64", torch.float64)):
        generator = torch.Generator().manual_seed(seed)
        draws = torch.rand(DRAWS, generator=generator, dtype=dtype).double()
        said[name] = [*draws[:4].tolist(), *draws[-4:].tolist()]
    return said


def fixtures() -> dict[str, Any]:
    return {
        "streams": [stream(seed) for seed in SEEDS],
        "runs": [run(state) for state in states()],
    }


def written(made: dict[str, Any]) -> str:
    """One line per entry, so that a change shows what has changed."""
    lists = (
        f'"{name}": [\n' + ",\n".join(json.dumps(entry) for entry in entries) + "\n]"
        for name, entries in made.items()
    )
    return "{\n" + ",\n".join(lists) + "\n}\n"


if __name__ == "__main__":
    FIXTURES.write_text(written(fixtures()))
