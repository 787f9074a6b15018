# ---
# title: The SVD loss stops, or stops being true
# description: >-
#   Seven ways in which a singular value decomposition by gradient descent fails: what you see, why,
#   the fix, and the check that keeps the fix true.
# given: [2020, "0.01", "0.3", "0.9", "1.0", "1,000"]
# ---

# %% tags=["hide"]
import torch

import gdinverse as gd

torch.set_printoptions(sci_mode=False)


def draw(seed, *shapes):
    generator = torch.Generator().manual_seed(seed)
    return [torch.rand(s, generator=generator).double() for s in shapes]


(M3,) = draw(316, (7, 4))
(M5,) = draw(317, (4, 3))


def guess_for(M):
    m, n = M.shape
    return draw(314, (m, n), (n,), (n, n))


def defect(U):
    """The largest entry of |UᵀU − I|."""
    return (U.mT @ U - torch.eye(U.shape[-1])).abs().max().item()


def run(problem, steps, lr=0.9):
    """Losses and defects of U, step by step."""
    sgd = torch.optim.SGD(problem.parameters(), lr=lr, momentum=0.9)
    losses, defects = [], []
    for _ in range(steps + 1):
        losses.append(problem.backward())
        defects.append(defect(problem.U.detach()))
        sgd.step()
    return torch.stack(losses), defects


dead = gd.PenaltySVD(M5, guess=guess_for(M5))
dead_losses, _ = run(dead, 1000)
slow = gd.PenaltySVD(M3, guess=guess_for(M3))
slow_losses, slow_defects = run(slow, 3000)
dead_level = dead_losses[-1].item()

M = gd.matrices.random_2020()


def inverse_losses(lr, steps, zero_parameters=False):
    """The inverse of matrix 1 by hand; with the bug, X is cleared and not its gradient."""
    X, losses = M.clone().requires_grad_(), []
    for _ in range(steps + 1):
        loss = (X @ M - torch.eye(4)).square().mean()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            X -= lr * X.grad
            if zero_parameters:
                X.zero_()
            else:
                X.grad *= 0.9
    return losses


zeroed = inverse_losses(0.9, 1000, zero_parameters=True)
tiny = inverse_losses(1e-10, 1000)

# %% [markdown]
# # The SVD loss stops, or stops being true
#
# Your loss went down, and now it does not. Or it is tiny, and the answer is wrong. Here are seven
# causes that look alike on the curve. The *level* tells some of them apart, one product tells the
# others.
# {: .gd-lead }
#
# All runs have momentum 0.9, in float64, from the guesses of 2020. The penalty loss and its five
# runs are in [the SVD by the same two steps](../series/3-svd.py).

# %% tags=["figure"]
fig = gd.figures.figure(
    "Four flat curves, four causes: only one of them falls",
    x="step",
    y="loss",
    x_range=(0, 1000),
    y_range=(1e-6, 10),
    caption="Two SVD runs of 2020, and two mistakes in the inverse of matrix 1.",
    alt=f"After 1,000 steps: zeroed parameters {zeroed[-1]:.4f}, a step of 1e-10 {tiny[-1]:.4f}, "
    f"a dead value {dead_level:.5f}, two near-equal values {slow_losses[1000]:.1e} and falling.",
)
span = range(1001)
gd.figures.line(fig, span, tiny, "c2", "lr 1e-10", at=700)
gd.figures.line(fig, span, zeroed, "c4", "zeroed", at=300)
gd.figures.line(fig, span, dead_losses, "failure", "dead", at=600)
gd.figures.line(fig, span, slow_losses[:1001], "c1", "near-equal", at=600)
fig

# %% [markdown]
# | level | cause |
# |---|---|
# | $\sigma_i^2/(m n)$ | [a dead value](#dead-value) |
# | still falling, very slowly | [near-equal values](#near-equal) |
# | $1/n$, for the inverse | [zeroed parameters](#zeroed-parameters) |
# | the loss of the guess | [a tiny step](#tiny-step) |
# | a crawl that gets slower | [a matrix without full rank](#rank-deficient) |
# | no level, but wrong values | [drift](#drift) or [near-equal values](#near-equal) |

# %% tags=["hide"]
sigma5 = torch.linalg.svdvals(M5)
level = (sigma5[2] ** 2 / 12).item()
with torch.no_grad():
    j = int(dead.d.abs().argmin())
    agreement = (dead.U * (M5 @ dead.V)).sum(0)

