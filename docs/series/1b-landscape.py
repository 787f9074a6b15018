# ---
# title: Two numbers, one landscape
# description: >-
#   Gradient descent on two numbers, drawn in full: the axes of a matrix, the best learning rate,
#   the edge, and what momentum changes.
# given: ["0.2", "0.4", "0.44", "0.45", "0.5", "0.25", "0.9"]
# ---

# %% [markdown]
# # Two numbers, one landscape
#
# A matrix has axes. Along each of them, gradient descent solves one number. Here is a matrix so
# small that you see all of it: two numbers to find, and a landscape that fits on the screen.
# {: .gd-lead }

# %% tags=["figure"]
import math

import gdinverse as gd

GRAY = gd.figures.ROLES["floor"].color
ROOT = 0.5**0.5
ANSWER = (2 / 3, -1 / 3)


def at(u, v):
    """The point that is u along the axis (1, 1) and v along (1, -1) from the answer."""
    return ANSWER[0] + (u + v) * ROOT, ANSWER[1] + (u - v) * ROOT


def landscape(claim, caption, alt):
    """Lines of equal loss (9 u² + v²)/4, and the answer."""
    fig = gd.figures.figure(
        claim,
        x="x₁",
        y="x₂",
        log_y=False,
        x_range=(-0.25, 1.15),
        y_range=(-0.72, 0.28),
        equal=True,
        caption=caption,
        alt=alt,
    )
    turn = [2 * math.pi * k / 120 for k in range(121)]
    for c in (0.003, 0.012, 0.03, 0.06, 0.11, 0.18, 0.28, 0.4):
        r = 2 * c**0.5
        ring = [at(r / 3 * math.cos(t), r * math.sin(t)) for t in turn]
        xs, ys = zip(*ring, strict=True)
        fig.add_scatter(
            x=xs,
            y=ys,
            mode="lines",
            line={"color": GRAY, "width": 1},
            opacity=0.6,
            hoverinfo="skip",
        )
    fig.update_layout(hovermode="closest")
    fig.update_yaxes(showgrid=False)
    return fig


def draw_path(fig, points, role):
    for drawn in (gd.figures.line, gd.figures.dots):
        drawn(fig, *zip(*points, strict=True), role)
    return fig


crossing = [at(-ROOT / 3 * (-0.8) ** k, -ROOT * 0.8**k) for k in range(40)]
fig = landscape(
    "Going downhill, the ball crosses the valley at each step",
    "Rings: equal loss, around the answer. Each dot is a step of gradient descent, from (0, 0), at "
    'learning rate 0.4.<gd-moving kind="rolling"></gd-moving>',
    "Long ellipses around the answer at (0.667, -0.333). The steps from (0, 0) zigzag from one side "
    "of the valley to the other, and shrink towards the answer.",
)
draw_path(fig, crossing, "measured")
gd.figures.dot(fig, *ANSWER, "limit")
fig

# %% [markdown]
# !!! think "Pause to think"
#     The ball only knows which way is down where it stands. Why does it not walk along the valley?
#     What would you change, so that it does?
#
# ??? predict "One answer"
#     The sides of the valley are steeper than its floor. So "down" mostly points across. Smaller
#     steps stop the crossing, and then the way along takes longer. A better idea is to remember the
#     last push: the pushes across point to and fro and cancel, those along add up. This page puts a
#     number on each of these sentences.
#
# ## One row of an inverse
#
# The matrix is $M$ below. Its inverse $X$ satisfies $X M = I$. The rows of $X$ do not meet in this
# equation, so take the first alone: two numbers $x = (x_1, x_2)$ with $x M = (1, 0)$. By hand,
# $2x_1 + x_2 = 1$ and $x_1 + 2x_2 = 0$, so $x = (2/3, -1/3)$.
#
# How wrong is another $x$? Call $r = x M - (1, 0)$ the *residual*. The *loss* is a quarter of the
# sum of its squares. (A quarter, because the loss of the whole matrix is the mean over the $n^2 = 4$
# entries of $X M - I$.)

# %%
import torch

import gdinverse as gd

M = torch.tensor([[2.0, 1.0], [1.0, 2.0]], dtype=torch.float64)
target = torch.tensor([1.0, 0.0], dtype=torch.float64)
answer = torch.tensor([2.0, -1.0], dtype=torch.float64) / 3
start = torch.zeros(2, dtype=torch.float64)


def loss(x):
    return (x @ M - target).square().sum() / 4


