# ---
# title: The loss climbs, or is nan
# description: >-
#   Six ways in which the loss of gradient descent goes up: a learning rate too large, nan, a late
#   descent, overshoot, an edge that moved, a squared residual.
# given: ["0.9", "0.928", "0.99", "1.001", "3.6", "7.2", "7.3", "2,000", 2020]
# ---

# %% [markdown]
# # The loss climbs, or is nan
#
# Your loss goes up. Look at how: by the same factor at every step, in waves, or by more digits at
# every step. Each is another failure, and one of them is none.
# {: .gd-lead }

# %% tags=["figure"]
import gdinverse as gd

start = gd.matrices.random_2020()
modes = gd.Inverse(start, guess=start).modes()
edge = gd.rates.lr_limit(modes.curvature, 0.9)
ways = {
    "too large": (1.003 * edge, 0.9, "failure"),
    "near its limit": (0.99 * edge, 0.9, "c1"),
    "overshoot": (0.9, 0.99, "c4"),
}
curves = {
    name: gd.rates.predict(modes, 400, lr, momentum).loss
    for name, (lr, momentum, _) in ways.items()
}
assert all(curve.max() > curve[0] for curve in curves.values())
assert (
    curves["too large"][-1]
    > 1e6
    > 1
    > max(curves["near its limit"][-1], curves["overshoot"][-1])
)
fig = gd.figures.figure(
    "Three losses that climb, and two of them come down again",
    x="step",
    y="loss",
    x_range=(0, 410),
    y_range=(1e-18, 1e12),
    caption="Matrix 1 from the guess of 2020, predicted: 0.3% above the limit of the learning rate, "
    "1% below it, and momentum 0.99.",
    alt="; ".join(
        f"{name}: up to {curve.max():.1e}, at step 400 {curve[-1]:.1e}"
        for name, curve in curves.items()
    ),
)
for name, (_, _, role) in ways.items():
    gd.figures.line(fig, range(401), curves[name], role, name)
fig

# %% [markdown]
# | how it climbs | cause |
# |---|---|
# | by the same factor, step after step | [the learning rate is too large](#diverges) |
# | to `inf`, then `nan` | [the same, later](#nan); or the input holds `nan` |
# | at first, then it falls | [the learning rate is near its limit](#climbs-first) |
# | in waves | [momentum overshoots](#overshoot) |
# | since momentum was taken away, or Nesterov switched on | [the edge has moved](#moved-edge) |
# | by twice as many digits at each step | [a squared residual](#squares) |
#
# All runs find the inverse of matrix 1 of 2020, from the guess of 2020. They are predicted on
# [How fast, and where is the edge](../theory/how-fast.py).

# %%
import torch

import gdinverse as gd

M = gd.matrices.random_2020()
modes = gd.Inverse(M, guess=M).modes()
h = modes.curvature
limit = gd.rates.lr_limit(h, momentum=0.9)


def losses(lr, momentum, steps, dtype=torch.float64):
    """The run of 2020 on matrix 1, with another learning rate and momentum."""
    X, push = M.to(dtype), torch.zeros(4, 4, dtype=dtype)
    A, eye, found = M.to(dtype), torch.eye(4, dtype=dtype), []
    for _ in range(steps + 1):
        R = X @ A - eye
        found.append(R.square().mean())
        push = momentum * push + R @ A.mT / 8
        X = X - lr * push
    return torch.stack(found)


def predicted_steps(lr, momentum=0.9):
    """To six digits, an error below one millionth."""
    curve = gd.rates.predict(modes, 12_000, lr, momentum)
    return int(gd.rates.first_below(curve.error, 1e-6))


# %% [markdown]
# ## The loss diverges: the learning rate is too large {: #diverges }

# %%
slowly = losses(1.001 * limit, 0.9, 300)
million = int(gd.rates.first_below(-slowly, -1e6))
growth = ((slowly[300] / slowly[200]) ** (1 / 200)).item()
rate = gd.rates.rate(h, 1.001 * limit, 0.9).max().item()

# %% [markdown]
# !!! failure "Symptom"
#     The loss soon grows by the same factor at every step. Here the learning rate is
#     1.001 times its limit, and the loss passes a million at step {{= million : d }}.

