"""Fewer points for the same picture."""

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

Numbers = Iterable[float] | np.ndarray | Tensor
COLUMNS = 300


def thin(
    x: Numbers, y: Numbers, *, log_x: bool = False, log_y: bool = False
) -> tuple[list[float], list[float]]:
    """Keep the lowest and the highest point of each of 300 columns, to four digits.

    A stride would draw humps that are not there. What cannot be drawn is dropped: values that
    are not finite and, on a log axis, not positive. Curves of at most 600 points, and curves
    whose x goes back, keep all their points.

    Parameters
    ----------
    x, y : numbers, a tensor or a range, of shape (points,)
    log_x, log_y : bool
        Whether the axis is logarithmic.

    Returns
    -------
    tuple of list of float
        x and y of the points that are left.

    Examples
    --------
    >>> from gdinverse import figures
    >>> steps = range(100_001)
    >>> x, y = figures.thin(steps, [(-1.0) ** k / (k + 1) for k in steps])
    >>> len(x), y[:2], max(y) - min(y)
    (601, [1.0, -0.5], 1.5)
    >>> figures.thin([0, 1, 2], [0.123456, 0.0, float("inf")], log_y=True)
    ([0.0], [0.1235])
    """
    xs, ys = array(x), array(y)
    drawable = np.isfinite(xs) & np.isfinite(ys)
    drawable &= ((xs > 0) | (not log_x)) & ((ys > 0) | (not log_y))
    xs, ys = xs[drawable], ys[drawable]
    if len(xs) > 2 * COLUMNS and (np.diff(xs) >= 0).all():
        kept = _extremes(np.log(xs) if log_x else xs, ys)
        xs, ys = xs[kept], ys[kept]
    return [float(f"{v:.7g}") for v in xs], [float(f"{v:.4g}") for v in ys]


def array(values: Numbers) -> np.ndarray:
    """Return numbers as double precision, wherever they come from."""
    is_array = isinstance(values, Tensor | np.ndarray)
    tensor = torch.as_tensor(values if is_array else list(values))
    return tensor.detach().cpu().double().numpy()


def _extremes(x: np.ndarray, y: np.ndarray) -> list[int]:
    """Return the indices of the lowest and the highest y of each column, and of both ends."""
    column = np.minimum((x - x[0]) / (x[-1] - x[0]) * COLUMNS, COLUMNS - 1).astype(int)
    order = np.lexsort((y, column))
    starts = np.flatnonzero(np.diff(column[order], prepend=-1, append=COLUMNS))
    low, high = order[starts[:-1]], order[starts[1:] - 1]
    return sorted({0, len(x) - 1, *low.tolist(), *high[y[high] > y[low]].tolist()})


def corners(points: np.ndarray, tolerance: float = 1.0) -> np.ndarray:
    """Leave out points of a line that lie on the line through others, by Douglas and Peucker."""
    if len(points) < 3:
        return points
    ends = points[-1] - points[0]
    away = points - points[0]
    along = np.clip(away @ ends / max(ends @ ends, 1e-300), 0, 1)
    distance = np.linalg.norm(away - along[:, None] * ends, axis=1)
    far = int(distance.argmax())
    if distance[far] <= tolerance:
        return points[[0, -1]]
    before, after = (corners(points[: far + 1], tolerance), corners(points[far:], tolerance))
    return np.concatenate([before[:-1], after])
