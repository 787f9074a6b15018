# ---
# title: "It does not work: which failure is it?"
# description: >-
#   Failures of gradient descent by the shape of the loss curve: it climbs, it stops at a level, it
#   is slow, it returns, or it is small and the answer is wrong.
# given: ["0.9", "0.125", "1e-3", 2020]
# ---

# %% [markdown]
# # It does not work: which failure is it?
#
# A run that fails leaves a curve. Look at its shape before you change anything: it climbs, it stops
# at a level, it is slow, or it comes back. The fifth kind has a perfect curve, and a wrong answer.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

M = gd.matrices.random_2020()
D = gd.matrices.diagonal_2020()
P = torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64))
h = gd.Inverse(M).modes().curvature
limit = gd.rates.lr_limit(h, 0.9)


def shape(curve, role, claim, caption):
    """One curve alone, above the table of its causes."""
    fig = gd.figures.figure(
        claim,
        x="step",
        y="loss",
        x_range=(1, len(curve) - 1),
        low=True,
        caption=caption,
        alt=f"{claim}. The loss begins at {curve[0]:.2g}, is {curve[len(curve) // 2]:.0e} halfway "
        f"and {curve[-1]:.0e} at the end.",
    )
    return gd.figures.line(fig, range(1, len(curve)), curve[1:], role)


def losses(problem, steps, kind=torch.optim.SGD, **options):
    optimizer = kind(problem.parameters(), **options)
    found = []
    for _ in range(steps + 1):
        found.append(problem.backward())
        optimizer.step()
    return torch.stack(found)


climbing = losses(gd.Inverse(M, guess=M), 300, lr=1.001 * limit, momentum=0.9)
level = losses(
    gd.Inverse(M, guess=M), 2400, lr=0.9, momentum=0.9, weight_decay=2e-4
)
level_computed = ((2e-4 / (h + 2e-4)).square().sum() / 16).item()
slow = losses(
    gd.Inverse(gd.matrices.hilbert(4), guess=M), 2400, lr=0.9, momentum=0.9
)
returning = losses(
    gd.Inverse(D, guess=M), 2400, torch.optim.Adam, lr=0.01, fused=True
)
both = gd.TwoSidedInverse(P, guess=M[:2, :2])
wrong = losses(both, 160, lr=0.4, momentum=0.5)
wrong_error = ((both.value() - P).norm() / P.norm()).item()
lowest = returning.min().item()
back_at = int(returning.argmin()) + int(
    (returning[int(returning.argmin()) :] > 1e-12).nonzero()[0]
)
assert climbing[-1] > 1e9
assert abs(level[-1] / level_computed - 1) < 1e-6
assert (level[1200:] / level[-1] - 1).abs().max() < 0.01
assert slow[-1] < slow[-400] < 2 * slow[-1]
assert lowest < 1e-25 < 1e-12 < returning[-400:].max()
assert wrong[-1] < 1e-30
assert wrong_error > 0.5
fig = gd.figures.figure(
    f"Five shapes; the loss that got to {wrong[-1]:.0e} has the wrong answer",
    x="step (log scale)",
    y="loss",
    log_x=True,
    x_range=(1, 2400),
    y_range=(1e-37, 1e10),
    caption="Climbing: a learning rate 0.1% too large. Level: weight decay. Slow: the Hilbert "
    "matrix with 4 rows. Returning: Adam. Wrong: a loss that does not prove an inverse.",
    alt=f"Climbing: a loss of {climbing[-1]:.0e} at step 300. Level: {level[-1]:.1e} forever. Slow: "
    f"{slow[-1]:.3f} at step 2,400, and falling. Returning: down to {lowest:.0e}, and above 1e-12 "
    f"again at step {back_at:,}. Wrong: down to {wrong[-1]:.0e} at step 160, with an error of "
    f"{wrong_error:.2f}.",
)
for curve, role, name in (
    (climbing, "failure", "climbing"),
    (level, "c1", "level"),
    (slow, "c4", "slow"),
    (returning, "c3", "returning"),
    (wrong, "c5", "wrong"),
):
    gd.figures.line(fig, range(1, len(curve)), curve[1:], role, name)
fig

# %% [markdown]
# Everything here happened on matrices whose answer is known. So each entry of this gallery can say
# what was wrong, and each fix is run by the page that recommends it.
#
# ## Find yours by its shape
#
# ### The loss climbs
#
# [Losses that climb](climbs.py), with their numbers and fixes.

# %% tags=["figure"]
shape(
    climbing,
    "failure",
    f"It climbs: {climbing[-1]:.0e} after {len(climbing) - 1} steps",
    "Matrix 1, momentum 0.9, a learning rate 0.1% above its limit.",
)

