# ---
# title: The run is far too slow
# description: >-
#   Four reasons why gradient descent needs too many steps: a tiny learning rate, no momentum, too
#   much momentum, and a condition number that is too large.
# given: ["0.44", "0.9", "1,000", "10,000"]
# ---

# %% [markdown]
# # The run is far too slow
#
# Your loss goes down, and you cannot wait that long. Four numbers set the rate: the learning
# rate, the momentum, and the largest and the smallest curvature of the loss.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

kappa = torch.logspace(0.2, 4, 77, dtype=torch.float64)
best = {
    "plain": (kappa**2 - 1) / (kappa**2 + 1),
    "momentum": (kappa - 1) / (kappa + 1),
}
needed = {
    name: gd.rates.steps_per_factor(rate, 1e6) for name, rate in best.items()
}
hundred = (kappa - 100).abs().argmin()
plain, heavy = (steps[hundred].item() for steps in needed.values())
fig = gd.figures.figure(
    f"At condition number 100 the best momentum needs {heavy:,.0f} steps, the best plain descent "
    f"{plain:,.0f}",
    x="condition number κ (log scale)",
    y="steps to six digits",
    log_x=True,
    x_range=(1.5, 1e4),
    y_range=(1, 1e10),
    caption="By the rate of the inverse at the best learning rate and momentum.",
    alt=f"Two straight lines on log axes. Plain descent grows with the square of κ, momentum with κ: "
    f"at 100 they need {plain:,.0f} and {heavy:,.0f} steps.",
)
gd.figures.line(fig, kappa, needed["plain"], "c2", "plain", at=300)
gd.figures.line(fig, kappa, needed["momentum"], "c1", "momentum", at=300)
fig

# %% [markdown]
# | what you see | cause |
# |---|---|
# | the loss of the guess, unchanged | [the learning rate is too small](#tiny-step) |
# | ten times the steps that others need | [no momentum](#no-momentum) |
# | it was faster before | [too much momentum](#too-much-momentum) |
# | no learning rate and no momentum helps | [the condition number](#ill-conditioned) |
# | an SVD, two values wrong in the second digit | [near-equal singular values](svd.py#near-equal) |
#
# A run that is slow and a run that [stands still](level.py) look the same on the screen. What tells
# them apart is the rate, and the rate can be computed.

# %%
import math

import torch

import gdinverse as gd

M = gd.matrices.random_2020()
D = gd.matrices.diagonal_2020()
h = gd.Inverse(M).modes().curvature
limit = gd.rates.lr_limit(h, momentum=0.9)


def descend(M, steps, lr=0.9, momentum=0.9):
    """The losses of a run from the guess of 2020, and its last X."""
    n = len(M)
    X = torch.rand(n, n, generator=torch.Generator().manual_seed(314)).double()
    push, eye, losses = torch.zeros_like(X), torch.eye(n).double(), []
    for _ in range(steps + 1):
        R = X @ M - eye
        losses.append(R.square().mean())
        last = X
        push = momentum * push + 2 / n**2 * R @ M.mT
        X = X - lr * push
    return torch.stack(losses), last


def error_curve(M, steps, lr=0.9, momentum=0.9):
    """The relative error of the same run, predicted."""
    n = len(M)
    guess = torch.rand(n, n, generator=torch.Generator().manual_seed(314))
    modes = gd.Inverse(M, guess=guess.double()).modes()
    return gd.rates.predict(modes, steps, lr, momentum).error


def below(curve):
    return int(gd.rates.first_below(curve, 1e-6))


# %% [markdown]
# ## The loss does not move: the learning rate is too small {: #tiny-step }

# %%
tiny, _ = descend(M, 1000, lr=1e-10)
repaired, _ = descend(M, 1000, lr=limit / 2)
per_digit = math.log(10) * (1 - 0.9) / (1e-10 * h[3].item())

# %% [markdown]
# !!! failure "Symptom"
#     The loss stays at that of the guess, {{= tiny[0] : .4f }}. After 1,000 steps it has changed by
#     {{= tiny[0] - tiny[-1] : .0e }}.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"A learning rate of 1e-10 needs {per_digit:.0e} steps per digit",
    x="step",
    y="loss",
    x_range=(0, 1000),
    y_range=(1e-14, 1e3),
    caption="Matrix 1 at momentum 0.9.",
    alt=f"With a learning rate of 1e-10 the loss stays at {tiny[-1]:.4f}. With {limit / 2:.2f}, half "
    f"the limit, it is {repaired[400]:.0e} at step 400.",
)
gd.figures.line(fig, range(1001), tiny, "failure", "lr 1e-10")
gd.figures.line(fig, range(1001), repaired, "c1", f"lr {limit / 2:.1f}")
fig

