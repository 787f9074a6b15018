# ---
# title: The curve, predicted
# description: >-
#   Why gradient descent on a matrix inverse needs the steps it needs: modes, the window of
#   momentum, the edge, the best pair, when to stop.
# given: [2020, 314, 315, 200, "0.9"]
# ---

# %% [markdown]
# # The curve, predicted
#
# [Matrix 1](2-inverse.py) took {{= series/2-inverse#steps_random }} steps with momentum 0.9, and the
# diagonal matrix {{= series/2-inverse#steps_diagonal }}. Here you compute both numbers before a run
# starts, and know which settings are fast, which diverge, and when to stop.
# {: .gd-lead }

# %% tags=["figure"]
import gdinverse as gd

start = gd.matrices.random_2020()
expected = gd.rates.predict(
    gd.Inverse(start, guess=start).modes(), 1500, lr=0.9, momentum=0.9
).error
arrival = int(gd.rates.first_below(expected, 1e-6))
fig = gd.figures.figure(
    f"Before any run: six digits at step {arrival}",
    x="step",
    y="relative error",
    x_range=(0, 1500),
    y_range=(1e-11, 10),
    caption="Computed from the matrix's SVD and the guess. Further down the run is laid on it.",
    alt=f"A dashed line, falling from {expected[0]:.2f}, with a bend at the beginning, below 1e-6 "
    f"at step {arrival}.",
)
gd.figures.line(fig, range(1501), expected, "predicted", "predicted")
gd.figures.dot(fig, arrival, 1e-6, "predicted", f"{arrival}")
fig

# %% [markdown]
# !!! think "Pause to think"
#     [Two numbers](1b-landscape.py) had two axes, and each axis a factor per step. A 4×4 inverse has
#     sixteen numbers. How many factors does it have?
#
# ??? predict "One answer"
#     Four. The four rows of $X$ do not meet in $X M = I$, and each row has the same four axes. This
#     page finds the factors, and then the curve.
#
# ## Four small problems, side by side
#
# Call the error $E = X - M^{-1}$. The residual is $X M - I = E M$, and the gradient of its mean square
# is $\frac{2}{n^2}\, E\, M M^\top$, by the three lines of [the page before
# last](1b-landscape.py#which-way-is-down). So one plain step turns $E$ into
# $E\,(I - \alpha \frac{2}{n^2} M M^\top)$. The matrix in parentheses is symmetric, and along its axes
# it only multiplies. The axes are those of $M$, its singular vectors.

# %% tags=["figure"]
import torch

square = start @ start.mT
axes = torch.linalg.svd(start)[0]
turned = axes.mT @ square @ axes
assert (turned - turned.diag().diag()).abs().max() < 1e-14
fig = gd.figures.figure(
    "Seen along its axes, M Mᵀ is diagonal: four numbers, each for itself",
    x="",
    y="",
    caption="M Mᵀ for matrix 1, as it is and turned to the axes U. Colors by the fourth root.",
    alt="Left, sixteen positive numbers. Right, four on the diagonal: "
    + ", ".join(f"{x:.2g}" for x in turned.diag())
    + "; the rest is zero.",
)
shown = {"M Mᵀ": square, "Uᵀ M Mᵀ U": turned.diag().diag()}
largest = turned.max()
gd.figures.grids(
    fig, {name: (A / largest) ** 0.25 for name, A in shown.items()}
)
fig

# %% [markdown]
# With the *singular values*
# $\sigma_1 \ge \dots \ge \sigma_4$, axis $i$ is a problem of one number, with the curvature
#
# $$h_i = \frac{2 \sigma_i^2}{n^2}.$$
#
# We call each of these a *mode*. With momentum its error obeys
#
# $$e^{+} = (1 + \beta - \alpha h_i)\, e - \beta\, e^{-},$$
#
# from whatever the guess has along that axis. Here is all of it, from scratch:

# %%
import math