# %% [markdown]
# | you see | it is probably |
# |---|---|
# | it soon grows by the same factor at each step, it diverges | [the learning rate is too large](climbs.py#diverges) |
# | `inf`, then `nan` | [the same, later](climbs.py#nan) |
# | it climbs at first, then it converges | [the learning rate is near its limit](climbs.py#climbs-first) |
# | it goes up and down in waves | [momentum overshoots](climbs.py#overshoot) |
# | it diverges without momentum, or with Nesterov | [momentum moves the edge](climbs.py#moved-edge) |
# | its exponent doubles at each step | [Newton–Schulz from a bad guess](climbs.py#squares) |
#
# ### The loss stops at a level
#
# [Losses that stop](level.py), with their numbers and fixes. Type yours there.

# %% tags=["figure"]
shape(
    level,
    "c1",
    f"It stops: {level[-1]:.1e} from half of the steps on",
    "Matrix 1, momentum 0.9, weight decay of 2e-4.",
)

# %% [markdown]
# | you see | it is probably |
# |---|---|
# | exactly $1/n$ | [parameters zeroed, not gradients](level.py#zeroed-parameters) |
# | a small integer over $n^2$ | [the matrix is singular](level.py#singular), or [nearly](level.py#nearly-singular) |
# | near 1e-3, or wherever else | [weight decay](level.py#weight-decay) |
# | near 1e-3, in bfloat16 | [too few digits](digits.py#bfloat16) |
# | about the square of the last digit | [the float32 floor](level.py#float32-floor), or [lost steps](digits.py#lost-steps) |
# | $\sigma_i^2/(m n)$, in an SVD | [a dead value](svd.py#dead-value) |
#
# ### The loss is slow
#
# [Losses that crawl](slow.py), with their numbers and fixes.

# %% tags=["figure"]
shape(
    slow,
    "c4",
    f"It is slow: {slow[-400]:.3f}, and {slow[-1]:.3f} after 400 more steps",
    "The Hilbert matrix with 4 rows, momentum 0.9.",
)

# %% [markdown]
# | you see | it is probably |
# |---|---|
# | it does not move | [a tiny learning rate](slow.py#tiny-step) |
# | it is a straight line, nearly flat | [no momentum](slow.py#no-momentum) |
# | it was faster before | [too much momentum](slow.py#too-much-momentum) |
# | nothing you set helps | [the condition number](slow.py#ill-conditioned) |
# | an SVD, two values still wrong | [near-equal values](svd.py#near-equal) |
#
# ### The loss comes back
#
# [Losses that come back](returns.py), with their numbers and fixes.

# %% tags=["figure"]
shape(
    returning,
    "c3",
    f"It comes back: from {lowest:.0e} to more than 1e-12 at step {back_at:,}",
    "The diagonal matrix of 2020, Adam with learning rate 0.01.",
)

# %% [markdown]
# | you see | it is probably |
# |---|---|
# | up and down forever | [gradients are not zeroed](returns.py#gradient-not-zeroed) |
# | after a quiet minimum, with Adam | [Adam leaves](returns.py#adam-leaves) |
# | a few steps after the answer | [conjugate gradients past their end](returns.py#cg-past-its-end) |
# | it doubles at each step | [Newton–Schulz on a singular matrix](returns.py#doubles) |
#
# ### The loss is fine, the answer is wrong
#
# [Answers that look right](wrong.py), with their numbers and fixes.

# %% tags=["figure"]
shape(
    wrong,
    "c5",
    f"It falls to {wrong[-1]:.0e}, and the error is {wrong_error:.2f}",
    "A loss that asks that both products be the identity on average.",
)

# %% [markdown]
# | you see | it is probably |
# |---|---|
# | a loss of zero | [it measured something else](wrong.py#zero-loss) |
# | a small loss | [the error is larger than its root](wrong.py#small-loss) |
# | a library's inverse, with entries of sixteen digits | [the matrix is singular](wrong.py#library) |
# | other numbers from the same seed | [another dtype](wrong.py#other-matrix) |
# | "Only Tensors of floating point …" | [an integer matrix](wrong.py#integers) |
# | factors of an SVD that are not orthogonal | [drift](svd.py#drift) |
#
# All failures of the singular value decomposition are on [one page](svd.py). If you have a `Result`
# of the package, start from its [status](../reference/why-did-it-not-converge.py) instead of the curve.

# %% [markdown]
# ## Is a learning rate of 9 too large?

# %%
import torch

import gdinverse as gd

M = gd.matrices.random_2020()
A = torch.rand(4, 4, generator=torch.Generator().manual_seed(0)).double()
modes = gd.Inverse(A, guess=M).modes()
limit_0 = gd.rates.lr_limit(modes.curvature, 0.9)
error_9 = gd.rates.predict(modes, 4000, lr=9.0, momentum=0.9).error
steps_9 = int(gd.rates.first_below(error_9, 1e-6))
plain_0 = gd.rates.lr_limit(modes.curvature)

