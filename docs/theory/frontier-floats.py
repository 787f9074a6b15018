# ---
# title: Orthogonal in bfloat16
# description: >-
#   The best polynomials in float32 and bfloat16, a lower bound on their products, the inverse's own
#   optimum, and what the choice changes in an optimizer.
# given: [1933, 1969, 1970, 1971, 1986, 2007, 2016, 2024, 2025, 2026]
# ---

# %% [markdown]
# # Orthogonal in bfloat16
#
# [The best polynomials](frontier.py) put each singular value where they want it, in exact
# arithmetic. bfloat16 has two or three digits. Here is what is left of the theory there,
# how far the best polynomials are from a bound that holds for all, and whether an optimizer notices.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

sizes = {"plain": [], "divided by 1.01": []}
generator = torch.Generator().manual_seed(1)
A = gd.matrices.with_singular_values(
    torch.logspace(0, -3, 64).tolist(), generator
).bfloat16()
for name, margin in (("plain", 0.0), ("divided by 1.01", 0.01)):
    for k in range(9):
        X = gd.schedules.minimax(1e-3, margin=margin).orthogonalize(A, k)
        top = torch.linalg.matrix_norm(
            X.nan_to_num(1e9, 1e9, -1e9).double(), 2
        )
        sizes[name].append(min(top.item(), 1e9))
fig = gd.figures.figure(
    "In bfloat16 the best quintics explode, and a margin of a hundredth saves them",
    x="step",
    y="largest singular value",
    x_range=(0, 8),
    y_range=(0.5, 1e9),
    caption="A matrix of 64 rows, singular values from 0.001 to one. Values above a billion are cut off.",
    alt="Largest singular values after steps 0 to 8. Without a margin: "
    + ", ".join(f"{x:.2g}" for x in sizes["plain"])
    + ". Divided by 1.01 before each step: "
    + ", ".join(f"{x:.2g}" for x in sizes["divided by 1.01"])
    + ".",
)
gd.figures.line(fig, range(9), sizes["plain"], "failure", "no margin", at=4)
gd.figures.line(
    fig, range(9), sizes["divided by 1.01"], "measured", "margin 0.01", at=6.5
)
fig

# %% [markdown]
# !!! think "Pause to think"
#     The best quintic on $[l, 1]$ says nothing about `1.01`. Where does rounding put the largest singular
#     value?
#
# ??? predict "An answer"
#     Beyond one, by a unit of the dtype. There the quintic is steep: what is too large by a little grows with
#     each step, and the polynomials that follow were not made for it.
#
# ## What survives
#
# These are two questions. Is $X$ orthogonal? And is it the orthogonal matrix *of* $M$? The
# first one $X$ itself can answer. For the second we compare with the polar factor of $M$ in float64.

# %%
import math

import torch

import gdinverse as gd

M = gd.matrices.with_singular_values(
    torch.logspace(0, -3, 64).tolist(), torch.Generator().manual_seed(1)
)


def factor(M):
    U, _, Vh = torch.linalg.svd(M.double())
    return U @ Vh


def judge(X):
    """How far from orthogonal, and how far from the factor of M."""
    off = (torch.linalg.svdvals(X.double()) - 1).abs().max().item()
    away = (X.double() - factor(M)).norm() / factor(M).norm()
    return off, away.item()


minimax = gd.schedules.minimax
schedules = {
    "Newton–Schulz 3": (gd.schedules.newton_schulz(3), 22),
    "best 3": (minimax(1e-3, degree=3, margin=0.01), 14),
    "best 5": (minimax(1e-3, margin=0.01), 10),
    "best 7": (minimax(1e-3, degree=7, margin=0.01), 8),
}

