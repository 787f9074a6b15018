# ---
# title: The loss falls, and comes back
# description: >-
#   Four ways in which a loss leaves what it reached: gradients not zeroed, Adam past its limit,
#   conjugate gradients past their end, a singular matrix.
# given: ["0.99", "0.999", 200, "10,000"]
# ---

# %% [markdown]
# # The loss falls, and comes back
#
# Your loss was small, and it is large again. It was right once. Either nothing holds it there, or
# something grows that could not be seen.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

start, D = gd.matrices.random_2020(), gd.matrices.diagonal_2020()


def losses_of(problem, steps, kind, **options):
    optimizer, losses = kind(problem.parameters(), **options), []
    for _ in range(steps + 1):
        losses.append(problem.backward())
        optimizer.step()
    return torch.stack(losses)


curves = {
    "not zeroed": losses_of(
        gd.Inverse(start, guess=start),
        2400,
        torch.optim.SGD,
        lr=0.9,
        momentum=1.0,
    ),
    "Adam": losses_of(
        gd.Inverse(D, guess=start), 2400, torch.optim.Adam, lr=0.01, fused=True
    ),
}
lowest = [curve.min().item() for curve in curves.values()]
ends = [curve[curve.argmin() :].max().item() for curve in curves.values()]
assert ends[0] > 10 * lowest[0]
assert ends[1] > 1e9 * lowest[1]
fig = gd.figures.figure(
    f"Adam was at {lowest[1]:.0e}, and comes back to {ends[1]:.0e}",
    x="step",
    y="loss",
    x_range=(0, 2500),
    y_range=(1e-34, 1e3),
    caption="Gradients that nobody clears, on matrix 1; and Adam on the diagonal matrix.",
    alt="; ".join(
        f"{name}: lowest {low:.0e}, after that up to {end:.0e}"
        for name, low, end in zip(curves, lowest, ends, strict=True)
    ),
)
for (name, curve), role in zip(curves.items(), ("failure", "c3"), strict=True):
    gd.figures.line(fig, range(2401), curve, role, name)
fig

# %% [markdown]
# | how it comes back | cause |
# |---|---|
# | again and again, from the start | [gradients are not zeroed](#gradient-not-zeroed) |
# | after thousands of quiet steps, with Adam | [Adam's effective learning rate grows](#adam-leaves) |
# | a few steps after the answer, by powers of ten | [conjugate gradients divide rounding](#cg-past-its-end) |
# | after the answer, doubling at each step | [Newton–Schulz on a singular matrix](#doubles) |
#
# In waves that get smaller: that is [overshoot](climbs.py#overshoot).

# %%
import torch

import gdinverse as gd

M = gd.matrices.random_2020()
D = gd.matrices.diagonal_2020()


def with_momentum(momentum, steps):
    """The losses of the run of 2020 on matrix 1, with another momentum."""
    X, push, losses = M, torch.zeros_like(M), []
    for _ in range(steps + 1):
        R = X @ M - torch.eye(4)
        losses.append(R.square().mean())
        push = momentum * push + R @ M.mT / 8
        X = X - 0.9 * push
    return torch.stack(losses)


# %% [markdown]
# ## The loss goes up and down forever: the gradient is not zeroed {: #gradient-not-zeroed }

# %%
endless = with_momentum(1.0, 10_000)
cleared = with_momentum(0.9, 1000)
lowest, highest = endless[1:].min().item(), endless.max().item()
middle = endless.median().item()


def predicted_steps(momentum):
    modes = gd.Inverse(M, guess=M).modes()
    curve = gd.rates.predict(modes, 25_000, 0.9, momentum)
    return int(gd.rates.first_below(curve.error, 1e-6))


# %% [markdown]
# !!! failure "Symptom"
#     The loss does not settle. Over 10,000 steps it moves between {{= lowest : .4f }} and
#     {{= highest : .2f }}, half of the time above {{= middle : .2f }}.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Gradient not zeroed: after 10,000 steps never below {lowest:.4f}",
    x="step",
    y="loss",
    x_range=(0, 1000),
    y_range=(1e-9, 10),
    caption="The first 1,000 steps on matrix 1, learning rate 0.9.",
    alt=f"The loss swings between {lowest:.4f} and {highest:.2f} and does not get smaller. With "
    f"momentum 0.9 it falls to {cleared[-1]:.0e} at step 1,000.",
)
gd.figures.line(fig, range(1001), cleared, "c1", "momentum 0.9")
gd.figures.line(fig, range(1001), endless[:1001], "failure", "not zeroed")
fig

