# ---
# title: The SVD loss stops, or stops being true
# description: >-
#   Five ways in which a singular value decomposition by gradient descent fails: what you see, why,
#   the fix, and the check that keeps the fix true.
# given: ["0.01", "0.3", "0.9", "1.0", 2020]
# ---

# %% [markdown]
# # The SVD loss stops, or stops being true
#
# Your loss went down, and now it does not. Or it is tiny, and the answer is wrong. Here are the
# causes that look alike on the curve. The *level* tells some of them apart, one product tells the
# others.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd


def rand(seed, *shapes):
    generator = torch.Generator().manual_seed(seed)
    return [torch.rand(s, generator=generator).double() for s in shapes]


(M,) = rand(317, (4, 3))
problem = gd.PenaltySVD(M, guess=rand(314, (4, 3), (3,), (3, 3)))
sgd, found = torch.optim.SGD(problem.parameters(), lr=0.9, momentum=0.9), []
for _ in range(301):
    found.append(problem.sigmas().detach().clone())
    problem.backward()
    sgd.step()
found, true = torch.stack(found), torch.linalg.svdvals(M)
dead = int(found[-1].argmin())
assert found[-1, dead] < 1e-8 < 0.1 < true[2]
fig = gd.figures.figure(
    f"Two values arrive, the third dies: it should be {true[2]:.2f}, and is zero",
    x="step",
    y="singular values",
    log_y=False,
    x_range=(0, 310),
    y_range=(0, 1.3 * found.max().item()),
    caption="Matrix 5 of 2020, learning rate 0.9, σ = d². Dashed: the values by torch's SVD.",
    alt=f"After 300 steps: {', '.join(f'{s:.3f}' for s in found[-1].sort().values)}. "
    f"Torch: {', '.join(f'{s:.3f}' for s in true.flip(0))}.",
)
for value in true.tolist():
    gd.figures.line(fig, [0, 300], [value, value], "predicted")
for i in range(3):
    role = "failure" if i == dead else "c1"
    name = "dead" if i == dead else ""
    gd.figures.line(fig, range(301), found[:, i], role, name, at=200)
fig

# %% [markdown]
# All runs have momentum 0.9, in float64, from the guesses of 2020. The penalty loss and its five
# runs are in [the SVD by the same two steps](../series/3-svd.py).

# %%
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
    U = U.detach()
    return (U.mT @ U - torch.eye(U.shape[-1])).abs().max().item()


def run(problem, steps, lr=0.9, look=None):
    """Losses step by step; `look` is called at each step."""
    sgd = torch.optim.SGD(problem.parameters(), lr=lr, momentum=0.9)
    losses = []
    for _ in range(steps + 1):
        losses.append(problem.backward())
        if look is not None:
            look()
        sgd.step()
    return torch.stack(losses)


dead = gd.PenaltySVD(M5, guess=guess_for(M5))
dead_losses = run(dead, 1000)
slow = gd.PenaltySVD(M3, guess=guess_for(M3))
slow_defects = []
slow_losses = run(slow, 3000, look=lambda: slow_defects.append(defect(slow.U)))
dead_level = dead_losses[-1].item()

heavy = gd.PenaltySVD(M3, guess=guess_for(M3), penalty=1.0)
heavy_losses = run(heavy, 1000, lr=0.3)
heavy_level = heavy_losses[-1].item()

# %% tags=["figure"]
fig = gd.figures.figure(
    "Three flat curves, three causes: only one of them falls",
    x="step",
    y="loss",
    x_range=(0, 1000),
    y_range=(1e-6, 10),
    caption="Two SVD runs of 2020, and one of them with a penalty that is 100 times as heavy.",
    alt=f"After 1,000 steps: a dead value {dead_level:.5f}, two dead values {heavy_level:.5f}, two "
    f"near-equal values {slow_losses[1000]:.1e} and falling.",
)
span = range(1001)
gd.figures.line(fig, span, dead_losses, "failure", "one dead", at=600)
gd.figures.line(fig, span, heavy_losses, "c4", "two dead", at=300)
gd.figures.line(fig, span, slow_losses[:1001], "c1", "near-equal", at=600)
fig

