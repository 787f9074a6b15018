# ---
# title: Scaling before you start
# description: >-
#   Fit a polynomial in years, or features in different units: what centering and scaling do to the
#   condition number and to the steps.
# given: [1960, 2020, 1990, "0.9"]
# ---

# %% [markdown]
# # Scaling before you start
#
# Before you tune a learning rate, look at your columns. A line through the years 1960 to 2020 has a
# condition number above a hundred thousand, and two lines of code make it one.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

years = torch.arange(1960, 2021, dtype=torch.float64)
ones = torch.ones_like(years)
kappas = []
for shift in range(0, 1991, 10):
    A = torch.stack((ones, years - shift), 1)
    kappas.append(torch.linalg.cond(A).item())
fig = gd.figures.figure(
    f"Centered, the condition number of a line through years falls from {kappas[0]:,.0f} to "
    f"{kappas[-1]:.0f}",
    x="what is subtracted from the years",
    y="condition number",
    x_range=(0, 1990),
    y_range=(1, 1e6),
    caption="Columns: ones, and the years minus the number below.",
    alt=f"The condition number is {kappas[0]:,.0f} with nothing subtracted, and {kappas[-1]:.1f} when "
    "the mean, 1990, is.",
)
gd.figures.line(fig, range(0, 1991, 10), kappas, "measured", "1, year")
gd.figures.dot(fig, 1990, kappas[-1], "measured", f"{kappas[-1]:.0f}")
fig

# %% [markdown]
# !!! think "Pause to think"
#     The columns are ones and years. Both point almost in one direction: why? And what does that do to
#     the landscape?
#
# ??? predict "One answer"
#     All years are near two thousand, so the second column is nearly a multiple of the first. A little of one
#     and less of the other hardly changes the fit: the valley is long and flat. Subtract the mean, and
#     the columns are at right angles.
#
# ## What sets the steps
#
# Least squares with a matrix $A$ of $m$ rows has the curvatures $h_i = 2\sigma_i^2/m$, and the best
# learning rate without momentum has the rate $(\kappa^2 - 1)/(\kappa^2 + 1)$, as in [two
# numbers](../series/1b-landscape.py). So six digits of the error take about

# %%
import math

import torch

import gdinverse as gd

years = torch.arange(1960, 2021, dtype=torch.float64)
ones = torch.ones_like(years)


def six_digits(A):
    """κ, and the steps to six digits at best, without and with momentum."""
    kappa = torch.linalg.cond(A).item()
    plain = 6 * math.log(10) / math.log((kappa**2 + 1) / (kappa**2 - 1))
    momentum = 6 * math.log(10) / math.log((kappa + 1) / (kappa - 1))
    return kappa, plain, momentum


centered = years - years.mean()
designs = {
    "years": torch.stack((ones, years), 1),
    "centered": torch.stack((ones, centered), 1),
    "scaled": torch.stack((ones, centered / centered.std()), 1),
}
print("                κ     plain steps  momentum")
for name, A in designs.items():
    kappa, plain, momentum = six_digits(A)
    print(f"{name:8} {kappa:8.1f} {plain:15,.0f} {momentum:9,.0f}")
assert six_digits(designs["years"])[0] > 1e5
assert six_digits(designs["scaled"])[0] < 1.02

# %% tags=["figure"]
rows = {name: six_digits(A) for name, A in designs.items()}
grid = torch.logspace(0.05, 6, 200, dtype=torch.float64)
fig = gd.figures.figure(
    f"Centered and scaled: {rows['years'][1]:,.0f} steps become {rows['scaled'][1]:.0f}",
    x="condition number κ",
    y="steps to six digits",
    log_x=True,
    x_range=(0.7, 1e6),
    y_range=(0.02, 1e14),
    caption="Lines: the formulas of the cell, without momentum and with it. Dots: a line through years, "
    "as it comes, centered, and scaled; without momentum.",
    alt="Steps without and with momentum: "
    + "; ".join(
        f"{name}, κ {k:,.1f}: {steps[0]:,.0f} and {steps[1]:,.0f}"
        for name, (k, *steps) in rows.items()
    )
    + ".",
)
for power, role, said in ((2, "c1", "plain"), (1, "c3", "momentum")):
    rate = (grid**power - 1) / (grid**power + 1)
    count = gd.rates.steps_per_factor(rate, 1e6)
    gd.figures.line(fig, grid, count, role, said, at=3e3)