# %% [markdown]
# `backward()` *adds* to `X.grad`. If nobody clears it, each step is the sum of all gradients so far.
# That is momentum 1: a ball without friction, which rolls through the valley and up the other side.

# %%
X, losses = M.clone().requires_grad_(), []
for _ in range(1001):
    loss = (X @ M - torch.eye(4)).square().mean()
    loss.backward()  # adds, and nothing is ever cleared
    losses.append(loss.item())
    with torch.no_grad():
        X -= 0.9 * X.grad
as_momentum_1 = (
    (torch.tensor(losses, dtype=torch.float64) - endless[:1001]).abs().max()
)
print(f"loss between {lowest:.4f} and {highest:.4f}, median {middle:.2f}")
print(f"differs from momentum 1 by {as_momentum_1:.0e} at most")
assert as_momentum_1 < 1e-12
assert lowest > 1e-3
assert endless[5000:].max() > 0.8 * highest
assert cleared[-1] < 1e-10

# %% tags=["figure"]
lost = (0.1, 0.03, 0.01, 0.003, 0.001)
needed = [predicted_steps(1 - friction) for friction in lost]
assert sorted(needed) == needed
fig = gd.figures.figure(
    f"A thousandth lost per step is enough: {needed[-1]:,} steps",
    x="share of the push that each step loses",
    y="steps to six digits, predicted",
    log_x=True,
    x_range=(7e-4, 0.15),
    y_range=(300, 1e5),
    caption="Matrix 1 at learning rate 0.9. The share is one minus the momentum; with none lost the run "
    "does not end.",
    alt="; ".join(
        f"{friction:g}: {steps:,} steps"
        for friction, steps in zip(lost, needed, strict=True)
    ),
)
gd.figures.line(fig, lost, needed, "predicted")
gd.figures.dots(fig, lost, needed, "predicted")
fig

# %% [markdown]
# !!! fix "Fix"
#     Clear the gradient before each `backward`, or keep a share of it:
#
#     ```python
#     optimizer.zero_grad()  # or X.grad.zero_(), or X.grad *= 0.9
#     ```
#
#     A little friction is enough to arrive: momentum 0.999 takes {{= predicted_steps(0.999) : ,d }} steps, 0.99
#     takes {{= predicted_steps(0.99) : ,d }}. See
#     [0.999](../play.md?matrix=random2020&guess=self&lr=0.9&momentum=0.999#playground "not in 20,000 steps") and
#     [0.99](../play.md?matrix=random2020&guess=self&lr=0.9&momentum=0.99#playground "{{= predicted_steps(0.99) : ,d }} steps").
#     If you clear the *parameter* instead, the loss [stops at a level](level.py#zeroed-parameters).

# %% [markdown]
# ## Adam: the loss goes up again after it had converged {: #adam-leaves }

# %%


def adam_on_the_diagonal(steps):
    """Relative errors, and every ten steps the curvature that Adam sees."""
    problem = gd.Inverse(D, guess=M)
    H, inverse = gd.rates.hessian(problem), torch.linalg.inv(D)
    adam = torch.optim.Adam(problem.parameters(), lr=0.01, fused=True)
    errors, seen = [], []
    for step in range(steps + 1):
        errors.append((problem.X.detach() - inverse).norm() / inverse.norm())
        problem.backward()
        adam.step()
        if step % 10 == 0:
            seen.append(gd.rates.adam_curvature(H, adam))
    return torch.stack(errors), torch.tensor(seen)


error, seen = adam_on_the_diagonal(2400)
arrived = int(gd.rates.first_below(error, 1e-10))
after = torch.arange(len(error)) > arrived
crossed = 10 * int(((seen > 3.8) & after[::10]).nonzero()[0])
left = int(((error > 1e-9) & after).nonzero()[0])
highest_error = error[left:].max().item()

momentum_curve = gd.rates.predict(
    gd.Inverse(D, guess=M).modes(), 400, lr=0.9, momentum=0.44
)
steps_diagonal = int(gd.rates.first_below(momentum_curve.error, 1e-6))

