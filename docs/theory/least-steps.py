# ---
# title: The fewest steps that gradients allow
# description: >-
#   Why conjugate gradients win by few distinct curvatures, the lower bound for methods that combine
#   gradients, and its worst case.
# given: [2020, "0.9", "0.8", "0.44", 1964, 1983, 2013, 2018, "4,000", 100]
# ---

# %% [markdown]
# # The fewest steps that gradients allow
#
# The [best pair](how-fast.py#the-best-pair) takes the square root of the condition number. Is there
# something better than a square root? On matrix 1 there is: conjugate gradients need four steps.
# On another problem there is not, and that can be proven.
# {: .gd-lead }

# %% tags=["figure"]
import math

import torch

import gdinverse as gd

low, degree = 0.01, 8
h = torch.linspace(low, 1, 400, dtype=torch.float64)
inside = ((1 + low - 2 * h) / (1 - low)).clamp(-1, 1)
outside = (1 + low) / (1 - low)
best = torch.cos(degree * inside.acos()) / math.cosh(
    degree * math.acosh(outside)
)
equal = (1 - 2 * h / (1 + low)) ** degree
left = [curve.abs().max().item() for curve in (equal, best)]
assert left[1] < left[0] < 1
fig = gd.figures.figure(
    f"Eight equal steps leave {left[0]:.2f} of some mode, the best eight {left[1]:.2f}",
    x="curvature of the mode",
    y="what is left of it",
    log_y=False,
    x_range=(0, 1.02),
    y_range=(-0.5, 1.1),
    caption="All curvatures between 0.01 and 1. Eight learning rates, all equal, or each its own.",
    alt=f"Eight equal steps leave {left[0]:.3f} of the modes at both ends and almost nothing of "
    f"those between. The best eight leave at most {left[1]:.3f} of any, with both signs in turn.",
)
gd.figures.line(fig, h, equal, "c1", "equal", at=0.6)
gd.figures.line(fig, h, best, "predicted", "the best")
fig

# %% [markdown]
# !!! think "Pause to think"
#     A method sees one gradient per step, and may combine all that it has seen in any way it likes.
#     Which problem would you give it to make it slow?
#
# ??? predict "An answer"
#     One in which each gradient tells about one unknown more, and there are many unknowns. Then the
#     method cannot know the last ones before it has made as many steps. Such a problem is drawn below.
#
# ## Steps and condition number
#
# With the best numbers, plain descent shrinks the error by $(\kappa^2 - 1)/(\kappa^2 + 1)$ per step and
# momentum by $(\kappa - 1)/(\kappa + 1)$. Here $\kappa$ is the condition number of $M$. That of the
# loss's Hessian is $\kappa_H = \kappa^2$. For six digits and $\kappa_H$ = `1e4`:

# %%
import torch

import gdinverse as gd

kappa = 100
rate = (kappa - 1) / (kappa + 1)
plain = gd.rates.steps_per_factor((kappa**2 - 1) / (kappa**2 + 1), 1e6)
formula = gd.rates.steps_per_factor(rate, 1e6).item()
print(f"plain {plain:,.0f} steps, momentum {formula:,.0f}")
assert abs(plain / formula - kappa) < 0.1

# %% tags=["figure"]
steps = torch.logspace(0, 5.2, 300, dtype=torch.float64)
fig = gd.figures.figure(
    f"Six digits: momentum at step {formula:,.0f}, plain descent at step {plain:,.0f}",
    x="step (log scale)",
    y="what is left of the error",
    log_x=True,
    x_range=(1, 150_000),
    y_range=(1e-7, 3),
    caption="The two rates of the cell, to the power of the step. The condition number of the Hessian "
    "is 1e4.",
    alt=f"Momentum leaves {rate**100:.2f} after 100 steps and a millionth after {formula:,.0f}; plain "
    f"descent needs {plain:,.0f} for the same.",
)
for factor, ending, role, said in (
    (rate, formula, "c1", "momentum"),
    ((kappa**2 - 1) / (kappa**2 + 1), plain.item(), "c2", "plain"),
):
    gd.figures.line(fig, steps, factor**steps, role, said, at=ending / 4)
    gd.figures.dot(fig, ending, factor**ending, role)