# %% tags=["figure"]
shares = (1.001, 1.003, 1.01)
climbing = {share: losses(share * limit, 0.9, 300) for share in shares}
fig = gd.figures.figure(
    f"A learning rate 0.1% too large: a loss of a million at step {million}",
    x="step",
    y="loss",
    x_range=(0, 300),
    y_range=(1e-1, 1e15),
    caption="Matrix 1 at momentum 0.9, at multiples of the limit. Dashed: the predicted slope.",
    alt="The loss climbs on straight lines. It passes a million at step "
    + ", ".join(
        f"{int(gd.rates.first_below(-climbing[s], -1e6))} at {s} of the limit"
        for s in shares
    )
    + f". The predicted factor of the error at 1.001 is {rate:.5f} per step.",
)
span = range(301)
slope = slowly[150] * rate ** (2.0 * (torch.arange(301) - 150))
for share, role, at in zip(
    shares, ("c1", "c4", "failure"), (250, 120, 60), strict=True
):
    gd.figures.line(
        fig, span, climbing[share], role, f"{share}", at=at, wide=True
    )
gd.figures.line(fig, span[60:], slope[60:], "predicted")
gd.figures.dot(fig, million, 1e6, "c1", f"{million}", anchor="left")
fig

# %% [markdown]
# A step multiplies the error along one direction by a number that depends on the learning rate and
# the *curvature* $h$ of the loss there. If the learning rate is larger than $2(1 + \beta)/h_1$, with
# the momentum $\beta$ and the largest curvature $h_1$, that number is below $-1$: each step jumps
# over the valley and lands higher up.

# %%
print(f"limit          {limit:.5f}")
print(f"factor a step  {growth:.6f}, predicted {rate:.6f}")
half = losses(limit / 2, 0.9, 1000)
print(f"half of it     loss {half[-1]:.0e} in 1,000 steps")
assert abs(growth / rate - 1) < 1e-5
soon = (slowly[61:] / slowly[60:-1]).sqrt()
assert (soon / rate - 1).abs().max() < 1e-3
assert slowly[million - 1] < 1e6 < slowly[million]
assert half[-1] < 1e-20
# %% [markdown]
# !!! fix "Fix"
#     Ask for the limit, and take half of it:
#
#     ```python
#     h = gd.Inverse(M).modes().curvature
#     lr = gd.rates.lr_limit(h, momentum=0.9) / 2
#     ```
#
#     `gd.inv` asks by itself, and refuses a learning rate above the limit. For a loss that is not
#     quadratic, `gd.rates.local_curvature(problem)` gives the $h$ where the
#     problem stands. Try it: [7.3 climbs](../play.md?matrix=random2020&guess=self&lr=7.3&momentum=0.9#playground "diverges"),
#     and [3.6 arrives](../play.md?matrix=random2020&guess=self&lr=3.6&momentum=0.9#playground "{{= predicted_steps(3.6) : ,d }} steps").

# %% [markdown]
# ## The loss goes to inf, then it is nan {: #nan }

# %%
single = losses(12.0, 0.9, 100, torch.float32)
double = losses(12.0, 0.9, 600)
ends = {"float32": single, "float64": double}
first_inf, first_nan = (
    {name: int(gd.rates.first(test(run))) for name, run in ends.items()}
    for test in (torch.isinf, torch.isnan)
)
print("inf at step", first_inf)
print("nan at step", first_nan)

# %% [markdown]
# !!! failure "Symptom"
#     The loss is `nan`. It was `inf` for a while before that: in this float32 run with a learning
#     rate of 12 from step {{= first_inf["float32"] : d }} on, and `nan` from step
#     {{= first_nan["float32"] : d }}.

# %% tags=["figure"]
cut = first_inf["float32"]
fig = gd.figures.figure(
    f"float32: inf at step {cut}, nan at step {first_nan['float32']}",
    x="step",
    y="loss",
    x_range=(0, 80),
    y_range=(1e-2, 1e110),
    caption="Matrix 1, learning rate 12, momentum 0.9. The float32 line ends where its "
    "loss is inf.",
    alt=f"The loss climbs on a straight line. In float32 its last finite value is "
    f"{single[cut - 1]:.0e}, at step {cut - 1}. It is inf from step {cut} and nan "
    f"from step {first_nan['float32']}. In float64 it climbs on.",
)
gd.figures.line(fig, range(81), double[:81], "c3", "float64")
gd.figures.line(fig, range(cut), single[:cut], "failure", "float32", wide=True)
gd.figures.dot(fig, cut - 1, single[cut - 1].item(), "failure")
fig

# %% [markdown]
# `nan` is not the failure, it is the end of one. A diverging loss leaves the range of its dtype and
# becomes `inf`. The entries of $X$ follow, and `inf - inf` is `nan`. float64 only takes longer:
# `inf` at step {{= first_inf["float64"] : d }}, `nan` at {{= first_nan["float64"] : d }}. If the
# *first* loss is `nan`, the input holds it.

