# ---
# title: Where tensors bite
# description: >-
#   Five traps of PyTorch's gradients: integers, a gradient that is None or zero, losses that are
#   not one number, changes in place; and their cost.
# given: [2020, 100, "10", "0.9"]
# ---

# %% [markdown]
# # Where tensors bite
#
# An appendix to [Tensors that know their slope](1-tensors.py): the errors that torch raises, and the
# two that it does not raise. Then a count of what `backward` costs.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

paths = {}
for name, to_none in (("None", True), ("zero", False)):
    p = torch.tensor(1.0, requires_grad=True)
    ball = torch.optim.SGD([p], lr=0.1, momentum=0.9)
    (p**2).backward()
    paths[name] = [p.item()]
    for _ in range(25):
        ball.step()
        ball.zero_grad(set_to_none=to_none)
        paths[name].append(p.item())
ends = {name: path[-1] for name, path in paths.items()}
assert paths["None"][1] == ends["None"] > 0 > ends["zero"]
fig = gd.figures.figure(
    f"Cleared to None it stands at {ends['None']:.1f}; cleared to zero it rolls on",
    x="step",
    y="the number",
    log_y=False,
    x_range=(0, 26),
    y_range=(-1.2, 1.2),
    caption="One gradient, then none: SGD with momentum, and two ways to clear the gradient.",
    alt=f"Both start at 1 and are at {ends['None']:.1f} after one step. With the gradient None the "
    f"number stays there; with zeros it is at {ends['zero']:.2f} after 25 steps.",
)
gd.figures.line(fig, range(26), paths["None"], "c3", "None")
gd.figures.line(fig, range(26), paths["zero"], "failure", "zero")
fig

# %% [markdown]
# !!! think "Pause to think"
#     The first bite was on the page before: gradients add up. Which operations on a tensor could make
#     a slope *wrong*, and torch could not know?
#
# ??? predict "An answer"
#     Those that change numbers behind its back, after it has noted them. Torch counts changes, so it
#     catches most. A section below shows one that it does not see.
#
# ## An integer has no slope
#
# It has no neighbors close by. Torch says so:

# %%
import textwrap

import torch


def refusal(work):
    """Print what torch says when it refuses."""
    try:
        work()
    except RuntimeError as error:
        said = str(error).partition(" Hint")[0]
        print(textwrap.fill(said, 79))
        return said
    raise AssertionError("torch did not refuse")


said = refusal(lambda: torch.tensor([1, 2, 3], requires_grad=True))
assert "floating point" in said

# %% [markdown]
# ## `None` is not zero
#
# There are two ways to clear a gradient. `optimizer.zero_grad()` takes it away, and leaves `None`.
# `zero_grad(set_to_none=False)` writes zeros into it, as `x.grad.zero_()` does. An optimizer skips a
# number whose gradient is `None`. One whose gradient is zero still moves, if it was moving:

# %%
moved = {}
for name, to_none in (("None", True), ("zero", False)):
    p = torch.tensor(1.0, requires_grad=True)
    ball = torch.optim.SGD([p], lr=0.1, momentum=0.9)
    (p**2).backward()
    ball.step()
    before = p.item()
    ball.zero_grad(set_to_none=to_none)
    ball.step()
    moved[name] = p.item() - before
    print(f"gradient {name}: the next step moves by {moved[name]:.2f}")
assert moved["None"] == 0 > moved["zero"]

# %% tags=["figure"]
frozen = {}
for name, gradient in (("None", None), ("zero", torch.tensor(0.0))):
    p = torch.tensor(1.0, requires_grad=True)
    p.grad, frozen[name] = gradient, []
    decaying = torch.optim.AdamW([p], lr=0.1, weight_decay=0.1)
    for _ in range(51):
        frozen[name].append(p.item())
        decaying.step()
