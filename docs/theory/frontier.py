# ---
# title: From Newton–Schulz to Muon
# description: >-
#   Orthogonalization by polynomials: Newton–Schulz, the best polynomials there are, and Muon's, each
#   predicted by what it does to one singular value.
# given: [1970, 1971, 2024, 2025]
# ---

# %% [markdown]
# # From Newton–Schulz to Muon
#
# An optimizer of 2024 makes each step orthogonal, by a polynomial of matrix products. The first such
# polynomial is fifty years older. Why did it take another one, and is there a better one? What a
# polynomial does to a matrix it does to each singular value, so all of this can be seen on one number.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

start = torch.logspace(-3, 0, 1500, dtype=torch.float64)
kinds = {
    "Newton–Schulz": gd.schedules.newton_schulz(5),
    "Muon": gd.schedules.muon(),
    "best": gd.schedules.minimax(1e-3),
}
ends = {name: s.trace(start, 5)[-1] for name, s in kinds.items()}
off = (ends["best"] - 1).abs().max().item()
fig = gd.figures.figure(
    "Five steps, fifteen products: three polynomials",
    x="singular value before",
    y="after five steps",
    log_x=True,
    log_y=False,
    x_range=(1e-3, 1),
    y_range=(0, 1.3),
    caption="Three quintics. Shaded: all that the best ones leave. An orthogonal matrix has ones alone.",
    alt="A singular value of 0.001 is after five steps at "
    + ", ".join(f"{end[0]:.2f} with {name}" for name, end in ends.items())
    + f". Muon's values wander between {ends['Muon'].min():.2f} and "
    f"{ends['Muon'].max():.2f}; the best ones stay within {off:.2f} of one.",
)
gd.figures.band(fig, 1 - off, 1 + off, "best")
for name, role, at in (("Newton–Schulz", "c1", 4e-3), ("Muon", "c4", 1.5e-3)):
    gd.figures.line(fig, start, ends[name], role, name, at=at)
fig

# %% [markdown]
# !!! think "Pause to think"
#     A singular value of `0.001` is to become one, and all you may do is to put it into a polynomial again
#     and again. The same polynomial must leave one where it is. How fast can the small one grow?
#
# ??? predict "An answer"
#     By the slope of the polynomial at 0, each time, and not faster while it is small. So all depends on
#     how steep a polynomial can be that does not throw the large ones out.
#
# ## One number for a matrix
#
# The [relative gradient](ladder.py#rung-three-the-step-is-multiplied-by-the-iterate) for $X^\top X = I$ is
# $X \leftarrow X + \tfrac12 X (I - X^\top X)$, of Kovarik (1970) and Björck & Bowie (1971). With
# $X = U \Sigma V^\top$ everything but $\Sigma$ cancels:
#
# $$\sigma \leftarrow \tfrac12\, \sigma\, (3 - \sigma^2).$$

# %%
import torch

import gdinverse as gd

sigma = torch.logspace(0, -3, 5, dtype=torch.float64)
M = gd.matrices.with_singular_values(
    sigma.tolist(), torch.Generator().manual_seed(1)
)
X, step = M, 0
while (1 - sigma).abs().max() > 1e-12:
    X = X + X @ (torch.eye(5) - X.T @ X) / 2
    sigma = sigma * (3 - sigma**2) / 2
    step += 1
    assert (torch.linalg.svdvals(X) - sigma).abs().max() < 1e-12
steps_plain = step
print(f"{steps_plain} steps; the singular values go their own way each")

# %% tags=["figure"]
x = torch.logspace(-3, 0, 200, dtype=torch.float64)
stairs = gd.schedules.newton_schulz(3).trace(torch.tensor(1e-3), 20)
fig = gd.figures.figure(
    f"From 0.001 to one: {steps_plain} steps, and most of them only grow by half",
    x="σ",
    y="σ after one step",
    log_x=True,
    x_range=(1e-3, 1.2),
    y_range=(1e-3, 1.2),
    caption="The map ½σ(3 − σ²) and its staircase: up to the curve, across to the diagonal.",
    alt="On logarithmic axes the map runs parallel to the diagonal, a factor of 1.5 above it, and turns "
    f"onto it at one. The staircase from 0.001 is at {stairs[10]:.3f} after ten steps and at "
    f"{stairs[17]:.2f} after 17.",
)
gd.figures.line(fig, [1e-3, 1.2], [1e-3, 1.2], "floor", "σ", at=4e-3)
gd.figures.line(fig, x, x * (3 - x**2) / 2, "predicted", "½σ(3 − σ²)", at=0.5)
across = stairs.repeat_interleave(2)
gd.figures.line(fig, across[:-1], across[1:], "measured")
fig

