# ---
# title: Noise, and what it costs
# description: >-
#   The noise floor of gradient descent with momentum, predicted and measured; and what decay,
#   averaging and larger minibatches cost.
# given: ["0.9", "0.1", "0.05", "0.01", "0.02", "0.002", "0.005", "1.8", "4,096", 1992]
# ---

# %% [markdown]
# # Noise, and what it costs
#
# A minibatch gives a gradient with an error of its own. The loss falls, then settles at a level, and no
# patience moves it. The level can be known beforehand, and lowered in three ways.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

torch.manual_seed(0)
fig = gd.figures.figure(
    "Two learning rates, two levels, and both predicted",
    x="step",
    y="mean square of the error",
    x_range=(0, 150),
    y_range=(0.01, 2),
    caption="One number with curvature one, noise of variance one on each gradient; mean of 2,000 runs.",
    alt="From one, the mean square of the error falls to about 0.053 at lr 0.1 and to about 0.026 at "
    "lr 0.05; the predicted levels are 0.0526 and 0.0256.",
)
for lr, role in ((0.1, "c1"), (0.05, "c3")):
    error, squares = torch.ones(2000), []
    for _ in range(151):
        squares.append(error.square().mean().item())
        error = error - lr * (error + torch.randn(2000))
    gd.figures.line(fig, range(151), squares, role, f"lr {lr}")
    gd.figures.line(fig, [0, 150], [lr / (2 - lr)] * 2, "predicted")
fig

# %% [markdown]
# !!! think "Pause to think"
#     Each step adds a little noise, and shrinks what is there. What happens if you halve the step?
#
# ??? predict "Predict first: you halve the learning rate. The level?"
#     A quarter, a half, or the same?
#
#     A half, for small $\alpha h$: half the step adds a quarter of the noise, and it adds up for twice as
#     long.
#
# ## Noise: the floor is known beforehand
#
# One [mode](../series/2b-curve.py) of curvature $h$, with noise of variance $s^2$ on its gradient: a step adds
# $\alpha^2 s^2$ to the variance of the error, and takes a share away. Where the two balance, the mean
# square of the error is
#
# $$\frac{\alpha s^2 (1 + \beta)}{(1 - \beta)\, h\, (2(1 + \beta) - \alpha h)}.$$


# %%
import math

import torch

import gdinverse as gd

torch.manual_seed(0)


def floor(lr, momentum, h):
    edge = 2 * (1 + momentum)
    return lr * (1 + momentum) / ((1 - momentum) * h * (edge - lr * h))