# %%
problem = gd.Inverse(M)
stopped = gd.minimize(problem, torch.optim.SGD, lr=12.0, momentum=0.9)
print(f"{stopped.status.name} at step {stopped.steps}")

spoiled = M.clone()
spoiled[0, 0] = torch.nan
refused = gd.inv(spoiled)
print(f"{refused.status.name} at step {refused.steps}")
assert 0 < first_inf["float32"] < first_nan["float32"] < 100
assert 100 < first_inf["float64"] < first_nan["float64"]
assert stopped.status is gd.Status.diverged
assert stopped.value.isfinite().all()
assert refused.status is gd.Status.not_finite

# %% [markdown]
# !!! fix "Fix"
#     First `assert M.isfinite().all()`. If that holds, read the losses *before* the `nan`: they
#     climb, and the repair is [a smaller learning rate](#diverges). Stop a run when its loss is far
#     above the first one; `gd.minimize` does. Clipping gradients or a larger dtype only moves the
#     step at which it happens. See where [12 goes](../play.md?lr=12&momentum=0.9#playground "diverges").

# %% [markdown]
# ## The loss goes up first, and then it converges {: #climbs-first }

# %%
near = losses(0.999 * limit, 0.9, 400)
peak, needed = near.max().item(), predicted_steps(0.999 * limit)
back = losses(0.9 * limit, 0.9, 400)

# %% [markdown]
# !!! failure "Symptom"
#     The loss climbs from {{= near[0] : .2f }} to {{= peak : .0f }}. You are about to stop the run.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"The loss climbs to {peak:.0f}, and six digits are right at step {needed}",
    x="step",
    y="loss",
    x_range=(0, 400),
    y_range=(1e-14, 1e5),
    caption="Matrix 1, momentum 0.9, learning rates in parts of the limit.",
    alt=f"At 0.999 of the limit the loss climbs to {peak:.0f} at step {int(near.argmax())} and then falls. The "
    f"error is below 1e-6 at step {needed}. At 0.9 of the limit it climbs to "
    f"{back.max():.1f}.",
)
gd.figures.line(fig, range(401), near, "c1", "0.999")
gd.figures.line(fig, range(401), back, "c3", "0.9")
gd.figures.dot(
    fig, int(near.argmax()), peak, "c1", f"{peak:.0f}", anchor="left"
)
fig

# %% [markdown]
# This is no failure. Near the limit the steepest direction changes its sign at every step. The
# first steps add up before the shrinking shows. A rising loss is diverging only if it keeps rising:
# compare the rate with one.

# %%
print("of limit  rate    highest loss  steps")
for share in (0.999, 0.99, 0.9, 0.5):
    rho = gd.rates.rate(h, share * limit, 0.9).max()
    highest = losses(share * limit, 0.9, 400).max()
    count = predicted_steps(share * limit)
    print(f"{share:8}  {rho:.4f}  {highest:12.1f}  {count:5}")
    assert rho < 1
assert peak > 100 > 10 > back.max()
assert near[-1] < 1e-10
theory = gd.rates.predict(modes, 300, 0.999 * limit, 0.9)
assert abs(near[300] / theory.loss[300] - 1) < 1e-5

# %% [markdown]
# !!! fix "Fix"
#     Wait, or step back from the limit. Here a tenth less learning rate climbs to
#     {{= back.max() : .1f }} in place of {{= peak : .0f }}. See it with
#     [a learning rate of 7.2](../play.md?matrix=random2020&guess=self&lr=7.2&momentum=0.9#playground "{{= predicted_steps(7.2) : ,d }} steps").

# %% [markdown]
# ## The loss goes up and down in waves: momentum overshoots {: #overshoot }

# %%
wavy = gd.rates.predict(modes, 3000, 0.9, 0.99)
tuned = float((1 - (0.9 * h.min()).sqrt()) ** 2)
smooth = gd.rates.predict(modes, 3000, 0.9, tuned)
steps_wavy, steps_tuned = (
    int(gd.rates.first_below(curve.error, 1e-6)) for curve in (wavy, smooth)
)
stays = int((wavy.error >= 1e-6).nonzero()[-1]) + 1
rises = wavy.error[1:2001] > wavy.error[:2000]
rising = rises.double().mean().item()

