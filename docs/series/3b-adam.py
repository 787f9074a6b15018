# ---
# title: Is Adam better?
# description: >-
#   Adam and momentum on five SVD runs: Adam's step in five lines, its effective learning rate, and
#   the limit at which it leaves its minimum.
# given: [2020, 100, "0.3", "0.9", "0.8", "0.01", "20,000", 2015, 2022]
# ---

# %% [markdown]
# # Is Adam better?
#
# In 2020 the page on the SVD had a sequel: "Adam works better than SGD". All five matrices arrived,
# even the two that momentum did not finish. That is true. Then let it run on, and it leaves again.
# This page shows the limit that it crosses first.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

D, guess = gd.matrices.diagonal_2020(), gd.matrices.random_2020()
problem = gd.Inverse(D, guess=guess)
adam = torch.optim.Adam(problem.parameters(), lr=0.01, fused=True)
losses = []
for _ in range(2401):
    losses.append(problem.backward())
    adam.step()
losses = torch.stack(losses)
best = int(losses.argmin())
worst = losses[best:].max().item()
assert losses[best] < 1e-25 < 1e-12 < worst
fig = gd.figures.figure(
    f"Adam arrives, and leaves: a loss of {losses[best]:.0e}, then {worst:.0e}",
    x="step",
    y="loss",
    x_range=(0, 2400),
    y_range=(1e-34, 10),
    caption="The inverse of the diagonal matrix of 2020, learning rate 0.01, in float64.",
    alt=f"The loss falls to {losses[best]:.0e} at step {best:,}, and is up to {worst:.0e} "
    "after that.",
)
gd.figures.line(fig, range(2401), losses, "measured", "Adam")
gd.figures.dot(fig, best, losses[best].item(), "measured")
fig

# %% [markdown]
# !!! think "Pause to think"
#     Momentum divides no gradient by anything. Adam divides each by its own recent size. What does
#     that do when you arrive, and all gradients go to zero?
#
# ??? predict "An answer"
#     The divisor goes to zero, too. So what a gradient is multiplied by grows, until $\varepsilon$
#     caps it. Here it meets its limit first.
#
# ## Adam in five lines
#
# Adam, by Kingma & Ba (2015), keeps two averages for each number that it learns: $m$ of the gradient
# $g$, and $v$ of its square. Both forget, by the factors $\beta_1 = 0.9$ and $\beta_2$ = `0.999`:
#
# $$
# \begin{aligned}
# m &\leftarrow \beta_1 m + (1 - \beta_1)\, g, & \hat m &= m/(1 - \beta_1^k) \\
# v &\leftarrow \beta_2 v + (1 - \beta_2)\, g^2, & \hat v &= v/(1 - \beta_2^k) \\
# x &\leftarrow x - \alpha\, \hat m / (\sqrt{\hat v} + \varepsilon)
# \end{aligned}
# $$
#
# Why the hats? Both averages start at zero, so after $k$ steps they hold only $1 - \beta^k$ of what
# they should. The hats divide by that. And $\varepsilon$ is `1e-8`, so that nothing is divided by
# zero. Here is the step in five lines, beside torch's.

# %%
import torch

import gdinverse as gd


def adam_step(x, g, m, v, k, lr=1e-3):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat = m / (1 - 0.9**k)
    v_hat = v / (1 - 0.999**k)
    return x - lr * m_hat / (v_hat.sqrt() + 1e-8), m, v


M = gd.matrices.random_2020()
eye = torch.eye(4, dtype=torch.float64)
X, m, v = M, 0, 0
Y = M.clone().requires_grad_()
adam = torch.optim.Adam([Y])
for k in range(1, 101):
    X, m, v = adam_step(X, (X @ M - eye) @ M.T / 8, m, v, k)
    adam.zero_grad()
    (Y @ M - eye).square().mean().backward()
    adam.step()
print(f"apart after 100 steps: {(X - Y).abs().max():.0e}")
assert (X - Y).abs().max() < 1e-12

# %% tags=["figure"]
counted = torch.arange(1, 3001, dtype=torch.float64)
fig = gd.figures.figure(
    f"After ten steps v holds {1 - 0.999**10:.1%} of what it should, m {1 - 0.9**10:.0%}",
    x="step (log scale)",
    y="share that an average holds",
    log_x=True,
    log_y=False,
    x_range=(1, 3000),
    y_range=(0, 1.15),
    caption="What the hats divide by.",
    alt=f"1 − 0.9^k is {1 - 0.9**10:.2f} at step 10 and 1 − 0.999^k {1 - 0.999**1000:.2f} at step 1,000.",
)
gd.figures.line(fig, counted, 1 - 0.9**counted, "c1", "m", at=6)
gd.figures.line(fig, counted, 1 - 0.999**counted, "c4", "v", at=600)
fig