# %% tags=["figure"]
u, on_interval = 2.0**-53, torch.logspace(-3, 0, 400, dtype=torch.float64)
*many, most = sorted(n for _, n in schedules.values())
many = ", ".join(map(str, many))
fig = gd.figures.figure(
    f"In float64 {many} and {most} steps put all {len(on_interval)} values within 2⁻⁵³ of one",
    x="step",
    y="largest distance from one",
    x_range=(0, 25),
    y_range=(1e-17, 3),
    caption="Computed number by number, without a matrix: 400 singular values from 0.001 to one.",
    alt="Farthest from one at the last step: "
    + "; ".join(
        f"{said}, step {n}: {(1 - way.trace(on_interval, n)[n]).abs().max():.0e}"
        for said, (way, n) in schedules.items()
    )
    + ".",
)
for (said, (way, n)), role in zip(
    schedules.items(), ("c1", "c3", "c4", "c5"), strict=True
):
    far = (1 - way.trace(on_interval, n)).abs().amax(1).clamp(u)
    assert far[-1] == u
    last = int((far > u).sum())
    gd.figures.line(fig, range(last + 1), far[: last + 1], role, said)
fig

# %%
found = {}
for dtype in (torch.float32, torch.bfloat16):
    print(f"{dtype}: off orthogonal, off factor")
    for name, (schedule, steps) in schedules.items():
        X = schedule.orthogonalize(M.to(dtype), steps)
        found[dtype, name] = judge(X)
        off, away = found[dtype, name]
        print(f"  {name:20} {off:.0e}  {away:.0e}")
    stored = judge(factor(M.to(dtype)))[1]
    found[dtype, "stored"] = stored
    print(f"  M stored, then exact        {stored:.0e}")
bare = minimax(1e-3).orthogonalize(M.bfloat16(), 10)
print("best 5 without a margin, bfloat16:", bare[0, 0].item())
half = {name: found[torch.bfloat16, name] for name in schedules}
assert not bare.isfinite().all()
assert all(off < 0.02 < away for off, away in half.values())
assert found[torch.bfloat16, "stored"] > 0.6 * half["best 5"][1]

# %% tags=["figure"]
bars_said = ["Newton–<br>Schulz 3", "best 3", "best 5", "best 7"]
off_half, away_half = zip(*half.values(), strict=True)
fig = gd.figures.figure(
    f"In bfloat16 the worst is {max(off_half):.1%} off orthogonal, the best {min(away_half):.1%} off "
    "the orthogonal factor",
    x="",
    y="distance",
    log_y=False,
    y_range=(0, 1.2 * max(away_half)),
    caption="Left bars: the farthest singular value from one. Right bars: the relative distance to "
    "the polar factor of M.",
    alt="; ".join(
        f"{said}: {off_said:.1%} off orthogonal, {away_said:.1%} off the factor"
        for said, (off_said, away_said) in half.items()
    )
    + ".",
)
for role, parts in (("c1", off_half), ("c2", away_half)):
    gd.figures.bars(
        fig, bars_said, parts, role, [f"{part:.1%}" for part in parts]
    )
fig

# %% [markdown]
# In bfloat16 the best quintics leave singular values {{= half["best 5"][0] : .0e }} from one, and the
# matrix is {{= half["best 5"][1] : .0e }} away from the orthogonal factor of $M$: *nearly orthogonal is not
# the right orthogonal*. Most of that is not the polynomial's. Storing $M$ in bfloat16, and computing the
# factor exactly, is {{= found[torch.bfloat16, "stored"] : .0e }} away: the directions of the smallest
# singular values are below the last digit.
#
# The explosion is the polynomial's. Beyond the upper end of its interval it grows steeply, and rounding
# carries a value there. Dividing by `1.01` before each step, as Amsel et al. (2025) do, keeps this matrix
# inside.
#
# ## How far from the bound
#
# Is there something better than composing? Let $k$ products make any odd polynomial $p$. Each product adds
# up two degrees that are there, so an odd one is at most $d = 2^{k-1} + 1$: such chains are counted in
# Knuth (1969), and for small $k$ below. Now let $|1 - p(\sigma)| \le E$ on $[l, 1]$. Then
# $1 - p^2$ is a polynomial of degree $d$ in $\sigma^2$, is one at zero and at most $E(2 + E)$ on
# $[l^2, 1]$. The least that such a polynomial can do is Chebyshev's:
#
# $$E(2 + E) \ge \frac{1}{\cosh (d\,c)} , \qquad c = \operatorname{arcosh} \frac{1 + l^2}{1 - l^2} .$$