# %% [markdown]
# While $\sigma$ is small, $\sigma^2$ is nothing, and a step multiplies by one and a half. At the end the
# digits double. There is little to gain at the end, and much at the start.
#
# ??? predict "Predict first: Newton–Schulz takes {{= steps_plain }} steps from `0.001` to twelve digits. You may now take *any* polynomial $a\sigma + b\sigma^3$, and another one at each step. How many steps?"
#     Nearly as many, {{= steps_plain - 4 }}, or about half?
#
#     **{{= len(gd.schedules.minimax(1e-3, degree=3).coefficients) }}**. Nothing says that a polynomial has to leave one where it is, as long as
#     *some* step does so at last.
#
# ## The best polynomial touches its bound
#
# All singular values are in $[l, 1]$. We look for the cubic whose largest distance from one, on all of the
# interval, is least. Its error is the same at both ends, and as large on the other side where the slope
# is zero:


# %%
def best_cubic(low, high):
    """a and b of the cubic nearest to one, and its largest error."""
    q = high**2 + high * low + low**2
    peak = 2 / 3 * (q / 3) ** 0.5 * q  # of q x − x³, at x² = q / 3
    ends = low * high * (low + high)  # its value at both ends
    b = 2 / (peak + ends)
    return b * q, -b, 1 - b * ends


low, high, cubics = 1e-3, 1.0, []
while high - low > 1e-12:
    a, b, error = best_cubic(low, high)
    cubics.append((a, b))
    low, high = 1 - error, 1 + error
print(f"{len(cubics)} steps, the first {cubics[0][0]:.4f} {cubics[0][1]:.4f}")
packaged = gd.schedules.minimax(1e-3, degree=3)
assert torch.allclose(
    torch.tensor(cubics[:9]), torch.tensor(packaged.coefficients[:9])
)

# %% tags=["figure"]
low = 0.1
a, b, off = best_cubic(low, 1.0)
places = torch.tensor([low, (-a / b / 3) ** 0.5, 1.0], dtype=torch.float64)
for lower in torch.logspace(-3, -0.1, 30).tolist():
    p, q, least = best_cubic(lower, 1.0)
    x = torch.linspace(lower, 1, 500, dtype=torch.float64)
    assert ((p * x + q * x**3 - 1).abs() < least + 1e-12).all()
    x = torch.tensor([lower, (-p / q / 3) ** 0.5, 1.0])
    touched = p * x + q * x**3 - 1
    assert torch.allclose(touched, least * torch.tensor([-1, 1, -1.0]))
fig = gd.figures.figure(
    "The best cubic on [l, 1] touches its bound at three places",
    x="σ",
    y="aσ + bσ³",
    log_y=False,
    x_range=(0, 1),
    y_range=(0, 2),
    caption="Blue: on the interval. Shaded: from 1 − E to 1 + E."
    '<gd-moving kind="touching"></gd-moving>',
    alt=f"For l = {low} the cubic {a:.2f}σ − {-b:.2f}σ³ is {off:.2f} below one at {low} and at one, "
    f"and as far above one at {places[1]:.2f}. Left of the interval it falls to zero.",
)
gd.figures.band(fig, 1 - off, 1 + off)
x = torch.linspace(0, 1, 200, dtype=torch.float64)
for part, role in ((x, "floor"), (low + (1 - low) * x, "measured")):
    gd.figures.line(fig, part, a * part + b * part**3, role)
gd.figures.dots(fig, places, a * places + b * places**3)
fig

# %% [markdown]
# The smaller $l$, the larger the error, and the steeper the cubic at zero: by
# {{= best_cubic(0.1, 1.0)[0] : .1f }} for $l$ = `0.1` and by {{= cubics[0][0] : .1f }} for `0.001`.
# With a third coefficient there is a fourth place:

# %% tags=["figure"]
x = torch.linspace(0.1, 1, 500, dtype=torch.float64)
shown = {
    ("Newton–Schulz", "floor", 0.2): gd.schedules.newton_schulz(3),
    ("best cubic", "c1", 0.33): gd.schedules.minimax(0.1, 1, 3),
    ("best quintic", "c3", 0.72): gd.schedules.minimax(0.1, 1, 5),
}
errors = {key[0]: s.trace(x, 1)[1] - 1 for key, s in shown.items()}
most = {name: error.abs().max().item() for name, error in errors.items()}
fig = gd.figures.figure(
    "The best polynomial touches its bound once more than it has coefficients",
    x="σ",
    y="σ after one step, minus one",
    log_y=False,
    x_range=(0.1, 1),
    y_range=(-1, 1),
    caption="On [0.1, 1]. Two coefficients touch three times, three coefficients four times.",
    alt="Largest errors after one step: "
    + ", ".join(f"{name} {error:.2f}" for name, error in most.items())
    + ". The best cubic is at its largest error at both ends and once between them on the other side, "
    "the best quintic at both ends and twice between.",
)
for name, role, at in shown:
    gd.figures.line(fig, x, errors[name], role, name, at=at)
    slopes = errors[name].diff().sign()
    turns = 1 + (slopes[1:] != slopes[:-1]).nonzero().flatten()
    for k in [0, *turns.tolist(), -1] if role != "floor" else ():
        gd.figures.dot(fig, x[k], errors[name][k], role)
fig

# %% [markdown]
# Why is that the best? Suppose that another cubic is closer everywhere. At three places in a row the
# first one is too low, too high and too low by $E$, so their difference is positive, negative, positive:
# two zeros at positive $\sigma$. But $a\sigma + b\sigma^3$ has one at most. The same count works for more
# coefficients, and for them the places are found by exchange: solve for equal errors at some places, go
# to the extremes of what comes out, repeat. `gd.schedules.minimax` does so for any degree.
#
# After a step the values are in $[1 - E, 1 + E]$, and the next cubic is the best one there. Can it pay to
# take a worse first step for a better second one? No: Amsel et al. (2025) prove that no other
# composition of polynomials of these degrees has a smaller largest error.
#
# ## More coefficients
#
# A quintic $a\sigma + b\sigma^3 + c\sigma^5$ has three coefficients, and costs three products: $X^\top X$, its
# square, and $X$ times the sum. With a product for each coefficient, is a higher degree worth it?


# %%
def worst(schedule, lower, steps=45):
    """The largest |1 − σ| on [lower, 1] after each step: at the lower end."""
    end = torch.tensor(lower, dtype=torch.float64)
    return (1 - schedule.trace(end, steps)).abs()


def contenders(lower):
    for degree in (3, 5):
        yield gd.schedules.newton_schulz(degree)
    for degree in (3, 5, 7):
        yield gd.schedules.minimax(lower, degree=degree)


names = ("Newton–Schulz 3", "Newton–Schulz 5", "best 3", "best 5", "best 7")
goals = (0.3, 1e-2, 1e-7, 1e-15)
steps_to, products = {}, {}
for lower in (1e-1, 1e-2, 1e-3, 1e-6):
    for name, schedule in zip(names, contenders(lower), strict=True):
        errors = worst(schedule, lower)
        counts = [int(gd.rates.first_below(errors, g)) for g in goals]
        steps_to[lower, name] = counts
        twelve = int(gd.rates.first_below(errors, 1e-12))
        products[lower, name] = twelve * len(schedule.coefficients[0])
grid = torch.logspace(-3, 0, 2000, dtype=torch.float64)
for schedule in contenders(1e-3):
    on_grid = (1 - schedule.trace(grid, 12)).abs().amax(-1)
    assert torch.allclose(on_grid, worst(schedule, 1e-3, 12), atol=1e-15)