import torch

import gdinverse as gd

M = gd.matrices.random_2020()  # matrix 1
guess = M.clone()
D = torch.diag(torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.float64))


def predict(M, lr=0.9, momentum=0.9, steps=1500):
    """The squared error in each mode, after 0, 1, 2, … steps."""
    U, sigma, _ = torch.linalg.svd(M)  # the axes are the columns of U
    h = 2 * sigma**2 / len(M) ** 2
    e = [(guess - torch.linalg.inv(M)) @ U]  # column i: what is in mode i
    e.append((1 - lr * h) * e[0])
    for _ in range(steps - 1):
        e.append((1 + momentum - lr * h) * e[-1] - momentum * e[-2])
    return torch.stack(e).square().sum(-2)


left = predict(M)
sigma = torch.linalg.svdvals(M)
h = 2 * sigma**2 / 4**2
share = left / left.sum(-1, keepdim=True)
for i in range(4):
    print(f"mode {i + 1}   sigma {sigma[i]:.4f}   curvature {h[i]:.5f}")

# %% tags=["figure"]
assert share[50, 3] > 0.99
fig = gd.figures.figure(
    f"After 50 steps mode 4 holds {share[50, 3]:.1%} of what is left",
    x="mode",
    y="share of the squared error",
    log_y=False,
    y_range=(0, 1.12),
    caption="Left bars: the guess. Right bars: after 50 steps. Each set adds up to one.",
    alt="Shares of the squared error in modes 1 to 4. At the guess: "
    + ", ".join(f"{x:.3f}" for x in share[0])
    + ". After 50 steps: "
    + ", ".join(f"{x:.4f}" for x in share[50])
    + ".",
)
names = [f"{i + 1}: σ = {sigma[i]:.2f}" for i in range(4)]
gd.figures.bars(fig, names, share[0], "c5", [f"{x:.1%}" for x in share[0]])
gd.figures.bars(fig, names, share[50], "c1", [f"{x:.1%}" for x in share[50]])
fig

# %% [markdown]
# At the guess the slowest mode holds {{= share[0, 3] : .1% }} of the squared error, after 50 steps
# {{= share[50, 3] : .2% }}. What you wait for is this mode.
#
# ## The curve, predicted
#
# `predict` knows the answer, and no run. Add the modes, take the root, divide by the size of the answer: that is
# the relative error of each step. Then run.


# %%
def predicted_error(M, lr=0.9, momentum=0.9, steps=1500):
    squared = predict(M, lr, momentum, steps).sum(-1)
    return squared.sqrt() / torch.linalg.inv(M).norm()


def measured_error(M, lr=0.9, momentum=0.9, steps=1500):
    """The loop of the page before, its gradient written out."""
    X, push, inverse = guess.clone(), 0, torch.linalg.inv(M)
    errors = []
    for _ in range(steps + 1):
        errors.append((X - inverse).norm() / inverse.norm())
        push = momentum * push + 2 / len(M) ** 2 * (X @ M - torch.eye(4)) @ M.T
        X = X - lr * push
    return torch.stack(errors)


def six_digits(error):
    return int(gd.rates.first_below(error, 1e-6))


steps = {}
for name, matrix in {"matrix 1": M, "diagonal": D}.items():
    predicted, measured = predicted_error(matrix), measured_error(matrix)
    steps[name] = six_digits(predicted)
    print(f"{name}  predicted {steps[name]}, measured {six_digits(measured)}")
    assert steps[name] == six_digits(measured)
    far = predicted > 1e-10
    assert (measured / predicted - 1)[far].abs().max() < 1e-5

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Predicted and measured: {steps['matrix 1']} steps, and {steps['diagonal']}",
    x="step",
    y="relative error",
    x_range=(0, 1500),
    y_range=(1e-11, 10),
    caption="Wide: measured. Dashed: predicted from the SVD of the matrix and the guess.",
    alt=f"Matrix 1 falls below 1e-6 at step {steps['matrix 1']}, the diagonal matrix at step "
    f"{steps['diagonal']}. The predicted curves lie on the measured ones.",
)
for matrix, role, name, end in (
    (M, "c1", "matrix 1", 1500),
    (D, "c3", "diagonal", 480),
):
    gd.figures.line(
        fig, range(end), measured_error(matrix)[:end], role, name, wide=True
    )
    gd.figures.line(
        fig,
        range(end),
        predicted_error(matrix)[:end],
        "predicted",
        "dashed: predicted" if role == "c1" else "",
    )
    count = six_digits(measured_error(matrix))
    gd.figures.dot(fig, count, 1e-6, role, f"{count}")
