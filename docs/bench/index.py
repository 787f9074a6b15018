# ---
# title: The optimizer bench
# description: >-
#   Which optimizers find an answer that is known, how far from the least possible number of steps:
#   torch's, others', and yours.
# given: [1952, 1964, 100, "1,200"]
# ---

# %% [markdown]
# # The optimizer bench
#
# An optimizer is new, its test says that the loss went down. Does it find an answer that is known, how
# far from the least possible number of steps, and is it built right?
# {: .gd-lead }

# %% tags=["figure"]
from pathlib import Path

import gdinverse as gd

stored = gd.bench.read(Path("../../benchmarks/bench.json"))
TURNED, ALONG = "A X B = C, κ 10", "A, B diagonal, κ 10"
SIDES = ((ALONG, "c1", "along the axes", 6), (TURNED, "c4", "turned", 300))
UNDER = -3.4  # below the rows: for the words
least = stored["torch.optim.SGD"][TURNED].bound


def came(names, problem):
    """Evaluations and place of who arrives."""
    rows = enumerate(stored[name][problem] for name in names)
    return [(row.evaluations, k) for k, row in rows if row.steps]


def two_sides(names, claim):
    """The figure of one bowl, along the axes and turned, without its dots."""
    return gd.figures.figure(
        claim,
        x="gradient evaluations to 1e-6",
        y="",
        log_x=True,
        log_y=False,
        x_range=(5, 1200),
        y_range=(UNDER, len(names) - 0.3),
        caption="One bowl at κ = 10, along the axes and turned, each at the best "
        "learning rate of one grid. No dot: more than 1,200 evaluations. "
        f"The line is the bound, {least}. A dot can hide the other one.",
        alt="; ".join(
            f"{shown}: {stored[name][ALONG].result} along the axes, "
            f"{stored[name][TURNED].result} when turned"
            for name, shown in names.items()
        )
        + f". The bound is {least}.",
    )


def draw(names, fig):
    """The dots, the names, and the bound of who combines gradients."""
    for problem, role, label, x in SIDES:
        counts, places = zip(*came(names, problem), strict=True)
        gd.figures.dots(fig, counts, places, role)
        gd.figures.label(fig, label, x, UNDER + 0.2, role)
    gd.figures.line(fig, [least, least], [UNDER, len(names) - 0.3], "limit")
    gd.figures.label(fig, f"{least}", 1.1 * least, UNDER + 0.2, "limit")
    fig.layout.yaxis.update(tickvals=list(range(len(names))))
    fig.layout.yaxis.update(
        ticktext=list(names.values()), tickfont={"size": 10}
    )
    fig.layout.margin.l = 100
    return fig


torchs = {
    f"torch.optim.{name}": shown
    for name, shown in (
        ("Muon(weight_decay=0.0)", "Muon"),
        ("ASGD", "ASGD"),
        ("NAdam", "NAdam"),
        ("Adadelta", "Adadelta"),
        ("Adafactor", "Adafactor"),
        ("Rprop", "Rprop"),
        ("RMSprop", "RMSprop"),
        ("Adagrad", "Adagrad"),
        ("RAdam", "RAdam"),
        ("Adam", "Adam"),
        ("Adamax", "Adamax"),
        ("RMSprop(momentum=0.9)", "RMSprop+m"),
        ("SGD", "SGD"),
        ("SGD(momentum=0.9)", "momentum"),
        ("SGD(momentum=0.9, nesterov=True)", "Nesterov"),
    )
}
along, turned = (len(came(torchs, problem)) for problem in (ALONG, TURNED))
draw(
    torchs,
    two_sides(
        torchs,
        f"Of {len(torchs)} of torch, {along} arrive along the axes, {turned} turned",
    ),
)

# %% [markdown]
# Each dot is a run that ended at $\sqrt{\text{loss} / \text{first loss}} \le$ `1e-6`. The bowl is the loss of
# $A X B = C$: once with diagonal $A$ and $B$, once with the same singular values in general position. The line
# is a [bound](#bound), for those of them that combine gradients and do nothing else. Those of other packages:

# %% tags=["figure"]
others = {
    name: name.partition(".")[2]
    + "'" * (name.split("_")[0] in ("lion", "adabelief"))
    for name in stored
    if not name.startswith(("torch.", "muon."))
}
along, turned = (len(came(others, problem)) for problem in (ALONG, TURNED))
draw(
    others,
    two_sides(
        others,
        f"Of {len(others)} others, {along} arrive along the axes, {turned} turned",
    ),
)

