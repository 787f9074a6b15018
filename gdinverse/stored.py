"""What the notebooks of 2020 stored of their own runs, so that a replay can be compared."""

from __future__ import annotations

import json
from importlib import resources

import torch
from torch import Tensor


def losses_2020() -> dict[str, tuple[Tensor, Tensor]]:
    """The losses of the twelve runs of 2020, at selected steps.

    They are float32 results of that year, to nine digits. Nothing here computes them again.

    Returns
    -------
    dict from str to (steps, losses)
        Two tensors of shape (stored,), long and float64, for inverse/random, inverse/diagonal,
        svd-sgd/random-1 … 5 and svd-adam/random-1 … 5. Step 0 is the guess.

    Examples
    --------
    >>> import gdinverse as gd
    >>> steps, losses = gd.losses_2020()["inverse/random"]
    >>> steps[-1], losses[0]
    (tensor(9999), tensor(0.7897, dtype=torch.float64))

    Explained in [The same numbers first](../series/2020.py#the-same-numbers-first).
    """
    text = resources.files("gdinverse").joinpath("losses_2020.json").read_text()
    return {
        name: (torch.tensor(run["steps"]), torch.tensor(run["loss"], dtype=torch.float64))
        for name, run in json.loads(text).items()
    }