fig

# %% [markdown]
# !!! claim "What this shows"
#     On both matrices the SVD and the guess give the whole curve, and with it the count of steps.
#
# ## It depends: on the scale
#
# Is the diagonal faster because it is simpler? Its *condition number* $\kappa$, the largest singular
# value over the smallest, is {{= 4 / 1 : .0f }}. That of matrix 1 is {{= sigma[0] / sigma[3] : .2f }}.
# Test it: change only the scale.

# %%
steps_scaled = {c: six_digits(predicted_error(c * M)) for c in (1, 1.5, 2)}
for c, count in steps_scaled.items():
    print(f"matrix 1 times {c}: {count} steps predicted")
    assert count == six_digits(measured_error(c * M))
assert steps_scaled[2] < steps_scaled[1] / 3

# %% tags=["figure"]
fig = gd.figures.figure(
    f"The same condition number, {steps_scaled[1]} steps or {steps_scaled[2]}",
    x="matrix 1 times",
    y="steps to six digits",
    log_y=False,
    y_range=(0, 1000),
    caption="Predicted and measured, at learning rate 0.9 and momentum 0.9.",
    alt=", ".join(f"times {c}: {n} steps" for c, n in steps_scaled.items()),
)
counts = list(steps_scaled.values())
scales = [str(c) for c in steps_scaled]
gd.figures.bars(fig, scales, counts, "c1", [str(n) for n in counts])
fig

# %% [markdown]
# ??? predict "Predict first: multiply matrix 1 by 3. The condition number stays. How many steps now?"
#     {{= steps_scaled[1] }} (as $\kappa$ decides), {{= steps_scaled[2] }} again, or does it diverge?
#
#     It diverges: {{= 9 }} times the curvature takes $\alpha h_1$ over an edge that comes further down.
#
# So at fixed settings $\kappa$ alone does not decide. What counts is the product $\alpha h$ of each
# mode, and which of them is the slowest.
#
# ### The window
#
# Look at the line with the memory again. Its solutions are powers of the roots of
# $t^2 - (1 + \beta - \alpha h)\, t + \beta$. The product of the roots is $\beta$. When they are a
# complex pair, both have the same size, $\sqrt{\beta}$. That happens for
#
# $$(1 - \sqrt{\beta})^2 \le \alpha h \le (1 + \sqrt{\beta})^2.$$
#
# Inside this *window* a mode swings, and its swings shrink by $\sqrt{\beta}$ per step, whatever its
# curvature. We call this factor the *rate*, $\rho$: the size of the larger root.


# %%
def rate(stretch, momentum=0.9):
    """The size of the larger root; stretch is the learning rate times h."""
    b = (1 + momentum - stretch).to(torch.complex128) / 2
    root = (b**2 - momentum).sqrt()
    return torch.maximum((b + root).abs(), (b - root).abs())


low, high = (1 - 0.9**0.5) ** 2, (1 + 0.9**0.5) ** 2
h_diagonal = 2 * torch.linalg.svdvals(D) ** 2 / 4**2
print(f"the window of momentum 0.9: {low:.6f} to {high:.3f}")
for name, curvature in {"matrix 1": h, "diagonal": h_diagonal}.items():
    print(f"{name}  lr h ", *(f"{0.9 * x:.5f}" for x in curvature))
    print("          rate ", *(f"{r:.5f}" for r in rate(0.9 * curvature)))

