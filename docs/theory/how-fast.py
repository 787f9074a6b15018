# ---
# title: How fast, and where is the edge
# description: >-
#   Predict the steps of gradient descent and momentum, the best learning rate and momentum, and the
#   learning rate at which a run diverges.
# given: [2020, "0.5", "0.9", "0.99", "0.999", "1.001", "1.01", "1.1", "5.697", 200, 300,
#   1964, 2017]
# ---

# %% [markdown]
# # How fast, and where is the edge
#
# Everybody who tunes a learning rate meets three questions: how many steps will this take, could it
# be faster, and when does it blow up? On a quadratic loss one number per direction answers all
# three.
# {: .gd-lead }

# %% tags=["figure"]
import cmath
import math

import torch

import gdinverse as gd

lr = momentum = 0.9
roots = []
for h in gd.Inverse(gd.matrices.random_2020()).modes().curvature.tolist():
    half = (1 + momentum - lr * h) / 2
    away = cmath.sqrt(half**2 - momentum)
    roots += [half + away, half - away]
slowest = max(map(abs, roots))
assert slowest < 1
fig = gd.figures.figure(
    f"Two roots for each mode, and the farthest, {slowest:.4f}, is the rate",
    x="real part",
    y="imaginary part",
    log_y=False,
    x_range=(-1.54, 1.54),
    y_range=(-1.1, 1.1),
    equal=True,
    caption="Matrix 1 of 2020 with its learning rate and momentum. Inside the circle a mode dies.",
    alt="Eight dots inside the unit circle, two for each of four modes; the farthest from the "
    f"middle is at {slowest:.4f}.",
)
turn = torch.linspace(0, 2 * math.pi, 91)
gd.figures.line(fig, turn.cos(), turn.sin(), "limit")
gd.figures.dots(fig, [r.real for r in roots], [r.imag for r in roots])
gd.figures.label(fig, "one: the edge", -0.72, 0.72, "limit", anchor="right")
fig

# %% [markdown]
# You have met that number on [the page about the inverse](../series/2b-curve.py#the-window): the
# learning rate times the curvature, $\alpha h$. Here we look at all of it.
#
# !!! think "Pause to think"
#     A marble in a steep bowl, and one in a flat bowl. The same push moves both. Which push is best
#     for the pair?
#
# ??? predict "An answer"
#     The steep bowl sets a limit: push harder, and its marble leaves on the other side. The flat bowl
#     wants the hardest push. The best one for the pair makes both equally slow, near the limit.

# %% [markdown]
# ## From the loss to its modes
#
# The loss of the inverse is $\ell(X) = \frac{1}{n^2} \lVert X M - I \rVert_F^2$. Write $E$ for the
# error $X - M^{-1}$. Then the loss is $\frac{1}{n^2} \lVert E M \rVert_F^2$, a quadratic function,
# and its gradient is
#
# $$\nabla \ell = \frac{2}{n^2}\, E\, M M^\top.$$
#
# The second derivative, the *Hessian*, is the map $E \mapsto \frac{2}{n^2} E M M^\top$. It is
# the same everywhere. Its directions are the singular directions of $M$, its values are
# $h_i = 2\sigma_i^2/n^2$. In direction $i$ the loss is a parabola with curvature $h_i$, and nothing
# that happens in another direction matters. That is exact, for every *invertible* matrix. Here are
# the modes of matrix 1 of 2020, and of the guess of 2020, which is that matrix once more.

# %%
import torch

import gdinverse as gd

M = gd.matrices.random_2020()
inverse = torch.linalg.inv(M)
modes = gd.Inverse(M, guess=M).modes()
h, sigma = modes.curvature, torch.linalg.svdvals(M)
print("mode   sigma    h         share of the squared error at the guess")
for i in range(4):
    share = modes.weight[i] / modes.weight.sum()
    print(f"{i + 1}      {sigma[i]:.4f}   {h[i]:.5f}   {share:.3f}")

