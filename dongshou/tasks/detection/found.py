"""Which detections find a true box, at several thresholds of the IoU, in all pictures at once."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

LARGEST = 1 - 1e-10  # of a threshold: equal boxes are found even by one of 1
CHUNK = 4_000_000  # numbers: more (picture, class) pairs at a time would not fit where the processor is quick


@dataclass(frozen=True)
class Rows:
    """A row for each box: which picture it is in, its corners and its class."""

    picture: Array
    corners: Array
    label: Array

    @classmethod
    def of(cls, picture: Array, corners: Array, label: Array, *others: Array) -> Any:
        """From arrays (pictures, most, ...) with a class below 0 where there is no box."""
        row, column = np.nonzero(label >= 0)
        return cls(picture[row], *(values[row, column] for values in (corners, label, *others)))

    @classmethod
    def joined(cls, several: list[Any]) -> Any:
        columns = ([getattr(one, field.name) for one in several] for field in fields(cls))
        empty = {"corners": np.zeros((0, 4)), "is_crowd": np.zeros(0, bool), "score": np.zeros(0)}
        none = (empty.get(field.name, np.zeros(0, int)) for field in fields(cls))
        return cls(*(np.concatenate(column) if column else zero for column, zero in zip(columns, none, strict=True)))

    def after(self, num_pictures: int) -> Any:
        return replace(self, picture=self.picture + num_pictures)

    def chosen(self, rows: Array) -> Any:
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    def group(self, num_classes: int) -> Array:
        """Boxes of one class in one picture share a number, which grows with the picture."""
        return self.picture * num_classes + self.label


@dataclass(frozen=True)
class Truth(Rows):
    is_crowd: Array


@dataclass(frozen=True)
class Found(Rows):
    score: Array

    def surest_first(self, num_classes: int, most: int) -> Found:
        """Picture by picture and class by class, in the order of the scores, and no more than `most` of each."""
        group = self.group(num_classes)
        order = np.lexsort((-self.score, group))  # of equal ones the order stays
        return self.chosen(order[place_in_group(group[order]) < most])


def place_in_group(group: Array) -> Array:
    """0, 1, 2, ... within each run of equal numbers."""
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    lengths = np.diff(starts, append=len(group))
    return np.arange(len(group)) - np.repeat(starts, lengths)


def found_truths(found: Found, truths: Truth, num_classes: int, thresholds: Array) -> tuple[Array, Array]:
    """Whether each detection has found a true box, and whether that was a crowd: bool (thresholds, detections) each.

    The detections of a picture and class choose one after another, the surest first; those that come first in every
    picture and class choose at once, then those that come second, and so on.
    """
    shape = len(thresholds), len(found.label)
    is_hit, is_ignored = np.zeros(shape, bool), np.zeros(shape, bool)
    by_group = truths.chosen(np.lexsort((truths.is_crowd, truths.group(num_classes))))  # crowds last
    groups, first, counts = np.unique(by_group.group(num_classes), return_index=True, return_counts=True)
    rank, group = place_in_group(found.group(num_classes)), found.group(num_classes)
    is_rival = np.isin(group, groups)
    for some in chunks(counts, len(thresholds)):  # groups of nearly as many boxes together
        columns = first[some][:, None] + np.arange(counts[some].max())
        is_box = np.arange(columns.shape[1]) < counts[some][:, None]  # (groups, most)
        columns = np.where(is_box, columns, 0)
        state = Choosing(by_group.corners[columns], by_group.is_crowd[columns], is_box, thresholds)
        number = np.full(len(groups), -1)
        number[some] = np.arange(len(some))
        rows = np.flatnonzero(is_rival)
        place = number[np.searchsorted(groups, group[rows])]
        rows, place = rows[place >= 0], place[place >= 0]
        for turn in range(rank[rows].max(initial=-1) + 1):
            now = rank[rows] == turn
            is_hit[:, rows[now]], is_ignored[:, rows[now]] = state.choose(place[now], found.corners[rows[now]])
    return is_hit, is_ignored


def chunks(counts: Array, num_thresholds: int) -> list[Array]:
    """The groups, those with few boxes first, so many together as fit."""
    order = np.argsort(counts, kind="stable")
    several: list[Array] = []
    while len(order):
        largest = counts[order] * num_thresholds * np.arange(1, len(order) + 1)
        num = max(1, int(np.searchsorted(largest, CHUNK)))
        several.append(order[:num])
        order = order[num:]
    return several


class Choosing:
    """The true boxes of several groups, and which of them are found at each threshold.

    corners (groups, most, 4), is_crowd and is_box (groups, most)
    """

    def __init__(self, corners: Array, is_crowd: Array, is_box: Array, thresholds: Array) -> None:
        self.corners, self.is_crowd, self.is_box = corners, is_crowd, is_box
        self.least = np.minimum(thresholds, LARGEST)[None, :, None]
        self.is_free = np.repeat(is_box[:, None], len(thresholds), axis=1)  # (groups, thresholds, most)

    def choose(self, group: Array, corners: Array) -> tuple[Array, Array]:
        """One detection of each of these groups (n,) takes a true box: whether it does, and whether that is a crowd,
        bool (thresholds, n) each."""
        shares = shared(corners[:, None], self.corners[group], self.is_crowd[group])[:, None]  # (n, 1, most)
        is_near = self.is_free[group] & (shares >= self.least)  # (n, thresholds, most)
        is_crowd = self.is_crowd[group][:, None]
        single = last_largest(shares, is_near & ~is_crowd)
        crowd = (is_near & is_crowd).any(2)
        is_single = single >= 0
        n, threshold = np.nonzero(is_single)
        self.is_free[group[n], threshold, single[n, threshold]] = False  # a crowd is never used up
        return (is_single | crowd).T, (crowd & ~is_single).T


def last_largest(values: Array, is_allowed: Array) -> Array:
    """Where the largest of the allowed values is, of equal ones the last; -1 where none is allowed: (n, thresholds)."""
    masked = np.where(is_allowed, values, -1.0)
    place = masked.shape[2] - 1 - masked[:, :, ::-1].argmax(2)
    return np.where(is_allowed.any(2), place, -1)


def shared(a: Array, b: Array, is_crowd: Array) -> Array:
    """IoU of a (n, 1, 4) with b (n, m, 4); for a crowd the share of a that lies in it: (n, m)."""
    width = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
    height = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    both = width.clip(0) * height.clip(0)
    area_a, area_b = area(a), area(b)
    union = np.where(is_crowd, area_a, area_a + area_b - both)
    return np.divide(both, union, out=np.zeros_like(both), where=union > 0)


def area(corners: Array) -> Array:
    return (corners[..., 2] - corners[..., 0]) * (corners[..., 3] - corners[..., 1])
