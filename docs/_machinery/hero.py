"""The home page's figure, which a hidden cell of that page computes.

The figure is a static drawing, so that the first page needs no script for it: X M at four steps
above the curve of the error. It is drawn twice, because one that scales has text of 7 px on a
phone. The stylesheet colors both and shows one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

import gdinverse as gd

SHOWN = (0, 10, 100, 1000)
TARGET = 1e-6


@dataclass
class Run:
    """The run of 2020 on matrix 1: products X M, relative errors, and the predicted errors."""

    products: torch.Tensor
    errors: torch.Tensor
    predicted: torch.Tensor
    steps: int


def run() -> Run:
    M, iterates = gd.matrices.random_2020(), []
    result = gd.inv(
        M,
        optimizer=torch.optim.SGD,
        lr=0.9,
        momentum=0.9,
        guess=M,
        tolerance=1e-8,
        callback=lambda step, problem: iterates.append(problem.value()),
    )
    X, exact = torch.stack(iterates)[: SHOWN[-1] + 1], torch.linalg.inv(M)
    errors = (X - exact).norm(dim=(1, 2)) / exact.norm()
    assert result.prediction
    predicted = result.prediction.error[: len(X)]
    steps = int(gd.rates.first_below(errors, TARGET))
    assert steps == gd.rates.first_below(predicted, TARGET), "the home page's claim is wrong"
    return Run(X @ M, errors, predicted, steps)


def hero_svg() -> str:
    """Both drawings, for wide and for narrow pages."""
    data = run()
    return (
        Drawing(data, "gd-wide", 720, 400, cell=24, left=44).svg()
        + Drawing(data, "gd-narrow", 350, 330, cell=14, left=34).svg()
    )


@dataclass
class Drawing:
    """The figure at one size, in pixels."""

    data: Run
    name: str
    width: int
    height: int
    cell: int
    left: int

    def svg(self) -> str:
        words = (
            f"Relative error of X, on a logarithmic axis, from {self.data.errors[0]:.2g} at step 0 "
            f"to one millionth at step {self.data.steps}; the predicted curve lies on the measured "
            f"one. Above it X M, which becomes the identity by step {SHOWN[-1]:,}."
        )
        return (
            f'<svg class="{self.name}" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width}" height="{self.height}" role="img" aria-label="{words}">'
            + "".join(self.matrices())
            + "".join(self.axes())
            + "".join(self.curves())
            + "</svg>"
        )

    @property
    def plot(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom end of the curve's panel."""
        return self.left, 4 * self.cell + 64, self.width - 20, self.height - 26

    def x(self, step: Any) -> Any:
        left, _, right, _ = self.plot
        return left + step / SHOWN[-1] * (right - left)

    def y(self, error: Any) -> Any:
        """Eight decades down, and a little room above the first."""
        _, top, _, bottom = self.plot
        return top - np.log10(error) / 8 * (bottom - top)

    def matrices(self) -> Iterator[str]:
        """X M at four steps; the stronger the color, the larger the entry."""
        apart = (self.width - 20 - self.left - 4 * self.cell) / (len(SHOWN) - 1)
        for i, step in enumerate(SHOWN):
            left = self.left + i * apart
            yield text(left, 4 * self.cell + 18, f"step {step:,}")
            for row, column in np.ndindex(4, 4):
                value = float(self.data.products[step, row, column])
                role = "measured" if value > 0 else "predicted"
                x, y = left + column * self.cell, row * self.cell
                place = f'x="{x:.1f}" y="{y}" width="{self.cell - 1.5}" height="{self.cell - 1.5}"'
                yield f'<rect {place} fill="var(--gd-rule)" fill-opacity=".5"/>'
                if (strength := min(1, abs(value))) >= 0.01:
                    yield f'<rect {place} fill="var(--gd-{role})" fill-opacity="{strength:.2f}"/>'

    def axes(self) -> Iterator[str]:
        left, top, right, bottom = self.plot
        yield text(left, top - 14, "relative error")
        for power in range(0, 9, 2):
            y = self.y(10.0**-power)
            yield f'<path d="M{left} {y:.1f}H{right}" stroke="var(--gd-rule)"/>'
            power_of_ten = f'10<tspan dy="-5" font-size="10">−{power}</tspan>' if power else "1"
            yield text(left - 6, y + 4, power_of_ten, "muted", "end")
        for step, anchor in ((0, "start"), (500, "middle"), (1000, "end")):
            label = f"{step:,} steps" if step == SHOWN[-1] else f"{step:,}"
            yield text(self.x(step), bottom + 18, label, "muted", anchor)

    def curves(self) -> Iterator[str]:
        yield self.curve(self.data.errors, 'stroke="var(--gd-measured)" stroke-width="4.5"')
        dashed = 'stroke="var(--gd-predicted)" stroke-width="1.75" stroke-dasharray="6 4"'
        yield self.curve(self.data.predicted, dashed)
        yield text(self.x(200) + 10, self.y(self.data.errors[200]) - 10, "measured", "on-measured")
        label_at = self.x(440) + 10, self.y(self.data.errors[440]) - 10
        yield text(*label_at, "dashed: predicted", "on-predicted")
        x, y = self.x(self.data.steps), self.y(TARGET)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" fill="var(--gd-measured)"/>'
        yield text(x - 8, y + 18, f"step {self.data.steps}", "on-measured", "end")

    def curve(self, errors: torch.Tensor, style: str) -> str:
        points = np.stack([self.x(np.arange(len(errors))), self.y(errors.numpy())], axis=1)
        path = " ".join(f"{x:.1f} {y:.1f}" for x, y in simplified(points))
        return f'<path d="M{path}" fill="none" stroke-linejoin="round" {style}/>'


def text(x: float, y: float, words: str, role: str = "muted", anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="var(--gd-{role})">{words}</text>'


def simplified(points: np.ndarray, tolerance: float = 0.15) -> np.ndarray:
    """Leave out points that lie less than a fraction of a pixel off the line of the others.

    Douglas & Peucker (1973), Algorithms for the reduction of the number of points.
    """
    chord = points[-1] - points[0]
    offset = points - points[0]
    distance = np.abs(offset[:, 0] * chord[1] - offset[:, 1] * chord[0]) / np.hypot(*chord)
    far = int(distance.argmax())
    if distance[far] < tolerance:
        return points[[0, -1]]
    return np.concatenate([simplified(points[: far + 1])[:-1], simplified(points[far:])])
