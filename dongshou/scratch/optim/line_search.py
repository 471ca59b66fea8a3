"""How far to go in a direction: a line search for the strong Wolfe conditions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor

DECREASE = 1e-4  # c1: the loss must fall by this part of what the slope at the start promises
FLATNESS = 0.9  # c2: and the slope must have come down to this part of it


class Point(NamedTuple):
    """A place on the line: how far along, and what the loss is there."""

    step: float
    loss: float
    slope: float  # of the loss along the line
    gradient: Tensor


def strong_wolfe(
    at: Callable[[float], Point], start: Point, step: float, tolerance: float, max_points: int
) -> tuple[Point, int]:
    """A point with f(t) <= f(0) + c1 t f'(0) and |f'(t)| <= c2 |f'(0)|, and how many points were tried.

    First forward until a minimum must lie between two points, then ever closer about it; ends without
    such a point when the interval is below tolerance or after max_points.
    Nocedal and Wright, Numerical Optimization, 2006, algorithms 3.5 and 3.6.
    """
    interval, tried = _bracket(at, start, step, max_points)
    if len(interval) == 1 or tried > max_points:
        return min(interval, key=_loss), tried
    return _zoom(at, start, interval, tolerance, max_points, tried)


def _bracket(at: Callable[[float], Point], start: Point, step: float, max_points: int) -> tuple[list[Point], int]:
    """Two points with a minimum between them, or a single one that is good already."""
    previous, point = start, at(step)
    for tried in range(1, max_points + 1):
        passed = tried > 2 and point.loss >= previous.loss
        if _is_too_high(point, start) or passed:
            return [previous, point], tried
        if _is_flat(point, start):
            return [point], tried
        if point.slope >= 0:
            return [previous, point], tried
        nearest, farthest = point.step + 0.01 * (point.step - previous.step), 10 * point.step
        previous, point = point, at(_cubic_minimum(previous, point, nearest, farthest))
    return [start, point], max_points + 1


def _zoom(
    at: Callable[[float], Point],
    start: Point,
    interval: list[Point],
    tolerance: float,
    max_points: int,
    tried: int,
) -> tuple[Point, int]:
    """The interval made smaller about its lower end, until that is good."""
    low = _lower(interval)
    was_near = False
    while tried <= max_points and abs(interval[1].step - interval[0].step) >= tolerance:
        left, right = sorted(point.step for point in interval)
        step, was_near = _inside(_cubic_minimum(interval[0], interval[1], left, right), left, right, was_near)
        point = at(step)
        tried += 1
        if _is_too_high(point, start) or point.loss >= interval[low].loss:
            interval[1 - low] = point
            low = _lower(interval)
        elif _is_flat(point, start):
            return point, tried
        else:
            if point.slope * (interval[1 - low].step - interval[low].step) >= 0:
                interval[1 - low] = interval[low]
            interval[low] = point
    return interval[low], tried


def _cubic_minimum(first: Point, second: Point, left: float, right: float) -> float:
    """Where the cubic through both points, with their slopes, is lowest between left and right."""
    a, b = sorted((first, second), key=lambda point: point.step)
    mean_slope = (a.loss - b.loss) / (a.step - b.step)
    d1 = a.slope + b.slope - 3 * mean_slope
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (left + right) / 2
    d2 = math.sqrt(square)
    part, whole = b.slope + d2 - d1, b.slope - a.slope + 2 * d2
    if whole == 0:  # a straight line
        return right if part < 0 else left
    return min(max(b.step - (b.step - a.step) * part / whole, left), right)


def _inside(step: float, left: float, right: float, was_near: bool) -> tuple[float, bool]:
    """The step, and whether it is near an end; twice in a row, or on the end, it is moved a tenth inwards."""
    margin = 0.1 * (right - left)
    if min(right - step, step - left) >= margin:
        return step, False
    if not (was_near or step >= right or step <= left):
        return step, True
    return (right - margin if right - step < step - left else left + margin), False


def _lower(interval: list[Point]) -> int:
    return 0 if interval[0].loss <= interval[1].loss else 1


def _loss(point: Point) -> float:
    return point.loss


def _is_too_high(point: Point, start: Point) -> bool:
    return point.loss > start.loss + DECREASE * point.step * start.slope


def _is_flat(point: Point, start: Point) -> bool:
    return abs(point.slope) <= -FLATNESS * start.slope