fig

# %% [markdown]
# ## Few curvatures, many curvatures
#
# Conjugate gradients compute their learning rate and momentum in each step
# ([the page on rungs](ladder.py#rung-two-computed-steps) explains them). Here they are for any Hessian `H`, with
# the distance to the answer noted at each step.


# %%
def conjugate_gradients(H, b, answer, steps):
    """Relative errors on H x = b, from zero."""
    x, r, p = torch.zeros_like(b), b, b
    errors = [(x - answer).norm() / answer.norm()]
    for _ in range(steps):
        Hp = H(p)
        lr = (r @ r) / (p @ Hp)
        x = x + lr * p
        after = r - lr * Hp
        p = after + (after @ after) / (r @ r) * p
        r = after
        errors.append((x - answer).norm() / answer.norm())
    return torch.stack(errors)


# %% [markdown]
# Give them curvatures between `1e-4` and 1: four of them, forty, four hundred, 4,000. They are spread
# like Chebyshev's points, dense at both ends, and the gradient at the guess is the same in each mode.

# %%
steps_cg = {}
for count in (4, 40, 400, 4000):
    place = (torch.arange(count).double() + 0.5) * torch.pi / count
    h = (1 + 1e-4) / 2 + (1 - 1e-4) / 2 * torch.cos(place)
    errors = conjugate_gradients(h.mul, torch.ones_like(h), 1 / h, 800)
    steps_cg[count] = int(gd.rates.first_below(errors, 1e-6))
    print(f"{count:5,} curvatures: {steps_cg[count]:3} steps")
print(f"formula of momentum: {formula:.0f} steps")
assert steps_cg[4] <= 8
assert steps_cg[40] < 200 < formula < steps_cg[4000] < 1.05 * formula

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Conjugate gradients: {steps_cg[4]} steps for four curvatures, {steps_cg[4000]} for 4,000",
    x="distinct curvatures (log scale)",
    y="steps to six digits",
    log_x=True,
    log_y=False,
    x_range=(2, 8000),
    y_range=(0, 800),
    caption="All between the same two ends. Orange: the formula of the best fixed pair.",
    alt="; ".join(
        f"{count:,} curvatures: {n} steps" for count, n in steps_cg.items()
    ),
)
gd.figures.line(fig, [2, 8000], [formula, formula], "predicted", "formula")
gd.figures.dots(fig, list(steps_cg), list(steps_cg.values()), "measured")
fig

# %% [markdown]
# With few *distinct* curvatures conjugate gradients win by far. With 4,000 they take
# {{= steps_cg[4000] }} steps, and the formula of the best fixed pair says {{= formula : .0f }}. Computed
# numbers have not beaten the square root here. What they save is that nobody has to tell them $\kappa$.
#
# ## A worst case
#
# That is no weakness of conjugate gradients. Nemirovski & Yudin (1983) proved a bound for *every*
# method that combines gradients. Nesterov (2018) has a worst case that can be looked at: a chain. The
# loss ties each unknown to its two neighbors, and pulls at the first one. Its Hessian is
#
# $$H = \frac{1 - \mu}{4} \begin{pmatrix} 2 & -1 & \\ -1 & 2 & \ddots \\ & \ddots & \ddots
# \end{pmatrix} + \mu I, \qquad \mu = 1/\kappa_H,$$
#
# with all its curvatures between $\mu$ and 1. The answer falls off by one factor per unknown,
# $x_i = q^i$ with $q = (\kappa - 1)/(\kappa + 1)$. Start from zero. The first gradient is zero except
# in the first unknown. The second reaches the second unknown, and so on: after $k$ steps all but $k$
# unknowns are still zero. What is missing of the answer is at least $q^k$ of it.