# %% [markdown]
# Somebody asked this on a forum, with a learning rate of `1e-10`. It does converge. With the learning
# rate $\alpha$ and momentum $\beta$, the direction with the smallest curvature $h$ needs
# $\ln 10 \cdot (1 - \beta)/(\alpha h)$ steps per factor of ten: here {{= per_digit : .1e }}.

# %%
slowest = 1 - 1e-10 * h[3] / (1 - 0.9)  # as 1 − αh, with the push summed up
print(f"steps per factor of ten  {per_digit:.1e}")
print(f"limit of lr {limit:.3f}; at half of it: loss {repaired[1000]:.1e}")
assert abs(gd.rates.steps_per_factor(slowest) / per_digit - 1) < 1e-3
assert 0 < tiny[0] - tiny[1000] < 1e-5
assert per_digit > 1e12
assert repaired[1000] < 1e-20

# %% [markdown]
# !!! fix "Fix"
#     Do not guess the learning rate, ask for its limit and take half of it:
#
#     ```python
#     h = gd.Inverse(M).modes().curvature
#     lr = gd.rates.lr_limit(h, momentum=0.9) / 2
#     ```
#
#     For an SVD, `gd.rates.local_curvature(problem)` gives the $h$.
#     Where the limit comes from: [the edge](../series/2b-curve.py#the-edge). In the playground you see
#     the curve [stand](../play.md?lr=1e-10&momentum=0.9#playground "not in 20,000 steps"), and can drag it out of there.

# %% [markdown]
# ## Too slow: plain gradient descent, no momentum {: #no-momentum }

# %%
plain = error_curve(M, 12_000, momentum=0.0)
ball = error_curve(M, 1200)
tuned = error_curve(M, 300, lr=6.8, momentum=0.81)
steps_plain, steps_ball, steps_tuned = map(below, (plain, ball, tuned))

# %% [markdown]
# !!! failure "Symptom"
#     The loss falls on a straight line that is nearly flat. Six digits take {{= steps_plain : ,d }}
#     steps.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"{steps_plain:,} steps become {steps_ball} with momentum, and {steps_tuned} with both tuned",
    x="step (log scale)",
    y="relative error",
    log_x=True,
    x_range=(10, 12_000),
    y_range=(1e-7, 30),
    caption="Matrix 1 from the guess of 2020, predicted. Learning rate 0.9 without momentum and with "
    "0.9; learning rate 6.8 with 0.81.",
    alt=f"The error is below 1e-6 at step {steps_plain:,} without momentum, {steps_ball} with "
    f"momentum 0.9, {steps_tuned} with learning rate 6.8 and momentum 0.81.",
)
for curve, count, role, name in (
    (plain, steps_plain, "failure", "no momentum"),
    (ball, steps_ball, "c1", "0.9"),
    (tuned, steps_tuned, "c3", "both tuned"),
):
    span = range(1, count + 1)
    gd.figures.line(fig, span, curve[1 : count + 1], role, name)
    gd.figures.dot(fig, count, 1e-6, role)
fig

# %% [markdown]
# Without momentum the steepest direction caps the learning rate, and the flattest has to live with
# it. With the condition number $\kappa$ you need about $\kappa^2/2 \cdot \ln 10$ steps per digit at
# best. Momentum takes the square root of that: about $\kappa/2 \cdot \ln 10$.

# %%
kappa = torch.linalg.cond(M)
for lr, momentum, count in (
    (0.9, 0.0, steps_plain),
    (0.9, 0.9, steps_ball),
    (6.8, 0.81, steps_tuned),
):
    rho = gd.rates.rate(h, lr, momentum).max()
    digit = gd.rates.steps_per_factor(rho)
    print(
        f"lr {lr}, momentum {momentum:4}:"
        f" {count:6,} steps, {digit:.0f} a digit"
    )
exact = torch.linalg.inv(M)
for count in (steps_ball - 1, steps_ball):  # the run itself, around the step
    _, X = descend(M, count)
    print(
        f"measured error at step {count}:"
        f" {(X - exact).norm() / exact.norm():.3e}"
    )
    assert ((X - exact).norm() / exact.norm() < 1e-6) == (count == steps_ball)
assert steps_plain > 10 * steps_ball > 50 * steps_tuned