# %% [markdown]
# !!! failure "Symptom"
#     The error is below {{= 1e-10 : .0e }} at step {{= arrived : ,d }}. You let it run. From step
#     {{= left : ,d }} on it goes up again, to {{= highest_error : .0e }}.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Adam arrives at step {arrived:,} and leaves at step {left:,}",
    x="step",
    y="error, and curvature seen by Adam",
    x_range=(0, 2400),
    y_range=(1e-18, 1e4),
    caption="diag(1, 2, 3, 4), Adam with learning rate 0.01, float64. Green: the limit 3.8.",
    alt=f"The relative error falls below 1e-10 at step {arrived:,}. The curvature that Adam sees "
    f"crosses 3.8 at step {crossed:,}. The error is above 1e-9 from step {left:,} and gets up to "
    f"{highest_error:.0e}.",
)
gd.figures.line(fig, range(2401), error, "measured", "error", at=700)
gd.figures.line(fig, range(0, 2401, 10), seen, "c2", "seen", at=1000)
gd.figures.line(fig, [0, 2400], [3.8, 3.8], "limit")
gd.figures.dot(fig, left, error[left].item(), "measured")
fig

# %% [markdown]
# Adam divides each gradient by its recent size. Near the answer the gradients vanish, and the divisor
# shrinks with them: the effective learning rate grows. With it grows the curvature that Adam *sees*,
# until it passes the same kind of limit that momentum has: $2(1 + \beta_1)$ = `3.8`.

# %%
problem = gd.Inverse(D, guess=M)
stopped = gd.minimize(problem, torch.optim.Adam, lr=0.01, tolerance=1e-8)
print(f"below 1e-10 at {arrived:,}, limit at {crossed:,}, out at {left:,}")
print(f"highest error afterwards: {highest_error:.0e}")
print(f"with a stop: {stopped}")
assert arrived < crossed < left
assert highest_error > 1e4 * error[arrived]
assert stopped.converged
assert stopped.steps < crossed

# %% [markdown]
# !!! fix "Fix"
#     Stop when a bound says that you are there:
#
#     ```python
#     gd.minimize(problem, torch.optim.Adam, tolerance=1e-8)
#     ```
#
#     Or let the learning rate fall to zero, or take a larger `eps`. With torch's defaults matrix 1
#     leaves at step {{= series/3b-adam#adam_left : ,d }}: [is Adam better?](../series/3b-adam.py#the-clean-case)
#     Momentum's limit stands still, and [this run stays](../play.md?matrix=diagonal&guess=rand&lr=0.9&momentum=0.44#playground "{{= steps_diagonal : ,d }} steps").

# %% [markdown]
# ## Conjugate gradients find the answer, then explode {: #cg-past-its-end }

# %%


def rank_two_of_eight(seed):
    generator = torch.Generator().manual_seed(seed)
    thin, wide = (
        torch.randn(shape, generator=generator, dtype=torch.float64)
        for shape in ((8, 2), (2, 8))
    )
    return thin @ wide


def past_its_end(A, steps=200):
    """How far conjugate gradients are from the pseudo-inverse; their ends."""
    problem, pinv = gd.PseudoInverse(A), torch.linalg.pinv(A, rtol=1e-12)
    cg, distances, ended = gd.ConjugateGradient(problem), [], []
    for _ in range(steps):
        distances.append((problem.value() - pinv).norm() / pinv.norm())
        ended.append(bool(cg.exhausted))
        cg.step()
    return torch.stack(distances), ended.index(True)


flats = [rank_two_of_eight(seed) for seed in range(3)]
beyond = [past_its_end(A) for A in flats]
best = max(distance[end].item() for distance, end in beyond)
gone = min(distance[-1].item() for distance, _ in beyond)
end = beyond[0][1]

# %% [markdown]
# !!! failure "Symptom"
#     Your own conjugate gradients are right to {{= best : .0e }} at step {{= end : d }}. You let them
#     do 200 steps to be sure, and get numbers of {{= gone : .0e }} and more.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Right at step {end}, and off by {gone:.0e} or more after 200",
    x="step",
    y="distance to the pseudo-inverse",
    x_range=(0, 200),
    y_range=(1e-18, 1e22),
    caption="Conjugate gradients on three random 8×8 matrices of rank 2, without their stop.",
    alt="Relative distance to the pseudo-inverse at the end and after 200 steps: "
    + "; ".join(f"{d[e]:.0e} and {d[-1]:.0e}" for d, e in beyond)
    + ".",
)
for number, ((distance, _), role) in enumerate(
    zip(beyond, ("c1", "c4", "failure"), strict=True), 1
):
    gd.figures.line(fig, range(200), distance, role, f"matrix {number}")
fig