# %% [markdown]
# ## One value has died {: #dead-value }
#
# !!! failure "Symptom"
#     The loss stands at {{= dead_level : .7f }} and does not change in its last digit. One singular
#     value is zero, and `torch.linalg.svdvals` says that it should be {{= sigma5[2] : .4f }}.
#
# With $\sigma = d^2$ the derivative by $d$ has a factor $2d$. A $d$ that comes near zero is held
# there if its two vectors ask for a negative $\sigma$. What is left is the best matrix of lower
# rank, and its loss is $\sigma_3^2/(m n)$: here {{= level : .7f }}.

# %%
print(f"level {dead_level:.12f}   σ₃²/12 {level:.12f}")
print("d     ", *(f"{x:9.1e}" for x in dead.d.detach()))
assert abs(dead_level - level) < 1e-10
assert dead.d.detach()[j].abs() < 1e-10

# %% [markdown]
# !!! fix "Fix"
#     `PenaltySVD(M, sigma="free")`: let $\sigma$ have either sign. The dead run then needs
#     {{= series/3-svd#svd_freed_steps }} steps. [The whole story](../series/3-svd.py#the-dead-one).

# %% [markdown]
# ## The vectors point against each other {: #wrong-sign }
#
# !!! failure "Symptom"
#     A singular value comes out negative; or it is zero, and you ask why it does not grow.
#
# Take each pair of columns and compute $u^\top M v$, the $\sigma$ that would suit it best.

# %%
print("uᵀ M v:", *(f"{x:7.4f}" for x in agreement))
assert agreement[j] < -0.27

# %% [markdown]
# {{= agreement[j] : .4f }} is negative: with $d^2$ this pair is lost. Neither
# penalty says which way $v$ should point when $u$ points one way. With a free $\sigma$ it is no
# failure at all: a negative $\sigma$ with $u$ is a positive one with $-u$.

# %%
U, d, V = (x.detach().clone() for x in (dead.U, dead.d, dead.V))
freed = gd.PenaltySVD(M5, sigma="free", guess=(U, d**2, V))
freed_losses, _ = run(freed, 500)
print("σ as it runs:", *(f"{x:7.4f}" for x in freed.sigmas().detach()))
print("σ as a value:", *(f"{x:7.4f}" for x in freed.value().S))
assert freed.sigmas()[j] < -0.3
assert (freed.value().S - sigma5).abs().max() < 1e-6

# %% [markdown]
# !!! fix "Fix"
#     A free sign during the run, and the sign moved into $U$ at the end: that is what
#     `problem.value()` does. [Open the trap](../series/3-svd.py#open-the-trap).

# %% tags=["hide"]
gaps = [0.4, 0.2, 0.1, 0.05, 0.025]
digits = []
for gap in gaps:
    generator = torch.Generator().manual_seed(0)
    near = gd.matrices.with_singular_values([3, 2, 1, 1 - gap], generator)
    problem = gd.PenaltySVD(near, guess=guess_for(near))
    problem.to_answer()
    h = gd.rates.local_curvature(problem)
    rate = gd.rates.rate(h, lr=0.3, momentum=0.9).max()
    digits.append(gd.rates.steps_per_factor(rate**2).item())
problem = gd.PenaltySVD(M3, guess=guess_for(M3))
problem.to_answer()
slow_rate = gd.rates.rate(gd.rates.local_curvature(problem), 0.9, 0.9).max()
slow_digit = gd.rates.steps_per_factor(slow_rate**2).item()
sigma3 = torch.linalg.svdvals(M3)
ratio = digits[-1] / digits[-2]

# %% [markdown]
# ## Two values are near neighbors {: #near-equal }
#
# !!! failure "Symptom"
#     The loss looks flat at {{= slow_losses[3000] : .1e }} after some thousand steps, and two
#     singular values are wrong in the second digit.
#
# They are {{= sigma3[2] : .4f }} and {{= sigma3[3] : .4f }}. Turn the two pairs of vectors a little
# into each other, and the product hardly changes: the loss is almost flat that way. Nothing is
# stuck. The Hessian at the answer says {{= slow_digit : ,.0f }} steps per factor of ten, and the loss
# is below one millionth at step {{= series/3-svd#svd_slow_steps : ,d }}.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Half the gap, {ratio:.1f} times the steps",
    x="gap between two singular values",
    y="steps per factor of ten of the loss",
    log_x=True,
    x_range=(0.02, 0.5),
    y_range=(1e3, 1e6),
    caption="4×4 matrices with the values 3, 2, 1 and 1 − gap; penalty 0.01, lr 0.3, momentum 0.9. "
    "From the Hessian at the answer.",
    alt="Steps per factor of ten: "
    + ", ".join(
        f"gap {g}: {n:,.0f}" for g, n in zip(gaps, digits, strict=True)
    )
    + ".",
)
gd.figures.line(fig, gaps, digits, "predicted", "predicted", at=0.15)
for gap, count in zip(gaps, digits, strict=True):
    gd.figures.dot(fig, gap, count, "predicted")