for k, plain_steps, _ in rows.values():
    gd.figures.dot(fig, k, plain_steps, "c1")
for name, above in (("years", True), ("centered", True), ("scaled", False)):
    gd.figures.label(
        fig,
        name,
        *rows[name][:2],
        "c1",
        anchor="right" if above else "left",
        above=above,
    )
fig

# %% [markdown]
# Without momentum, with it. The first row is a run that you would call stuck. Check the other two, by
# gradient descent from zero at the best learning rate:


# %%
def measured(A, y, steps):
    lr = 1 / (torch.linalg.svdvals(A) ** 2 / len(A))[[0, -1]].sum()
    answer = torch.linalg.lstsq(A, y[:, None]).solution[:, 0]
    x, errors = torch.zeros(A.shape[1]).double(), []
    for _ in range(steps):
        errors.append(((x - answer).norm() / answer.norm()).item())
        x = x - lr * 2 / len(A) * A.T @ (A @ x - y)
    return int(gd.rates.first_below(torch.tensor(errors), 1e-6))


y = 3 + 0.02 * centered  # something that grows by the year
for name in ("centered", "scaled"):
    count = measured(designs[name], y, 6000)
    said = six_digits(designs[name])[1]
    print(f"{name:9} {count:5,} measured, about {said:,.0f} predicted")
    assert 0 <= count <= said + 1

# %% [markdown]
# (*About*: the start decides how much error lies in the slow mode.)
#
# ## A polynomial in years
#
# With powers it gets out of hand. Degree 3, as it comes, centered, centered and scaled to $[-1, 1]$,
# and in Chebyshev's polynomials of that:

# %%
t = centered / centered.abs().max()


def powers(x):
    return torch.stack([x**k for k in range(4)], 1)


def chebyshev(x):
    return torch.stack((ones, x, 2 * x**2 - 1, 4 * x**3 - 3 * x), 1)


# %% tags=["figure"]
nearest = {}
for way, columns in (("powers", powers(t)), ("Chebyshev", chebyshev(t))):
    unit = columns / columns.norm(dim=0)
    nearest[way] = (unit.T @ unit).triu(1).abs().max().item()
fig = gd.figures.figure(
    f"Two columns are at most {nearest['Chebyshev']:.2f} alike; of the powers, {nearest['powers']:.2f}",
    x="year",
    y="Chebyshev's polynomials of the scaled year",
    log_y=False,
    x_range=(1960, 2020),
    y_range=(-1.1, 1.1),
    caption="The four columns, degrees 0 to 3. Alike: the cosine of the angle between two columns.",
    alt=f"The largest cosine between two columns is {nearest['Chebyshev']:.2f} for Chebyshev's "
    f"polynomials and {nearest['powers']:.2f} for the powers 0 to 3.",
)
shown = range(1960, 2021, 20)
fig.layout.xaxis.update(tickvals=list(shown), ticktext=list(map(str, shown)))
for degree, role in enumerate(("floor", "c1", "c3", "c4")):
    gd.figures.line(fig, years, chebyshev(t)[:, degree], role)
fig

# %%
cubic = {
    "years": torch.linalg.cond(powers(years)).item(),
    "centered": torch.linalg.cond(powers(centered)).item(),
    "scaled": torch.linalg.cond(powers(t)).item(),
    "Chebyshev": torch.linalg.cond(chebyshev(t)).item(),
}
for name, kappa in cubic.items():
    print(f"{name:9} κ {kappa:.1e}")
result = gd.lstsq(powers(t), (0.3 + t**3)[:, None])
print(result)
assert cubic["years"] > 1e13
assert cubic["scaled"] < 10
assert result.converged