# %% tags=["figure"]
away = torch.linspace(-2, 2, 81, dtype=torch.float64)
fig = gd.figures.figure(
    f"Four parabolas: mode 1 is {h[0] / h[3]:.0f} times as steep as mode 4",
    x="error along the mode",
    y="loss of the mode",
    log_y=False,
    x_range=(-2, 3.3),
    y_range=(0, 0.5),
    caption="Matrix 1 of 2020. The loss of a mode is h/2 times the square of its error.",
    alt="Curvatures of the four parabolas: "
    + ", ".join(f"{curvature:.4f}" for curvature in h.tolist())
    + ".",
)
for i, role in enumerate(("c1", "c2", "c4", "c5")):
    parabola = h[i] / 2 * away**2
    low = parabola < 0.46  # above, mode 1 would run into the axis' name
    gd.figures.line(fig, away[low], parabola[low], role)
gd.figures.label(fig, "mode 1", 1, h[0].item() / 2, "c1", above=False)
gd.figures.label(fig, "mode 2", 2, 2 * h[1].item(), "c2")
gd.figures.label(fig, "modes 3, 4", 2, 2 * h[2].item(), "c4")
fig

# %% [markdown]
# ## Plain descent
#
# A step of plain descent multiplies mode $i$ by $1 - \alpha h_i$. The flat mode wants a large
# $\alpha$. The steep one forbids it: beyond $\alpha = 2/h_1$ its factor is below $-1$, and it grows.
# We count steps to *six digits*: to the first at which the relative error is below one millionth.
# Once by theory, a number per mode, and once by a run.


# %%
def predicted_steps(lr, momentum=0.0, most=12_000):
    curve = gd.rates.predict(modes, most, lr, momentum)
    return int(gd.rates.first_below(curve.error, 1e-6))


def run(lr, momentum=0.0, steps=3000):
    """Losses and relative errors of descent on matrix 1."""
    X, push, losses, errors = M, torch.zeros_like(M), [], []
    for _ in range(steps + 1):
        R = X @ M - torch.eye(4)
        losses.append(R.square().mean())
        errors.append((X - inverse).norm() / inverse.norm())
        push = momentum * push + R @ M.T / 8
        X = X - lr * push
    return torch.stack(losses), torch.stack(errors)


def measured_steps(lr, momentum=0.0):
    return int(gd.rates.first_below(run(lr, momentum)[1], 1e-6))


limit = gd.rates.lr_limit(h)
lr_plain = 2 / (h[0] + h[3]).item()
rate_plain = gd.rates.rate(h, lr_plain).max().item()
steps_plain = predicted_steps(lr_plain)
print(f"best lr {lr_plain:.4f}, limit {limit:.4f}, rate {rate_plain:.5f}")
print(f"predicted {steps_plain} steps, measured {measured_steps(lr_plain)}")
assert measured_steps(lr_plain) == steps_plain
assert 1 - lr_plain / limit < 0.01

# %% tags=["figure"]
lr_axis = torch.linspace(0, 4.2, 85, dtype=torch.float64)
factor = (1 - lr_axis[:, None] * h).abs()
fig = gd.figures.figure(
    f"Plain descent on matrix 1: at best {rate_plain:.5f} per step, "
    f"{1 - lr_plain / limit:.1%} from the edge",
    x="learning rate",
    y="factor of the error per step",
    log_y=False,
    x_range=(0, 4.2),
    y_range=(0, 1.25),
    caption="One line per mode, and above all of them what you wait for. Green: where it reaches "
    "one.",
    alt=f"Four lines |1 − αh| over the learning rate. The steepest reaches 0 at {1 / h[0]:.2f} and 1 "
    f"at {limit:.3f}; the flattest falls slowly from 1. The largest of the four is least at "
    f"{lr_plain:.3f}, with {rate_plain:.5f}.",
)
for i, role in enumerate(("c1", "c2", "c4", "c5")):
    gd.figures.line(
        fig,
        lr_axis,
        factor[:, i],
        role,
        f"mode {i + 1}",
        at=(0.9, 2.2, 2.8, 1.6)[i],
    )
gd.figures.line(fig, [limit, limit], [0, 1.15], "limit")
gd.figures.dot(fig, lr_plain, rate_plain, "measured")
fig