# %%
def least_error(k, lower):
    """No odd polynomial made of k products leaves less on [lower, 1]."""
    wide = math.acosh((1 + lower**2) / (1 - lower**2))
    T = math.cosh((2 ** (k - 1) + 1) * wide)
    return 1 / T / (1 + math.sqrt(1 + 1 / T))  # solves E (2 + E) = 1 / T


def largest_odd(k):
    """The largest odd degree that k products reach."""
    chains = {(1,)}
    for _ in range(k):
        chains = {
            tuple(sorted({*c, a + b})) for c in chains for a in c for b in c
        }
    return max(d for c in chains for d in c if d % 2)


assert all(largest_odd(k) == 2 ** (k - 1) + 1 for k in range(2, 6))
needed = {
    goal: min(k for k in range(2, 18) if least_error(k, 1e-3) <= goal)
    for goal in (0.3, 1e-2, 1e-7, 1e-12)
}
low_end = torch.tensor(1e-3, dtype=torch.float64)
greedy = (1 - minimax(1e-3).trace(low_end, 9)).abs()
taken = {g: 3 * int(gd.rates.first_below(greedy, g)) for g in needed}
assert all(needed[goal] < taken[goal] for goal in needed)

# %% tags=["figure"]
goals = [f"{g:g}" for g in needed]
fig = gd.figures.figure(
    f"Composing costs {min(taken[g] - needed[g] for g in needed)} to "
    f"{max(taken[g] - needed[g] for g in needed)} products more than the bound",
    x="how near to one, from 0.001 on",
    y="products",
    log_y=False,
    y_range=(0, 1.2 * max(taken.values())),
    caption="Left bars, green: fewer are not enough for any odd polynomial. Right bars: what the best "
    "quintics take.",
    alt="; ".join(
        f"{g:g}: at least {needed[g]}, best quintics {taken[g]}"
        for g in needed
    )
    + ".",
)
for role, numbers in (("limit", needed), ("measured", taken)):
    gd.figures.bars(
        fig,
        goals,
        list(numbers.values()),
        role,
        list(map(str, numbers.values())),
    )
fig

# %% [markdown]
# For a hundredth the bound is {{= needed[1e-2] }} products, and the best quintics take
# {{= taken[1e-2] }}; for twelve digits {{= needed[1e-12] }} and {{= taken[1e-12] }}. So composing costs at
# most {{= max(taken[g] - needed[g] for g in needed) }} products more than *anything* odd could, on this
# interval and for these four goals. The bound is not sharp; how the best odd polynomials of a large degree behave is known
# from Eremenko & Yuditskii (2007).
#
# ## The inverse has its own
#
# The relative gradient for the inverse takes an eigenvalue $f$ of $X M$ to $f(2 - f)$. Here *any*
# polynomial without a constant term is allowed, and the best ones are Chebyshev's. To be told $l$, the
# least eigenvalue at the start, is not fair. Our default carries a vector instead, and knows nothing. How
# much does it lose?

# %%
generator = torch.Generator().manual_seed(3)
A = torch.rand(8, 16, 16, generator=generator, dtype=torch.float64)
options = {"tolerance": 1e-6, "finish": False}
plain = gd.inv(A, scaled=False, **options).steps
carried = gd.inv(A, **options).steps
X = gd.Inverse(A, guess="transpose").X.detach()
least = torch.linalg.eigvals(X @ A).real.amin(-1)
told = [
    gd.inv(a, schedule=minimax(0.999 * low, degree=2, power=1), **options)
    for a, low in zip(A, least.tolist(), strict=True)
]
told = torch.stack([result.steps for result in told])
print(f"mean steps: plain {plain.double().mean():.1f}", end=", ")
print(f"carried {carried.double().mean():.1f}", end=", ")
print(f"told {told.double().mean():.1f}")
lost = carried - told
assert (lost >= 0).all()

