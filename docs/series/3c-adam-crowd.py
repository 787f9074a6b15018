# ---
# title: "Adam, run by run"
# description: >-
#   Eleven runs of Adam on inverses with the limit that each crosses, those that do not fit
#   included, and a hundred random matrices.
# given: [2020, 100, 314, "0.01", "3,000", "20,000", "3.8"]
# ---

# %% [markdown]
# # Adam, run by run
#
# An appendix to [Is Adam better?](3b-adam.py) That page watches one run cross its limit and leave.
# Here are eleven more, all that were tried, and a crowd of a hundred for another question: whether
# Adam loses singular values.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd


def random(seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(4, 4, generator=generator).double()


matrices = {"1": gd.matrices.random_2020(), "D": gd.matrices.diagonal_2020()}
matrices |= {f"s{seed}": random(seed) for seed in range(9)}
kappa = [torch.linalg.cond(M).item() for M in matrices.values()]
fig = gd.figures.figure(
    f"Eleven matrices, with condition numbers from {min(kappa):.0f} to {max(kappa):,.0f}",
    x="matrix",
    y="condition number",
    log_y=False,
    y_range=(0, 1.15 * max(kappa)),
    caption="1 and D are those of 2020, the others random with seeds 0 to 8. Each is inverted "
    "by Adam below.",
    alt="; ".join(
        f"{name}: {k:,.0f}" for name, k in zip(matrices, kappa, strict=True)
    ),
)
gd.figures.bars(
    fig, list(matrices), kappa, "measured", [f"{k:.0f}" for k in kappa]
)
fig

# %% [markdown]
# !!! think "Pause to think"
#     A run crosses its limit *before* it has arrived. What do you expect: does it arrive later, or
#     never?
#
# ??? predict "An answer"
#     Both are in the table below. Beyond the limit the error grows along one direction, the gradients
#     grow with it, $v$ remembers them, and the effective learning rate falls. The run goes on.

# %% [markdown]
# ## All seeds
#
# The inverse of matrix 1, of the diagonal matrix, and of the random matrices with seeds 0 to 8.
# Learning rate 0.01, float64, the guess of 2020, 20,000 steps. The eleven run as one batch. What
# Adam sees is computed every ten steps: $\alpha (1 - \beta_1)$ times the largest eigenvalue of
# $D^{-1/2} H D^{-1/2}$, with the limit `3.8`.

# %%
import torch

import gdinverse as gd


def sees(H, adam, X, k):
    """What Adam sees of each Hessian after k steps."""
    (options,) = adam.param_groups
    v_hat = adam.state[X]["exp_avg_sq"] / (1 - options["betas"][1] ** k)
    w = (v_hat.sqrt() + options["eps"]).rsqrt().flatten(1)
    scaled = w[:, :, None] * H * w[:, None, :]
    largest = torch.linalg.eigvalsh(scaled)[:, -1]
    return options["lr"] * (1 - options["betas"][0]) * largest


def run_together(M, steps):
    """The errors of a batch at each step; what Adam sees, every ten."""
    problem = gd.Inverse(M, guess=gd.matrices.random_2020().expand_as(M))
    H = torch.stack([gd.rates.hessian(gd.Inverse(A)) for A in M])
    adam = torch.optim.Adam(problem.parameters(), lr=0.01, fused=True)
    path, seen = [], []
    for step in range(steps + 1):
        path.append(problem.X.detach().clone())
        problem.backward()
        adam.step()
        if step % 10 == 0:
            seen.append(sees(H, adam, problem.X, step + 1))
    inverse, norm = torch.linalg.inv(M), torch.linalg.matrix_norm
    error = norm(torch.stack(path) - inverse) / norm(inverse)
    return error.T, torch.stack(seen).T


def random(seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(4, 4, generator=generator).double()


names = ["matrix 1", "diagonal", *(f"seed {seed}" for seed in range(9))]
batch = torch.stack(
    [
        gd.matrices.random_2020(),
        gd.matrices.diagonal_2020(),
        *(random(seed) for seed in range(9)),
    ]
)
errors, seen = run_together(batch, 20_000)

# %% tags=["figure"]
above = (seen > 3.8).any(1)
assert above.all()
fig = gd.figures.figure(
    f"In all {len(names)} runs what Adam sees rises over the limit 3.8",
    x="step",
    y="curvature that Adam sees",
    x_range=(0, 21_000),
    y_range=(1e-3, 1e4),
    caption="Blue: matrix 1 and the random ones. Green: the diagonal matrix. Dash-dotted: the limit.",
    alt=f"Eleven curves rise over the steps, those of the random matrices over 3.8; their largest "
    f"values are between {seen.amax(1).min():.0f} and {seen.amax(1).max():,.0f}.",
)
for i, looks in enumerate(seen[:, ::8]):
    role = "c3" if i == 1 else "c1"
    gd.figures.line(fig, range(0, 20_001, 80), looks, role)
gd.figures.line(fig, [0, 20_000], [3.8, 3.8], "limit")
fig

# %% [markdown]
# A run has *arrived* when its error is below {{= 1e-10 : .0e }}, and has *left* when it is above
# {{= 1e-9 : .0e }} again. The crossing in the table is the first one, wherever the run is then, with
# the error there. The lag is the time from the crossing until the run has left.


# %%
def story(error, seen):
    """The steps of arrival, first crossing and departure; -1: never."""
    arrived = int(gd.rates.first_below(error, 1e-10))
    crossed = 10 * int(gd.rates.first(seen > 3.8))
    away = torch.arange(len(error)) > arrived
    left = int(gd.rates.first((error > 1e-9) & away)) if arrived >= 0 else -1
    return arrived, crossed, left


def shown(step):
    return f"{step:,}" if step >= 0 else "never"


print("matrix   arrived crosses error   left  lag")
lags, crossings = {}, []
for name, error, looks in zip(names, errors, seen, strict=True):
    arrived, crossed, left = story(error, looks)
    crossings += [crossed] if name != "diagonal" else []
    if 0 <= arrived <= crossed:
        lags[name] = left - crossed
    print(
        f"{name:8} {shown(arrived):>7} {shown(crossed):>7} "
        f"{error[crossed]:.0e} {shown(left):>6} {lags.get(name, ''):>4}"
    )
fits = [name for name, lag in lags.items() if lag > 0]
others = [name for name in names if name not in lags]
assert fits == list(lags)
assert len(fits) > len(others)
assert 9000 < min(crossings) < max(crossings) < 10_500

# %% tags=["figure"]
fig = gd.figures.figure(
    f"{len(fits)} of {len(names)} arrive before they cross the limit, and {len(others)} do not",
    x="step",
    y="relative error",
    x_range=(0, 20_000),
    y_range=(1e-17, 1e3),
    caption="Four of the eleven runs. Dots: where each crosses its limit for the first time.",
    alt="; ".join(
        f"{name}: error {errors[names.index(name)][story(errors[names.index(name)], seen[names.index(name)])[1]]:.0e} "
        f"at its crossing, step {story(errors[names.index(name)], seen[names.index(name)])[1]:,}"
        for name in ("seed 3", "seed 4", "seed 0", "seed 7")
    )
    + ".",
)
for name, role, at in (
    ("seed 3", "c1", 3000),
    ("seed 4", "c3", 8000),
    ("seed 0", "c4", 7000),
    ("seed 7", "failure", 17_000),
):
    error, looks = errors[names.index(name)], seen[names.index(name)]
    gd.figures.line(fig, range(20_001), error, role, name, at=at)
    crossing = story(error, looks)[1]
    gd.figures.dot(fig, crossing, error[crossing].item(), role)
fig

# %% [markdown]
# {{= len(fits) }} of the eleven arrive first, then cross, then leave, {{= min(lags.values()) }} to
# {{= max(lags.values()) : ,d }} steps after the crossing. The other {{= len(others) }} do not fit:
#
# - *Seed 0* crosses when it is still far away, and goes on. It arrives later and leaves soon.
# - *Seed 4* crosses shortly before it arrives.
# - *Seeds 7 and 8* cross far away, and have not arrived by step 20,000.
#
# Why these four? They are the matrices with the smallest singular values, as the next cell says. A
# flat direction takes long, and but for the diagonal matrix the crossings come between the steps
# {{= min(crossings) : ,d }} and {{= max(crossings) : ,d }}, near the answer or far from it.
#
# The lags depend on rounding: where the gradient is zero in all its digits, there is nothing to
# amplify for a while. Another build of torch has other lags.

# %%
smallest = torch.linalg.svdvals(batch)[:, -1]
order = smallest.argsort()
print(*(f"{names[i]}: {smallest[i]:.3f}" for i in order[:5]), sep=", ")
assert {names[i] for i in order[:4]} == set(others)

# %% tags=["figure"]
at = [names[i].replace("seed ", "s") for i in order]
at = [name.replace("matrix 1", "1").replace("diagonal", "D") for name in at]
fig = gd.figures.figure(
    "The four that do not fit have the four smallest singular values",
    x="matrix, sorted",
    y="smallest singular value",
    x_range=(-0.5, 10.5),
    y_range=(5e-3, 2),
    caption="Red: crossed before they arrived, or never arrived.",
    alt=", ".join(f"{names[i]} {smallest[i]:.3f}" for i in order),
)
gd.figures.dots(fig, range(4), smallest[order[:4]], "failure")
gd.figures.dots(fig, range(4, 11), smallest[order[4:]], "c3")
fig.update_xaxes(tickvals=list(range(11)), ticktext=at)
fig

# %% [markdown]
# ## Who loses a value
#
# Now the SVD with $\sigma = d^2$, as in 2020. Take 100 random 4×4 matrices, seeds 0 to 99, and two
# guesses for each: one for all, and one of its own. A value is *dead* when the smallest $\hat\sigma$
# that the run has found is below one millionth, and the true one is above {{= 1e-4 : .0e }}.


# %%
def draw(seed, *shapes):
    generator = torch.Generator().manual_seed(seed)
    return [torch.rand(s, generator=generator).double() for s in shapes]


crowd = torch.stack([draw(seed, (4, 4))[0] for seed in range(100)])
own = [314] * 100 + [10_000 + seed for seed in range(100)]
parts = zip(*(draw(s, (4, 4), (4,), (4, 4)) for s in own), strict=True)
problem = gd.PenaltySVD(
    crowd.repeat(2, 1, 1), guess=[torch.stack(part) for part in parts]
)
adam = torch.optim.Adam(problem.parameters(), fused=True)
for _ in range(3000):
    problem.backward()
    adam.step()
true = torch.linalg.svdvals(crowd)[:, -1]
lost = problem.sigmas().detach().amin(-1).view(2, 100) < 1e-6
dead = (lost & (true > 1e-4)).sum(-1).tolist()
print(f"dead after 3,000 steps: {dead[0]} or {dead[1]} of 100")
assert min(dead) > 0
assert max(dead) < 20

# %% [markdown]
# {{= dead[0] }} with one guess for all, {{= dead[1] }} with guesses of their own: the spread is part of
# the answer. After 3,000 steps more may die. For momentum [the page on the SVD](3-svd-repair.py#is-it-always-so)
# counts a larger crowd and longer runs.
#
# **What carries over to a network.** One run that leaves, or arrives, is an anecdote there as well.
# List all seeds, say which do not fit, and vary the guess before you credit the optimizer.
#
# Back to [Is Adam better?](3b-adam.py#does-it-hold-elsewhere)

# %% tags=["hide"]
values = {
    "arrived_first": len(lags),
    "after": len(fits),
    "least_lag": min(lags.values()),
    "most_lag": max(lags.values()),
    "dead_one_guess": dead[0],
    "dead_own_guess": dead[1],
}