# %% [markdown]
# !!! fix "Fix"
#     Momentum 0.9, and then the pair: `gd.rates.best(h)` gives the best one by formula, and a step
#     back from it is [better still](../series/2b-curve.py#the-edge). See
#     [no momentum](../play.md?matrix=random2020&guess=self&lr=0.9&momentum=0#playground "{{= steps_plain : ,d }} steps"),
#     [0.9](../play.md?matrix=random2020&guess=self&lr=0.9&momentum=0.9#playground "{{= steps_ball : ,d }} steps"),
#     and [both tuned](../play.md?matrix=random2020&guess=self&lr=6.8&momentum=0.81#playground "{{= steps_tuned : ,d }} steps").

# %% [markdown]
# ## More steps with momentum than without: too much of it {: #too-much-momentum }

# %%
curves = {b: error_curve(D, 400, momentum=b) for b in (0.0, 0.44, 0.9)}
steps = {b: below(curve) for b, curve in curves.items()}
floor = gd.rates.steps_per_factor(0.9**0.5, 1e6).item()

# %% [markdown]
# !!! failure "Symptom"
#     You added momentum 0.9 because everybody does, and the run needs {{= steps[0.9] : d }} steps where
#     it needed {{= steps[0.0] : d }}.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Diagonal matrix: {steps[0.0]} steps without momentum, {steps[0.9]} with 0.9, "
    f"{steps[0.44]} with 0.44",
    x="step",
    y="relative error",
    x_range=(0, 320),
    y_range=(1e-7, 10),
    caption="diag(1, 2, 3, 4), learning rate 0.9, from the guess of 2020; predicted.",
    alt="The error is below 1e-6 at step "
    + ", ".join(f"{count} with momentum {b}" for b, count in steps.items())
    + ".",
)
for b, role in ((0.0, "c1"), (0.44, "c3"), (0.9, "failure")):
    span = range(steps[b] + 1)
    gd.figures.line(fig, span, curves[b][: steps[b] + 1], role, f"{b}")
    gd.figures.dot(fig, steps[b], 1e-6, role)
fig

# %% [markdown]
# Inside its window the swings of each direction shrink by $\sqrt\beta$ per step. That is a speed limit:
# with momentum 0.9 six digits cost {{= floor : .0f }} steps by the slope, and {{= steps[0.9] }} on this
# matrix, whose curve has waves.

# %%
exact = torch.linalg.inv(D)
for b, count in steps.items():
    before, at = (
        (descend(D, k, momentum=b)[1] - exact).norm() / exact.norm()
        for k in (count - 1, count)
    )
    print(f"momentum {b:4}: {count:3} steps, measured {before:.2e} → {at:.2e}")
    assert at < 1e-6 <= before
assert steps[0.44] < steps[0.0] / 2 < steps[0.0] < steps[0.9] / 2

# %% [markdown]
# !!! fix "Fix"
#     Less momentum. The most without overshoot is $(1 - \sqrt{\alpha h})^2$ for the smallest curvature
#     $h$: [overshoot](climbs.py#overshoot). Try
#     [0.9](../play.md?matrix=diagonal&guess=rand&lr=0.9&momentum=0.9#playground "{{= steps[0.9] : ,d }} steps"),
#     [none](../play.md?matrix=diagonal&guess=rand&lr=0.9&momentum=0#playground "{{= steps[0.0] : ,d }} steps"), and
#     [0.44](../play.md?matrix=diagonal&guess=rand&lr=0.9&momentum=0.44#playground "{{= steps[0.44] : ,d }} steps").

# %% [markdown]
# ## Too slow whatever you set: the condition number {: #ill-conditioned }

# %%
hilberts = {n: gd.matrices.hilbert(n) for n in range(2, 7)}
H = hilberts[4]
hilbert_losses, X = descend(H, 10_000)
inverse_H = torch.linalg.inv(H)
error_H = ((X - inverse_H).norm() / inverse_H.norm()).item()
h_H = gd.Inverse(H).modes().curvature
kappa_H = torch.linalg.cond(H).item()
digit_H = math.log(10) * (1 - 0.9) / (0.9 * h_H[-1].item())


def errors_by_cg(M, guess):
    inverse, errors = torch.linalg.inv(M), []

    def look(_, problem):
        errors.append((problem.value() - inverse).norm() / inverse.norm())

    problem = gd.Inverse(M, guess=guess)
    gd.minimize(problem, gd.ConjugateGradient, callback=look)
    return torch.stack(errors)


steps_cg = below(errors_by_cg(H, M))


def per_digit_at_best(kappa):
    """Steps per factor of ten at best: plain, and with momentum."""
    plain, tuned = (kappa**2 - 1) / (kappa**2 + 1), (kappa - 1) / (kappa + 1)
    return gd.rates.steps_per_factor(torch.stack((plain, tuned)))