def settle(lr, momentum, h, steps=300, runs=20_000):
    """Mean square error of many noisy runs, over their second half."""
    e, push, squares = torch.zeros(runs), torch.zeros(runs), []
    for _ in range(steps):
        push = momentum * push + h * e + torch.randn(runs)
        e = e - lr * push
        squares.append(e.square().mean().item())
    return sum(squares[steps // 2 :]) / (steps - steps // 2)


settings = [(0.1, 0, 1), (0.05, 0, 1), (0.01, 0.9, 1), (0.1, 0.9, 1)]
settings += [(0.9, 0.9, 0.5266), (1.9, 0.5, 1)]
floors = {}
for setting in settings:
    floors[setting] = settle(*setting)
    print(f"{setting}: {floor(*setting):.4f} predicted", end=", ")
    print(f"{floors[setting]:.4f} measured")
    assert abs(floors[setting] / floor(*setting) - 1) < 0.03

# %% tags=["figure"]
pairs = [(floor(*setting), floors[setting]) for setting in settings]
assert all(abs(there / said - 1) < 0.03 for said, there in pairs)
fig = gd.figures.figure(
    "Six settings: each measured floor is within 3 % of the predicted one",
    x="predicted",
    y="measured mean square of the error",
    log_x=True,
    x_range=(0.01, 10),
    y_range=(0.01, 10),
    caption="Line: equal. Dots: the six rows above.",
    alt="; ".join(
        f"{said:.4f} predicted, {there:.4f} measured" for said, there in pairs
    ),
)
gd.figures.line(fig, [0.01, 10], [0.01, 10], "predicted")
gd.figures.dots(fig, *zip(*pairs, strict=True), "measured")
fig

# %% [markdown]
# (Learning rate, momentum, $h$.) A curve that settles at a level is
# not stuck. It is at its *noise floor*, and a scheduler that waits for a "plateau" and then lowers the
# rate is lowering this.
#
# ## The effective rate counts
#
# For small $\alpha h$ the formula is half of $\frac{\alpha}{1 - \beta} \cdot \frac{s^2}{h}$. Compare the
# first and the third row: 0.1 without momentum, 0.01 with 0.9. Both have the *effective rate* 0.1,
# and nearly one floor, {{= floors[0.1, 0, 1] : .4f }} and {{= floors[0.01, 0.9, 1] : .4f }}. At
# learning rate 0.1, momentum 0.9 raises the floor to {{= floors[0.1, 0.9, 1] : .4f }}. Momentum
# buys speed where the edge is in the way. At one effective rate it moves the floor by
# {{= 1 - floors[0.01, 0.9, 1] / floors[0.1, 0, 1] : .0% }} here. (`dampening=momentum` in
# `torch.optim.SGD` scales the push by $1 - \beta$: with it, $\alpha$ *is* the effective rate.)

# %% tags=["figure"]
effective = torch.logspace(-2, 0.2, 100, dtype=torch.float64)
share = 1 - floors[0.01, 0.9, 1] / floors[0.1, 0, 1]
fig = gd.figures.figure(
    f"At the effective rate 0.1 momentum 0.9 moves the floor by {share:.0%}",
    x="effective rate, α/(1 − β)",
    y="mean square of the error",
    log_x=True,
    x_range=(0.01, 1.6),
    y_range=(3e-3, 10),
    caption="Lines: the formula for one mode of curvature one. Dots: measured, four rows from above.",
    alt="Measured floors: "
    + "; ".join(
        f"learning rate {lr}, momentum {momentum}: {level:.4f}"
        for (lr, momentum, h), level in floors.items()
        if h == 1 and momentum in (0, 0.9)
    )
    + ".",
)
for momentum, role, said, at in (
    (0, "c1", "no momentum", 0.5),
    (0.9, "c3", "momentum 0.9", 0.06),
):
    known = [floor((1 - momentum) * rate, momentum, 1) for rate in effective]
    gd.figures.line(fig, effective, known, role, said, at=at)
    for (lr, beta, h), level in floors.items():
        if h == 1 and beta == momentum:
            gd.figures.dot(fig, lr / (1 - beta), level, role)
fig

# %% [markdown]
# ## Lower the floor: decay, averaging, batches
#
# A small learning rate for ever would be slow. Three ways out: lower the rate along the way (*decay*, a
# learning rate scheduler), *average* the iterates, as Polyak & Juditsky (1992) did, or make the noise smaller with larger batches. What each costs is
# counted in gradients. A least-squares fit with 4,096 rows, in minibatches:

# %%
torch.manual_seed(0)
A = torch.randn(4096, 8).double() * torch.linspace(1, 0.3, 8)
y = A.sum(1) + torch.randn(4096) / 2
C = A.T @ A / 4096  # the Hessian
fit = torch.linalg.solve(C, A.T @ y / 4096)


def pull(x, batch):
    """The gradient of a minibatch, drawn anew for each run."""
    rows = torch.randint(4096, (x.shape[1], batch))
    off = (A[rows] @ x[..., None])[..., 0] - y[rows]
    return (A[rows] * off[..., None]).mean(-2)


def descend(batch, schedules, gradients=8192, runs=16):
    """Excess loss by step, a column a schedule; last: mean of the first."""
    steps, curves = gradients // batch, []
    x = torch.zeros(len(schedules), runs, 8).double()
    mean = x[:1]
    for k in range(steps):
        mean = mean + (x[:1] - mean) / max(1, k - steps // 20 + 1)
        e = torch.cat((x, mean)) - fit
        curves.append(((e @ C) * e).sum(-1).mean(-1) / 2)
        rate = torch.tensor([lr(k / steps, k) for lr in schedules])
        x = x - rate[:, None, None] * pull(x, batch)
    return torch.stack(curves)


schedules = (
    lambda t, k: 0.05,
    lambda t, k: 0.05 / (1 + k / 200),
    lambda t, k: 0.025 * (1 + math.cos(math.pi * t)),
)
one = descend(1, schedules)
eight, many = descend(8, schedules[:1]), descend(64, schedules[:1])
noise = (A @ fit - y).square().mean() * torch.linalg.eigvalsh(C)
h = torch.linalg.eigvalsh(C)
noise = (
    A @ fit - y
).square().mean() * h  # of one row's gradient, in each mode
expected = (h / 2 * floor(0.05, 0, h) * noise).sum().item()
found = one[4096:, 0].mean().item()
print(f"batch 1: floor predicted {expected:.4f}, measured {found:.4f}")
names = ("constant", "1/k", "cosine", "average")
ends = dict(zip(names, one[-80:].mean(0).tolist(), strict=True))
print("the end:", *(f"{name} {end:.5f}" for name, end in ends.items()))

# %% tags=["figure"]
assert 1 < found / expected < 1.25
assert many[-1, 0] > 2 * eight[-1, 0]
assert one[100].max() < 1.5 * one[100].min()  # all start alike
assert ends["average"] < ends["1/k"] < ends["constant"] / 10
assert ends["cosine"] < ends["constant"] / 10
used = torch.arange(1, 8193)
fig = gd.figures.figure(
    f"Averaging and decay go {ends['constant'] / ends['average']:.0f} and "
    f"{ends['constant'] / ends['1/k']:.0f} times below the floor of a constant rate",
    x="gradients used",
    y="excess loss",
    log_x=True,
    x_range=(10, 9000),
    y_range=(3e-5, 5),
    caption="Least squares, 8 unknowns, 4,096 rows; mean of 16 runs. Learning rate 0.05 at first.",
    alt="Excess loss at the end: "
    + ", ".join(f"{name} {end:.1e}" for name, end in ends.items())
    + f"; batches of 8 {eight[-1, 0]:.1e}, of 64 {many[-1, 0]:.1e}.",
)
for i, (name, role) in enumerate(
    (("constant", "c1"), ("1/k", "c2"), ("cosine", "c4"), ("average", "c3"))
):
    gd.figures.line(fig, used, one[:, i], role, name)
gd.figures.line(fig, used[::8], eight[:, 0], "c5", "batch 8")
gd.figures.line(fig, used[::64], many[:, 0], "c5", "batch 64")
fig

# %% [markdown]
# Batches of 8 lower the floor and use eight gradients for a step of the same length; batches of 64 are
# still on the slope when the budget ends. Decay and averaging start as fast as the constant rate.
# The measured floor at batch 1 is {{= found / expected - 1 : .0% }} above the predicted one: a minibatch's
# noise grows with the error, which the formula leaves out.
#
# ## A network
#
# Is the effective rate a fact about quadratics? A network with 20 hidden units, noise on its gradient, and
# three pairs of which two share $\alpha/(1 - \beta)$:

# %%
points = torch.linspace(-1, 1, 20, dtype=torch.float64)[:, None]
wanted = 4 * points**3 - 3 * points


def net_loss(w):
    a, b, c, d = w.split((20, 20, 20, 1))
    hidden = torch.tanh(points * a + b)
    return (hidden @ c[:, None] + d - wanted).square().mean()


def train(lr, momentum, steps=1500, noise=0.3):
    """The mean loss of the second half."""
    torch.manual_seed(0)
    w, push, losses = torch.randn(61, dtype=torch.float64) / 2, 0, []
    for _ in range(steps):
        w = w.detach().requires_grad_()
        loss = net_loss(w)
        losses.append(loss.item())
        (g,) = torch.autograd.grad(loss, w)
        push = momentum * push + g + noise * torch.randn(61)
        w = w - lr * push
    return sum(losses[steps // 2 :]) / (steps - steps // 2)


pairs = ((0.02, 0.0), (0.002, 0.9), (0.02, 0.9))
levels = [train(*pair) for pair in pairs]
for (lr, momentum), level in zip(pairs, levels, strict=True):
    print(f"lr {lr}, momentum {momentum}: mean loss {level:.4f}")
assert abs(levels[0] / levels[1] - 1) < 0.05 < abs(levels[2] / levels[1] - 1)

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Two pairs of one effective rate end {abs(levels[1] / levels[0] - 1):.0%} apart, the third "
    f"{1 - levels[2] / levels[1]:.0%} below",
    x="learning rate, momentum",
    y="mean loss of the second half",
    log_y=False,
    y_range=(0, 1.2 * max(levels)),
    caption="The network of the cell, 1,500 steps with noise. The third pair has ten times the effective "
    "rate, and is further down after as many steps.",
    alt="; ".join(
        f"{lr}, {momentum}: {level:.4f}"
        for (lr, momentum), level in zip(pairs, levels, strict=True)
    ),
)
gd.figures.bars(
    fig,
    [f"{lr}, {momentum}" for lr, momentum in pairs],
    levels,
    "measured",
    [f"{level:.3f}" for level in levels],
)
fig

# %% [markdown]
# !!! claim "What this shows"
#     The floor of a noisy run follows from $\alpha$, $\beta$, $h$ and the size of the noise; for small steps
#     from $\alpha/(1 - \beta)$. On this network two pairs that share it differ by
#     {{= abs(levels[1] / levels[0] - 1) : .0% }} in their mean loss.
#
# **What carries over to a network.** When you tune momentum, hold $\alpha/(1 - \beta)$ fixed, or you tune two things at once. Read a level as
# noise before you read it as an end: lower the rate once, and see whether the loss falls. Decay or
# average when the level is reached, not before. What does not carry over is the number: a network's
# noise depends on where it is, and its loss is no sum of modes.
#
# Next: what to do before any of this, [scaling](scaling.py).

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 1"
#     At which learning rate does the floor of one mode, without momentum, *not* halve with the rate?
#     Predict the ratio at $\alpha h = 1.8$ against 0.9.

# %% tags=["solution"]
ratio = floor(1.8, 0, 1) / floor(0.9, 0, 1)
measured_ratio = settle(1.8, 0, 1) / settle(0.9, 0, 1)
print(f"{ratio:.1f} predicted, {measured_ratio:.1f} measured")
print("Near the edge the denominator 2 - lr h counts.")
assert abs(measured_ratio / ratio - 1) < 0.03

# %% [markdown]
# !!! exercise "Exercise 2"
#     Momentum and learning rate share one effective rate, 0.1. Down to which $\alpha$ do the floors agree
#     to one percent?

# %% tags=["solution"]
for momentum in (0.0, 0.5, 0.9, 0.99):
    lr = 0.1 * (1 - momentum)
    print(
        f"lr {lr:.3f} momentum {momentum}: floor {floor(lr, momentum, 1):.5f}"
    )
limit = 0.1 / 2
print(f"They tend to {limit}: at 0.99 it is 1 % or less away.")
assert abs(floor(0.001, 0.99, 1) / limit - 1) < 0.01

# %% [markdown]
# !!! exercise "Exercise 3"
#     Batches of 64 at 64 times the learning rate of a batch of one: which floor do you predict? Take 0.005
#     for the batch of one, and measure both.

# %% tags=["solution"]
tiny = descend(1, (lambda t, k: 0.005,))[-2000:, 0].mean().item()
large = descend(64, (lambda t, k: 0.32,))[-30:, 0].mean().item()
for name, lr, batch, level in (("1", 0.005, 1, tiny), ("64", 0.32, 64, large)):
    said = (h / 2 * floor(lr, 0, h) * noise / batch).sum().item()
    print(f"batch {name}: {said:.5f} predicted, {level:.5f} measured")
print(
    "Nearly one floor: lr over batch size counts. The formula is rough here."
)
assert 0.7 < tiny / large < 1.5

# %% tags=["hide"]
values = {"noise_above": found / expected}