# %% tags=["figure"]
lows = (1e-1, 1e-2, 1e-3, 1e-6)
many = {name: [steps_to[low, name][2] for low in lows] for name in names}
fig = gd.figures.figure(
    f"From one millionth to within 1e-7 of one: {many['best 3'][-1]} steps at degree 3, "
    f"{many['best 7'][-1]} at degree 7",
    x="the least singular value, l",
    y="steps to 1e-7",
    log_x=True,
    log_y=False,
    x_range=(3e-8, 0.2),
    y_range=(0, 1.1 * max(many["Newton–Schulz 3"])),
    caption="Lines join the four intervals of the cell. Newton–Schulz repeats one polynomial; the best "
    "change from step to step.",
    alt="Steps to 1e-7 from l = "
    + ", ".join(f"{low:g}" for low in lows)
    + ": "
    + "; ".join(
        f"{name} {', '.join(map(str, counts))}"
        for name, counts in many.items()
    )
    + ".",
)
for (name, counts), role in zip(
    many.items(), ("c2", "c5", "c1", "c3", "c4"), strict=True
):
    gd.figures.line(fig, lows, counts, role)
    gd.figures.dots(fig, lows, counts, role)
    gd.figures.label(
        fig,
        name.replace("Newton–", ""),
        lows[-1],
        counts[-1],
        role,
        anchor="right",
        above=name != "best 7",
    )
fig

# %%
print("                       steps to    products")
print("l      by        0.3 1e-2 1e-7 1e-15  1e-12")
line = "{:<6g} {:8}{:5}{:5}{:5}{:6}{:7}"
for (lower, name), counts in steps_to.items():
    short = name.removeprefix("Newton–")
    print(line.format(lower, short, *counts, products[lower, name]))
spread = max(
    max(products[lower, n] for n in names[2:])
    - min(products[lower, n] for n in names[2:])
    for lower in (1e-1, 1e-2, 1e-3, 1e-6)
)
assert {products[1e-3, name] for name in names[2:]} == {24}
assert products[1e-3, "Newton–Schulz 3"] > 1.8 * products[1e-3, "best 3"]

# %% [markdown]
# From $l$ = `1e-3` the best polynomials of degree 3, 5 and 7 need {{= products[1e-3, "best 3"] }},
# {{= products[1e-3, "best 5"] }} and {{= products[1e-3, "best 7"] }} products for twelve digits: higher
# degrees take fewer steps, and not one product less. On the other intervals of the table the three
# differ by {{= spread }} products at most. What counts is the choice of the coefficients: Newton–Schulz
# of degree 3 takes {{= products[1e-3, "Newton–Schulz 3"] }}.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"{products[1e-3, 'best 3']} products with the best coefficients, at degree 3, 5 and 7",
    x="matrix products",
    y="largest |1 − σ|",
    x_range=(0, 62),
    y_range=(1e-12, 3),
    caption="All singular values in [0.001, 1]. A step costs one product for each coefficient.",
    alt="Products to an error of 1e-12: "
    + ", ".join(f"{name} {products[1e-3, name]}" for name in names)
    + f". Muon's polynomial stays above {0.3:.1f}.",
)
places = (43, 34, 11, 17, 22)
for name, schedule, role, at in zip(
    names,
    contenders(1e-3),
    ("c2", "c5", "c1", "c3", "c4"),
    places,
    strict=True,
):
    cost = len(schedule.coefficients[0])
    errors = worst(schedule, 1e-3, 24).clamp(min=1e-13)
    said = "" if name in names[:2] else name
    gd.figures.line(fig, range(0, 25 * cost, cost), errors, role, said, at=at)
gd.figures.label(fig, "Schulz 3", 44.5, 1e-8, "c2")
gd.figures.label(fig, "Schulz 5", 38, 1e-8, "c5", anchor="right")
cycling = (1 - gd.schedules.muon().trace(grid, 16)).abs().amax(-1)
assert cycling.min() > 0.3
gd.figures.line(fig, range(0, 51, 3), cycling, "failure", "Muon", at=44)
fig

# %% [markdown]
# ## Muon's polynomial does not arrive
#
# Jordan et al. (2024) did without the end. Their quintic, with $(a, b, c)$ =
# {{= gd.schedules.muon().coefficients[0] }}, is the same at all five steps, and chosen for its slope at
# zero. It has no fixed point at one.

