# ---
# title: When you know nothing
# description: >-
#   No singular values and a flat loss: measure the steepest curvature and the rate on the run
#   itself, and choose a learning rate by them.
# given: ["0.9", "0.1", "0.05", "0.25", "0.5", "0.75", "0.95", 100, 200, "1,000", "3,000", "10,000", 2021]
# ---

# %% [markdown]
# # When you know nothing
#
# Your loss is flat, and nobody tells you the singular values. Which learning rate, which momentum, and
# how long? Two numbers can be measured on the run itself, $h_1$ and $\rho$. [In noise](noise.py) a third
# decides.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

torch.manual_seed(0)
crowd = torch.rand(200, 4, 4).double()
v, estimates = torch.randn(200, 4, 4).double(), []
for _ in range(8):
    v = v / torch.linalg.matrix_norm(v)[:, None, None] @ crowd @ crowd.mT / 8
    estimates.append(torch.linalg.matrix_norm(v))
share = torch.stack(estimates) / (torch.linalg.svdvals(crowd)[:, 0] ** 2 / 8)
fig = gd.figures.figure(
    "The steepest curvature, from a few differences of two gradients",
    x="differences of two gradients",
    y="measured h₁ over the true one",
    log_y=False,
    y_range=(0, 1.1),
    x_range=(0.8, 8.2),
    caption="200 random 4×4 matrices. From top to bottom: the best, the median, the worst.",
    alt="After one difference the worst of 200 is at "
    f"{share[0].min():.2f} of the true value, the median at {share[0].median():.2f}; after four the "
    f"worst is at {share[3].min():.3f}.",
)
for role, shares in (
    ("c3", share.amax(1)),
    ("c1", share.median(1).values),
    ("c5", share.amin(1)),
):
    gd.figures.line(fig, range(1, 9), shares, role)
fig

# %% [markdown]
# You need [two numbers, one landscape](../series/1b-landscape.py) and [the
# curve](../series/2b-curve.py): modes, $h$, the edge, the rate $\rho$.
#
# !!! think "Pause to think"
#     You can ask for the gradient at any point, and nothing else. How would you find the steepest
#     direction of the landscape, and how steep it is?
#
# ??? predict "One answer"
#     Take a step in any direction, and look at how the gradient changed. The steepest mode changed most.
#     So the change points more along it than the step did. Step that way, and repeat.
#
# ## The edge costs a few gradients
#
# The difference of two gradients is the Hessian times the step. Repeated, that is *power iteration*. It
# works where no negative curvature is larger:

# %%
import math

import torch

import gdinverse as gd


def steepest(gradient, x, differences, size=1.0):
    """h₁, from below, after each difference of two gradients."""
    v, here, found = torch.randn_like(x), gradient(x), []
    for _ in range(differences):
        v = v * (size / v.norm())
        v = gradient(x + v) - here
        found.append((v.norm() / size).item())
    return found


def inverse_gradient(M):
    """Of the mean square of X M − I."""
    return lambda X: (X @ M - torch.eye(4)) @ M.T / 8


