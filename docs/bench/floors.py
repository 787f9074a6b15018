# ---
# title: Where an optimizer stays
# description: >-
#   Floors and why they are there, counts that are luck, Muon with every schedule, and what noise
#   leaves: what the bench sees of an optimizer besides its steps.
# given: [100]
# ---

# %% [markdown]
# # Where an optimizer stays
#
# On [the bench](index.py) some optimizers arrive, and some do not. What keeps them away? And is an arrival a
# number that you can trust?
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

h = torch.logspace(0, -1, 8, dtype=torch.float64)
rates = (0.1, 0.01, 0.001)
curves = {}
for lr in rates:
    generator = torch.Generator().manual_seed(0)
    x, errors = torch.rand(8, generator=generator).double(), []
    for _ in range(2001):
        errors.append(x.norm().item())
        x = x - lr * (h * x).sign()
    curves[lr] = torch.tensor(errors) / errors[0]
ends = [curve[-100:].mean().item() for curve in curves.values()]
assert 9 < ends[0] / ends[1] < 11
assert 9 < ends[1] / ends[2] < 11
fig = gd.figures.figure(
    "A learning rate a tenth as large, a level a tenth as high",
    x="step (log scale)",
    y="relative error",
    log_x=True,
    x_range=(1, 2500),
    y_range=(1e-5, 3),
    caption="Each entry moves by the learning rate against the sign of its gradient. Eight numbers, "
    "curvatures from 0.1 to one.",
    alt="; ".join(
        f"lr {lr:g}: {end:.1e} at the end"
        for lr, end in zip(rates, ends, strict=True)
    ),
)
for (lr, curve), role in zip(curves.items(), ("c1", "c3", "c4"), strict=True):
    gd.figures.line(fig, range(1, 2001), curve[1:], role, f"lr {lr:g}")
fig

# %% [markdown]
# ## A count can be luck {: #luck }
#
# The bench repeats its best run at κ = 100 from starts `1e-13` apart. Here are 20 such starts on the inverse at
# κ = 100, all in one tensor, for two optimizers that move each entry by its own gradients:

# %%
import torch

import gdinverse as gd

sigma = torch.logspace(0, -2, 8).double()
M = gd.matrices.with_singular_values(sigma, torch.Generator().manual_seed(0))
answer = torch.linalg.inv(M)
answer /= answer.square().mean().sqrt()


def steps(optimizer, starts=20, budget=8000, **options):
    """Steps to 1e-6 from starts 1e-13 apart; -1 for more than the budget."""
    apart = 1e-13 * torch.arange(starts).double()
    X = apart.view(-1, 1, 1).repeat(1, 8, 8).requires_grad_()
    method, losses = optimizer([X], **options), []
    for _ in range(budget + 1):
        e = (X - answer).detach()
        X.grad = e @ M @ M.mT
        losses.append((e * X.grad).sum((-2, -1)))
        method.step()
    losses = torch.stack(losses)
    return gd.rates.first(losses <= 1e-12 * losses[0])


adam = steps(torch.optim.Adam, lr=0.03)
heavy = steps(torch.optim.SGD, budget=4000, lr=3.5, momentum=0.9)
came = adam[adam >= 0]
distinct = len(set(came.tolist()))
never = int((adam < 0).sum())
print(f"Adam: {distinct} counts, {never} times never")
print(f"momentum: {set(heavy.tolist())}")
assert never > 0
assert distinct > 3
assert len(set(heavy.tolist())) == 1
assert heavy[0] > 0

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Adam arrives from {len(came)} of {len(adam)} starts, "
    f"after {int(came.min()):,} to {int(came.max()):,} steps",
    x="start",
    y="steps to 1e-6",
    log_y=False,
    y_range=(0, 8400),
    caption="The inverse at κ = 100, Adam with lr 0.03 and momentum 0.9 with lr 3.5. "
    "Start k is k times 1e-13 in each entry. No dot: more than 8,000 steps.",
    alt=f"Adam from {len(adam)} starts: {adam.tolist()}, where -1 is never. "
    f"Momentum: {int(heavy[0])} steps from each.",
)
for counts, role, label in ((heavy, "c4", "momentum"), (adam, "c1", "Adam")):
    places = (counts >= 0).nonzero()[:, 0]
    gd.figures.dots(fig, places.tolist(), counts[places].tolist(), role, label)
fig

# %% [markdown]
# Momentum takes {{= int(heavy[0]) }} steps, {{= len(heavy) }} times. Adam takes {{= distinct }} different counts, and
# from {{= never }} starts it does not arrive within `8000` steps. A difference that no training run controls
# decides. So at κ = 100 the bench prints "reached in k of 5 starts", and one count of Adam there says little.
#
# ## Why they stay {: #floors }
#
# A run that does not arrive has a cause, named by the first measurement that tells: put at the answer, does
# it leave? Has any step a part along the gradient? Does the level grow as the learning rate does?

# %%
import textwrap
from pathlib import Path

stored = gd.bench.read(Path("../../benchmarks/bench.json"))
MAIN = "A X B = C, κ 10"