# %% tags=["figure"]
order, ranks = plain.argsort(), range(1, len(plain) + 1)
fig = gd.figures.figure(
    f"Who is told nothing takes at most {lost.max()} step more than who is told",
    x="matrix, by the steps of the plain run",
    y="steps to a proven millionth",
    log_y=False,
    x_range=(0.5, len(plain) + 2),
    y_range=(0, plain.max().item() + 3),
    caption="Plain: f to f (2 − f). Carried: the default, scaled by a carried vector. Told: the best "
    "quadratics for the least eigenvalue. Where told is carried's number, its dot lies on top.",
    alt="Steps: "
    + "; ".join(
        f"plain {plain[i]}, carried {carried[i]}, told {told[i]}"
        for i in order.tolist()
    )
    + ".",
)
assert lost.max() == 1
fig.layout.xaxis.update(tickvals=list(ranks))
for counted, role in ((plain, "c2"), (carried, "c1"), (told, "c3")):
    gd.figures.dots(fig, ranks, counted[order], role)
for counted, role, said, above in (
    (plain, "c2", "plain", True),
    (carried, "c1", "carried", True),
    (told, "c3", "told", False),
):
    where = counted[order][-1].item()
    gd.figures.label(fig, said, len(plain) + 0.2, where, role, above=above)
fig

# %% [markdown]
# On {{= len(A) }} random matrices of size `16` the carried vector takes at most {{= lost.max() }} steps more
# than the polynomials that are best when the least eigenvalue is known, at the same price a step. Plain steps
# take up to {{= (plain - told).max() }} more.
#
# ## Does an optimizer notice?
#
# Here is a loss whose answer is known: $\lVert W A - B \rVert^2$ for a matrix $W$ of size `8` and singular
# values of $A$ from `0.1` to one. Each step goes a fixed length along the orthogonalized gradient. Five
# steps of each polynomial, against the exact factor:


# %%
def follow(direction, lr, A, answer):
    """The relative error of W after each step of a fixed length."""
    W, errors = torch.zeros_like(answer), []
    for _ in range(int(12 / lr)):
        errors.append(((W - answer).norm() / answer.norm()).item())
        G = 2 * (W - answer) @ A @ A.T / W.numel()
        W = W - lr * direction(G / G.norm())
    return torch.tensor(errors)


def five(schedule):
    return lambda G: schedule.orthogonalize(G, 5)


generator = torch.Generator().manual_seed(5)
A = gd.matrices.with_singular_values(
    torch.logspace(0, -1, 8).tolist(), generator
)
answer = torch.randn(8, 8, generator=generator, dtype=torch.float64)
directions = {
    "Newton–Schulz 5": five(gd.schedules.newton_schulz(5)),
    "Muon": five(gd.schedules.muon()),
    "best 5": five(minimax(1e-3, 5)),
    "exact factor": factor,
}
floors, arrival = {}, {}
print("floor at lr     0.1    0.03   steps to 0.1")
for name, direction in directions.items():
    for lr in (0.1, 0.03):
        errors = follow(direction, lr, A, answer)
        floors[name, lr] = errors[-50:].mean().item()
        arrival[name, lr] = int(gd.rates.first_below(errors, 0.1))
    levels = " ".join(f"{floors[name, lr]:.4f}" for lr in (0.1, 0.03))
    print(f"{name:15} {levels} {arrival[name, 0.03]:12}")
ratios = [floors[name, 0.1] / floors[name, 0.03] for name in directions]
assert all(2.5 < ratio < 4.5 for ratio in ratios)
assert abs(floors["Muon", 0.03] / floors["exact factor", 0.03] - 1) < 0.2
last = max(directions, key=lambda name: arrival[name, 0.03])
assert last == "Muon"
least = floors["Muon", 0.03] * 0.99
assert min(floors["best 5", 0.03], floors["exact factor", 0.03]) > least
assert arrival["best 5", 0.03] < 130
assert min(directions, key=lambda n: floors[n, 0.03]) == "Newton–Schulz 5"