shrunk = frozen["zero"][-1]
assert set(frozen["None"]) == {1.0}
fig = gd.figures.figure(
    f"With a gradient of zero, AdamW's weight decay leaves {shrunk:.2f} of it",
    x="step",
    y="the number",
    log_y=False,
    x_range=(0, 52),
    y_range=(0, 1.2),
    caption="A number that no loss uses. Learning rate 0.1, weight decay 0.1.",
    alt=f"With the gradient None the number stays 1. With zero it falls to {shrunk:.2f} in 50 steps.",
)
gd.figures.line(fig, range(51), frozen["None"], "c3", "None")
gd.figures.line(fig, range(51), frozen["zero"], "failure", "zero")
fig

# %% [markdown]
# Weight decay does so without any motion before: what you froze by zeros shrinks.
#
# ## More than one result
#
# So far the result was one number. Let a function return three:


# %%
def three(x):
    return torch.stack([x[0] * x[1], x[1] ** 2, x[0] + x[2]])


x = torch.tensor([2.0, 3.0, 5.0], requires_grad=True)
said = refusal(lambda: three(x).backward())
assert "scalar" in said

# %% [markdown]
# Now there are nine slopes, each result by each input. Their table is the *Jacobian* $J$, with one
# row for each result. `backward` does not give you the table. It asks for weights $v$, one for each
# result, and gives you the weighted sum of the rows, $v^\top J$. Choose the weights 1, 10 and 100,
# and you can read off which row each part comes from:

# %%
v = torch.tensor([1.0, 10.0, 100.0])
three(x).backward(v)
J = torch.autograd.functional.jacobian(three, x.detach())
print(J)
print("v J      ", v @ J)
print("backward ", x.grad)
assert x.grad.equal(v @ J)

# %% tags=["figure"]
weighted = v[:, None] * J
fig = gd.figures.figure(
    "Nine slopes in a table, and what the weights 1, 10 and 100 make of it",
    x="",
    y="",
    caption="One row per result, one column per input. The stronger the color, the larger the slope.",
    alt=f"The Jacobian has the rows {J.tolist()}. With the weights its last row is the strongest.",
)
tables = {"J / 6": J / J.max(), "weighted / 100": weighted / weighted.max()}
gd.figures.grids(fig, tables)
fig

# %% [markdown]
# This is called a *vector–Jacobian product*. With one result there is one row, and its weight
# is 1: that is why `z.backward()` needs no argument. Equal weights give you a *sum* of slopes, not
# the slopes.

# %% [markdown]
# ## Changing a tensor in place
#
# To make the loss smaller, you move the numbers against their gradient. You change them where they
# are, *in place*. Torch refuses.

# %%
x = torch.tensor([0.0, 1.0, 2.0], requires_grad=True)
x.exp().sum().backward()
said = refusal(lambda: x.sub_(0.1 * x.grad))
assert "in-place" in said

# %% [markdown]
# The step is not part of the function that you differentiate, so it should leave no notes. Say so
# with `no_grad`:

# %%
with torch.no_grad():
    x -= 0.1 * x.grad
    silent = x * 2
print(x)
print("a result from inside follows gradients:", silent.requires_grad)
assert x.requires_grad
assert not silent.requires_grad

# %% [markdown]
# Another bite is an in-place change between a computation and its `backward`. The slope of
# $e^x$ is $e^x$, so torch notes the result itself. Change it, and the note is wrong:

# %%
y = x.exp()
print("version", y._version)
y += 1
print("version", y._version)
said = refusal(lambda: y.sum().backward())
assert "modified by an inplace operation" in said