def short(name):
    """A name without module and long options."""
    return name.removeprefix("torch.optim.").partition("(max_")[0]


causes = {}
for name, report in stored.items():
    row = report[MAIN]
    if row.steps is None:
        causes.setdefault(row.remark, []).append(short(name))
for cause, names in causes.items():
    print(f"{cause}:")
    print(textwrap.indent(textwrap.fill(", ".join(names), 72), "    "))
left = [n for n, r in stored.items() if any(row.returns for row in r.rows)]
found = [n for n, r in stored.items() if any(row.steps for row in r.rows)]
assert 0 < len(left) < len(found)

# %% tags=["figure"]
words = {
    "a floor proportional to lr": "floor ∝ lr",
    "still falls when the budget ends": "still falls",
    "wavers at a level of its own": "wavers",
    "leaves the answer when put there: a decay, or a pull to the start": "leaves",
}
sizes = {words[cause]: len(names) for cause, names in causes.items()}
shown = sorted(sizes, key=sizes.get, reverse=True)
fig = gd.figures.figure(
    f"Of {sum(sizes.values())} that do not arrive, {sizes[shown[0]]} stand on a floor that the "
    "learning rate sets",
    x="",
    y="optimizers",
    log_y=False,
    y_range=(0, 1.2 * sizes[shown[0]]),
    caption=f"The causes printed above, of {len(stored)} optimizers on A X B = C at κ = 10.",
    alt="; ".join(f"{name}: {sizes[name]}" for name in shown) + ".",
)
assert shown[0] == "floor ∝ lr"
counts = [sizes[name] for name in shown]
gd.figures.bars(fig, shown, counts, "failure", [str(n) for n in counts])

# %% [markdown]
# Where it still falls, a larger budget may be enough. Arrival is not the end either:
# {{= len(left) }} of the {{= len(found) }} that arrive on some problem are above `1e-3` again within `2000`
# further steps at that learning rate.
#
# ## Muon with each schedule {: #muon }
#
# Muon replaces the momentum by an orthogonal matrix nearby, in five steps of
# [a polynomial](../theory/frontier.py). Does a better polynomial help here? `benchmarks/muon.py` has Muon in
# float64 with the schedule as an option:

# %%
rows = {
    name.split("'")[1]: report[MAIN]
    for name, report in stored.items()
    if name.startswith("muon.")
}
for name, row in rows.items():
    print(f"{name:16} {row.level:.1e} at lr {row.lr:.2g}: {row.remark}")
half = stored["torch.optim.Muon(weight_decay=0.0)"][MAIN]
print(f"torch's, bfloat16 {half.level:.1e} at lr {half.lr:.2g}: {half.remark}")
assert all(row.steps is None for row in rows.values())


def level(name, lr):
    """Where the run with that learning rate ended."""
    return min(rows[name].curve, key=lambda run: abs(run[0] - lr))[2]


grows = [level(name, 1.0) / level(name, 0.1) for name in rows]
at_tenth = {name: level(name, 0.1) for name in rows}
lowest, highest = (end(at_tenth, key=at_tenth.get) for end in (min, max))
spread = at_tenth[highest] / at_tenth[lowest]
assert 9 < min(grows) <= max(grows) < 11
assert spread < 2.5
assert not lowest.startswith("minimax")

# %% tags=["figure"]
levels = {name: row.level for name, row in rows.items()}
fig = gd.figures.figure(
    f"None of {len(rows)} schedules arrives: the best levels are "
    f"{min(levels.values()):.0e} to {max(levels.values()):.0e}",
    x="lr",
    y="√(loss / first loss)",
    log_x=True,
    caption="A X B = C at κ = 10; the level at the end of each run, by learning rate.",
    alt="; ".join(
        f"{name}: {row.level:.1e} at lr {row.lr:.2g}"
        for name, row in rows.items()
    )
    + ".",
)
shown = (
    "Newton–Schulz 3",
    "Newton–Schulz 7",
    "Muon",
    "minimax 3",
    "minimax 7",
)
for name, role in zip(shown, ("c1", "c3", "c4", "c2", "c5"), strict=True):
    lrs, _, level = zip(*rows[name].curve, strict=True)
    gd.figures.line(fig, lrs, level, role, name)
fig

# %% [markdown]
# No. The step keeps its size however small the gradient is, so the level grows as the learning rate does: from
# `0.1` to `1.0` by a factor of {{= min(grows) : .1f }} to {{= max(grows) : .1f }}. Between the polynomials there is
# a factor of {{= spread : .1f }} at `0.1`, from {{= lowest }} to {{= highest }}, and the best polynomials are not
# the lowest. On this problem the choice of the learning rate matters more than the choice of the polynomial.
#
# ## In noise {: #noise }
#
# With noise on each gradient, `500` of them tell the answer to a certain accuracy and no better, whoever reads
# them. The bench takes the best error of the grid over that floor.

# %%
noise = {name: r.noise for name, r in stored.items() if r.noise}
print({short(name): f"{times:.2f} times" for name, times in noise.items()})
assert min(noise.values()) >= 1

# %% [markdown]
# Next: [the contract](contract.py), which needs no problem.
