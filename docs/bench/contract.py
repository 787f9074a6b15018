# ---
# title: The contract of an optimizer
# description: >-
#   Checks in plain torch that an optimizer has to pass, why each matters, who fails which, and how to
#   hold your own to them from the shell and from pytest.
# ---

# %% [markdown]
# # The contract of an optimizer
#
# A run is saved, loaded, and goes on. Does it go on along the same path? Questions like that have an
# answer in seconds.
# {: .gd-lead }

# %% tags=["figure"]
from pathlib import Path

import gdinverse as gd

stored = gd.bench.read(Path("../../benchmarks/bench.json"))
checks = gd.bench.contract()
found = {}
for name, report in stored.items():
    for outcome in report.failures:
        found.setdefault(outcome.name, []).append(
            name.removeprefix("torch.optim.").partition("(max_")[0]
        )
failing = sorted(found, key=lambda name: len(found[name]))
clean = [name for name, report in stored.items() if not report.failures]
fig = gd.figures.figure(
    f"{len(clean)} of {len(stored)} optimizers keep all of it",
    x="stored optimizers that fail",
    y="",
    log_y=False,
    x_range=(0, len(found[failing[-1]]) + 1),
    y_range=(-0.7, len(failing) - 0.3),
    caption=f"The contract has {len(checks)} checks. Those without a dot fail nowhere.",
    alt="; ".join(f"{name}: {len(found[name])} fail" for name in failing)
    + ".",
)
counts = [len(found[name]) for name in failing]
gd.figures.dots(fig, counts, range(len(failing)), "failure", "")
fig.layout.yaxis.update(tickvals=list(range(len(failing))), ticktext=failing)
fig.layout.yaxis.tickfont = {"size": 10}
fig.layout.margin.l = 110
fig

# %% [markdown]
# ## Yours {: #yours }
#
# Put yours, such as [Heavy](index.py#yours), into a file `mine.py`, as a class whose constructor takes `(params, lr)`. From the shell, where
# the exit status is 1 if a check of the contract fails, and 0 if all pass:
#
# ```sh
# python -m gdinverse.bench mine:Heavy --quick
# python -m gdinverse.bench torch.optim:NAdam --quick --json nadam.json
# ```
#
# In your own tests, three lines hold it to the contract, and two more to a number of steps:
#
# ```python
# import pytest, gdinverse as gd, mine
# @pytest.mark.parametrize("test", gd.bench.contract(), ids=str)
# def test_contract(test): test(mine.Heavy, lr=0.02)
#
# def test_it_takes_at_most_five_times_the_bound():
#     gd.bench.check(mine.Heavy, "A X B = C, κ 10", within=5.0)
# ```
#
# Options go behind the class, as in `gd.bench(torch.optim.SGD, momentum=0.9)`; a function
# `(params, lr) -> optimizer` is taken, too. [The reference](../reference/bench.md) has what a report holds.

# %% [markdown]
# ## What is checked, and why {: #contract }
#
# | checks | why they matter |
# |---|---|
# | scalar, vector, matrix, tensor, column | a network has biases, convolutions, and layers with one input |
# | descends | a sign is quickly lost |
# | bfloat16, float64 | who chose a dtype wants to keep it |
# | closure | line searches and some trainers call `step(closure)` |
# | saves, resume, deepcopy | a job that is stopped has to go on |
# | groups, group added later | layers with a learning rate of their own; layers that thaw |
# | missing gradient, zero gradient | frozen layers, branches that were not taken, dead units |
# | lr = 0, schedule, tensor lr | a warm-up starts at 0, and schedulers write into `group["lr"]` |
# | layout | a transposed weight is stored by columns |
# | maximize, foreach, fused | torch's own options, which promise the same path |
#
# Most of what is wrong with an optimizer shows in seconds, without a problem. A check is a sentence and a few
# lines of plain torch. Where two paths are compared, the tolerance is a thousand times how far the optimizer
# itself takes two starts `1e-13` apart; where that says nothing there is no verdict.

# %% tags=["figure"]
import torch


def walked(kind, start, saved=None):
    """Every iterate on matrix 1; loaded from its own state before one of the steps."""
    problem = gd.Inverse(gd.matrices.random_2020(), guess=start)
    optimizer, path = kind(problem.parameters(), lr=0.1), []
    for k in range(20):
        if k == saved:
            state = optimizer.state_dict()
            optimizer = kind(problem.parameters(), lr=0.1)
            optimizer.load_state_dict(state)
        problem.backward()
        optimizer.step()
        path.append(problem.value())
    return torch.stack(path)