kappas = torch.logspace(0.2, 5, 60, dtype=torch.float64)
lines = per_digit_at_best(kappas)
dots = {
    n: (torch.linalg.cond(A), per_digit_at_best(torch.linalg.cond(A)))
    for n, A in hilberts.items()
}

# %% [markdown]
# !!! failure "Symptom"
#     After 10,000 steps the loss is {{= hilbert_losses[-1] : .3f }} and falls so slowly that it looks
#     flat. The relative error is {{= error_H : .4f }}: nothing has been found. The matrix is
#     ill-conditioned: the Hilbert matrix with 4 rows.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Hilbert 4: 10,000 steps done, {digit_H / 1e6:.0f} million to go for one digit",
    x="step (log scale)",
    y="loss",
    log_x=True,
    x_range=(1, 10_000),
    y_range=(0.03, 3),
    caption="Learning rate 0.9, momentum 0.9, from the random guess of 2020.",
    alt=f"The loss falls from {hilbert_losses[0]:.2f} to {hilbert_losses[100]:.3f} at step 100 and "
    f"{hilbert_losses[-1]:.3f} at step 10,000.",
)
span = range(1, 10_001)
gd.figures.line(fig, span, hilbert_losses[1:], "measured", "Hilbert 4")
gd.figures.dot(fig, 10_000, hilbert_losses[-1].item(), "measured")
fig

# %% [markdown]
# The *condition number* $\kappa$ is the largest singular value over the smallest: here
# {{= kappa_H : ,.0f }}. The curvatures are the squares of the singular values, so the steepest
# direction is {{= kappa_H**2 / 1e6 : .0f }} million times as steep as the flattest, and one learning rate must serve
# both. The best learning rate and momentum help, and not enough:

# %% tags=["figure"]
fig = gd.figures.figure(
    f"{dots[4][1][0] / 1e6:.0f} million steps per digit for Hilbert 4, or "
    f"{dots[4][1][1]:,.0f} with tuned momentum",
    x="condition number",
    y="steps per digit at best",
    log_x=True,
    x_range=(1.5, 1e5),
    y_range=(1, 1e11),
    caption="The best learning rate for plain descent, the best pair for momentum. Dots: Hilbert "
    "matrices with 2 to 4 rows.",
    alt="Steps per factor of ten, plain and with momentum: "
    + "; ".join(
        f"κ = {k:,.0f}: {p:.2g} and {t:.2g}"
        for k, (p, t) in list(dots.values())[:3]
    )
    + ".",
)
gd.figures.line(fig, kappas, lines[0], "c2", "plain")
gd.figures.line(fig, kappas, lines[1], "c1", "momentum", at=9000)
for n in (2, 3, 4):
    gd.figures.dot(fig, dots[n][0].item(), dots[n][1][0].item(), "c2")
    gd.figures.dot(fig, dots[n][0].item(), dots[n][1][1].item(), "c1")
fig

# %%
print("steps to the inverse of Hilbert n")
print("n          κ tuned a digit conjugate gd.inv")
for n, A in hilberts.items():
    cg, best = gd.inv(A, optimizer=gd.ConjugateGradient), gd.inv(A)
    k, (_, by_momentum) = dots[n]
    print(f"{n} {k:10,.0f} {by_momentum:13,.0f} {cg.steps:9} {best.steps:6}")
    assert cg.converged
    assert best.converged
assert error_H > 0.99
assert 4 <= steps_cg < 10
assert digit_H > 1e8
best_pair = gd.rates.best(h_H)
assert (
    abs(gd.rates.steps_per_factor(best_pair.rate) / dots[4][1][1] - 1) < 1e-6
)

# %% [markdown]
# !!! fix "Fix"
#     A method that computes its steps, instead of repeating one:
#
#     ```python
#     gd.inv(M)
#     gd.inv(M, optimizer=gd.ConjugateGradient)
#     ```
#
#     Why they need so few is [three rungs](../theory/ladder.py). Or change the problem: [center and
#     scale the columns](../theory/scaling.py) before you start. The playground shows Hilbert 4
#     [with momentum 0.9](../play.md?matrix=hilbert&n=4&guess=rand&lr=0.9&momentum=0.9#playground "not in 20,000 steps") and
#     [with conjugate gradients](../play.md?matrix=hilbert&n=4&guess=rand&rung=cg#playground "{{= steps_cg : ,d }} steps").

# %% tags=["hide"]
values = {
    "tiny_step_per_digit": per_digit,
    "hilbert_4_per_digit": digit_H,
}
