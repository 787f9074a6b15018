"""The problems of the package, and how each is run, for whatever goes over all of them."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import torch
from torch import Tensor

import gdinverse as gd

PACKAGES = ("gdinverse.operations", "gdinverse.atlas")
Kind = type[gd.Problem]


def found() -> Iterator[Kind]:
    """Every problem of the package that has an example; what has none is a base."""
    for package in PACKAGES:
        try:
            modules = pkgutil.iter_modules(importlib.import_module(package).__path__)
        except ModuleNotFoundError:
            continue
        for module in modules:
            name = f"{package}.{module.name}"
            for kind in vars(importlib.import_module(name)).values():
                own = isinstance(kind, type) and kind.__module__ == name
                if own and issubclass(kind, gd.Problem) and has_example(kind) and is_whole(kind):
                    yield kind


def has_example(kind: Kind) -> bool:
    return kind.example.__func__ is not gd.Problem.example.__func__


def is_whole(kind: Kind) -> bool:
    """Whether it is no base that has an example for those that build on it, but no answer."""
    return kind.exact is not gd.Problem.exact or not kind.__subclasses__()


def optimizer_of(kind: Kind) -> tuple[type[torch.optim.Optimizer], dict]:
    """The optimizer that knows such a problem, by what the problem is able to."""
    for ability, optimizer in (
        ("deviation", gd.RelativeGradient),
        ("turned", gd.OrthogonalGradient),
        ("map", gd.ConjugateGradient),
    ):
        if hasattr(kind, ability):
            return optimizer, {}
    # None knows it; its own tests say how it converges, here a few steps have to do.
    return torch.optim.SGD, {"lr": 0.3, "momentum": 0.5, "max_steps": 20}


def movable(kind: Kind) -> bool:
    """Whether unknowns mean the same in another problem of the kind.

    torch's orthogonal parametrization counts from the guess that it was made with, and takes the
    diagonal of its Householder vectors for signs.
    """
    return kind is not gd.OrthogonalSVD


def run(problem: gd.Problem, **options: object) -> gd.Result:
    optimizer, its = optimizer_of(type(problem))
    return gd.minimize(problem, optimizer, **{"max_steps": 2000} | options | its)


def parts(value: object) -> tuple[Tensor, ...]:
    return value if isinstance(value, tuple) else (value,)


def scattered(problem: gd.Problem, size: float, seed: int = 0) -> gd.Problem:
    """Move every unknown by a random amount, relative to its own size."""
    g = torch.Generator().manual_seed(seed)
    problem.restore(
        [
            p + size * p.abs().amax() * torch.randn(p.shape, generator=g, dtype=torch.float64).to(p)
            for p in problem.snapshot()
        ]
    )
    return problem


def places(found: Any) -> set[str]:
    """The devices of all tensors in what was found, its prediction included."""
    if isinstance(found, Tensor):
        return {found.device.type}
    if isinstance(found, tuple):
        return set().union(*map(places, found))
    if not is_dataclass(found):
        return set()
    inside = [getattr(found, field.name) for field in fields(found)]
    if isinstance(found, gd.Result):
        inside += [found.prediction, found.history.step]
    return set().union(*map(places, inside))