# %% [markdown]
# `Lion'` and `AdaBelief'` are those of packages of their own, the others of pytorch-optimizer and torch-optimizer.
#
# ## Yours, in three lines {: #yours }
#
# Momentum by hand, as one finds it in many files. Its buffer holds steps, not gradients:

# %%
from pathlib import Path

import torch

import gdinverse as gd


class Heavy(torch.optim.Optimizer):
    def __init__(self, params, lr=0.02):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                push = 0.9 * self.state[p].get("push", torch.zeros_like(p))
                self.state[p]["push"] = push + group["lr"] * p.grad
                p -= self.state[p]["push"]


report = gd.bench(Heavy, problems=["A X B = C, κ 10"])
row = report["A X B = C, κ 10"]
print(report)

# %%
stored = gd.bench.read(Path("../../benchmarks/bench.json"))
ALONG = "A, B diagonal, κ 10"
momentum = stored["torch.optim.SGD(momentum=0.9)"]["A X B = C, κ 10"]
failed = [outcome.name for outcome in report.failures]
assert row.steps == row.predicted == momentum.steps
assert report.twins == ["torch.optim.SGD(momentum=0.9)"]
assert failed == ["closure", "missing gradient", "schedule"]

# %% tags=["figure"]
beside = {"Heavy": row, "m 0.9": momentum}
for name in ("SGD", "Adam", "Adagrad"):
    beside[name] = stored[f"torch.optim.{name}"]["A X B = C, κ 10"]
taken = [one.evaluations or 0 for one in beside.values()]
fig = gd.figures.figure(
    f"Heavy takes {row.evaluations} evaluations, as momentum does, and the bound is {row.bound}",
    x="",
    y="gradient evaluations to 1e-6",
    log_y=False,
    x_range=(-0.5, 4.5),
    y_range=(0, 1.2 * max(taken)),
    caption="A X B = C at κ = 10; m: momentum. Dash-dotted: the bound. No bar: it does not arrive.",
    alt="; ".join(
        f"{name}: {one.evaluations or 'never'}" for name, one in beside.items()
    ),
)
said = [str(count) if count else "–" for count in taken]
gd.figures.bars(fig, list(beside), taken, "c1", said)
gd.figures.line(fig, [-0.5, 4.5], [row.bound, row.bound], "limit")
fig

# %% [markdown]
# The run is right: {{= row.steps }} steps, {{= row.times : .1f }} times the bound, at a constant learning
# rate the same path as torch's momentum. The optimizer is not: it fails {{= len(failed) }} checks of the
# [contract](contract.py). Take `schedule`: at a learning rate of 0 it moves on, by what its
# buffer holds. Each failure comes with lines that show it, and need nothing but torch and your class:

# %%
schedule = report.failures[-1]
print(schedule.reproducer)

# %% [markdown]
# A file of your own, the shell, and your tests: [how to hold an optimizer to the contract](contract.py#yours).

# %% [markdown]
# ## The same bowl, turned {: #turned }
#
# Adagrad takes few steps along the axes. Here is the same bowl twice, once turned; nothing else differs.


# %%
def adagrad(H, answer, lr, budget=1000):
    """Steps to 1e-6 on half of eᵀ H e, or the budget."""
    x = torch.zeros_like(answer, requires_grad=True)
    optimizer, first = torch.optim.Adagrad([x], lr=lr), None
    for step in range(budget):
        e = (x - answer).detach()
        x.grad = H @ e
        loss = float(e @ x.grad / 2)
        if loss <= 1e-12 * (first := first or loss):
            return step
        optimizer.step()
    return budget


h = torch.logspace(0, -4, 8).double()
answer = h.rsqrt() / h.rsqrt().square().mean().sqrt()
g = torch.Generator().manual_seed(0)
Q, _ = torch.linalg.qr(torch.randn(8, 8, generator=g).double())
lrs = [10 ** (1 - k / 2) for k in range(7)]
along = [adagrad(h.diag(), answer, lr) for lr in lrs]
turned = [adagrad(Q * h @ Q.mT, Q @ answer, lr) for lr in lrs]
print(f"along the axes {min(along)} steps; turned, at least {min(turned)}")
assert min(along) <= stored["torch.optim.Adagrad"]["diagonal, κ 100"].steps
assert min(turned) == 1000