torch.manual_seed(0)
crowds = {
    "rand": torch.rand(200, 4, 4).double(),
    "randn": torch.randn(200, 4, 4).double(),
    "Hilbert": gd.matrices.hilbert(4).double().expand(20, 4, 4),
}
measured = {name: [] for name in crowds}
for name, matrices in crowds.items():
    needed = []
    for M in matrices:
        h = torch.linalg.svdvals(M)[0].item() ** 2 / 8
        found = steepest(inverse_gradient(M), torch.zeros_like(M), 80)
        needed.append(next(k for k, x in enumerate(found, 1) if x > 0.99 * h))
        measured[name].append(found[3])
    median = sorted(needed)[len(needed) // 2]
    print(f"{name:8} 1 % after {median} differences, at most {max(needed)}")

# %% tags=["figure"]
fig = gd.figures.figure(
    "Five random matrices: each difference of two gradients comes nearer to h₁",
    x="differences of gradients",
    y="share of h₁ that was found",
    log_y=False,
    x_range=(0.8, 8.2),
    y_range=(0, 1.1),
    caption="Green: all of it. The estimate comes from below.",
    alt="",
)
ends = []
gd.figures.line(fig, [1, 8], [1, 1], "limit")
for M, role in zip(
    crowds["rand"], ("c1", "c2", "c3", "c4", "c5"), strict=False
):
    h = torch.linalg.svdvals(M)[0].item() ** 2 / 8
    found = steepest(inverse_gradient(M), torch.zeros_like(M), 8)
    shares = [estimate / h for estimate in found]
    assert shares == sorted(shares)
    assert shares[-1] < 1 + 1e-12
    gd.figures.line(fig, range(1, 9), shares, role)
    ends.append(f"{shares[0]:.2f}, after eight {shares[-1]:.4f}")
fig.layout.meta["alt"] = "Shares after one difference: " + "; ".join(ends)
fig

# %% [markdown]
# For `randn` some matrices take long: where the two steepest curvatures are close, power iteration
# decides late which is first. It hardly matters: both are within a few percent then. The estimate
# comes from below, so the edge you compute from it is a little too far out.
#
# The *flat* end costs more: its changes drown in those of the steep modes. The third exercise counts.
#
# ## A rule, with its price
#
# So take half the edge: momentum 0.9 and $\alpha = (1 + \beta)/h_1$, the factor 2 as a margin. On the 200
# matrices, against the best pair of the formula, which is told both ends of the spectrum:

# %%
crowd = crowds["rand"]
modes = gd.Inverse(crowd, guess=torch.zeros_like(crowd)).modes()


def counts(lr, momentum, steps=10_000):
    """Steps to six digits of each matrix, −1 where 10,000 are not enough."""
    pair = torch.tensor([lr, momentum], dtype=torch.float64)[..., None]
    error = gd.rates.predict(modes, steps, *pair).error
    return gd.rates.first_below(error, 1e-6)


best = [gd.rates.best(h) for h in modes.curvature]
rule = counts([1.9 / h for h in measured["rand"]], [0.9] * 200)
told = counts([pair.lr for pair in best], [pair.momentum for pair in best])
low = [1.01 * pair.lr for pair in best]  # h₁ believed 1 % smaller than it is
fooled = counts(low, [pair.momentum for pair in best])
both = (rule > 0) & (told > 0)
price = (rule[both] / told[both]).median().item()
for name, found in {
    "rule": rule,
    "told": told,
    "told, 1 % off": fooled,
}.items():
    print(f"{name}: {int((found > 0).sum())} of 200 arrive")
print(f"where both arrive, the rule takes {price:.1f} times as many steps")
assert (told > 0).sum() > (rule > 0).sum() > 170 > 60 > (fooled > 0).sum()

# %% tags=["figure"]
arrived = [int((found > 0).sum()) for found in (told, rule, fooled)]
fig = gd.figures.figure(
    f"With h₁ off by 1 % the best pair brings home {arrived[2]} of 200, half the edge {arrived[1]}",
    x="",
    y="matrices of 200 that arrive",
    log_y=False,
    y_range=(0, 225),
    caption="Told: the best pair of the formula. Rule: momentum 0.9, and half of the measured edge.",
    alt=f"Told {arrived[0]}, the rule {arrived[1]}, told with an error of 1 % {arrived[2]}.",
)
names = ["told", "rule", "told, 1 % off"]
gd.figures.bars(fig, names, arrived, "measured", [str(n) for n in arrived])
fig

# %% [markdown]
# The price is a factor of {{= price : .1f }} in the median. What it buys: with an $h_1$ that is 1 % too
# small, {{= int((fooled > 0).sum()) }} of the told runs arrive, the best pair being that close to the
# edge.
#
# ## How long? The slope
#
# Each factor of the loss over some steps is $\rho^2$ to that power. So the slope of the loss, over two
# windows, gives the rate and the steps to go. [The SVD page](../series/3-svd.py#flat-loss-slow-dead-or-done)
# has the two other questions for a flat loss, dead and done.


# %%
def steps_per_digit(losses, step, window):
    """What the last two windows say: steps per factor of ten of the loss."""
    a, b, c = losses[[step - 2 * window, step - window, step]].log10()
    return window / (a - b).item(), window / (b - c).item()


M = gd.matrices.random_2020()  # two of its modes are slow; no momentum here
losses = gd.rates.predict(gd.Inverse(M).modes(), 6000, lr=0.9).loss
print("steps per digit, said twice, and in truth")
for step in (40, 100, 400, 2000):
    first, second = steps_per_digit(losses, step, step // 4)
    later = losses[step + 1 :]
    truth = int(gd.rates.first_below(later, losses[step] / 10)) + 1
    print(f"step {step:4}: {first:5.0f} {second:5.0f}, it took {truth:5,}")
assert abs(second / truth - 1) < 0.01

# %% tags=["figure"]
looks = [40, 100, 400, 2000]
fig = gd.figures.figure(
    "The slope flattens as faster modes die, and then it stays",
    x="step (log scale)",
    y="loss",
    log_x=True,
    x_range=(10, 6000),
    caption="Plain descent on matrix 1, predicted. Dots: where the two windows were read.",
    alt="; ".join(f"a loss of {losses[k]:.1e} at step {k:,}" for k in looks),
)
gd.figures.line(fig, range(1, 6001), losses[1:], "predicted", "loss")
gd.figures.dots(fig, looks, losses[looks], "c1")
fig

# %% [markdown]
# Where the two windows disagree, more than one mode is left, and the slope promises too much: the true
# wait is longer. Where they agree, believe it, until a still slower mode shows. (A bend the other way
# exists as well: the [slow run of the SVD](../series/3-svd.py#the-slow-one) sped up.)
#
# ## Networks are no quadratics
#
# A network with 20 hidden units learns a curve from 20 points. The same instruments, at steps 100, 1,000
# and 3,000; beside them the truth, which for 61 weights can still be computed.

# %%
points = torch.linspace(-1, 1, 20, dtype=torch.float64)[:, None]
wanted = 4 * points**3 - 3 * points


def net_loss(w):
    a, b, c, d = w.split((20, 20, 20, 1))
    hidden = torch.tanh(points * a + b)
    return (hidden @ c[:, None] + d - wanted).square().mean()


def net_gradient(w):
    w = w.detach().requires_grad_()
    return torch.autograd.grad(net_loss(w), w)[0]


def train(lr, steps=3001):
    """The losses, and the weights at every hundredth step."""
    torch.manual_seed(0)
    w, losses, kept = torch.randn(61, dtype=torch.float64) / 2, [], []
    for k in range(steps):
        losses.append(net_loss(w).item())
        kept += [w] if k % 100 == 0 else []
        w = w - lr * net_gradient(w)
    return torch.tensor(losses), kept


def h1(w):
    return steepest(net_gradient, w, 20, size=1e-4)[-1]


calm, calm_weights = train(0.05, steps=4301)
edgy, edgy_weights = train(0.1)
print("lr    step  measured h₁     true   edge")
for lr, weights in ((0.05, calm_weights), (0.1, edgy_weights)):
    for k in (1, 10, 30):
        H = torch.autograd.functional.hessian(net_loss, weights[k])
        true = torch.linalg.eigvalsh(H)[-1].item()
        print(
            f"{lr:4}  {100 * k:4} {h1(weights[k]):12.3f} {true:8.3f}"
            f" {2 / lr:6.0f}"
        )
        assert abs(h1(weights[k]) / true - 1) < 0.02

# %% tags=["figure"]
hs = {
    lr: [h1(w) for w in weights[:31]]
    for lr, weights in ((0.05, calm_weights), (0.1, edgy_weights))
}
assert all(abs(h / 20 - 1) < 0.12 for h in hs[0.1][3:])
assert max(hs[0.1]) > 20
assert max(hs[0.05]) < 0.8 * 40
fig = gd.figures.figure(
    "At learning rate 0.1 the steepest curvature climbs to its edge, and swings around it",
    x="step",
    y="measured h₁",
    log_y=False,
    x_range=(0, 3000),
    y_range=(0, 45),
    caption="Lines: h₁ by 20 differences of gradients, every 100 steps. Green: both edges, 2/α.",
    alt=f"At lr 0.1 the measured h₁ is {hs[0.1][1]:.1f} at step 100 and between "
    f"{min(hs[0.1][3:]):.1f} and {max(hs[0.1][3:]):.1f} from step 300 on, at an edge of 20. At lr "
    f"0.05 it grows from {hs[0.05][1]:.1f} to {hs[0.05][30]:.1f}, below its edge of 40.",
)
for lr, role in ((0.05, "c1"), (0.1, "c5")):
    gd.figures.line(fig, range(0, 3001, 100), hs[lr], role, f"lr {lr}")
    gd.figures.line(fig, [0, 3000], [2 / lr] * 2, "limit", f"edge of {lr}")
fig

# %% [markdown]
# **h₁ holds.** Measured, it is the true one at each of these steps. But it is no constant. At learning
# rate 0.05 it grows during the run. At 0.1 it grows to its edge, $2/\alpha = 20$, and swings around it:
# the *edge of stability* of Cohen et al. (2021). There the landscape has adapted to your learning rate,
# and twice the edge is no longer far.

# %%
halving = {}
for lr, losses in ((0.05, calm), (0.1, edgy)):
    for step in (1000, 2000):
        said = steps_per_digit(losses, step, 250)[1] * math.log10(2)
        taken = int(gd.rates.first_below(losses[step:], losses[step] / 2))
        halving[lr, step] = said / taken
        print(f"lr {lr}, step {step}: half the loss in {said:,.0f}? {taken:,}")
assert all(0.65 < halving[0.05, step] < 1.35 for step in (1000, 2000))
assert not any(0.3 < halving[0.1, step] < 3 for step in (1000, 2000))

# %% [markdown]
# **The slope holds below the edge**, to about a quarter here. At the edge it does not: the loss swings, and
# two windows of it say nothing about the next.
#
# !!! claim "What this shows"
#     $h_1$ from a few gradients gives a learning rate. The slope, on the last mode, gives the time left.
#     On a network both are local: measure them where you are.
#
# **What carries over to a network.** Instruments, not promises. Measure $h_1$ at the start and after a while, keep $\alpha$ below the edge, and
# read a slope only where the loss does not swing. What this page has not tested is a large network, and
# no optimizer but gradient descent: Adam has [an edge of its own](../series/3b-adam.py).
#
# Your gradient comes from a minibatch? [Noise, and what it costs](noise.py).

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 1"
#     The estimate of $h_1$ comes from below. Show it for all matrices of the crowd, and say why.

# %% tags=["solution"]
true = torch.linalg.svdvals(crowd)[:, 0] ** 2 / 8
found = torch.tensor(measured["rand"], dtype=torch.float64)
print(f"largest share: {(found / true).max():.6f}")
print("Each mode is stretched by its own h, and none by more than h₁.")
assert (found < true * (1 + 1e-12)).all()

# %% [markdown]
# !!! exercise "Exercise 2"
#     The rule uses half the edge. Which share of it arrives most often, of 0.25, 0.5, 0.75 and 0.95?

# %% tags=["solution"]
shares = {}
for part in (0.25, 0.5, 0.75, 0.95):
    pairs = [part * 3.8 / h for h in measured["rand"]], [0.9] * 200
    found = counts(*pairs)
    shares[part] = int((found > 0).sum())
    print(f"{part}: {shares[part]} arrive, median {found[found > 0].median()}")
print("Nearer is better here. The margin is for an h₁ that grows.")
assert shares[0.25] <= shares[0.5] <= shares[0.75] <= shares[0.95]

# %% [markdown]
# !!! exercise "Exercise 3"
#     Why not find the *flattest* curvature by power iteration, too? Shift it: apply it to $h_1 v - H v$
#     on matrix 1, and count the differences to 1 %.

# %% tags=["solution"]
M = gd.matrices.random_2020()
H = 2 / 16 * M @ M.T
h = torch.linalg.eigvalsh(H)
v, count = torch.ones(4).double(), 0
while abs((v @ H @ v / (v @ v)).item() / h[0] - 1) > 0.01:
    v, count = h[-1] * v - H @ v, count + 1
print(f"{count} differences, against 2 for the steepest")
print("The flat ones are close together, measured against the steepest.")
assert count > 100

# %% tags=["hide"]
values = {"noise_price": price}