# %% tags=["figure"]
where = torch.tensor(0.5, dtype=torch.float64)
good = where.exp().item()
fig = gd.figures.figure(
    f"The note is read as the slope: {good + 1:.2f} in place of {good:.2f}",
    x="x",
    y="eˣ + 1",
    log_y=False,
    x_range=(-0.6, 1.65),
    y_range=(0, 6.5),
    caption="The tangent at 0.5, and what the changed note would draw in its place.",
    alt=f"The curve of eˣ + 1. At 0.5 its slope is {good:.2f}. The changed note says {good + 1:.2f}, "
    "and that line cuts the curve.",
)
along = torch.linspace(-0.6, 1.6, 67)
gd.figures.line(fig, along, along.exp() + 1, "measured", "eˣ + 1")
for slope, role, name in (
    (good, "limit", "right"),
    (good + 1, "failure", "changed note"),
):
    ends = torch.tensor([-0.25, 1.5])
    tangent = good + 1 + slope * (ends - 0.5)
    gd.figures.line(fig, ends, tangent, role, name, at=1.4)
gd.figures.dot(fig, 0.5, good + 1)
fig

# %% [markdown]
# Each tensor counts its changes, and each note keeps the count. If they differ, `backward` stops.
# The repair is an ordinary `y = y + 1`: it makes a new tensor and leaves the old one alone. What
# you must not do is to write past the counter, through `.data`. Then nothing warns you:

# %%
x.grad = None
y = x.exp()
y = y + 1
y.sum().backward()
right = x.grad.clone()

x.grad = None
y = x.exp()
y.data += 1
y.sum().backward()
print("right        ", right)
print("through .data", x.grad)
assert torch.allclose(right, x.detach().exp())
assert torch.allclose(x.grad, right + 1)

# %% tags=["figure"]
at = [f"{number:.1f}" for number in x.tolist()]
fig = gd.figures.figure(
    "Past the counter nothing warns you: each slope is too large by one",
    x="x",
    y="slope of eˣ + 1",
    log_y=False,
    caption="Left bars: right. Right bars: after y.data += 1.",
    alt="; ".join(
        f"at {where}: {good:.2f}, through .data {bad:.2f}"
        for where, good, bad in zip(
            at, right.tolist(), x.grad.tolist(), strict=True
        )
    ),
)
for slopes, role in ((right.tolist(), "limit"), (x.grad.tolist(), "failure")):
    gd.figures.bars(fig, at, slopes, role, [f"{s:.2f}" for s in slopes])
fig

# %% [markdown]
# ## Forward, or backward?
#
# Differences need two calls for each input. Rules can also be applied *forward*, along with the
# computation, for one input at a time. `backward` takes one walk for all inputs. Count the matrix
# products, for a loss of 100 numbers, the entries of a 10×10 matrix:

# %%
from torch.utils.flop_counter import FlopCounterMode

A, eye = torch.rand(10, 10).double(), torch.eye(10).double()
units = torch.eye(100).double().view(100, 10, 10)  # one input at a time


def products(work):
    with FlopCounterMode(display=False) as counter:
        result = work()
    return counter.get_total_flops() / (2 * 10**3), result


def by_backward():
    X = A.clone().requires_grad_()
    (X @ A - eye).square().mean().backward()
    return X.grad


def by_forward():
    R = A @ A - eye  # the slope of the product along U is U @ A
    slopes = [(2 * R * (U @ A)).mean() for U in units]
    return torch.stack(slopes).view(10, 10)


one, _ = products(lambda: (A @ A - eye).square().mean())
back, gradient = products(by_backward)
ahead, the_same = products(by_forward)
print(f"loss {one:.0f}, backward {back:.0f}, forward {ahead:.0f} products")
assert torch.allclose(gradient, the_same)
assert (one, back, ahead) == (1, 2, 1 + len(units))

# %% [markdown]
# For one number that depends on many, backward wins, here {{= ahead / back : .0f }} times. For many
# numbers that depend on one, it is the other way round. A loss is one number, and that is why it is
# backward that trains networks.
#
# **What carries over to a network.** These are the errors that you will meet there, word for word. And
# the last count is why networks can be trained at all: the loss and its walk back cost
# {{= back / one : .0f }} times the loss here, and not {{= len(units) : d }} times.
#
# Back to [one step from here](1-tensors.py#one-step-from-here).

# %% tags=["hide"]
values = {"inputs": len(units), "one": one, "back": back, "ahead": ahead}