# %% tags=["figure"]
in_window = torch.cat((rate(0.9 * h)[:3], rate(0.9 * h_diagonal)))
assert (in_window - 0.9**0.5).abs().max() < 1e-12 < rate(0.9 * h)[3] - 0.98
swings = predict(M)[:400, 1].sqrt() / 0.9 ** (torch.arange(400) / 2)
tops = [swings[k : k + 100].max().item() for k in (0, 100, 200, 300)]
assert max(tops) / min(tops) < 1.01  # a swing, in a shrinking envelope
stretch = torch.logspace(-3, 0.699, 120, dtype=torch.float64)
fig = gd.figures.figure(
    "Seven of eight modes shrink at the root of momentum; one does not",
    x="learning rate times curvature, αh",
    y="rate: factor of the error per step",
    log_x=True,
    log_y=False,
    x_range=(0.001, 5),
    y_range=(0.84, 1.02),
    caption="Disks: the four modes of matrix 1 and of the diagonal matrix. Shaded: the window of "
    "momentum 0.9.",
    alt=f"Rate against αh. With momentum 0.9 it is {0.9**0.5:.4f} from {low:.6f} to "
    f"{high:.3f}. Matrix 1 has three modes there and one at {rate(0.9 * h)[3]:.4f}; the diagonal "
    "matrix has all four.",
)
gd.figures.band(fig, low, high, axis="x")
gd.figures.line(fig, stretch, rate(stretch), "c1", "momentum 0.9")
gd.figures.line(fig, stretch, rate(stretch, 0.0), "c2", "momentum 0")
for x, r in zip(0.9 * h, rate(0.9 * h), strict=True):
    gd.figures.dot(
        fig, x.item(), r.item(), "c1", f"mode 4: {r:.3f}" if r > 0.95 else ""
    )
for x, r in zip(0.9 * h_diagonal, rate(0.9 * h_diagonal), strict=True):
    gd.figures.dot(fig, x.item(), r.item(), "c3")
fig

# %% [markdown]
# Here is "it depends" as a formula, for the end of the curve, where the slowest mode is left. For six
# digits,
#
# $$k \approx \frac{6 \ln 10}{-\ln \rho}.$$

# %%
for name, curvature in {"matrix 1": h, "diagonal": h_diagonal}.items():
    formula = 6 * math.log(10) / -rate(0.9 * curvature).max().log()
    print(f"{name}  formula {formula:.0f}, curve {steps[name]}")
    assert abs(formula / steps[name] - 1) < 0.05
assert rate(torch.linspace(0, 5, 500)).min() > 0.9**0.5 - 1e-9

# %% tags=["figure"]
ends = [rate(0.9 * c).max().item() for c in (h_diagonal, h)]
rates = torch.linspace(0.9, 0.99, 91, dtype=torch.float64)
fig = gd.figures.figure(
    f"A rate of {ends[1]:.3f} in place of {ends[0]:.3f} costs "
    f"{math.log(ends[0]) / math.log(ends[1]):.1f} times the steps",
    x="rate of the slowest mode, ρ",
    y="steps to six digits",
    log_y=False,
    x_range=(0.9, 0.991),
    y_range=(0, 1400),
    caption="Line: the formula. Dots: the steps of the two curves above.",
    alt=f"The formula's steps grow without bound towards a rate of one. The diagonal matrix is at "
    f"{ends[0]:.4f} and {steps['diagonal']} steps, matrix 1 at {ends[1]:.4f} and "
    f"{steps['matrix 1']}.",
)
formula = 6 * math.log(10) / -rates.log()
gd.figures.line(fig, rates, formula, "predicted", "formula", at=0.92)
for at, role, name in zip(
    ends, ("c3", "c1"), ("diagonal", "matrix 1"), strict=True
):
    gd.figures.dot(fig, at, steps[name], role, name, anchor="right")