# %% [markdown]
# The best learning rate balances the steepest mode against the flattest:
# $\alpha = 2/(h_1 + h_n)$, and the rate is $(\kappa^2 - 1)/(\kappa^2 + 1)$ for the condition number
# $\kappa = \sigma_1/\sigma_n$. The square is what hurts. A learning rate of
# [`3.7`](../play.md?lr=3.7&momentum=0#playground "{{= predicted_steps(3.7) : ,d }} steps")
# needs {{= predicted_steps(3.7) : ,d }} steps, and
# [`3.9`](../play.md?lr=3.9&momentum=0#playground "diverges") diverges.

# %% [markdown]
# ## Momentum: one step of memory
#
# Momentum, introduced by Polyak (1964), keeps a share $\beta$ of the last push. In each mode,
#
# $$e^{+} = (1 + \beta - \alpha h)\, e - \beta\, e^{-}.$$
#
# Such a sequence is a sum of powers of two numbers, the roots of
# $t^2 - (1 + \beta - \alpha h)\, t + \beta$. Their product is $\beta$. Two real roots: the larger one
# is what you wait for. A complex pair: both have modulus $\sqrt\beta$, and the error swings.


# %%
def roots(stretch, momentum):
    half = (1 + momentum - stretch) / 2
    root = complex(half**2 - momentum) ** 0.5
    return half + root, half - root


for i in range(4):
    one, other = roots(0.9 * h[i].item(), 0.9)
    print(f"mode {i + 1}: {one:.5f} and {other:.5f}, modulus {abs(one):.5f}")
assert abs(abs(roots(0.9 * h[0].item(), 0.9)[0]) - 0.9**0.5) < 1e-12
assert roots(0.9 * h[3].item(), 0.9)[0].imag == 0

# %% [markdown]
# ??? predict "Predict first: matrix 1 at learning rate 0.9. Momentum 0.9 needs {{= predicted_steps(0.9, 0.9) : d }} steps. What does 0.99 need?"
#     About a tenth of it, about half, or more?
#
#     [**{{= predicted_steps(0.9, 0.99) : ,d }}**](../play.md?lr=0.9&momentum=0.99#playground "{{= predicted_steps(0.9, 0.99) : ,d }} steps")
#     steps. With 0.99 every mode is inside the window, and inside the window every mode waits for
#     $\sqrt{0.99}$.

# %%
betas = torch.cat((torch.arange(0, 1, 0.01), torch.arange(0.92, 0.94, 5e-4)))
betas = betas.double().unique()
curves = gd.rates.predict(modes, 12_000, 0.9, betas[:, None]).error
counts = gd.rates.first_below(curves, 1e-6)
fewest = int(counts[counts > 0].min())
best_beta = betas[counts == fewest][0].item()
for beta in (0.9, 0.95, 0.99):
    count = predicted_steps(0.9, beta)
    print(f"momentum {beta}: predicted and measured {count:,}")
    assert measured_steps(0.9, beta) == count > fewest

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Fastest at momentum {best_beta:.3f}: {fewest} steps; above it, every mode waits",
    x="momentum, at learning rate 0.9",
    y="steps to six digits",
    x_range=(0, 1),
    y_range=(200, 2e4),
    caption="Predicted for matrix 1 from the guess of 2020.",
    alt="Steps against momentum at learning rate 0.9: "
    + ", ".join(
        f"{beta}: {predicted_steps(0.9, beta):,}"
        for beta in (0.0, 0.5, 0.9, 0.95, 0.99)
    )
    + f". The least is {fewest} at {best_beta:.4f}.",
)
arrives = counts > 0
gd.figures.line(
    fig, betas[arrives], counts[arrives], "predicted", "matrix 1", at=0.3
)
gd.figures.dot(
    fig, best_beta, fewest, "predicted", f"{fewest}", anchor="right"
)
fig