# %% [markdown]
# !!! failure "Symptom"
#     The loss falls, rises, and falls again. With momentum 0.99 the error rises in
#     {{= rising : .0%}} of the first 2,000 steps. It is below one millionth at step
#     {{= steps_wavy : ,d }}, above it again, and stays below from step {{= stays : ,d }} on.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Momentum 0.99 overshoots: {steps_wavy:,} steps; {tuned:.4f} does not: {steps_tuned}",
    x="step",
    y="relative error",
    x_range=(0, 3000),
    y_range=(1e-9, 1e2),
    caption="Matrix 1 at learning rate 0.9.",
    alt=f"With momentum 0.99 the error falls in waves, rises in {rising:.0%} of the steps and is "
    f"first below 1e-6 at step {steps_wavy:,}. With {tuned:.4f} it falls without a rise and is "
    f"there at step {steps_tuned}.",
)
gd.figures.line(fig, range(3001), wavy.error, "failure", "momentum 0.99")
gd.figures.line(fig, range(3001), smooth.error, "c1", f"{tuned:.3f}")
gd.figures.dot(fig, steps_tuned, 1e-6, "c1")
fig

# %% [markdown]
# Momentum carries the error through zero and out on the other side. A direction overshoots when
# $\beta > (1 - \sqrt{\alpha h})^2$, with the learning rate $\alpha$. Then it needs the same number of
# steps as every other direction that overshoots: its rate is $\sqrt\beta$, whatever its curvature.

# %%
measured = losses(0.9, 0.99, 2000)
worst = (measured / wavy.loss[:2001] - 1).abs().max()
print(f"momentum 0.99    {steps_wavy:5,} steps, rises in {rising:.0%}")
print(f"momentum {tuned:.4f}  {steps_tuned:5,} steps, no rise")
print(f"loss off by at most {worst:.0e} of the predicted")
assert worst < 1e-5
assert rising > 0.3
assert (smooth.error[1:1000] < smooth.error[:999]).all()
assert steps_tuned < steps_wavy / 5
assert abs(gd.rates.rate(h, 0.9, 0.99) - 0.99**0.5).max() < 1e-12

# %% [markdown]
# !!! fix "Fix"
#     The most momentum with which the slowest direction does not overshoot:
#
#     ```python
#     momentum = (1 - (lr * h.min()).sqrt()) ** 2
#     ```
#
#     The others still do, and they are damped long before. Compare
#     [0.99](../play.md?matrix=random2020&guess=self&lr=0.9&momentum=0.99#playground "{{= steps_wavy : ,d }} steps") with
#     [0.928](../play.md?matrix=random2020&guess=self&lr=0.9&momentum=0.928#playground "{{= predicted_steps(0.9, 0.928) : ,d }} steps").

# %% [markdown]
# ## It fails since you took momentum away, or switched Nesterov on {: #moved-edge }

# %%
edge_plain = gd.rates.lr_limit(h)
edge_nesterov = gd.rates.lr_limit(h, 0.9, nesterov=True)
print(f"limits: plain {edge_plain:.2f}, momentum 0.9 {limit:.2f}", end=", ")
print(f"Nesterov {edge_nesterov:.2f}")

# %% [markdown]
# !!! failure "Symptom"
#     The learning rate is the same as yesterday, and the run diverges today. Or the other way round:
#     a learning rate that was too large converges once there is momentum.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Momentum moves the edge from {edge_plain:.2f} to {limit:.2f}, Nesterov to {edge_nesterov:.2f}",
    x="momentum",
    y="learning rate at which it diverges",
    log_y=False,
    x_range=(0, 1),
    y_range=(0, 8.5),
    caption="Limits for matrix 1. Below a line its method converges.",
    alt=f"With momentum the limit rises on a straight line from {edge_plain:.2f} at momentum 0 to "
    f"{limit:.2f} at 0.9. With Nesterov it falls to {edge_nesterov:.2f}.",
)
betas = torch.linspace(0, 0.99, 100).tolist()
limits = [gd.rates.lr_limit(h, beta) for beta in betas]
limits_nesterov = [gd.rates.lr_limit(h, beta, nesterov=True) for beta in betas]
gd.figures.line(fig, betas, limits, "c1", "momentum", at=0.35)
gd.figures.line(fig, betas, limits_nesterov, "c4", "Nesterov", at=0.35)
gd.figures.dot(fig, 0.9, limit, "c1", f"{limit:.2f}", anchor="right")
gd.figures.dot(fig, 0.9, edge_nesterov, "c4", f"{edge_nesterov:.2f}")
fig

# %% [markdown]
# The limit of the learning rate contains the momentum: $2(1 + \beta)/h_1$. With momentum 0.9 it is
# {{= limit / edge_plain : .1f }} times that of plain descent. Nesterov's step looks ahead by the
# whole push, and its limit is $2(1 + \beta)/((1 + 2\beta)\, h_1)$: less than plain descent has.