fig

# %% [markdown]
# The formula knows the slope at the end. The curve also has its beginning: what is in each mode, and
# its swings.
#
# The window also says what momentum is *not*. The product of the two roots is $\beta$, so no mode has
# a rate below $\sqrt{\beta}$: it is a speed limit. With it the diagonal needs
# {{= steps["diagonal"] }} steps. The [diagonal without
# momentum](../play.md?matrix=diagonal&guess=rand&lr=0.9&momentum=0#playground "{{= six_digits(predicted_error(D, momentum=0.0)) : ,d }} steps")
# needs {{= six_digits(predicted_error(D, momentum=0.0)) }}.
#
# ### The edge
#
# Above the window the roots are real again, and the rate rises from $\sqrt{\beta}$. It reaches one at
# $\alpha h_1 = 2(1 + \beta)$. That is the *edge*: for matrix 1 and momentum 0.9 a learning rate of
# {{= 2 * 1.9 / h[0] : .4f }}. [A little above
# it](../play.md?matrix=random2020&lr=7.3&momentum=0.9#playground "diverges") the run diverges.
#
# The best pair puts the steepest mode on the upper end of the window and the flattest on the lower:
#
# $$\alpha = \frac{4}{(\sqrt{h_1} + \sqrt{h_n})^2}, \qquad
# \sqrt{\beta} = \frac{\kappa - 1}{\kappa + 1}.$$
#
# [How fast](../theory/how-fast.py) derives it. With $\beta$ near one, the upper end is near the
# edge.

# %%
kappa = sigma[0] / sigma[3]
best_lr = (4 / (h[0].sqrt() + h[3].sqrt()) ** 2).item()
best_momentum = (((kappa - 1) / (kappa + 1)) ** 2).item()
settings = {
    "2020": (0.9, 0.9),
    "best by formula": (best_lr, best_momentum),
    "a step back": (6.8, 0.81),
    "0.3 % more lr": (1.003 * best_lr, best_momentum),
}
steps_at = {}
for name, (lr, momentum) in settings.items():
    steps_at[name] = six_digits(predicted_error(M, lr, momentum))
    print(f"lr {lr:.3f}, momentum {momentum:.3f}  {steps_at[name]:4}  {name}")
print("(-1: not in 1,500 steps)")
best_rate = rate(best_lr * h, best_momentum).max().item()
best_alone = 6 * math.log(10) / -math.log(best_rate)

# %% tags=["figure"]
for name, pair in settings.items():
    assert six_digits(measured_error(M, *pair)) == steps_at[name]
assert (
    steps_at["a step back"] < steps_at["best by formula"] < steps["matrix 1"]
)
assert abs(best_lr * h[0] - (1 + best_momentum**0.5) ** 2) < 1e-9
assert abs(best_lr * h[3] - (1 - best_momentum**0.5) ** 2) < 1e-9
assert best_alone < steps_at["best by formula"] - 20
assert rate(1.003 * best_lr * h, best_momentum).max() > 1
assert rate(0.9 * 3**2 * h).max() > 1
assert 0.9**0.5 < rate(torch.tensor([3.799])) < 1 < rate(torch.tensor([3.801]))
edge = 2 * (1 + best_momentum) / h[0].item()
lr_axis = torch.arange(0.05, 8.01, 0.1, dtype=torch.float64)
momentum_axis = torch.arange(0, 0.9999, 0.0166, dtype=torch.float64)
slowest = gd.rates.rate(
    h, lr_axis[:, None], momentum_axis[:, None, None]
).amax(-1)
fig = gd.figures.figure(
    f"The formula's best pair sits at {best_lr / edge:.1%} of the edge",
    x="learning rate",
    y="momentum",
    log_y=False,
    x_range=(0, 8),
    y_range=(0, 1),
    caption="Steps per factor of ten on matrix 1, from the rate of its slowest mode. Bright is "
    "fast. Beyond the dashed line everything diverges.",
    alt="Map of steps per factor of ten. "
    + " ".join(
        f"{name}, at lr {settings[name][0]:.2f} and momentum {settings[name][1]:.2f}: "
        f"{gd.rates.steps_per_factor(gd.rates.rate(h, *settings[name]).max()):.1f}."
        for name in ("2020", "best by formula", "a step back")
    ),
)
counts = gd.rates.steps_per_factor(slowest)
gd.figures.heatmap(
    fig, lr_axis, momentum_axis, torch.where(slowest < 1, counts, torch.inf)
)
limits = [gd.rates.lr_limit(h, m) for m in (0.0, 1.0)]
gd.figures.line(fig, limits, [0, 1], "limit")
gd.figures.dot(fig, 0.9, 0.9, "map", "2020")
gd.figures.dot(
    fig,
    best_lr,
    best_momentum,
    "map",
    "best",
    anchor="right",
    text_role="onlight",
)
fig