# %% tags=["figure"]
fig = gd.figures.figure(
    f"One bowl: {min(along)} steps along the axes, not in 1,000 when it is turned",
    x="learning rate (log scale)",
    y="steps to 1e-6",
    log_x=True,
    log_y=False,
    x_range=(7e-3, 15),
    y_range=(0, 1200),
    caption="Adagrad at seven learning rates. A dot at 1,000: not there by then.",
    alt="; ".join(
        f"lr {lr:.2g}: {a} along the axes, {t} turned"
        for lr, a, t in zip(lrs, along, turned, strict=True)
    ),
)
gd.figures.line(fig, [7e-3, 15], [1000, 1000], "floor")
gd.figures.dots(fig, lrs, along, "c1")
gd.figures.dots(fig, lrs, turned, "c4")
gd.figures.label(fig, "turned", 1, 1020, "c4", anchor="center")
middle = len(lrs) // 2
gd.figures.label(
    fig,
    "along the axes",
    lrs[middle],
    along[middle] + 30,
    "c1",
    anchor="center",
)
fig

# %% [markdown]
# {{= min(along) }} steps against none of seven learning rates within `1000`. What scales each entry by itself
# gains where the axes of the bowl are the entries. So the bench has both kinds, and a result on a diagonal
# problem alone says little.

# %% [markdown]
# ## One number for four optimizers {: #beta }
#
# !!! think "Pause to think"
#     Momentum, Adam, Adamax and RMSprop with momentum at κ = 10, each at its best learning rate. How far
#     apart do you expect their step counts?
#
# ??? predict "Predict first: a factor of ten, of two, or less?"
#     Less: they lie within a few steps of each other, as the next cell shows.


# %%
def steps(name, problem="A X B = C, κ 10"):
    return stored[f"torch.optim.{name}"][problem].steps


four = ["SGD(momentum=0.9)", "Adam", "Adamax", "RMSprop(momentum=0.9)"]
counts = [steps(name) for name in four]
digit = -1 / torch.tensor(0.9).sqrt().log10().item()
heavy, adam = steps("SGD(momentum=0.8)"), steps("Adam", ALONG)
fewer = steps("Adam(betas=(0.8, 0.999))", ALONG)
print(counts, heavy, adam, fewer)
assert max(counts) - min(counts) <= 11
assert abs(6 * digit - max(counts)) < 0.05 * max(counts)
assert max(heavy / min(counts), fewer / adam) < 0.55
assert steps("Adam(betas=(0.8, 0.999))") is None

# %% tags=["figure"]
bars = dict(zip(["m 0.9", "Adam", "Adamax", "RMSprop"], counts, strict=True))
bars |= {"m 0.8": heavy}
fig = gd.figures.figure(
    f"Four optimizers within {max(counts) - min(counts)} steps; momentum with 0.8 takes {heavy}",
    x="",
    y="steps to 1e-6 at κ = 10",
    log_y=False,
    y_range=(0, 1.2 * max(counts)),
    caption="Each at its best learning rate, all with 0.9 but for the last. The first and the last are momentum.",
    alt="; ".join(f"{name}: {count}" for name, count in bars.items()),
)
heights = list(bars.values())
gd.figures.bars(fig, list(bars), heights, "c1", [str(n) for n in heights])
fig

# %% [markdown]
# They lie within {{= max(counts) - min(counts) }} steps. With momentum β, the error of a mode is multiplied
# by a matrix whose determinant is β (Polyak (1964)), so its larger eigenvalue is at least $\sqrt{\beta}$: at
# β = `0.9` that is {{= digit : .1f }} steps a digit, {{= 6 * digit : .0f }} for six. The theorem is on
# momentum, and with `0.8` momentum takes {{= heavy }} steps. Adam's β₁ is not momentum's β, yet along the axes
# its count falls as much, from {{= adam }} to {{= fewer }}. On the turned problem it does not: with β₁ = `0.8`
# Adam does not arrive in 1,200 evaluations. So a count near six times {{= digit : .0f }} tells little of a
# method.
#
# ## Who may have a bound {: #bound }
#
# Conjugate gradients take the fewest steps of all methods that stay in start + span of the gradients
# (Hestenes & Stiefel (1952)), and their count on this very problem is a bound on the evaluations of those.
# It says nothing of one that scales entries. So the bench measures whether the steps stay in the span; who
# leaves it has no bound, and the report says so.