# %% tags=["figure"]
fig = gd.figures.figure(
    "The length of the step sets the floor, more than the polynomial does",
    x="step",
    y="relative error of W",
    x_range=(0, 400),
    y_range=(1e-3, 2),
    caption="Learning rate 0.1 (left, 120 steps) and 0.03, no momentum, float64.",
    alt="At learning rate 0.1 the errors settle at "
    + ", ".join(f"{floors[n, 0.1]:.3f} ({n})" for n in directions)
    + "; at 0.03 at "
    + ", ".join(f"{floors[n, 0.03]:.4f} ({n})" for n in directions)
    + ".",
)
for (name, direction), role, at in zip(
    directions.items(),
    ("c1", "c4", "c3", "floor"),
    (200, 163, 0, 60),
    strict=True,
):
    for lr in (0.1, 0.03):
        errors = follow(direction, lr, A, answer)
        said = name if lr == 0.03 and at else ""
        gd.figures.line(fig, range(len(errors)), errors, role, said, at=at)
gd.figures.label(fig, "best 5", 250, 0.016, "c3")  # above its noise
fig

# %% [markdown]
# A step of a fixed length cannot settle, so the error ends on a floor. Between `0.1` and `0.03` the
# floors fall by {{= min(ratios) : .1f }} to {{= max(ratios) : .1f }} times. At `0.03` the exact factor is at
# a tenth of the error after {{= arrival["exact factor", 0.03] }} steps, five of the best quintics after
# {{= arrival["best 5", 0.03] }}, and Muon's after {{= arrival["Muon", 0.03] }}. The floors of Muon's
# polynomial and of the exact factor differ by
# {{= abs(floors["Muon", 0.03] / floors["exact factor", 0.03] - 1) : .0% }}; Newton–Schulz, which leaves small
# singular values small, has the lowest. So here a better polynomial arrives sooner and settles no lower.
# This is one matrix and one loss, and it says nothing about language models.
#
# ## The road
#
# | year | who | what came in |
# |---|---|---|
# | 1933 | Schulz (1933) | $X \leftarrow X(2I - M X)$, for the inverse, by products alone |
# | 1970 | Kovarik (1970), Björck & Bowie (1971) | the cubic and its family of higher degrees, for the nearest orthogonal matrix |
# | 1986 | Higham (1986) | Newton's iteration for the polar factor, with an inverse in each step |
# | 2016 | Nakatsukasa & Freund (2016) | the best *rational* functions, by composing; two steps in double precision |
# | 2024 | Jordan et al. (2024) | Muon: five quintics that do not arrive, inside an optimizer |
# | 2025 | Amsel et al. (2025), Grishina, Smirnov & Rakhuba (2025) | the best polynomials, by composing: the ones on these pages |
# | 2026 | Zhang et al. (2026) | the same polynomials on the smaller $X X^\top$, for fewer operations |
#
# !!! claim "What this shows"
#     In bfloat16 a margin kept the best polynomials from exploding on this matrix, and most of what they
#     are off came with storing $M$. Composing costs at most {{= max(taken[g] - needed[g] for g in needed) }} products more
#     than any odd polynomial could. On the least-squares problem above, the exact factor arrives sooner than
#     Muon's polynomial, and settles no lower.
#
# **What carries over to a network.** Before you replace the polynomial in an optimizer, ask what it is
# to change: how many products a step costs, or where the run ends. The first is settled on these
# pages. The second is the length of the step, as in [noise](noise.py).
#
# The polar factor with its proof is [an operation of the package](../reference/operations.md).

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 1"
#     How large may the largest singular value be before the second of the best quintics throws it out of
#     its interval?

# %% tags=["solution"]
second = gd.schedules.Schedule(minimax(1e-3).coefficients[1:])
high = 1 + (1 - minimax(1e-3).trace(low_end, 1)[1].item())
for beyond in (1.0, 1.01, 1.05):
    there = torch.tensor(beyond * high, dtype=torch.float64)
    ended = second.trace(there, 4)[-1]
    print(f"{beyond:.2f} times the upper end: {ended:.3g}")
print("One percent too much grows at every step that follows.")
assert second.trace(torch.tensor(1.05 * high), 4)[-1] > 10
