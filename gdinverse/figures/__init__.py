"""Figures that say what they show: one template, a small vocabulary, and convergence figures.

A color always means the same thing. Roles: measured, predicted, limit, failure, floor; series
that have no role are c1 … c5. Lines look the same on light and dark pages; the text is colored
by the page, which reads the role from the annotation's name.

Examples
--------
>>> import gdinverse as gd
>>> fig = gd.figures.figure("Half each step", x="step", y="error")
>>> errors = [2.0**-k for k in range(12)]
>>> fig = gd.figures.line(fig, range(12), errors, label="halving")
>>> fig = gd.figures.dot(fig, 10, 2.0**-10)
>>> [trace.name for trace in fig.data]
['halving', '']
"""

from gdinverse.figures.charts import bars, grids, heatmap
from gdinverse.figures.convergence import convergence
from gdinverse.figures.drawing import figure, line
from gdinverse.figures.marks import band, dot, dots, label
from gdinverse.figures.style import ROLES, SEQUENTIAL, template
from gdinverse.figures.svg import svg
from gdinverse.figures.thin import thin

__all__ = [
    "ROLES",
    "SEQUENTIAL",
    "band",
    "bars",
    "convergence",
    "dot",
    "dots",
    "figure",
    "grids",
    "heatmap",
    "label",
    "line",
    "svg",
    "template",
    "thin",
]