# %%
def short(name):
    return name.removeprefix("torch.optim.").partition("(max_")[0]


inside = [name for name, report in stored.items() if report.combines]
print("    steps  × bound")
for name in inside:
    row = stored[name]["A X B = C, κ 10"]
    times = f"{row.times:.1f}" if row.times else "–"
    print(f"{row.result:>9}  {times:>7}  {short(name)}")
solved = [row for name in inside for row in stored[name].rows if row.bound]
linear = [row for row in solved if row.predicted is not None]
exact = sum(row.predicted == row.steps for row in linear)
assert min(row.evaluations / row.bound for row in solved) >= 1
assert exact == len(linear)

# %% tags=["figure"]
within = {
    short(name): stored[name]["A X B = C, κ 10"].times for name in inside
}
within = sorted(
    ((times, name) for name, times in within.items() if times), reverse=True
)
times, named = zip(*within, strict=True)
spoken = {
    "SGD(momentum=0.9, nesterov=True)": "Nesterov",
    "SGD(momentum=0.9)": "m 0.9",
    "SGD(momentum=0.8)": "m 0.8",
}
named = [spoken.get(n, n.rpartition("_optimizer.")[2][:12]) for n in named]
fig = gd.figures.figure(
    f"Of those in the span the nearest takes {min(times):.1f} times the bound",
    x="evaluations over the bound",
    y="",
    log_x=True,
    log_y=False,
    x_range=(0.9, 1.3 * max(times)),
    y_range=(-0.7, len(named) - 0.3),
    caption="A X B = C at κ = 10, all that arrive. m: momentum.",
    alt="; ".join(f"{name}: {t:.1f}" for t, name in within),
)
gd.figures.line(fig, [1, 1], [-0.7, len(named) - 0.3], "limit")
gd.figures.dots(fig, times, range(len(named)), "c1")
fig.layout.yaxis.update(tickvals=list(range(len(named))), ticktext=named)
fig.layout.yaxis.tickfont = {"size": 10}
fig.layout.margin.l = 105
fig

# %% [markdown]
# Of {{= len(stored) }} stored optimizers {{= len(inside) }} stay inside. The bound at κ = 10 is
# {{= momentum.bound }} evaluations. Linear ones can be predicted without a formula: such an
# optimizer multiplies the error of each mode by a polynomial of its curvature, and does so on a diagonal
# problem as well. The bench runs it there, and counts: {{= exact }} of {{= len(linear) }} predictions are
# exact.

# %% [markdown]
# ## What ran {: #stored }
#
# There is no rank here and no score: which column matters depends on what you train. All stored results come
# from one command, which also takes a part of a name; `Heavy` and `adagrad` ran with this page.
#
# ```sh
# pip install -e ".[bench]"
# python benchmarks/bench.py
# ```

# %%
import json

entries = json.loads(Path("../../benchmarks/bench.json").read_text())
print(*sorted({entry["package"] for entry in entries.values()}), sep="\n")

# %% tags=["figure"]
arrived = [
    tuple(
        report[name].steps is not None for name in (TURNED, "diagonal, κ 100")
    )
    for report in stored.values()
]
on = {
    "both": arrived.count((True, True)),
    "the first": arrived.count((True, False)),
    "the second": arrived.count((False, True)),
    "neither": arrived.count((False, False)),
}
fig = gd.figures.figure(
    f"{on['both']} of {len(stored)} arrive on both problems, {on['neither']} on neither",
    x="arrive on",
    y="optimizers",
    log_y=False,
    y_range=(0, 1.2 * max(on.values())),
    caption="The first is A X B = C at κ = 10, the second the diagonal problem at κ = 100.",
    alt="; ".join(f"{name}: {count}" for name, count in on.items()) + ".",
)
gd.figures.bars(
    fig, list(on), list(on.values()), texts=[str(n) for n in on.values()]
)
fig

# %%
for name, report in stored.items():
    both = report["A X B = C, κ 10"].result, report["diagonal, κ 100"].result
    turned, along = (said.replace(", leaves again", "*") for said in both)
    print(f"{turned:>9}  {along:>9}  {short(name)}")
    if report.twins and report.twins != [name]:
        print(f"{'':11}the path of {', '.join(report.twins)}")

# %% [markdown]
# The first column is A X B = C at κ = 10, the second the diagonal problem at κ = 100; in parentheses the level
# at which a run ended. A star: it leaves again. Next: [where the others stay](floors.py).