def apart(one, other):
    return (one - other).flatten(1).norm(dim=1)


start, NAdam = gd.matrices.random_2020(), torch.optim.NAdam
whole = walked(NAdam, start)
nearby = apart(whole, walked(NAdam, start + 1e-13))
strayed = apart(whole, walked(NAdam, start, saved=2))
adam = [walked(torch.optim.Adam, start, saved=k) for k in (None, 2)]
assert (strayed[:2] == 0).all()
assert (strayed[2:] > 1000 * nearby[2:]).all()
assert apart(*adam).max() == 0
fig = gd.figures.figure(
    f"Loaded after two steps, NAdam is up to {strayed.max():.0e} off its path",
    x="step",
    y="distance of two runs",
    x_range=(0, 20),
    y_range=(1e-14, 1e-7),
    caption="NAdam on matrix 1, learning rate 0.1: saved and loaded after two steps, against the "
    "run that goes on; and two runs whose starts are 1e-13 apart in each entry. Adam loaded there "
    "is at distance 0.",
    alt=f"After the loaded step the two runs are {strayed[2]:.0e} apart, after 20 steps "
    f"{strayed[-1]:.1e}. Starts 1e-13 apart lead {nearby.max():.0e} apart at most. Adam's two runs "
    "are 0 apart.",
)
gd.figures.line(fig, range(3, 21), strayed[2:], "failure", "loaded")
gd.figures.line(fig, range(1, 21), nearby, "c1", "starts 1e-13 apart")
fig

# %%
from pathlib import Path

import gdinverse as gd

stored = gd.bench.read(Path("../../benchmarks/bench.json"))
found = {}
for name, report in stored.items():
    for outcome in report.failures:
        short = name.removeprefix("torch.optim.").partition("(max_")[0]
        found.setdefault(outcome.name, []).append(short)


for check in gd.bench.contract():
    print(f"{check.name}: {check.sentence}")
    if check.name in found:
        print("– fails:", ", ".join(found[check.name]))
nadam = stored["torch.optim.NAdam"]
assert [outcome.name for outcome in nadam.failures] == ["resume"]

# %% tags=["figure"]
weight = torch.nn.Parameter(torch.ones(1, dtype=torch.float64))
optimizer, exact, off = torch.optim.NAdam([weight]), 1.0, []
for k in range(1, 41):
    weight.grad = torch.ones_like(weight)
    optimizer.step()
    exact *= 0.9 * (1 - 0.5 * 0.96 ** (0.004 * k))
    off.append(abs(optimizer.state[weight]["mu_product"].item() / exact - 1))
assert 1e-9 < max(off) < 1e-6
fig = gd.figures.figure(
    f"What NAdam multiplies up is {max(off):.0e} off: float32, for a weight in float64",
    x="step",
    y="relative distance from the product",
    x_range=(0, 40),
    y_range=(1e-10, 1e-6),
    caption="mu_product of torch's NAdam at its defaults, against the same product in float64.",
    alt=f"At step 1 the product is {off[0]:.0e} off, at step 40 {off[-1]:.0e}, at most "
    f"{max(off):.0e}. The last digit of float32 is {torch.finfo(torch.float32).eps:.0e}, of float64 "
    f"{torch.finfo(torch.float64).eps:.0e}.",
)
gd.figures.line(fig, range(1, 41), off, "measured")
fig

# %% [markdown]
# torch's NAdam does not resume to the last bit: a product that it keeps in float32 comes back in float64.
# And `deepcopy` fails for {{= len(found["deepcopy"]) }}, for a reason of torch's own: of what an optimizer
# sets on itself, torch copies these three.

# %%
import torch

made = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
kept = list(made.__getstate__())
print(kept)
print(nadam.failures[0].reproducer)
p = torch.nn.Parameter(torch.ones(2).double())
before, after = (torch.optim.NAdam([p]) for _ in range(2))
p.sum().backward()
before.step()
after.load_state_dict(before.state_dict())
products = [o.state[p]["mu_product"].dtype for o in (before, after)]
assert products == [torch.float32, torch.float64]
assert kept == ["defaults", "state", "param_groups"]

# %% [markdown]
# A failing check is a property of one version at its defaults, with lines to judge it by; it is no verdict on
# a project. Habits are printed apart, without one: a decay by default, random numbers, an edited `p.grad`, an
# lr that is not heeded.