# %% [markdown]
# The best pair needs {{= steps_at["best by formula"] }} steps, and a step back from it
# {{= steps_at["a step back"] }}:
# [drag the point](../play.md?matrix=random2020&lr=6.8&momentum=0.81#playground "{{= steps_at["a step back"] : ,d }} steps")
# and compare. The formula picks the lowest rate, {{= best_rate : .3f }}, which alone would make it
# {{= best_alone : .0f }} steps. It does not see the beginning, which costs the rest. And a little
# more learning rate diverges.
#
# ## When to stop
#
# So far we peeked at the answer. One line of algebra replaces it:
# $X - M^{-1} = (X M - I)\, M^{-1}$. The norm of a product is at most the product of the norms, so
#
# $$\frac{\lVert X - M^{-1} \rVert}{\lVert M^{-1} \rVert} \le \lVert X M - I \rVert
# = n \sqrt{\ell(X)}$$
#
# On the right stands nothing that you do not know. The loss was a bound all along; and a bound below
# one proves [that $M$ has an inverse](../theory/proof.py), too. `gd.inv` is the loop of this page with
# that stop built in, and takes any `torch.optim` class.
#
# ## The same run in one line

# %%
result = gd.inv(
    M,
    optimizer=torch.optim.SGD,
    lr=0.9,
    momentum=0.9,
    guess=guess,
    tolerance=1e-6,
)
true = measured_error(M)
print(result.status)
print(f"predicted {result.prediction.steps} steps, measured {result.steps}")
bound = 4 * result.history.loss.sqrt()
for step in (steps["matrix 1"], result.steps):
    print(f"step {step}: bound {bound[step]:.2e}, true error {true[step]:.2e}")
assert result.steps == result.prediction.steps > steps["matrix 1"]
assert bound[result.steps] < 1e-6 < bound[result.steps - 1]
assert true[result.steps] <= result.error_bound <= 1e-6

# %% tags=["figure"]
assert (bound >= true[: len(bound)]).all()
result.plot()

# %% [markdown]
# It stops at step {{= result.steps : d }}, not {{= steps["matrix 1"] }}: it waits until the *bound*
# is below one millionth, because the error itself is what one does not know.
#
# ## Three ways to measure
#
# We compared $X M$ with the identity. In 2020 there were two more: b) $M X$, and c) the mean of both.

# %%
ways = {
    "left": gd.Inverse(M, guess=guess),
    "right": gd.Inverse(M, side="right", guess=guess),
    "both": gd.TwoSidedInverse(M, guess=guess),
}
for side, problem in ways.items():
    modes = problem.modes()
    ways[side] = six_digits(gd.rates.predict(modes, 3000, 0.9, 0.9).error)