# %%
muon = gd.schedules.muon()
landed = muon.trace(grid, 5)[-1]
print(f"after 5 steps: {landed[0]:.2f} to {landed.max():.2f}")
for_long = (1 - muon.trace(grid, 200)).abs().amax(-1)
nearest = for_long.min().item()
fixed = torch.tensor(0.868, dtype=torch.float64)
for _ in range(50):  # Newton's method on m(σ²) = 1
    y = fixed**2
    slope = 2 * fixed * (-4.7750 + 2 * 2.0315 * y)
    fixed = fixed - (3.4445 - 4.7750 * y + 2.0315 * y**2 - 1) / slope
turn = 1 + (fixed * slope).item()
cycle = muon.trace(torch.tensor(0.3, dtype=torch.float64), 4000)[-4:]
print(f"nearest in 200 steps: {nearest:.3f}")
print(f"fixed point {fixed:.3f} with slope {turn:.2f}: it repels")
print("in the end:", *(f"{x:.3f}" for x in cycle))
greedy = worst(gd.schedules.minimax(1e-3), 1e-3, 5)[-1].item()
ends = muon.trace(grid, 300)[-4:].sort(0).values
assert (ends - cycle.sort().values[:, None]).abs().max() < 1e-6
assert nearest > 0.3 > 0.12 > greedy
assert abs(turn) > 1

# %% tags=["figure"]
x = torch.linspace(0.6, 1.2, 300, dtype=torch.float64)
fig = gd.figures.figure(
    "Muon's map: out of its fixed point, into a cycle of four",
    x="σ",
    y="σ after one step",
    log_y=False,
    x_range=(0.6, 1.2),
    y_range=(0.6, 1.2),
    caption="Blue: from near the fixed point outward, 40 steps. Green: the last four.",
    alt=f"The map falls through the diagonal at {fixed:.3f} with slope {turn:.2f}. A staircase that "
    "begins near that point spirals outward and ends on the four values "
    + ", ".join(f"{v:.3f}" for v in cycle.sort().values)
    + ".",
)
gd.figures.line(fig, [0.6, 1.2], [0.6, 1.2], "floor", "σ", at=1.14)
gd.figures.line(fig, x, muon.trace(x, 1)[1], "predicted")
gd.figures.label(fig, "Muon's quintic", 0.78, 1.17, "predicted")
outward = muon.trace(fixed + 0.002, 40).repeat_interleave(2)
gd.figures.line(fig, outward[:-1], outward[1:], "measured")
ring = torch.cat([cycle, cycle[:1]]).repeat_interleave(2)
gd.figures.line(fig, ring[:-1], ring[1:], "c3", wide=True)
fig

# %% [markdown]
# After five steps, singular values from `0.001` to one are between {{= landed[0] : .2f }} and
# {{= landed.max() : .2f }}, and in `200` steps all of them are at no time nearer to one than
# {{= nearest : .2f }}. The fixed point {{= fixed : .3f }} repels, because the slope there is
# {{= turn : .2f }}; all {{= len(grid) : ,d }} of them end on a cycle of four, {{= cycle.min() : .3f }} to
# {{= cycle.max() : .3f }}.
# It is meant so: torch's source says that the coefficients were chosen for the slope at zero, and that
# the spread does not hurt. The best quintics leave {{= greedy : .2f }} for the same fifteen products.
#
# Is that torch's Muon? One step from zero with learning rate one and no momentum is the
# orthogonalized gradient itself. It is computed in bfloat16, and ours has the same bits.

# %%
G = torch.randn(24, 16, generator=torch.Generator().manual_seed(2))
W = torch.nn.Parameter(torch.zeros(24, 16))
W.grad = G.clone()
settings = {"lr": 1.0, "momentum": 0.0, "nesterov": False}
torch.optim.Muon([W], weight_decay=0.0, **settings).step()
half = G.bfloat16()
ours = muon.orthogonalize(half / half.norm(), 5)
scale = (24 / 16) ** 0.5  # torch's factor for a tall matrix
assert torch.equal(W.detach(), ours.float() * -scale)