# %% [markdown]
# Drag the momentum
# [to the fastest](../play.md?lr=0.9&momentum={{= best_beta : .4f }}#playground "{{= fewest : ,d }} steps")
# yourself, and past it.
#
# ## The window and the speed limit
#
# A mode is inside the window when $(1 - \sqrt\beta)^2 \le \alpha h \le (1 + \sqrt\beta)^2$. More
# momentum makes the window wider. It also lowers the speed limit: inside, no mode needs fewer than
# $\ln 10 / (-\ln \sqrt\beta)$ steps per factor of ten. That is
# {{= gd.rates.steps_per_factor(0.5**0.5) : .1f }} steps for momentum 0.5,
# {{= gd.rates.steps_per_factor(0.9**0.5) : .1f }} for 0.9, and
# {{= gd.rates.steps_per_factor(0.99**0.5) : .0f }} for 0.99.

# %% tags=["figure"]
limits = {
    beta: gd.rates.steps_per_factor(beta**0.5).item()
    for beta in (0.5, 0.9, 0.99)
}
stretch = torch.logspace(-3.5, 0.75, 130, dtype=torch.float64)
fig = gd.figures.figure(
    f"Momentum 0.9 needs at least {limits[0.9]:.0f} steps per digit, and 0.99 needs "
    f"{limits[0.99]:.0f}",
    x="learning rate times curvature, αh",
    y="factor of the error per step",
    log_x=True,
    log_y=False,
    x_range=(3e-4, 5.6),
    y_range=(0.65, 1.05),
    caption="Where a curve is level the mode is inside the window. Where it rises to the right it "
    "leaves for the edge.",
    alt="Rate against αh for four momenta. Level at "
    + ", ".join(f"{beta**0.5:.3f} for {beta}" for beta in limits)
    + "; plain descent falls to 0 at αh = 1 and is back at 1 at αh = 2.",
)
for beta, role, at in (
    (0.0, "c2", 0.2),
    (0.5, "c4", 1.0),
    (0.9, "c1", 0.01),
    (0.99, "c3", 0.001),
):
    curve = gd.rates.rate(stretch, 1.0, beta)
    gd.figures.line(fig, stretch, curve, role, f"{beta:g}", at=at)
fig

# %% [markdown]
# A window holds all modes of a matrix at *some* learning rate when
# $\kappa \le (1 + \sqrt\beta)/(1 - \sqrt\beta)$: for momentum 0.9 up to
# {{= (1 + 0.9**0.5) / (1 - 0.9**0.5) : .2f }}.

# %% [markdown]
# ## The edge
#
# A mode leaves the window on the right at $\alpha h = (1 + \sqrt\beta)^2$. A little further, at
# $\alpha h = 2(1 + \beta)$, one root passes $-1$. From there on the mode grows, turning its sign at
# every step. For matrix 1 and momentum 0.9 the edge is where the next cell says. How
# sharp is it? Each run has 300 steps.

# %%
edge = gd.rates.lr_limit(h, 0.9)
print(f"edge {edge:.5f}")
losses = {}
for share in (0.999, 1.0, 1.001, 1.01):
    losses[share], _ = run(share * edge, 0.9, steps=300)
    highest, last = losses[share].max(), losses[share][-1]
    print(f"{share:5} of it: highest loss {highest:.3g}, last {last:.3g}")
growth = (losses[1.001][300] / losses[1.001][200]) ** (1 / 200)
expected = gd.rates.rate(h, 1.001 * edge, 0.9).max()
million = int(gd.rates.first_below(-losses[1.001], -1e6))
answered = predicted_steps(0.999 * edge, 0.9)
print(f"growth per step at 1.001: predicted {expected:.6f}, {growth:.6f}")
assert abs(growth / expected - 1) < 1e-5
assert measured_steps(0.999 * edge, 0.9) == answered
assert losses[0.999].max() > 100

# %% tags=["figure"]
fig = gd.figures.figure(
    f"0.1% decides: {answered} steps to the answer, or {million} to a loss of a million",
    x="step",
    y="loss",
    x_range=(0, 300),
    y_range=(1e-9, 1e9),
    caption="Matrix 1 at momentum 0.9, with learning rates around the edge.",
    alt=f"Below the edge the loss first climbs to {losses[0.999].max():.0f} and then falls. On "
    f"the edge it stays at {losses[1.0][-1]:.0f}. At 1.001 it passes a million at step "
    f"{million}.",
)
for share, role, name, at in (
    (0.999, "measured", "0.999", 150),
    (1.0, "limit", "on the edge", 200),
    (1.001, "c2", "1.001", 110),
    (1.01, "failure", "1.01", 30),
):
    gd.figures.line(
        fig,
        range(len(losses[share])),
        losses[share],
        role,
        name,
        at=at,
    )