print("loss at (0, 0)      ", loss(start).item())
print("loss at the answer  ", loss(answer).item())
assert loss(answer) < 1e-30

# %% tags=["figure"]
down = (target - start @ M) @ M.T
home = answer - start
cosine = down @ home / down.norm() / home.norm()
angle = cosine.acos().rad2deg().item()
fig = landscape(
    f"Down points {angle:.0f} degrees away from the answer",
    "From (0, 0). Blue: down, at a right angle to the line of equal loss through that point. "
    "Orange: to the answer.",
    f"From (0, 0) the way down crosses the valley, {angle:.0f} degrees beside the way to the answer.",
)
for end, role in ((home, "predicted"), (0.3 * down / down.norm(), "measured")):
    gd.figures.line(fig, [0, end[0]], [0, end[1]], role)
gd.figures.dot(fig, 0, 0, "map")
gd.figures.dot(fig, *ANSWER, "limit")
fig

# %% [markdown]
# ## Which way is down
#
# Three lines of calculus, and they are all that this page needs.
#
# 1. Change $x_j$ by a little $\delta$. Then $r$ changes by $\delta$ times row $j$ of $M$.
# 2. So the loss changes by $\tfrac12 \delta$ times the product of $r$ with that row. Both rows
#    together: the *gradient* is $g = \tfrac12\, r M^\top$.
# 3. Write $e = x - \text{answer}$ for the *error*. Because the answer times $M$ is $(1, 0)$, the
#    residual is $r = e M$, and the gradient is $g = \tfrac12\, e\, M M^\top$.
#
# Torch computes the same by `backward`, as in [part 1](1-tensors.py):


# %%
def gradient(x):
    return (x @ M - target) @ M.T / 2


x = torch.tensor([0.3, 0.8], dtype=torch.float64, requires_grad=True)
loss(x).backward()
print("by backward ", x.grad)
print("by the lines", gradient(x.detach()))
assert torch.allclose(x.grad, gradient(x.detach()), rtol=0, atol=1e-15)
assert torch.allclose(x.grad, (x.detach() - answer) @ M @ M.T / 2)

# %% [markdown]
# ## The axes of a matrix
#
# $M$ turns most directions. Two it only stretches: $(1, 1)$ becomes $(3, 3)$, and $(1, -1)$ stays
# what it is. These are its *axes*. The stretch factors are its *singular values*,
# $\sigma_1 = 3$ and $\sigma_2 = 1$, and the largest over the smallest is the *condition number*
# $\kappa = 3$.

# %%
for axis in ([1.0, 1.0], [1.0, -1.0]):
    u = torch.tensor(axis, dtype=torch.float64) / 2**0.5
    stretch = (u @ M).norm().item()
    pull = u @ M @ M.T / 2  # the gradient of an error u
    h = (pull / u)[0].item()
    print(f"axis {axis}  sigma {stretch:.0f}  curvature h {h:.1f}")
    assert torch.allclose(pull, h * u)
    assert abs(h - 2 * stretch**2 / 2**2) < 1e-12

# %% [markdown]
# (Other matrices turn their axes as well. The directions are the *singular vectors*, and only
# $M M^\top$ matters here, which does not turn its axes.)
#
# Now the point of this page. An error along an axis has a gradient along the same axis, $h$ times
# the error, with the *curvature*
#
# $$h = \frac{2 \sigma^2}{n^2}, \qquad h_1 = \tfrac92, \quad h_2 = \tfrac12.$$
#
# Nothing that happens along one axis is felt along the other. We call each axis a *mode*.

# %% tags=["figure"]
fig = landscape(
    "Along its two axes the landscape is two parabolas",
    "The axes of M through the answer. Along the short one the loss grows nine times as fast: its "
    "curvature is 4.5, the other's 0.5.",
    "The ellipses have two axes at right angles: along (1, 1) the curvature is 4.5, along (1, -1) "
    "it is 0.5.",
)
reach = {"c1": (1, 0, 0.42), "c3": (0, 1, 0.62)}
for role, (u, v, r) in reach.items():
    ends = [at(-r * u, -r * v), at(r * u, r * v)]
    gd.figures.line(fig, *zip(*ends, strict=True), role)
gd.figures.label(fig, "short: σ = 3", -0.22, -0.57, "c1", anchor="left")
gd.figures.label(fig, "long: σ = 1", -0.22, -0.68, "c3", anchor="left")
gd.figures.dot(fig, *ANSWER, "limit")
fig