# %% tags=["figure"]
given, stepped = (
    torch.linalg.svdvals(A.double()) for A in (half / half.norm(), ours)
)
order = range(1, len(given) + 1)
fig = gd.figures.figure(
    f"Muon's step has singular values from {stepped.min():.2f} to {stepped.max():.2f}, not one",
    x="singular value of the gradient, the largest first",
    y="size",
    log_y=False,
    x_range=(0.5, len(given) + 4),
    y_range=(0, 1.3),
    caption="A random gradient of 24 rows and 16 columns, over its norm, and torch's step, over its "
    "factor. Green: one.",
    alt="Singular values of the gradient over its norm: "
    + ", ".join(f"{value:.2f}" for value in given.tolist())
    + "; of the step: "
    + ", ".join(f"{value:.2f}" for value in stepped.tolist())
    + ".",
)
gd.figures.line(fig, [0.5, len(given) + 4], [1, 1], "limit")
for sizes, role, said in ((stepped, "c1", "step"), (given, "c2", "gradient")):
    gd.figures.dots(fig, order, sizes, role)
    gd.figures.label(fig, said, len(given), sizes[-1].item(), role)
fig

# %% [markdown]
# ## The same, predicted and proven
#
# A schedule is data, and `gd.polar` takes any. The run ends where the correction in
# [twice the digits](proof-digits.py) can take over, and the prediction is the map on the singular
# values of the start.

# %%
batch = torch.stack(
    [
        gd.matrices.with_singular_values(
            torch.logspace(0, -3, 5).tolist(), torch.Generator().manual_seed(k)
        )
        for k in range(5)
    ]
)
lower = 1e-3 / batch[0].norm().item()  # the run starts from M / ‖M‖
agreed = 0
for name, schedule in zip(names, contenders(lower), strict=True):
    result = gd.polar(batch, schedule=schedule)
    agreed += int((result.steps == result.prediction.steps).sum())
    print(f"{name:16} {int(result.steps[0]):2} steps as predicted")
    assert result.converged.all()
assert agreed == 5 * len(names)

# %% [markdown]
# {{= agreed }} of {{= 5 * len(names) }} runs took the predicted number of steps, and all are proven to
# the last digit.
#
# !!! claim "What this shows"
#     From singular values of at least `0.001`, the best coefficients nearly halve the work of Newton–Schulz,
#     and degree 3, 5 and 7 cost the same: {{= products[1e-3, "best 3"] }} products to twelve digits.
#     Muon's polynomial is at best {{= nearest : .2f }} off, on purpose.
#
# **What carries over to a network.** An optimizer that orthogonalizes its momentum does this for each
# weight matrix at each step. What the polynomial does to that matrix is known beforehand, from its
# singular values alone. Whether a network trains better when they all arrive at one is another
# question, which this page does not answer.
#
# All of this was in float64. Networks compute in bfloat16, where [some of it
# breaks](frontier-floats.py).

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 1"
#     The published coefficients of the Polar Express begin with `8.28721`, `−23.59589`, `17.30039`. Ours for
#     the same interval begin with `8.4703`. Take a cushion of `0.02407327` and compare.

# %% tags=["solution"]
for cushion in (0.0, 0.02407327424182761):
    first = gd.schedules.minimax(1e-3, 1, cushion=cushion).coefficients[0]
    print(cushion, *(f"{c:.5f}" for c in first))
assert abs(first[0] - 8.28721201814563) < 1e-13
print("The cushion takes the interval for [0.024, 1] where it is wider, and")
print("centers what comes out: a little slower, and safer near the top.")

# %% [markdown]
# !!! exercise "Exercise 2"
#     You promise $l$ = `1e-2`, and one singular value is `1e-5`. What happens?

# %% tags=["solution"]
promised = gd.schedules.minimax(1e-2)
small = promised.trace(torch.tensor(1e-5, dtype=torch.float64), 30)
late = int(gd.rates.first_below((1 - small).abs(), 1e-12))
print(f"{len(promised.coefficients)} steps were planned, {late} are needed")
print("Below the interval a step multiplies by a; the last polynomial is")
print("Newton–Schulz, repeated, which finds the rest of the way.")
assert late > len(promised.coefficients)