# %% [markdown]
# | level | cause |
# |---|---|
# | $\sigma_i^2/(m n)$ | [a dead value](#dead-value) |
# | a sum of such levels | [several of them, by a heavy penalty](#heavy-penalty) |
# | still falling, very slowly | [near-equal values](#near-equal) |
# | a crawl that gets slower | [a matrix without full rank](svd-rank.py) |
# | no level, but wrong values | [drift](#drift) or [near-equal values](#near-equal) |
# | the same in every step | [two mistakes of every loop](#zeroed-parameters) |

# %% [markdown]
# ## The SVD loss stops at {{= dead_level : .4f }}: one value has died {: #dead-value }

# %%
sigma5 = torch.linalg.svdvals(M5)
level = (sigma5[2] ** 2 / 12).item()
with torch.no_grad():
    j = int(dead.d.abs().argmin())
    agreement = (dead.U * (M5 @ dead.V)).sum(0)

# %% [markdown]
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

# %% tags=["figure"]
named = ["first", "second", "third"]
fig = gd.figures.figure(
    f"Two pairs fit M, and one asks for {agreement[j]:.2f}, which d² cannot be".replace(
        "-", "−"
    ),
    x="pair of columns u, v",
    y="σ",
    log_y=False,
    y_range=(-0.6, 2.2),
    caption="Left bars: uᵀ M v, what each pair asks for. Right bars: d², what it has.",
    alt=f"Asked for: {', '.join(f'{x:.2f}' for x in agreement)}. "
    f"Had: {', '.join(f'{x:.2f}' for x in dead.d.detach() ** 2)}.",
)
gd.figures.bars(fig, named, agreement, "failure")
gd.figures.bars(fig, named, dead.d.detach() ** 2, "c1")
fig

# %% [markdown]
# !!! fix "Fix"
#     `PenaltySVD(M, sigma="free")`: let $\sigma$ have either sign. The dead run then needs
#     {{= series/3-svd#svd_freed_steps }} steps. [The whole story](../series/3-svd.py#the-dead-one).

# %% [markdown]
# ## A singular value is negative: the vectors point against each other {: #wrong-sign }
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
sigmas = []
run(freed, 500, look=lambda: sigmas.append(freed.d.detach().clone()))
sigmas = torch.stack(sigmas)
arrived = int(gd.rates.first_below((sigmas[:, j] + sigma5[2]).abs(), 1e-3))
print("σ as it runs:", *(f"{x:7.4f}" for x in freed.sigmas().detach()))
print("σ as a value:", *(f"{x:7.4f}" for x in freed.value().S))
assert freed.sigmas()[j] < -0.3
assert (freed.value().S - sigma5).abs().max() < 1e-6

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Freed, the dead value goes to {sigmas[-1, j]:.3f} within {arrived} steps",
    x="step after the release",
    y="σ as it runs",
    log_y=False,
    x_range=(0, 150),
    y_range=(-0.6, 2.2),
    caption="The fifth SVD run of 2020, released after 1,000 steps. Green: zero, which d² cannot pass.",
    alt=f"Two of the three values stay where they are, at {sigmas[-1, 0]:.3f} and "
    f"{sigmas[-1, 2]:.3f}. The dead one goes from 0 to {sigmas[-1, j]:.3f}; at step {arrived} it is "
    "within 0.001 of that.",
)
for i, role in enumerate(("c1", "failure", "c4")):
    name = "dead value" if i == j else f"{sigmas[-1, i]:.3f}"
    gd.figures.line(fig, range(151), sigmas[:151, i], role, name, at=75)
gd.figures.line(fig, [0, 150], [0, 0], "limit")
fig

# %% [markdown]
# !!! fix "Fix"
#     A free sign during the run, and the sign moved into $U$ at the end: that is what
#     `problem.value()` does. [Open the trap](../series/3-svd.py#open-the-trap).

# %% [markdown]
# ## The SVD loss stops higher since the penalty is heavier {: #heavy-penalty }

# %%
sigma3 = torch.linalg.svdvals(M3)
two_dead = (sigma3[2:].square().sum() / 28).item()
crowd = torch.stack([draw(seed, (4, 4))[0] for seed in range(200)])
smallest = torch.linalg.svdvals(crowd)[:, -1]
starts = [part.expand(200, *part.shape) for part in guess_for(crowd[0])]