# %% [markdown]
# ## A step multiplies
#
# A step subtracts $\alpha g$ from $x$, with the *learning rate* $\alpha$. Along an axis, the error
# $e$ becomes $e - \alpha h e$:
#
# $$e^{+} = (1 - \alpha h)\, e.$$
#
# The error times a constant, once for each axis. This is the whole method:


# %%
def descend(lr, steps=700, start=start):
    """All points of gradient descent."""
    x, path = start.clone(), []
    for _ in range(steps + 1):
        path.append(x.clone())
        x -= lr * gradient(x)
    return torch.stack(path)


def count(path):
    """The first step whose error is below a millionth of the answer's size."""
    error = (path - answer).norm(dim=1) / answer.norm()
    return int(gd.rates.first_below(error, 1e-6))


h = torch.tensor([4.5, 0.5], dtype=torch.float64)
plain = {lr: count(descend(lr)) for lr in (0.2, 0.4, 0.44, 0.45)}
print("lr     factors along the axes   steps")
for lr, steps in plain.items():
    factors = 1 - lr * h
    print(
        f"{lr:.2f}   {factors[0]:6.3f}   {factors[1]:6.3f}       "
        f"{steps if steps > 0 else 'never'}"
    )
assert list(plain.values()) == [131, 62, 627, -1]

# %% tags=["figure"]
fig = gd.figures.figure(
    f"The slower axis decides: {plain[0.2]} steps at 0.2, {plain[0.4]} at 0.4",
    x="step",
    y="error along the axis",
    x_range=(0, 140),
    y_range=(1e-7, 2),
    caption="Sizes of the two errors. At learning rate 0.2 they part; at 0.4 they shrink alike.",
    alt=f"At lr 0.2 the steep axis falls by a factor of ten a step and the flat one by 0.9, below "
    f"1e-6 at step {plain[0.2]}. At lr 0.4 both fall by 0.8 a step and arrive at {plain[0.4]}.",
)
for lr, roles in ((0.2, ("c1", "c3")), (0.4, ("c2", "c4"))):
    both = (descend(lr, 140) - answer) @ torch.tensor(
        [[1.0, 1.0], [1.0, -1.0]]
    ).double()
    both = both.abs() / 2**0.5
    names = ("0.2, steep", "0.2, flat") if lr == 0.2 else ("0.4, both", "")
    for i in range(2):
        gd.figures.line(fig, range(141), both[:, i], roles[i], names[i])
fig

# %% [markdown]
# Read it from the top.
#
# - At 0.2 the steep axis is solved at once, a tenth is left per step, and you wait for the flat one:
#   its factor is {{= 1 - 0.2 * 0.5 : .1f }}, and that makes {{= plain[0.2] }} steps.
# - At 0.4 the factors are {{= 1 - 0.4 * 4.5 : .1f }} and {{= 1 - 0.4 * 0.5 : .1f }}. The minus sign is
#   the crossing in the first figure. Both axes shrink alike: {{= plain[0.4] }} steps.
# - At 0.44 the ball crosses and hardly gets lower: {{= plain[0.44] }} steps.
# - At 0.45 the steep factor is {{= 1 - 0.45 * 4.5 : .3f }}. Its size is above one, and the run
#   diverges. The *edge* is where $\alpha h_1 = 2$, at {{= 2 / 4.5 : .3f }}.
#
# The best learning rate makes the two sizes equal, $\alpha = 2/(h_1 + h_2)$, which is
# {{= 2 / (4.5 + 0.5) : .1f }}. The factor is then $(\kappa^2 - 1)/(\kappa^2 + 1)$, here
# {{= (3**2 - 1) / (3**2 + 1) : .1f }}.

# %%
errors = descend(0.4) - answer
along = errors @ torch.tensor([[1.0, 1.0], [1.0, -1.0]]).double() / 2**0.5
ratios = along[1:40] / along[:39]
assert torch.allclose(ratios, (1 - 0.4 * h).expand(39, 2))
others = [count(descend(lr / 1000, 90)) for lr in (380, 390, 410, 420)]
assert all(steps == -1 or steps > plain[0.4] for steps in others)

# %% [markdown]
# ## Keep a share of the last push
#
# At learning rate 0.4 look at two gradients in a row. Across the valley they have opposite signs.
# Along the valley they have the same.