# %% tags=["figure"]
fig = gd.figures.figure(
    f"A cubic in years: from {cubic['years']:.0e} to {cubic['Chebyshev']:.1f}",
    x="columns",
    y="decimal digits of κ",
    log_y=False,
    y_range=(0, 18),
    caption="Four columns: powers 0 to 3 of the year. Float64 has sixteen digits; a κ of as many "
    "leaves none.",
    alt="Condition numbers: "
    + ", ".join(f"{name} {kappa:.1e}" for name, kappa in cubic.items())
    + ".",
)
digits = [math.log10(kappa) for kappa in cubic.values()]
said = [f"{k:.0e}" if k > 1e3 else f"{k:.0f}" for k in cubic.values()]
gd.figures.bars(fig, list(cubic), digits, texts=said)
fig

# %% [markdown]
# !!! claim "What this shows"
#     The same model in other columns: $\kappa$ goes from {{= cubic["years"] : .0e }} to
#     {{= cubic["Chebyshev"] : .1f }}. Nothing was tuned.
#
# ## Units
#
# A length in millimeters and a weight in tons are columns of very different size. Divide each column by
# its norm (or its standard deviation), and $\kappa$ falls to what the *angles* between the columns make
# of it.

# %%
torch.manual_seed(0)
mixed = torch.randn(100, 3).double() * torch.tensor([1000.0, 1.0, 0.001])
equal = mixed / mixed.norm(dim=0)
aligned = designs["years"] / designs["years"].norm(dim=0)
before, after, years_alone = (
    torch.linalg.cond(A).item() for A in (mixed, equal, aligned)
)
print(f"ones and years, columns of length one: κ {years_alone:.0f}")
print(
    f"units as they come: κ {before:.1e}, columns of length one: κ {after:.2f}"
)
assert before > 1e5
assert after < 2 < 100 < years_alone

# %% [markdown]
# Scaling does not help columns that point the same way: the ones and the years keep a $\kappa$ of
# {{= years_alone : .0f }}. That is what centering is for. And neither helps a matrix that is [singular](../failures/level.py), where the data do not say what you ask.
#
# The answer must be taken back: if column $j$ was divided by $c_j$, its coefficient is divided by $c_j$
# as well.
#
# **What carries over to a network.** Inputs of mean zero and of one size are the first thing to do, for the same reason: the first layer's
# curvature contains their second moments. Normalization layers do it for the layers behind. And an optimizer
# that scales each coordinate, such as Adam, can undo units. It cannot undo a mean: that is no scaling of
# coordinates.
#
# Next: [why did it not converge?](../reference/why-did-it-not-converge.py)

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 1"
#     Subtract 1960 in place of the mean. How much is lost?

# %% tags=["solution"]
first = torch.stack((ones, (years - 1960) / 60), 1)
print(f"κ {torch.linalg.cond(first):.2f}, and 1 with mean and scale")
print("Most of the gain is there. The mean is best, near it is good.")
assert torch.linalg.cond(first) < 10

# %% [markdown]
# !!! exercise "Exercise 2"
#     Take the fit of the centered and scaled line back to years, and compare.

# %% tags=["solution"]
a, b = torch.linalg.lstsq(designs["scaled"], y[:, None]).solution[:, 0]
slope = b / centered.std()
start = a - slope * years.mean()
print(f"{start:.2f} + {slope:.3f} year")
assert torch.allclose(start + slope * years, y)

# %% [markdown]
# !!! exercise "Exercise 3"
#     Degree 10 on $[-1, 1]$: powers or Chebyshev's polynomials?

# %% tags=["solution"]
ten = torch.stack([t**k for k in range(11)], 1)
nodes = torch.stack([torch.cos(k * torch.arccos(t)) for k in range(11)], 1)
by_powers, by_chebyshev = (torch.linalg.cond(A).item() for A in (ten, nodes))
print(f"powers κ {by_powers:.1e}, Chebyshev κ {by_chebyshev:.1f}")
assert by_chebyshev < 10 < 1000 < by_powers