print(ways)
assert ways["left"] == ways["right"] == steps["matrix 1"] < ways["both"] / 2

# %% [markdown]
# a) and b) have the same curvatures, in another order. c) is another loss: it needs
# {{= ways["both"] : ,d }} steps here. And it can be zero at a wrong answer.
#
# !!! exercise "Exercise 2b.1"
#     On $\operatorname{diag}(1, -1)$, what are $X M$ and $M X$ off the diagonal, and their mean? Run c).

# %% tags=["solution"]
P = torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64))
problem = gd.TwoSidedInverse(P, guess=guess[:2, :2])
wrong = gd.minimize(
    problem, torch.optim.SGD, lr=0.4, momentum=0.5, max_steps=400
)
error_wrong = ((wrong.value - P).norm() / P.norm()).item()
print("They have opposite signs, so the mean is zero whatever stands there.")
print(f"loss {wrong.history.loss[-1]:.0e}, relative error {error_wrong:.2f}")
print(wrong.status)
assert wrong.history.loss[-1] < 1e-30
assert error_wrong > 0.5
assert not wrong.converged

# %% [markdown]
# A small loss is a proof where a line of algebra says so, and c) has none.
#
# **What carries over to a network.** Near a minimum, a network's loss has modes too, and a run there has an edge, a window and a slowest
# mode. What it lacks are the singular values: an edge has to be measured, and a flat curve may mean
# slow, dead or done. [When you know nothing](../theory/when-you-know-nothing.py) does that.
#
# Next, the same two steps find three matrices at once, and meet a loss that is no proof:
# [the SVD](3-svd.py).

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 2b.2"
#     How much does the guess matter? Predict the count for 200 random guesses.

# %% tags=["solution"]
generator = torch.Generator().manual_seed(315)
crowd = gd.Inverse(
    M.expand(200, 4, 4), guess="random", generator=generator
).modes()
curves = gd.rates.predict(crowd, 1200, lr=0.9, momentum=0.9).error
counts = gd.rates.first_below(curves, 1e-6)
print(f"{counts.min()} to {counts.max()}, median {counts.median()}")
print("Little: each of these guesses has some error in the slowest mode.")
assert (counts - steps["matrix 1"]).abs().max() < 20

# %% [markdown]
# !!! exercise "Exercise 2b.3"
#     By which factor must you multiply matrix 1 so that its slowest mode enters the window of
#     momentum 0.9? Predict it from $h_4$.

# %% tags=["solution"]
factor = (low / (0.9 * h[3])).sqrt().item()
inside = six_digits(predicted_error(1.01 * factor * M))
print(f"factor {factor:.3f}; a little more, and it takes {inside} steps")
assert rate(0.9 * (1.001 * factor) ** 2 * h).max() < 0.9**0.5 + 1e-9
assert rate(0.9 * (0.99 * factor) ** 2 * h).max() > 0.9**0.5 + 1e-3

# %% [markdown]
# !!! exercise "Exercise 2b.4"
#     All modes are inside the window. Which momentum gives six digits per hundred steps?

# %% tags=["solution"]
momentum = 10 ** (-12 / 100)
needed = gd.rates.steps_per_factor(momentum**0.5, 1e6)
print(f"momentum {momentum:.4f}: {needed:.1f} steps for six digits")
assert abs(needed - 100) < 1e-9

# %% tags=["hide"]
seeded = torch.rand(4, 4, generator=torch.Generator().manual_seed(0)).double()
seeded_curve = gd.rates.predict(
    gd.Inverse(seeded, guess=seeded).modes(), 5000, 9.0, 0.9
)
values = {
    "predicted_steps": steps["matrix 1"],
    "steps_proven": int(result.steps),
    "steps_back": steps_at["a step back"],
    "steps_diagonal_less": six_digits(predicted_error(D, momentum=0.44)),
    "steps_seed": int(gd.rates.first_below(seeded_curve.error, 1e-6)),
}