# %%
pushes = torch.stack([gradient(x) for x in descend(0.4, 30)])
across, down_the_valley = (pushes @ torch.tensor([[1, 1], [1, -1]]).double()).T
print("across ", *(f"{g:7.3f}" for g in across[:6]))
print("along  ", *(f"{g:7.3f}" for g in down_the_valley[:6]))
assert (across[1:] * across[:-1] < 0).all()
assert (down_the_valley[1:] * down_the_valley[:-1] > 0).all()

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Eight gradients across the valley sum to {-across[:8].sum():.1f} in size, along it to "
    f"{-down_the_valley[:8].sum():.1f}",
    x="step",
    y="gradient at learning rate 0.4",
    log_y=False,
    x_range=(-0.2, 7.4),
    y_range=(-1.7, 1.4),
    caption="Each gradient is 0.8 times as large as the one before; across, with the other sign.",
    alt="Across: "
    + ", ".join(f"{g:.2f}" for g in across[:8])
    + ". Along: "
    + ", ".join(f"{g:.2f}" for g in down_the_valley[:8])
    + ".",
)
for pushed, role, name in (
    (across, "c1", "across"),
    (down_the_valley, "c3", "along"),
):
    gd.figures.line(fig, range(8), pushed[:8], role, name)
    gd.figures.dots(fig, range(8), pushed[:8], role)
fig

# %% [markdown]
# So do not forget the last push: keep a share of it, $\beta$, and add the new gradient. To and fro
# cancels, along adds up. The share is called *momentum*.


# %%
def roll(lr, momentum, steps=300):
    """The same, with a memory of the last push."""
    x, push, path = start.clone(), torch.zeros_like(start), []
    for _ in range(steps + 1):
        path.append(x.clone())
        push = momentum * push + gradient(x)
        x -= lr * push
    return torch.stack(path)


rolled = {
    pair: count(roll(*pair)) for pair in ((0.4, 0.0), (0.5, 0.25), (0.5, 0.9))
}
for (lr, momentum), steps in rolled.items():
    print(f"lr {lr:.2f}  momentum {momentum:.2f}  {steps:4} steps")
assert rolled[0.4, 0.0] == plain[0.4]
assert rolled[0.5, 0.25] == 25
assert rolled[0.5, 0.9] == 240

# %% [markdown]
# From {{= plain[0.4] }} steps to {{= rolled[0.5, 0.25] }}, at a learning rate that diverged before.
# Momentum moves the edge, to $2(1 + \beta)/h_1$. And more of it is not better: with 0.9 it takes
# {{= rolled[0.5, 0.9] }}.

# %% tags=["figure"]
fig = landscape(
    f"With a quarter of the last push: {rolled[0.5, 0.25]} steps instead of {plain[0.4]}",
    "Blue: learning rate 0.5, momentum 0.25. Brown, dashed: 0.4 without momentum.",
    f"The path with momentum turns into the valley and arrives after {rolled[0.5, 0.25]} steps; the "
    f"path without crosses the valley {plain[0.4]} times.",
)
draw_path(fig, descend(0.4, 40).tolist(), "c2")
draw_path(fig, roll(0.5, 0.25, 25).tolist(), "c1")
gd.figures.dot(fig, *ANSWER, "limit")
fig

# %% [markdown]
# Put the two lines of the loop together, and along an axis one line is left. With $e^{-}$ for the
# error one step before,
#
# $$e^{+} = (1 + \beta - \alpha h)\, e - \beta\, e^{-}.$$
#
# Such a sequence shrinks like powers of the roots of $t^2 - (1 + \beta - \alpha h)\, t + \beta$,
# whose product is $\beta$. So the slower root has at least the size $\sqrt{\beta}$: too much momentum
# is slow on every axis. The best pair brings both axes to $\sqrt{\beta}$, and has formulas, which
# [How fast](../theory/how-fast.py) derives:
#
# $$\alpha = \frac{4}{(\sqrt{h_1} + \sqrt{h_2})^2}, \qquad
# \sqrt{\beta} = \frac{\kappa - 1}{\kappa + 1}.$$

# %%
root = h.sqrt()
best_lr = 4 / (root[0] + root[1]) ** 2
best_root = (3 - 1) / (3 + 1)
sizes = {momentum: gd.rates.rate(h, 0.5, momentum) for momentum in (0.25, 0.9)}
print(f"best lr {best_lr:.3f}, best momentum {best_root**2:.3f}")
for momentum, size in sizes.items():
    print(f"lr 0.5, momentum {momentum}: factors {size[0]:.4f} {size[1]:.4f}")
assert abs(best_lr - 0.5) < 1e-12
assert (sizes[0.25] - 0.5).abs().max() < 1e-7
assert (sizes[0.9] - 0.9**0.5).abs().max() < 1e-12