fig

# %% [markdown]
# The run just below the edge is worth a second look. Its loss climbs to
# {{= losses[0.999].max() : .0f }} before it converges. A rising loss is not yet a diverging one:
# see [`7.2`](../play.md?lr=7.2&momentum=0.9#playground "{{= predicted_steps(7.2, 0.9) : ,d }} steps")
# and [`7.3`](../play.md?lr=7.3&momentum=0.9#playground "diverges") at the same momentum.
#
# ## The best pair
#
# Balance again: put the flattest mode on the left end of the window and the steepest on the right.
#
# $$
# \begin{aligned}
# \alpha &= \frac{4}{(\sqrt{h_1} + \sqrt{h_n})^2}, \\
# \beta &= \left(\frac{\kappa - 1}{\kappa + 1}\right)^2, \qquad \rho = \frac{\kappa - 1}{\kappa + 1}.
# \end{aligned}
# $$
#
# Compare the rates: plain descent has $(\kappa^2 - 1)/(\kappa^2 + 1)$, momentum has the same with
# $\kappa$ in place of $\kappa^2$. Seen from the Hessian, whose condition number is $\kappa^2$,
# momentum takes the *square root*. On quadratic losses that is its gain.

# %%
best = gd.rates.best(h)
table = {
    "best by formula": (best.lr, best.momentum),
    "a step back": (6.8, 0.81),
    "another": (6.55, 0.815),
}
print("                   lr momentum steps slope")
for name, pair in table.items():
    count = predicted_steps(*pair)
    slope = gd.rates.steps_per_factor(gd.rates.rate(h, *pair).max(), 1e6)
    print(f"{name:15} {pair[0]:.3f} {pair[1]:8.3f} {count:5} {slope:5.0f}")
    assert measured_steps(*pair) == count
steps_best = predicted_steps(best.lr, best.momentum)
assert predicted_steps(6.8, 0.81) < steps_best
slope_best = gd.rates.steps_per_factor(best.rate, 1e6)

# %% tags=["figure"]
along = torch.arange(0, 201, dtype=torch.float64)
fig = gd.figures.figure(
    f"The slope promises {slope_best:.0f} steps, the curve takes {steps_best}",
    x="step, at the pair with the best rate",
    y="relative error",
    x_range=(0, 200),
    y_range=(1e-8, 100),
    caption="Matrix 1 from the guess of 2020. The slope: the best rate, to the power of the step. Dots: "
    "where a line passes one millionth.",
    alt=f"The error, measured, first stays above the slope and passes 1e-6 at step {steps_best}; the "
    f"slope does at {slope_best:.0f}.",
)
taken = run(best.lr, best.momentum, steps=200)[1]
gd.figures.line(fig, along, taken, "measured", "measured", at=120)
gd.figures.line(fig, along, best.rate**along, "predicted", "slope", at=60)
gd.figures.dot(fig, steps_best, taken[steps_best].item())
gd.figures.dot(
    fig,
    slope_best.item(),
    best.rate ** slope_best.item(),
    "predicted",
)
fig

# %% [markdown]
# The slope promises {{= slope_best : .0f }} steps for the best pair, the curve says
# {{= steps_best }}, and the run agrees with the curve. At the best pair two roots meet, and then
# the error behaves like $k\rho^k$, not like $\rho^k$. So use the curve.
#
# !!! claim "What this shows"
#     On matrix 1 the pair with the best rate is neither the safest nor the fastest to six digits. It
#     sits at
#     {{= best.lr / gd.rates.lr_limit(h, best.momentum) : .1% }} of the edge.

# %% [markdown]
# The prediction is not only for matrix 1. Take four matrices with singular values that you choose, and draw
# the predicted loss on the measured one.