# %% [markdown]
# ??? predict "Predict first: the random matrix of seed 0, momentum 0.9, and a learning rate of 9. What will the loss do?"
#     Diverge, converge, or stop at a level?
#
#     It **converges**, in {{= steps_9 : ,d }} steps. The limit for this matrix is
#     {{= limit_0 : .3f }}. Without momentum it would be {{= plain_0 : .3f }}.

# %%
X, push, measured = M, torch.zeros_like(M), []
inverse = torch.linalg.inv(A)
for _ in range(steps_9 + 1):
    measured.append(X)
    push = 0.9 * push + (X @ A - torch.eye(4)) @ A.T / 8
    X = X - 9.0 * push
measured = torch.stack(measured[-2:])
error = (measured - inverse).flatten(1).norm(dim=1) / inverse.norm()
print(f"step {steps_9 - 1:,}: error {error[0]:.3e}")
print(f"step {steps_9:,}: error {error[1]:.3e}")
print(f"limit {limit_0:.3f}")
assert error[1] < 1e-6 <= error[0]
assert plain_0 < 9.0 < limit_0

# %% tags=["figure"]
fig = gd.figures.figure(
    f"A learning rate of 9: a millionth at step {steps_9:,}, as predicted",
    x="step",
    y="relative error",
    x_range=(0, 4000),
    caption="The random matrix of seed 0, momentum 0.9. Dashed: predicted. Dots: the two steps "
    "printed above.",
    alt=f"The predicted error falls on a line to {error_9[-1]:.0e} at step 4,000. Measured: "
    f"{error[0]:.3e} at step {steps_9 - 1:,}, {error[1]:.3e} one step later.",
)
gd.figures.line(fig, range(len(error_9)), error_9, "predicted")
gd.figures.dots(fig, [steps_9 - 1, steps_9], error.tolist(), "measured")
fig

# %% [markdown]
# No learning rate is too large by itself. The curvature of the loss and the momentum set the limit,
# and both can be computed before the first step: [momentum moves the edge](climbs.py#moved-edge).
# [Look at this run](../play.md?matrix=seed&seed=0&n=4&guess=rand&lr=9&momentum=0.9#playground "{{= steps_9 : ,d }} steps").
#
# !!! claim "What this shows"
#     Do not ask whether a number is large. Ask for its limit. And do not ask whether a curve is flat:
#     ask for its level, and for its rate.

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 1"
#     The loss of a 4×4 inverse stops at 0.125, from zeros and from a random guess. Name the failure
#     from that number. Then make a matrix that does it.

# %% tags=["solution"]
print("0.125 = 2/16 = (n − rank)/n²: the matrix is singular, of rank 2")
generator = torch.Generator().manual_seed(0)
flat = gd.matrices.with_singular_values([2, 1, 0, 0], generator)
sgd = {"optimizer": torch.optim.SGD, "lr": 0.9, "momentum": 0.9}
for guess in ("zeros", M):
    problem = gd.PseudoInverse(flat, guess=guess)
    stopped = gd.minimize(problem, max_steps=800, **sgd).history.loss[-1]
    print(f"loss {stopped:.6f}")
    assert abs(stopped - 2 / 16) < 1e-9

# %% [markdown]
# !!! exercise "Exercise 2"
#     Make the diagonal matrix of 2020 diverge without momentum. Predict the smallest learning rate that
#     does, to two decimals.

# %% tags=["solution"]
D = gd.matrices.diagonal_2020()
h = gd.Inverse(D).modes().curvature
print(f"limit 2/h₁ = {gd.rates.lr_limit(h):.2f}")
for lr in (0.99, 1.01):
    problem = gd.Inverse(D, guess=M)
    run = gd.minimize(problem, torch.optim.SGD, lr=lr, max_steps=600)
    found = run.history.loss
    print(f"lr {lr}: loss {found[-1]:.1e} after {len(found) - 1} steps")
    assert (found[-1] > found[0]) == (lr > gd.rates.lr_limit(h))

# %% [markdown]
# !!! exercise "Exercise 3"
#     A loop for matrix 1 forgets `X.grad.zero_()`, and [its loss never
#     settles](returns.py#gradient-not-zeroed). Make it converge with one more line that clears nothing.

# %% tags=["solution"]
X = M.clone().requires_grad_()
for _ in range(2361):
    solution = X.detach().clone()
    (X @ M - torch.eye(4)).square().mean().backward()
    with torch.no_grad():
        X -= 0.9 * X.grad
        X.grad *= 0.99  # the one line: a little friction
error = (solution - torch.linalg.inv(M)).norm() / torch.linalg.inv(M).norm()
print(f"error after 2,360 steps: {error:.1e}")
assert error < 1e-6