# %% [markdown]
# ## The claim of 2020
#
# The learning rate $\alpha$ was torch's default, a thousandth, with a *weight decay* of `1e-5`: it
# adds that multiple of each number to its gradient. Steps to a loss below one millionth, in float32
# as then, from [the runs of 2020, repeated](2020-runs.py):
#
# | matrix | Adam | momentum, lr 0.9 |
# |---|---|---|
# | 1 | {{= series/2020-runs#adam_1 : ,d }} | {{= series/2020-runs#momentum_1 : ,d }} |
# | 2 | {{= series/2020-runs#adam_2 : ,d }} | {{= series/2020-runs#momentum_2 : ,d }} |
# | 3 | {{= series/2020-runs#adam_3 : ,d }} | not in 20,000; {{= series/3-svd#svd_slow_steps : ,d }} in float64 |
# | 4 | {{= series/2020-runs#adam_4 : ,d }} | {{= series/2020-runs#momentum_4 : ,d }} |
# | 5 | {{= series/2020-runs#adam_5 : ,d }} | not in 20,000: a value is dead |
#
# Adam finishes all five. On 1, 2 and 4 momentum is {{= series/2020-runs#least_ratio : .1f }} to
# {{= series/2020-runs#most_ratio : .1f }} times faster, at these settings.
#
# ## What saved the fifth?
#
# Was it Adam's nature, or that its steps were small? Keep momentum, keep $\sigma = d^2$, and take
# the learning rate 0.3 in place of 0.9.


# %%
def draw(seed, *shapes):
    generator = torch.Generator().manual_seed(seed)
    return [torch.rand(shape, generator=generator) for shape in shapes]


def losses_of(problem, optimizer, steps):
    losses = []
    for _ in range(steps + 1):
        losses.append(problem.backward())
        optimizer.step()
    return torch.stack(losses)


(M5,) = draw(317, (4, 3))
fifth = gd.PenaltySVD(M5, guess=draw(314, (4, 3), (3,), (3, 3)))
sgd = torch.optim.SGD(fifth.parameters(), lr=0.3, momentum=0.9)
slower = losses_of(fifth, sgd, 2000)
alive = int(gd.rates.first_below(slower, 1e-6))
print(f"momentum, lr 0.3, matrix 5: below 1e-6 at step {alive:,}")
assert 0 < alive < 2000

# %% tags=["figure"]
one = gd.PenaltySVD(M5, guess=draw(314, (4, 3), (3,), (3, 3)))
sgd = torch.optim.SGD(one.parameters(), lr=0.9, momentum=0.9)
stuck = losses_of(one, sgd, 2000)
assert stuck[-1] > 1e-3 > 1e-6 > slower[-1]
fig = gd.figures.figure(
    f"Matrix 5 by momentum: dead at 0.9, below 1e-6 at step {alive:,} at 0.3",
    x="step",
    y="loss",
    x_range=(0, 2050),
    y_range=(1e-8, 3),
    caption="Two learning rates, momentum 0.9, float32, the guess of 2020.",
    alt=f"After 2,000 steps the loss is {stuck[-1]:.0e} at lr 0.9, and {slower[-1]:.0e} at lr 0.3.",
)
for curve, role, name in (
    (stuck, "failure", "lr 0.9"),
    (slower, "c3", "lr 0.3"),
):
    gd.figures.line(fig, range(2001), curve, role, name, at=1200)
fig

# %% [markdown]
# With smaller steps momentum finishes it too, in fewer steps than Adam. That is one run. It shows
# that the fifth matrix does not need Adam. It does not show that small steps are safe, and Adam is
# not safe either: of 100 random matrices {{= series/3c-adam-crowd#dead_one_guess }} or
# {{= series/3c-adam-crowd#dead_own_guess }} lose a value to it, depending on the guess
# ([the crowd](3c-adam-crowd.py)).
#
# ## Weight decay solves another problem
#
# Now the first matrix with Adam, without weight decay. The run with it is that of
# [2020](2020-runs.py#what-weight-decay-does).