# %%
def loss_after_100(lr, momentum, nesterov=False):
    run = gd.minimize(
        gd.Inverse(M, guess=M),
        torch.optim.SGD,
        lr=lr,
        momentum=momentum,
        nesterov=nesterov,
        max_steps=100,
    )
    return run.history.loss[-1].item()


print("lr    plain     momentum 0.9   Nesterov 0.9")
for lr in (3.0, 4.0):
    plain, ball = loss_after_100(lr, 0.0), loss_after_100(lr, 0.9)
    ahead = loss_after_100(lr, 0.9, nesterov=True)
    print(f"{lr:.1f}   {plain:7.0e}   {ball:12.0e}   {ahead:12.0e}")
    assert (plain > 1e6) == (lr > edge_plain)
    assert ball < 1 < 1e6 < ahead
assert edge_nesterov < 3.0 < edge_plain < 4.0 < limit

# %% [markdown]
# !!! fix "Fix"
#     Change momentum and learning rate together, and ask for the limit of the pair:
#
#     ```python
#     gd.rates.lr_limit(h, momentum=0.9, nesterov=True)
#     ```
#
#     Learning rate 4 [without momentum](../play.md?matrix=random2020&guess=self&lr=4&momentum=0#playground "diverges"),
#     [with it](../play.md?matrix=random2020&guess=self&lr=4&momentum=0.9#playground "{{= predicted_steps(4.0) : ,d }} steps"),
#     and even 3 [with Nesterov](../play.md?matrix=random2020&guess=self&lr=3&momentum=0.9&rung=nesterov#playground "diverges").

# %% [markdown]
# ## Newton–Schulz explodes within five steps {: #squares }

# %%
eye = torch.eye(4, dtype=torch.float64)


def relative_gradient(X, steps):
    """‖I − X M‖ at each step of Newton–Schulz."""
    sizes = []
    for _ in range(steps + 1):
        R = eye - X @ M
        sizes.append(R.norm().item())
        X = X + R @ X
    return sizes


exploding = relative_gradient(M, 8)
start = M.mT / (M.abs().sum(0).max() * M.abs().sum(1).max())
settling = relative_gradient(start, 15)

# %% [markdown]
# !!! failure "Symptom"
#     The exponent doubles at each step: {{= exploding[0] : .1f }}, {{= exploding[1] : .1f }},
#     {{= exploding[2] : .0f }}, {{= exploding[3] : ,.0f }}, {{= exploding[4] : .0e }}.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Squared at each step: {exploding[0]:.1f} becomes {exploding[5]:.0e} in five, "
    f"or 1 becomes {settling[-1]:.0e}",
    x="step",
    y="size of I − X M",
    x_range=(0, 15),
    y_range=(1e-16, 1e18),
    caption="Newton–Schulz on matrix 1, from the guess of 2020 and from the scaled transpose.",
    alt="From the guess of 2020 the residual is "
    + ", ".join(f"{size:.3g}" for size in exploding[:6])
    + f". From the scaled transpose it is below one at once and {settling[-1]:.0e} at step 15.",
)
gd.figures.line(fig, range(6), exploding[:6], "failure", "guess of 2020")
gd.figures.line(fig, range(16), settling, "c1", "transpose")
gd.figures.dot(fig, 5, exploding[5], "failure")
fig

# %% [markdown]
# The step $X + (I - X M)\,X$ squares the residual $I - X M$. What is smaller than one gets tiny, what
# is larger explodes. So the first guess decides, other than in gradient descent.

# %%
for X in (M, start):
    R, R_next = eye - X @ M, eye - (X + (eye - X @ M) @ X) @ M
    print(
        f"largest |eigenvalue| of R  {torch.linalg.eigvals(R).abs().max():.3f}"
    )
    assert (R_next - R @ R).abs().max() < 1e-12
assert exploding[3] > 1e3
assert settling[-1] < 1e-12
result = gd.inv(M)
print(result)
assert result.converged

# %% [markdown]
# !!! fix "Fix"
#     Start from the transpose, divided by two norms. Its residual has all eigenvalues between 0 and
#     1:
#
#     ```python
#     X = M.mT / (M.abs().sum(0).max() * M.abs().sum(1).max())
#     ```
#
#     `gd.inv(M)` does that: [three rungs](../theory/ladder.py). See it explode
#     [from the guess of 2020](../play.md?matrix=random2020&guess=self&rung=relative#playground "diverges").