fig

# %%
bounds = gd.proof.svd_bounds(M3, *slow.value()).values
off = (slow.value().S - sigma3).abs()
print("off by ", *(f"{x:.4f}" for x in off))
print("at most", *(f"{x:.4f}" for x in bounds))
assert 3.5 < ratio < 4.5
assert off.max() > 0.01
assert (off <= bounds).all()

# %% [markdown]
# !!! fix "Fix"
#     Wait, or use `gd.svd(M)`, which turns the pair by its best angle. And do not judge by the loss:
#     `gd.proof.svd_bounds` says how far each value can be off.
#     [The slow one](../series/3-svd.py#the-slow-one).

# %% tags=["hide"]
heavy = gd.PenaltySVD(M3, guess=guess_for(M3), sigma="free", penalty=1.0)
heavy_losses, heavy_defects = run(heavy, 1000, lr=0.3)
turned = gd.OrthogonalSVD(M3, guess=guess_for(M3))
_, turned_defects = run(turned, 100, lr=0.1)
exact_defect = defect(gd.svd(M3).value.U)
said = 4 * (slow_losses[1000] / 0.01).sqrt().item()

# %% [markdown]
# ## Orthogonality drifts {: #drift }
#
# !!! failure "Symptom"
#     The loss is {{= slow_losses[1000] : .0e }}, and $U^\top U$ differs from the identity by
#     {{= slow_defects[1000] : .2f }}.
#
# A penalty pulls and does not hold. With the weight $p$, a loss $\ell$ only promises that
# $\lVert U^\top U - I \rVert \le n\sqrt{\ell/p}$: {{= said : .2f }} here, because $p$ is 0.01.
# The small weight and the mean over all entries hide the rest.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Penalty 1.0: {slow_defects[1000] / heavy_defects[1000]:.0f} times nearer to orthogonal",
    x="step",
    y="largest entry of |UᵀU − I|",
    x_range=(0, 1000),
    y_range=(1e-17, 1e2),
    caption="Matrix 3 of 2020. Orthogonal: torch's own parametrization, 100 steps.",
    alt=f"At step 1,000: {slow_defects[1000]:.3f} with penalty 0.01, {heavy_defects[1000]:.4f} with "
    f"penalty 1.0. With the parametrization never above {max(turned_defects):.0e}.",
)
gd.figures.line(
    fig, span, slow_defects[:1001], "failure", "penalty 0.01", at=500
)
gd.figures.line(fig, span, heavy_defects, "c1", "penalty 1.0", at=500)
gd.figures.line(fig, range(101), turned_defects, "c3", "orthogonal")
fig

# %%
print(f"penalty 0.01     {slow_defects[1000]:.1e}")
print(f"penalty 1.0      {heavy_defects[1000]:.1e}")
print(f"OrthogonalSVD    {turned_defects[-1]:.1e}")
print(f"gd.svd           {exact_defect:.1e}")
assert slow_defects[1000] < said
assert heavy_defects[1000] < slow_defects[1000] / 5
assert max(turned_defects[-1], exact_defect) < 1e-14

# %% [markdown]
# !!! fix "Fix"
#     Penalty 1.0, with a free sign and learning rate 0.3; or `OrthogonalSVD`, which cannot leave;
#     or `gd.svd`. [Do not leave](../series/3-svd.py#do-not-leave-the-orthogonal-matrices).

# %% [markdown]
# ## The parameters are zeroed, not the gradients {: #zeroed-parameters }
#
# !!! failure "Symptom"
#     The loss is the same in every step from the second on. For the inverse of a 4×4 matrix it is
#     {{= zeroed[-1] : .2f }}.
#
# Somebody asked this on a forum: the loop said `X.zero_()` and meant `X.grad.zero_()`. Then every
# loss is measured at $X = 0$, where the $n$ ones of the identity are missing: $n/n^2 = 1/n$. It is
# the same mistake in an SVD; there the level is the mean square of $M$, plus $2p/n$ from the
# penalties.