# %%
(M1,) = draw(314, (5, 4))
problem = gd.PenaltySVD(M1, guess=draw(314, (5, 4), (4,), (4, 4)))
adam = torch.optim.Adam(problem.parameters(), fused=True)
bare = losses_of(problem, adam, 20_000)
best, lowest = int(bare.argmin()), bare.min().item()
late = bare[-1000:].max().item()
found = problem.sigmas().detach().max().item()
sigma1 = torch.linalg.svdvals(M1.double())[0].item()
print(f"least loss {lowest:.0e} at step {best:,}, later up to {late:.0e}")
print(f"largest σ {found:.5f}, by torch's SVD {sigma1:.5f}")
assert abs(found - sigma1) < 1e-4
assert lowest < 1e-13 < 1e-5 * late

# %% [markdown]
# With decay the loss stops at {{= series/2020-runs#decay_level : .0e }}, and the largest singular value
# comes out as {{= series/2020-runs#sigma1_decay : .4f }} in place of {{= sigma1 : .4f }}. Decay
# pulls each number towards zero. Nothing is wrong with that run: it came near the minimum of *loss plus
# decay*, which is another problem. Without decay the loss gets down to {{= lowest : .0e }}, at step
# {{= best : ,d }}, as near as float32 can say.
#
# ??? predict "Predict first: no decay, and a loss of {{= lowest : .0e }} at step {{= best : ,d }}. What does it get up to in the last thousand of the 20,000 steps?"
#     The same, ten times as much, or more than a hundred thousand times as much?
#
#     **{{= late : .0e }}**. It comes and goes, and ends at {{= bare[-1] : .0e }}.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Without decay Adam comes down to {lowest:.0e}, and does not stay",
    x="step",
    y="loss",
    x_range=(0, 20_000),
    y_range=(1e-16, 10),
    caption="First SVD run of 2020, float32, Adam with lr 0.001.",
    alt=f"Without decay the loss reaches {lowest:.0e} "
    f"at step {best:,}, jumps up and down, and gets up to {late:.0e} in the last thousand.",
)
gd.figures.line(fig, range(20_001), bare, "failure", "without decay")
gd.figures.dot(fig, best, lowest, "failure")
fig

# %% [markdown]
# ## The clean case
#
# Is that rounding, or the method? Take the simplest case: [the inverse](2-inverse.py) of matrix 1,
# in float64, with Adam as torch ships it. The loss is quadratic, so its table of second derivatives,
# the *Hessian* $H$, is the same everywhere.
#
# Momentum has [a limit there](2b-curve.py#the-edge): $\alpha h < 2(1 + \beta)$ for the largest
# curvature $h$. Adam's $m$ is momentum with the gradient multiplied by $1 - \beta_1$, and each number
# has a learning rate of its own, its *effective learning rate* $\alpha/D$ with
# $D = \sqrt{\hat v} + \varepsilon$. Put both into the limit of momentum, as Cohen et al. (2022) did
# for networks:
#
# $$\alpha (1 - \beta_1)\; \lambda_{\max}(D^{-1/2} H D^{-1/2}) < 2 (1 + \beta_1)$$
#
# Here $\lambda_{\max}$ is the largest eigenvalue, the curvature that Adam *sees*. The right side is
# `3.8`. The left side moves, because $D$ depends on the gradients of the run. So it cannot be
# computed beforehand. It can be watched.

# %% tags=["figure"]
stretch = torch.linspace(0.01, 4.4, 221, dtype=torch.float64)
rates = gd.rates.rate(stretch[:, None], 1.0, 0.9).amax(-1)
assert (rates[stretch < 3.79] < 1).all()
assert (rates[stretch > 3.81] > 1).all()
fig = gd.figures.figure(
    "With momentum 0.9 an error grows where rate times curvature is above 3.8",
    x="learning rate times curvature",
    y="factor of the error per step",
    log_y=False,
    x_range=(0, 4.5),
    y_range=(0.9, 1.2),
    caption="For Adam: a tenth of its learning rate, times the curvature that it sees.",
    alt="The factor is below one up to 3.8 and rises above one beyond; at 4.4 it is "
    f"{rates[-1]:.2f}.",
)
gd.figures.line(fig, [0, 4.5], [1, 1], "floor")
gd.figures.line(fig, stretch, rates, "measured", "rate", at=2)
gd.figures.dot(fig, 3.8, 1, "limit", "3.8")
fig


# %%
def run_adam(M, steps, **options):
    """X at each step; and what Adam sees, every ten steps."""
    problem = gd.Inverse(M, guess=gd.matrices.random_2020())
    H = gd.rates.hessian(problem)
    adam = torch.optim.Adam(problem.parameters(), fused=True, **options)
    path, seen = [], []
    for step in range(steps + 1):
        path.append(problem.X.detach().clone())
        problem.backward()
        adam.step()
        if step % 10 == 0:
            seen.append(gd.rates.adam_curvature(H, adam))
    return torch.stack(path), torch.tensor(seen)