# %%
mu, n = 1 / kappa**2, 4000


def chain(x):
    neighbors = torch.zeros_like(x)
    neighbors[1:] += x[:-1]
    neighbors[:-1] += x[1:]
    return (1 - mu) / 4 * (2 * x - neighbors) + mu * x


answer = rate ** torch.arange(1, n + 1, dtype=torch.float64)
pull = torch.zeros(n, dtype=torch.float64)
pull[0] = (1 - mu) / 4
on_chain = conjugate_gradients(chain, pull, answer, 800)
bound = rate ** torch.arange(801, dtype=torch.float64)
steps_chain = int(gd.rates.first_below(on_chain, 1e-6))
steps_bound = int(gd.rates.first_below(bound, 1e-6))
print(
    f"no method before step {steps_bound}, conjugate gradients {steps_chain}"
)
assert (chain(answer) - pull).abs().max() < 1e-15
assert (on_chain >= bound).all()
assert steps_bound <= steps_chain < 1.05 * steps_bound

# %% tags=["figure"]
fig = gd.figures.figure(
    f"On the chain no gradient method has six digits before step {steps_bound}; conjugate "
    f"gradients have them at {steps_chain}",
    x="step",
    y="relative error",
    x_range=(0, 800),
    y_range=(1e-8, 3),
    caption="Nesterov's worst case with 4,000 unknowns, Hessian condition number 1e4, from zero. "
    "Green: the bound qᵏ. Line above: conjugate gradients. Third: matrix 1.",
    alt=f"The bound falls on a straight line and is below 1e-6 at step {steps_bound}. The error of "
    f"conjugate gradients stays above it, {on_chain[300] / bound[300]:.2f} times at step 300, and "
    f"is below 1e-6 at step {steps_chain}. On matrix 1 they are below 1e-6 at step 4.",
)
few = gd.rates.conjugate_gradient(
    gd.Inverse(gd.matrices.random_2020()).modes(), 4
).error
gd.figures.line(fig, range(801), bound, "limit", "no method below", at=250)
gd.figures.line(
    fig, range(801), on_chain, "measured", "conjugate gradients", at=520
)
gd.figures.line(fig, range(5), few, "c3", "matrix 1")
gd.figures.dot(fig, steps_bound, 1e-6, "limit")
gd.figures.dot(fig, steps_chain, 1e-6, "measured", f"{steps_chain}")
fig

# %% [markdown]
# So the square root is what gradients allow in the worst case. What can do better has to
# use something else: few distinct curvatures, or, like the [third
# rung](ladder.py#rung-three-the-step-is-multiplied-by-the-iterate), more than gradients.
#
# !!! claim "What this shows"
#     For $\kappa_H$ = `1e4` there is a problem on which no method that combines gradients has six
#     digits before step {{= steps_bound }}. The best fixed pair needs about as many by its slope, and
#     conjugate gradients {{= steps_chain }}.
#
# ## What Nesterov changes
#
# The method of Nesterov (1983) looks at the gradient where the push is about to land. In torch's
# form, which is that of Sutskever, Martens, Dahl & Hinton (2013),
#
# $$e^{+} = (1 + \beta)(1 - \alpha h)\, e - \beta (1 - \alpha h)\, e^{-}.$$
#
# The product of the two roots is now $\beta(1 - \alpha h)$. It depends on the mode: steep modes are
# damped more than flat ones. The price is the edge, which moves in to
# $2(1 + \beta)/((1 + 2\beta) h_1)$. On matrix 1, with the settings of 2020:

# %%
M = gd.matrices.random_2020()
modes = gd.Inverse(M, guess=M).modes()
h = modes.curvature
counts = {}
for name, nesterov in (("momentum", False), ("Nesterov", True)):
    rates = gd.rates.rate(h, 0.9, 0.9, nesterov)
    curve = gd.rates.predict(modes, 1000, 0.9, 0.9, nesterov)
    counts[name] = int(gd.rates.first_below(curve.error, 1e-6))
    edge = gd.rates.lr_limit(h, 0.9, nesterov)
    print(f"{name}: {counts[name]} steps, edge at {edge:.3f}; rate per mode")
    print("   ", *(f"{rate:.4f}" for rate in rates))