def crowd_with(sigma):
    """At penalty 1.0: values lost by each of 200, and whose signs are odd."""
    problem = gd.PenaltySVD(crowd, guess=starts, penalty=1.0, sigma=sigma)
    run(problem, 1500, lr=0.3)
    lost = (problem.sigmas().detach().abs() < 1e-6).sum(-1)
    signs = torch.linalg.det(problem.U @ problem.V @ crowd).detach()
    return torch.where(smallest > 1e-4, lost, 0), signs < 0


(lost, odd), (lost_free, _) = crowd_with("squared"), crowd_with("free")
died, odd_died = int((lost > 0).sum()), int(((lost > 0) & odd).sum())
pairs = int(((lost == 2) & ~odd).sum())

# %% [markdown]
# !!! failure "Symptom"
#     You raised the penalty from 0.01 to 1.0, so that $U$ and $V$ stay orthogonal. Now the loss stops
#     at {{= heavy_level : .5f }}, in a run that had no dead value before.
#
# The level is $(\sigma_3^2 + \sigma_4^2)/(m n)$: two values are gone. (The learning rate changed, too: 0.9
# diverges with this penalty.) A heavy penalty holds $U$ and $V$ near orthogonal matrices, whose
# determinant would have to pass through zero to change its sign. If $\det U \det V$ has not the sign
# of $\det M$, some $\sigma$ must be negative, and $d^2$ is not.

# %%
print(f"level {heavy_level:.12f}   (σ₃² + σ₄²)/28 {two_dead:.12f}")
print(f"{int(odd.sum())} of 200 have the wrong sign: {odd_died} lose a value")
print(f"in all {died} lose a value; with σ of free sign {lost_free.sum()}")
too_fast = gd.PenaltySVD(M3, guess=guess_for(M3), penalty=1.0)
assert not run(too_fast, 50, lr=0.9)[-1].isfinite()
assert abs(heavy_level - two_dead) < 1e-8
assert died > 100 > 0 == lost_free.sum()
assert odd_died > 0.9 * odd.sum()
assert pairs > (died - odd_died) / 2
assert slow.d.detach().abs().min() > 0.5

# %% tags=["figure"]
crowds = {"sign wrong": int(odd.sum()), "sign right": int((~odd).sum())}
losing = [odd_died, died - odd_died]
fig = gd.figures.figure(
    f"Of {crowds['sign wrong']} with the wrong sign {losing[0]} lose a value, of the others {losing[1]}",
    x="sign of det U det V beside that of det M",
    y="of 200 matrices",
    log_y=False,
    y_range=(0, 135),
    caption="Penalty 1. Left bars: how many there are. Right bars: how many lose a value.",
    alt="; ".join(
        f"{name}: {lose} of {count} lose a value"
        for (name, count), lose in zip(crowds.items(), losing, strict=True)
    ),
)
for counts, role in ((list(crowds.values()), "c1"), (losing, "failure")):
    gd.figures.bars(fig, list(crowds), counts, role, [str(n) for n in counts])
fig

# %% [markdown]
# Of the other {{= died - odd_died }} that lose a value, {{= pairs }} lose two. Two wrong signs do not
# show in a determinant.
#
# !!! fix "Fix"
#     Free the sign first, then weigh the penalty:
#
#     ```python
#     gd.PenaltySVD(M, sigma="free", penalty=1.0)
#     ```
#
#     Both, with learning rate 0.3, are [the repair](../series/3-svd-repair.py#the-repair).

# %% [markdown]
# ## Two singular values are wrong in the second digit: near neighbors {: #near-equal }

# %%
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
ratio = digits[-1] / digits[-2]

# %% [markdown]
# !!! failure "Symptom"
#     The loss looks flat at {{= slow_losses[3000] : .1e }} after some thousand steps, and two
#     singular values are wrong in the second digit.
#
# They are {{= sigma3[2] : .4f }} and {{= sigma3[3] : .4f }}. Turn the two pairs of vectors a little
# into each other, and the product hardly changes: the loss is almost flat that way. Nothing is
# stuck. The Hessian at the answer says {{= slow_digit : ,.0f }} steps per factor of ten in the end, and
# the loss is below one millionth at step {{= series/3-svd#svd_slow_steps : ,d }}.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"From gap 0.05 to half of it: {ratio:.1f} times the steps",
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

# %% [markdown]
# ## The SVD loss is small and U is not orthogonal: drift {: #drift }