# %% tags=["figure"]
fig = gd.figures.figure(
    f"{rolled[0.5, 0.25]}, {plain[0.4]}, {rolled[0.5, 0.9]} or {plain[0.44]} steps, by two settings",
    x="step",
    y="relative error",
    x_range=(0, 260),
    y_range=(1e-7, 3),
    caption="Learning rate and momentum beside each curve; the leftmost has 0.5 and 0.25. The same "
    "matrix, the same start.",
    alt=f"Relative error against the step. 0.5 with momentum 0.25 is below 1e-6 at step "
    f"{rolled[0.5, 0.25]}, 0.4 without at {plain[0.4]}, 0.5 with 0.9 at {rolled[0.5, 0.9]}, 0.44 "
    f"without at {plain[0.44]}.",
)
for role, path, name in (
    ("c1", roll(0.5, 0.25, 40), ""),
    ("c2", descend(0.4, 80), "0.4, 0"),
    ("c4", roll(0.5, 0.9, 260), "0.5, 0.9"),
    ("c5", descend(0.44, 260), "0.44, 0"),
):
    size = (path - answer).norm(dim=1) / answer.norm()
    gd.figures.line(fig, range(len(size)), size, role, name)
fig

# %% [markdown]
# !!! claim "What this shows"
#     Each axis has a curvature, $h = 2\sigma^2/n^2$. The learning rate times $h$, and the momentum,
#     give the factor of each axis. The axis with the largest factor sets the count of steps, the
#     steepest sets the edge.
#
# Two things to keep for later. The loss is a square of the error, so its factor is the square of that: {{= 0.8**2 : .2f }} per step where the error has {{= 0.8 : .1f }}. And if you multiply $M$
# by $c$, every curvature is multiplied by $c^2$: a learning rate that was right is then far off.
#
# You have solved for one row. The second obeys the same $M M^\top$, so it has the same factors and
# the same edge: [the whole inverse](2-inverse.py) is this page, once per row. In the playground
# you can [drag both settings of this very matrix](../play.md?matrix=given&entries=2,1;1,2&guess=zeros&lr=0.5&momentum=0.25#playground "{{= rolled[0.5, 0.25] }} steps").
#
# **What carries over to a network.** Near a minimum that is curved along every direction, a smooth loss looks like this one, with an axis
# for each parameter in place of two. The steepest axis still sets the edge of the learning rate, and
# the slowest ones the wait.
# Three things are new: nobody tells you the curvatures, they change along the way, and the gradient
# of a minibatch is noisy. [When you know nothing](../theory/when-you-know-nothing.py) measures what
# can be measured.
#
# Next: [the inverse of a matrix, by rolling downhill](2-inverse.py).

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 1b.1"
#     Start at the answer plus $(1, 1)$, with no error along the flat axis. How many steps at 0.2?
#     Which learning rate needs one?

# %% tags=["solution"]
one_axis = count(descend(0.2, start=answer + 1))
at_once = count(descend(1 / 4.5, start=answer + 1))
print(f"at 0.2: {one_axis} steps, each leaves a tenth")
print(f"at 1 / 4.5: {at_once} step, for 1 - lr h is zero")
assert (one_axis, at_once) == (7, 1)

# %% [markdown]
# !!! exercise "Exercise 1b.2"
#     Two more ways to the whole inverse: `gd.ConjugateGradient` computes learning rate and momentum
#     anew at each step, `gd.RelativeGradient` multiplies its step by the iterate. How many steps do
#     they need on this matrix? Guess before you run them.

# %% tags=["solution"]
for optimizer in (gd.ConjugateGradient, gd.RelativeGradient):
    result = gd.inv(M, optimizer=optimizer, tolerance=1e-6)
    print(f"{optimizer.__name__:20} {result.steps} steps")
    assert result.steps <= 7
print("Two axes, two computed steps: the ladder says why.")

# %% [markdown]
# !!! exercise "Exercise 1b.3"
#     Multiply $M$ by 10. Which learning rate gives the same run as 0.4 did?

# %% tags=["solution"]
M, answer = 10 * M, answer / 10
scaled = count(descend(0.4 / 10**2))
print(f"0.4 / 100: {scaled} steps. The curvature has grown by 10².")
assert scaled == plain[0.4]

# %% tags=["hide"]
values = {
    "landscape_plain": plain[0.4],
    "landscape_best": rolled[0.5, 0.25],
    "landscape_edge": plain[0.44],
}