X, push = M.clone().requires_grad_(), None
sgd = torch.optim.SGD([X], lr=0.9, momentum=0.9, nesterov=True)
inverse, errors = torch.linalg.inv(M), []
for _ in range(counts["Nesterov"] + 1):
    errors.append(((X - inverse).norm() / inverse.norm()).item())
    sgd.zero_grad()
    (X @ M - torch.eye(4)).square().mean().backward()
    sgd.step()
assert errors[-1] < 1e-6 <= errors[-2]

# %% tags=["figure"]
stretch = torch.logspace(-3.2, 0.8, 300, dtype=torch.float64)
heavy, ahead = (gd.rates.rate(h, 0.9, 0.9, way) for way in (False, True))
fig = gd.figures.figure(
    f"Nesterov takes mode 1 from {heavy[0]:.3f} to {ahead[0]:.3f} per step, and mode 4 from "
    f"{heavy[3]:.4f} to {ahead[3]:.4f}",
    x="learning rate times curvature, αh",
    y="factor of the error per step",
    log_x=True,
    log_y=False,
    x_range=(6e-4, 6),
    y_range=(0.6, 1.05),
    caption="Momentum 0.9. Dots: the four modes of matrix 1 at learning rate 0.9.",
    alt="Factors of modes 1 to 4. Momentum: "
    + ", ".join(f"{rate:.4f}" for rate in heavy.tolist())
    + "; Nesterov: "
    + ", ".join(f"{rate:.4f}" for rate in ahead.tolist())
    + ".",
)
for way, there, role, said in (
    (False, heavy, "c1", "momentum"),
    (True, ahead, "c3", "Nesterov"),
):
    curve = gd.rates.rate(stretch, 1.0, 0.9, way)
    gd.figures.line(fig, stretch, curve, role, said)
    gd.figures.dots(fig, 0.9 * h, there, role)
fig

# %% [markdown]
# It needs {{= counts["Nesterov"] }} steps where momentum needs {{= counts["momentum"] }}: the flattest
# mode is what you wait for, and there the two are almost the same.
#
# **What carries over to a network.** A network has as many directions as weights, and their
# curvatures are rarely few and distinct: do not count on better than the square root from anything
# that adds up gradients. Momentum gets near it when it is told the curvatures. The bound says nothing
# about methods that use more: second derivatives, or the structure of a layer.
#
# How far more than gradients reaches is the next page: [three rungs](ladder.py).

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 1"
#     Where in the chain is the error of conjugate gradients after 100 steps? Look at the unknowns
#     that no gradient has reached.

# %% tags=["solution"]
unreached = answer[100:].norm() / answer.norm()
print(f"in the unknowns beyond 100: {unreached:.4f}, which is q¹⁰⁰")
print(f"in all of them:            {on_chain[100]:.4f}")
assert abs(unreached / bound[100] - 1) < 1e-6
assert unreached < on_chain[100]

# %% [markdown]
# !!! exercise "Exercise 2"
#     Spread 4,000 curvatures evenly between `1e-4` and 1, in place of densely at the ends. Do
#     conjugate gradients need more steps, or fewer?

# %% tags=["solution"]
even = torch.linspace(1e-4, 1, 4000, dtype=torch.float64)
errors = conjugate_gradients(even.mul, torch.ones_like(even), 1 / even, 800)
steps_even = int(gd.rates.first_below(errors, 1e-6))
print(f"{steps_even} steps: few curvatures are small, and the rest is quick")
assert steps_even < steps_cg[4000] / 2

# %% tags=["hide"]
values = {
    "steps_modes": steps_cg[4000],
    "steps_chain": steps_chain,
    "formula": formula,
    "steps_nesterov": counts["Nesterov"],
}