# %%
print(*(f"{loss:.4f}" for loss in zeroed[:5]))
assert all(loss == 0.25 for loss in zeroed[1:])
nothing = [torch.zeros_like(part) for part in guess_for(M5)]
svd_level = gd.PenaltySVD(M5, guess=nothing)().item()
assert abs(svd_level - (M5.square().mean() + 2 * 0.01 / 3)) < 1e-12

# %% [markdown]
# !!! fix "Fix"
#     Clear the gradients: `X.grad.zero_()`, or `optimizer.zero_grad()`. A level of exactly $1/n$ is
#     the fingerprint. [Guess once, improve many times](../series/2-inverse.py#guess-once-improve-many-times).

# %% tags=["hide"]
h = gd.Inverse(M).modes().curvature
per_digit = gd.rates.steps_per_factor(1 - 1e-10 * h[3] / (1 - 0.9)).item()
lr_limit = gd.rates.lr_limit(h, 0.9)
repaired = inverse_losses(lr_limit / 2, 1000)

# %% [markdown]
# ## The step is tiny {: #tiny-step }
#
# !!! failure "Symptom"
#     The loss stays at that of the guess, {{= tiny[0] : .4f }}. After 1,000 steps it has changed by
#     {{= tiny[0] - tiny[1000] : .0e }}.
#
# This too was asked on a forum, with a learning rate of `1e-10`. It does converge. With momentum
# $\beta$, the slowest mode needs
# $\ln 10 \cdot (1 - \beta)/(\alpha h)$ steps per factor of ten. Here that is
# {{= per_digit : .1e }} steps.

# %%
print(f"limit of lr {lr_limit:.3f}; half of it: loss {repaired[1000]:.1e}")
assert 0 < tiny[0] - tiny[1000] < 1e-5
assert per_digit > 1e12
assert repaired[1000] < 1e-20

# %% [markdown]
# !!! fix "Fix"
#     Do not guess the learning rate: ask. `gd.rates.lr_limit(h, momentum)` is the edge, and half of
#     it is a good start. For an SVD, `gd.rates.local_curvature(problem)` gives the $h$.
#     [The edge](../series/2-inverse.py#the-edge).

# %% tags=["hide"]
generator = torch.Generator().manual_seed(0)
flat = gd.matrices.with_singular_values([2, 1, 0], generator)
squared = gd.PenaltySVD(flat, guess=guess_for(flat), penalty=1.0)
free = gd.PenaltySVD(flat, guess=guess_for(flat), penalty=1.0, sigma="free")
squared_losses, _ = run(squared, 4000, lr=0.3)
free_losses, _ = run(free, 1000, lr=0.3)
answer = gd.svd(flat)
flat_bounds = gd.proof.svd_bounds(flat, *answer.value)

# %% [markdown]
# ## The matrix has not full rank {: #rank-deficient }
#
# !!! failure "Symptom"
#     The loss comes to {{= squared_losses[1000] : .0e }} and then crawls: after four times as many
#     steps it is {{= squared_losses[4000] : .1e }}.
#
# This time a singular value *is* zero, and $d \to 0$ is right. But $\sigma = d^2$ makes the loss flat
# like $d^4$ there. The curvature at the answer is zero, so there is no rate: each factor of ten takes
# longer than the one before. With a free $\sigma$ the curvature is that of $\sigma$ itself.

# %%
print(f"d², step 4,000    {squared_losses[4000]:.1e}")
print(f"free, step 1,000  {free_losses[1000]:.1e}")
print(answer)
print("values ", *(f"{x:.1e}" for x in answer.value.S))
print("off by ", *(f"{x:.1e}" for x in flat_bounds.values))
print("vectors", *(f"{x:.1e}" for x in flat_bounds.vectors))
assert squared_losses[4000] > 1e-12
assert free_losses[1000] < 1e-25
assert answer.converged
assert (flat_bounds.values < 1e-13).all()
assert flat_bounds.vectors[2] > 1

# %% [markdown]
# `gd.svd` finds it, and the bounds are honest. No value is off by more than a few units of the last
# digit. The vectors of the zero value have a bound above one, which says nothing: $u$ and $v$ of a
# zero are not tied to each other, and each may have either sign.
#
# !!! fix "Fix"
#     A free sign, or `gd.svd`. Read the rank from values and bounds: a value that is smaller than its
#     bound cannot be told from zero. A *dead* value looks the same in $d$; it has a
#     [level](#dead-value) in the loss, and a true zero has none.

# %% tags=["hide"]
values = {
    "dead_level": dead_level,
    "tiny_step_per_digit": per_digit,
}