# %%
spectra = {
    "all equal": [1.5, 1.5, 1.5, 1.5],
    "even": [2.0, 1.5, 1.0, 0.5],
    "one small": [2.0, 2.0, 2.0, 0.4],
    "2020": sigma.tolist(),
}
options = {"lr": 0.9, "momentum": 0.8, "tolerance": 1e-5}
runs, off = {}, []
for name, chosen in spectra.items():
    generator = torch.Generator().manual_seed(1)
    A = gd.matrices.with_singular_values(chosen, generator)
    runs[name] = gd.inv(A, optimizer=torch.optim.SGD, **options)
    loss = runs[name].history.loss
    off.append(
        (loss / runs[name].prediction.loss[: len(loss)] - 1).abs().max()
    )
    assert runs[name].steps == runs[name].prediction.steps
assert max(off) < 1e-5

# %% tags=["figure"]
gd.compare(
    runs,
    claim=f"Four spectra, four predicted counts, all equal to the measured: "
    f"{', '.join(str(int(run.steps)) for run in runs.values())}",
    caption=f"lr 0.9, momentum 0.8. The curves differ by at most {max(off):.0e} of the loss.",
)

# %% [markdown]
# For six digits, plain descent needs about $\frac{\kappa^2}{2} \cdot 6 \ln 10$ steps at best, and
# momentum about $\frac{\kappa}{2} \cdot 6 \ln 10$. Whether anything is better than that square root
# is [a page of its own](least-steps.py), with the answer "not by gradients alone, in the worst
# case".
#
# **What carries over to a network.** Near a minimum that curves every way a smooth loss is nearly quadratic,
# and there the same three numbers rule: the largest curvature sets the edge, the smallest the wait, and
# $\sqrt\beta$ the speed limit. `gd.rates.local_curvature` measures them on a small problem. Far
# from a minimum the curvatures change with every step, and a prediction from here is no longer one.
# For the story of momentum in other pictures, see Goh (2017).
#
# The next page asks for [the fewest steps that gradients allow](least-steps.py).

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 1"
#     For matrix 1, which momentum puts the edge at 5.697?

# %% tags=["solution"]
beta = 5.697 * h[0] / 2 - 1
print(f"momentum {beta:.3f}")
assert abs(beta - 0.5) < 1e-3

# %% [markdown]
# !!! exercise "Exercise 2"
#     Momentum 0.9. Which learning rate puts the slowest mode of matrix 1 exactly on the left end of
#     the window, and is it the fastest?

# %% tags=["solution"]
on_the_end = gd.rates.window(0.9)[0] / h[3].item()
print(f"lr {on_the_end:.3f}: {predicted_steps(on_the_end, 0.9)} steps")
print(f"lr 1.9: {predicted_steps(1.9, 0.9)} steps, a little further inside")
assert abs(gd.rates.rate(h, on_the_end, 0.9).max() - 0.9**0.5) < 1e-6

# %% [markdown]
# !!! exercise "Exercise 3"
#     Of 200 random matrices, how many run at exactly $\sqrt{0.9}$ at the settings of 2020, and how
#     many diverge?

# %% tags=["solution"]
crowd = torch.stack(
    [
        torch.rand(
            4, 4, generator=torch.Generator().manual_seed(seed)
        ).double()
        for seed in range(200)
    ]
)
slowest = gd.rates.rate(gd.Inverse(crowd).modes().curvature, 0.9, 0.9).amax(-1)
at_limit = int(((slowest - 0.9**0.5).abs() < 1e-12).sum())
median = gd.rates.steps_per_factor(slowest, 1e6).median()
print(
    f"{at_limit} of 200 at the speed limit, {int((slowest > 1).sum())} diverge"
)
print(f"median {median:,.0f} steps for six digits")
assert 40 < at_limit < 80
assert not (slowest > 1).any()

# %% tags=["hide"]
values = {
    "edge": edge,
    "steps_2020": predicted_steps(0.9, 0.9),
    "steps_best": steps_best,
    "best_beta": best_beta,
    "steps_heavy": predicted_steps(0.9, 0.99),
    "steps_before_edge": predicted_steps(7.2, 0.9),
    "steps_another": predicted_steps(*table["another"]),
}