def story(path, seen, M, limit=3.8):
    """Errors; steps of arriving, crossing the limit, leaving; -1: never."""
    inverse = torch.linalg.inv(M)
    error = (path - inverse).flatten(1).norm(dim=1) / inverse.norm()
    arrived = int(gd.rates.first_below(error, 1e-10))
    steps = torch.arange(len(error))
    crossed = (seen > limit) & (steps[::10] >= arrived)
    left = (error > 1e-9) & (steps > arrived)
    crossed, left = (int(gd.rates.first(hits)) for hits in (crossed, left))
    return error, arrived, 10 * crossed if crossed > 0 else -1, left


path, seen = run_adam(M, 20_000)
error, arrived, crossed, left = story(path, seen, M)
quietest, worst = int(error.argmin()), error[left:].max().item()
print(f"error below 1e-10       step {arrived:6,}")
print(f"least error, {error[quietest]:.1e}    step {quietest:6,}")
print(f"limit crossed           step {crossed:6,}")
print(f"error above 1e-9 again  step {left:6,}, later up to {worst:.0e}")
leaves = (error[arrived:-1] <= 1e-9) & (error[arrived + 1 :] > 1e-9)
departures = int(leaves.sum())
print(f"crossings of 1e-9 upwards: {departures}")
assert arrived < crossed < left
assert departures > 1
assert (seen[: arrived // 10] < 3.8).all()
assert abs(crossed - quietest) <= 10

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Adam leaves the minimum {left - crossed} steps after its own stability limit",
    x="step",
    y="relative error, and curvature seen",
    x_range=(12_000, 20_000),
    y_range=(1e-16, 1e4),
    caption="Inverse of matrix 1, Adam with torch's defaults, float64. Dash-dotted: the limit 3.8.",
    alt=f"The curvature that Adam sees rises while the error falls. At step {crossed:,} it crosses "
    f"3.8, and the error has its least value, {error[quietest]:.1e}. From step {left:,} on the "
    f"error is above 1e-9 again, and gets up to {worst:.0e}.",
)
late_steps = range(12_000, 20_001)
gd.figures.line(
    fig, late_steps, error[12_000:], "measured", "error", at=13_500
)
gd.figures.line(
    fig, range(12_000, 20_001, 10), seen[1200:], "c4", "seen", at=15_500
)
gd.figures.line(fig, [12_000, 20_000], [3.8, 3.8], "limit", "", at=12_500)
gd.figures.dot(fig, crossed, 3.8, "c4", f"{crossed:,}")
gd.figures.dot(fig, left, 1e-9, "measured", f"{left:,}")
fig

# %% [markdown]
# What grows, and what does not? Follow the length of the step, and the largest effective learning
# rate, with the $v$ of our five lines:

# %%
moves = (path[1:] - path[:-1]).flatten(1).norm(dim=1)
gradients = (path @ M - eye) @ M.T / 8
v, effective = 0, []
for k, g in enumerate(gradients, 1):
    v = 0.999 * v + 0.001 * g**2
    D = (v / (1 - 0.999**k)).sqrt() + 1e-8
    effective.append((1e-3 / D).max().item())
print("  step   length of the step   largest α/D")
for k in (0, 5000, 10_000, 15_500, crossed):
    print(f"{k:6,}   {moves[k]:18.0e}   {effective[k]:11.3f}")
assert moves[15_500] < 1e-12 * moves[0]
assert effective[15_500] > 5000 * effective[0]

# %% tags=["figure"]
fig = gd.figures.figure(
    f"The steps shrink, the effective learning rate grows to {effective[crossed]:.0f}",
    x="step",
    y="length of the step, and effective rate",
    x_range=(0, 21_000),
    y_range=(1e-18, 1e4),
    caption=f"The run above. Dot: where the limit is crossed, at step {crossed:,}.",
    alt=f"The length falls from {moves[0]:.0e} to {moves[15_500]:.0e} at step 15,500; the largest "
    f"effective learning rate rises from {effective[0]:.3f} to {effective[crossed]:.0f} at the "
    "crossing, and from there on moves about that.",
)
each = torch.arange(0, 20_000, 20)
lengths = moves[each].clamp(min=1e-18)
gd.figures.line(fig, each, lengths, "measured", "length", at=6000)
grown = torch.tensor(effective)[each]
gd.figures.line(fig, each, grown, "c4", "effective rate", at=6000)
gd.figures.dot(fig, crossed, effective[crossed], "c4")
fig

# %% [markdown]
# The error falls, so $v$ forgets the large gradients of the past, and $D$ shrinks. The step gets
# shorter all the same, as the gradient does. What grows is the effective learning rate. At step
# {{= crossed : ,d }} what Adam sees crosses the limit, and there the error is least.
# {{= left - crossed }} steps later the run is out. Then the gradients are large again, $v$ grows, and
# the game starts anew: {{= departures }} times in these steps.
#
# !!! claim "What this shows"
#     On this loss momentum's learning rate and limit stand still. Adam's limit stands still, and its
#     effective learning rate grows as the gradients vanish, here from {{= effective[0] : .3f }} to
#     {{= effective[crossed] : .0f }}, until it is too large.
#
# ## Does it hold elsewhere?
#
# One run is an anecdote. [Eleven more](3c-adam-crowd.py#all-seeds) are listed on a page of
# their own, those that do not fit included. Of those that arrive before they cross,
# {{= series/3c-adam-crowd#after }} of {{= series/3c-adam-crowd#arrived_first }} leave after the
# crossing. The lag is {{= series/3c-adam-crowd#least_lag }} to
# {{= series/3c-adam-crowd#most_lag : ,d }} steps, it depends on rounding, and another build has other
# lags. So the limit says from when on you must not trust a run. It does not say how long you are
# lucky.
#
# ## Who wins?
#
# With the settings of 2020 Adam finishes five of five, and momentum three. Tuned against tuned it
# is another contest: the first exercise has Adam ahead, the
# [repair](3-svd-repair.py#the-repair) of the page before has momentum finish all five. If you use Adam to find an answer, stop when a *bound* says that you are there, or let the
# learning rate fall to zero, or choose $\varepsilon$ so large that the limit is out of reach, which
# is the third exercise.
#
# **What carries over to a network.** There gradients stay noisy, so $v$ does not forget and $\alpha/D$
# stays bounded: this return is a matter of full batches and of answers that can be reached. The
# limit carries over. Cohen et al. (2022) watch the curvature that Adam sees climb to it in
# training, and stay near it. So if a loss at rest jumps, look at $\alpha/D$ before you look at the data.
#
# The last page lays [the runs of 2020](2020.py), yours to repeat, beside what was stored then.

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 3b.1"
#     The default learning rate was small for this problem. Run the first SVD with 0.01 and no decay.

# %% tags=["solution"]
problem = gd.PenaltySVD(M1, guess=draw(314, (5, 4), (4,), (4, 4)))
tenfold = torch.optim.Adam(problem.parameters(), lr=0.01, fused=True)
faster = int(gd.rates.first_below(losses_of(problem, tenfold, 2000), 1e-6))
print(f"lr 0.01: {faster:,} steps, fewer than momentum in the table above")
assert 0 < faster < 2000

# %% [markdown]
# !!! exercise "Exercise 3b.2"
#     What is the limit for $\beta_1 = 0.8$? Check on $\operatorname{diag}(1, 2, 3, 4)$ that a run
#     leaves after it, not before.

# %% tags=["solution"]
D2 = gd.matrices.diagonal_2020()
limit = 2 * (1 + 0.8)
_, there, over, out = story(
    *run_adam(D2, 6000, betas=(0.8, 0.999)), D2, limit=limit
)
print(f"limit {limit:.1f}: arrived {there:,}, crossed {over:,}, left {out:,}")
assert there + 100 < over < out

# %% [markdown]
# !!! exercise "Exercise 3b.3"
#     Choose $\varepsilon$ so that the limit cannot be reached, however small the gradients get. Then
#     run the diagonal matrix with learning rate 0.01. Without it that run
#     [leaves](3c-adam-crowd.py#all-seeds).

# %% tags=["solution"]
h1 = gd.Inverse(D2).modes().curvature.max().item()
least = 1e-2 * (1 - 0.9) * h1 / 3.8
print(f"D is never below ε, so ε > lr (1 − β₁) h₁ / 3.8 = {least:.1e}")
path, seen = run_adam(D2, 4000, lr=1e-2, eps=1.1 * least)
error, there, over, out = story(path, seen, D2)
print(f"below 1e-10 at {there:,}, crossed: {over}, left: {out} (−1: never)")
print(f"last error {error[-1]:.0e}")
assert over == out == -1 < there
assert error[-1] < 1e-14

# %% tags=["hide"]
values = {
    "adam_crossed": crossed,
    "adam_left": left,
}