# %% [markdown]
# A matrix of rank 2 has two directions to find. After two steps the gradient is rounding, and the
# method goes on to divide one rounding error by another for its step size. Some of these steps are
# large, in directions that the loss cannot see.

# %%
for A, (distance, at) in zip(flats, beyond, strict=True):
    result = gd.pinv(A, optimizer=gd.ConjugateGradient)
    print(
        f"step {at}: {distance[at]:.0e}   step 199: {distance[-1]:.0e}"
        f"   gd.pinv stops at step {result.steps}"
    )
    assert distance[at] < 1e-14
    assert distance[-1] > 1e3
    assert result.steps <= at + 1

# %% [markdown]
# !!! fix "Fix"
#     Stop when the gradient is within rounding of zero. With the residual $R = I - X A$:
#
#     ```python
#     eps = torch.finfo(R.dtype).eps
#     done = (R @ A.mT).norm() <= 2 * eps * A.norm() * R.norm()
#     ```
#
#     `gd.ConjugateGradient` has this rule, and says why in
#     [its reference](../reference/optimizers.md).

# %% [markdown]
# ## Newton–Schulz converges, then its error doubles at each step {: #doubles }

# %%
S = torch.arange(1.0, 10.0, dtype=torch.float64).reshape(3, 3)
pinv = torch.linalg.pinv(S, rtol=1e-12)
X = S.mT / (S.abs().sum(0).max() * S.abs().sum(1).max())
away = []
for _ in range(126):
    away.append(((X - pinv).norm() / pinv.norm()).item())
    X = X + (torch.eye(3) - X @ S) @ X
least = min(away)
least_at = away.index(least)
lost_at = next(k for k in range(least_at, 126) if away[k] > 1e-3)
not_finite = next(k for k in range(126) if not away[k] < float("inf"))
factor = (away[45] / away[25]) ** (1 / 20)

# %% [markdown]
# !!! failure "Symptom"
#     At step {{= least_at : d }} the answer is right to {{= least : .0e }}. At step
#     {{= lost_at : d }} fewer than three digits are right, and at step {{= not_finite : d }} there is no
#     number left. The matrix is singular.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Right to {least:.0e} at step {least_at}, then twice as wrong at each step",
    x="step",
    y="distance to the pseudo-inverse",
    x_range=(0, 100),
    y_range=(1e-16, 1e18),
    caption="Newton–Schulz on the singular matrix with the entries 1 to 9.",
    alt=f"The distance falls to {least:.1e} at step {least_at} and then grows by {factor:.3f} per "
    f"step: above 0.001 at step {lost_at}, not finite at step {not_finite}.",
)
gd.figures.line(fig, range(101), away[:101], "failure", "Newton–Schulz")
gd.figures.dot(fig, least_at, least, "failure", f"step {least_at}")
fig

# %% [markdown]
# The step is $2X - X M X$. In a direction that $M$ maps to zero the second term vanishes, and the step
# is $2X$. Rounding puts something there once, and it doubles ever after. A singular matrix is no
# exception in this: the answer is the pseudo-inverse, and the method passes through it.


# %%
def newton_schulz(M):
    X = M.mT / (M.abs().sum(0).max() * M.abs().sum(1).max())
    smallest = torch.inf
    for step in range(100):
        R = torch.eye(len(M)) - X @ M
        if R.norm() >= smallest:
            return X, step
        smallest, X = R.norm(), X + R @ X
    raise RuntimeError("no answer in 100 steps")


stopped, stopped_at = newton_schulz(S)
off = ((stopped - pinv).norm() / pinv.norm()).item()
result = gd.pinv(S)
off_package = ((result.value - pinv).norm() / pinv.norm()).item()
print(f"no stop: {least:.0e} at {least_at}, then times {factor:.4f} a step")
print(f"stopped at step {stopped_at}: {off:.0e}")
print(f"gd.pinv: {off_package:.0e}, {result}")
assert least < 1e-12
assert abs(factor - 2) < 1e-3
assert lost_at < 60 < not_finite
assert off < 1e-11
assert result.status is gd.Status.singular
assert off_package < 1e-12

# %% [markdown]
# !!! fix "Fix"
#     Stop as soon as the residual $I - X M$ no longer gets smaller, as in the cell above:
#
#     ```python
#     if R.norm() >= smallest:
#         return X
#     ```
#
#     `gd.pinv` follows the direction that is still missing, sees that $M$ maps it to nothing, and
#     stops: its status is `singular`. [The playground](../play.md?matrix=singular&rung=relative#playground)
#     stops there as well.