# %%
firm = gd.PenaltySVD(M3, guess=guess_for(M3), sigma="free", penalty=1.0)
firm_defects = []
run(firm, 1000, lr=0.3, look=lambda: firm_defects.append(defect(firm.U)))
turned = gd.OrthogonalSVD(M3, guess=guess_for(M3))
turned_defects = []
run(turned, 50, lr=0.1, look=lambda: turned_defects.append(defect(turned.U)))
exact_defect = defect(gd.svd(M3).value.U)
said = 4 * (slow_losses[1000] / 0.01).sqrt().item()

# %% [markdown]
# !!! failure "Symptom"
#     The loss is {{= slow_losses[1000] : .0e }}, and $U^\top U$ differs from the identity by
#     {{= slow_defects[1000] : .2f }}.
#
# A penalty pulls and does not hold. With the weight $p$, a loss $\ell$ only promises that
# $\lVert U^\top U - I \rVert \le n\sqrt{\ell/p}$: {{= said : .2f }} here, because $p$ is 0.01.
# The small weight and the mean over all entries hide the rest.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"With penalty 1.0, a free sign, lr 0.3: {slow_defects[1000] / firm_defects[1000]:.0f} times nearer to orthogonal",
    x="step",
    y="largest entry of |UᵀU − I|",
    x_range=(0, 1000),
    y_range=(1e-17, 1e2),
    caption="Matrix 3 of 2020. Penalty 1.0 with a free sign and learning rate 0.3. Orthogonal: torch's "
    "own parametrization, 50 steps.",
    alt=f"At step 1,000: {slow_defects[1000]:.3f} with penalty 0.01, {firm_defects[1000]:.4f} with "
    f"penalty 1.0. With the parametrization never above {max(turned_defects):.0e}.",
)
gd.figures.line(
    fig, span, slow_defects[:1001], "failure", "penalty 0.01", at=500
)
gd.figures.line(fig, span, firm_defects, "c1", "penalty 1.0", at=500)
gd.figures.line(fig, range(51), turned_defects, "c3", "orthogonal")
fig

# %%
print(f"penalty 0.01     {slow_defects[1000]:.1e}")
print(f"penalty 1.0      {firm_defects[1000]:.1e}")
print(f"OrthogonalSVD    {turned_defects[-1]:.1e}")
print(f"gd.svd           {exact_defect:.1e}")
assert slow_defects[1000] < said
assert firm_defects[1000] < slow_defects[1000] / 5
assert max(turned_defects[-1], exact_defect) < 1e-14

# %% [markdown]
# !!! fix "Fix"
#     Penalty 1.0, with a free sign and learning rate 0.3; or `OrthogonalSVD`, which cannot leave;
#     or `gd.svd`. [Do not leave](../series/3-svd-repair.py#do-not-leave-the-orthogonal-matrices).

# %% [markdown]
# ## The SVD loss is the same in every step {: #zeroed-parameters }

# %%
nothing = [torch.zeros_like(part) for part in guess_for(M5)]
zeroed_level = gd.PenaltySVD(M5, guess=nothing)().item()

# %% [markdown]
# !!! failure "Symptom"
#     The loss does not move at all. Two mistakes do that to every loop, not to an SVD alone.
#
# *Parameters zeroed, not gradients.* Every loss is then measured at zero, where it is the mean
# square of $M$ plus $2p/n$ from the two penalties of weight $p$: {{= zeroed_level : .4f }} for the
# matrix of the dead run. [The same for the inverse](level.py#zeroed-parameters).
#
# *A step that is tiny.* The loss is that of the guess, and the learning rate is too small for its
# curvature. [The same for the inverse](slow.py#tiny-step).
# {: #tiny-step }

# %%
expected = M5.square().mean().item() + 2 * 0.01 / 3
print(f"level at zero {zeroed_level:.6f}, expected {expected:.6f}")
assert abs(zeroed_level - expected) < 1e-12

# %% [markdown]
# !!! fix "Fix"
#     `optimizer.zero_grad()` clears gradients, and only those. For the learning rate, ask:
#
#     ```python
#     h = gd.rates.local_curvature(problem)
#     lr = gd.rates.lr_limit(h, momentum=0.9) / 2
#     ```

# %% tags=["hide"]
values = {"dead_level": dead_level}
