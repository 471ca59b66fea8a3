"""Einstein's notation: a product of tensors, summed over every letter that the result does not name."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np

from dongshou.autograd.operator import as_tensors
from dongshou.autograd.tensors import Tensor, Value
from dongshou.errors import UsageError

Labels = list[str]  # one for each axis: a letter, or a number for an axis that "..." stands for


def einsum(subscripts: str, *operands: Value) -> Tensor:
    """sum over k of x_ik y_kj is einsum("ik,kj->ij", x, y); any number of operands, diagonals ("ii"), and "...".

    Without "->" the result has the letters that occur once, in alphabetical order, behind "...".
    Two operands at a time become a product of matrices, from left to right.
    Raises UsageError when letters and axes do not match.
    """
    tensors = as_tensors(operands)
    terms, result = parsed(subscripts, tensors)
    (x, labels), *others = aligned(subscripts, tensors, terms)
    for position, (y, of_y) in enumerate(others, start=2):
        needed = {*result, *(label for term in terms[position:] for label in term)}
        x, labels = contract(x, labels, y, of_y, needed)
    x, labels = summed(x, labels, result)
    return x.transpose([labels.index(label) for label in result])


def parsed(subscripts: str, tensors: Sequence[Tensor]) -> tuple[list[Labels], Labels]:
    """The labels of the axes of each operand, and those of the result."""
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    parts = left.split(",")
    if len(parts) != len(tensors):
        raise UsageError(f'einsum "{subscripts}" names {len(parts)} operands; got {len(tensors)}.')
    terms = [labels_of(part, x.ndim - len(part.replace("...", ""))) for part, x in zip(parts, tensors, strict=True)]
    letters = [label for term in terms for label in term]
    unnamed = sorted({label for label in letters if label.isdigit()}, reverse=True)
    if arrow:
        result = labels_of(right, len(unnamed))
    else:
        result = unnamed + sorted(label for label in letters if label.isalpha() and letters.count(label) == 1)
    lengths = [len(term) == x.ndim for term, x in zip(terms, tensors, strict=True)]
    if not all(lengths) or not set(result) <= set(letters) or len(set(result)) < len(result):
        shapes = " and ".join(str(x.shape) for x in tensors)
        raise UsageError(f'einsum "{subscripts}" does not fit the axes of shape {shapes}.')
    return terms, result


def labels_of(part: str, num_unnamed: int) -> Labels:
    """A label for each axis; those of "..." count down to 0 at the right, so that they meet as in broadcasting."""
    before, dots, after = part.partition("...")
    if not all(letter.isalpha() for letter in before + after):
        raise UsageError(f'einsum needs letters, "...", commas and one "->"; got "{part}".')
    return [*before, *(str(i) for i in reversed(range(num_unnamed)) if dots), *after]


def aligned(subscripts: str, tensors: Sequence[Tensor], terms: list[Labels]) -> list[tuple[Tensor, Labels]]:
    """The operands and their labels, without the axes of size 1 whose label is longer elsewhere."""
    pairs = [pair for x, term in zip(tensors, terms, strict=True) for pair in zip(term, x.shape, strict=True)]
    sizes: dict[str, int] = {}
    for label, size in pairs:
        sizes[label] = size if sizes.get(label, 1) == 1 else sizes[label]
    if wrong := [label for label, size in pairs if size not in (1, sizes[label])]:
        raise UsageError(f'einsum "{subscripts}": the axes named {wrong[0]} differ in size, {sorted(set(pairs))}.')
    found = []
    for x, term in zip(tensors, terms, strict=True):
        kept = [i for i, label in enumerate(term) if x.shape[i] == sizes[label]]
        found.append((x.reshape([x.shape[i] for i in kept]), [term[i] for i in kept]))
    return found


def contract(x: Tensor, of_x: Labels, y: Tensor, of_y: Labels, needed: Collection[str]) -> tuple[Tensor, Labels]:
    """The product of two, summed over the labels that nobody needs any more, as one product of matrices."""
    x, of_x = summed(x, of_x, {*needed, *of_y})
    y, of_y = summed(y, of_y, {*needed, *of_x})
    batch = [label for label in of_x if label in of_y and label in needed]
    inner = [label for label in of_x if label in of_y and label not in needed]
    rows = [label for label in of_x if label not in of_y]
    columns = [label for label in of_y if label not in of_x]
    sizes = dict(zip(of_x + of_y, x.shape + y.shape, strict=True))

    def arranged(z: Tensor, labels: Labels, *groups: Labels) -> Tensor:  # (batch axes, one group, the other)
        order = [labels.index(label) for label in batch + groups[0] + groups[1]]
        return z.transpose(order).reshape([sizes[label] for label in batch] + [product(group) for group in groups])

    def product(group: Labels) -> int:
        return math.prod(sizes[label] for label in group)

    found = arranged(x, of_x, rows, inner) @ arranged(y, of_y, inner, columns)  # (batch axes, rows, columns)
    labels = batch + rows + columns
    return found.reshape([sizes[label] for label in labels]), labels


def summed(x: Tensor, labels: Labels, needed: Collection[str]) -> tuple[Tensor, Labels]:
    """One axis for each label: the diagonal where it comes twice, the sum where nobody needs it."""
    for label in [label for label in dict.fromkeys(labels) if labels.count(label) > 1]:
        while labels.count(label) > 1:
            first, second, *_ = (i for i, other in enumerate(labels) if other == label)
            rest = [i for i in range(x.ndim) if i not in (first, second)]
            places = np.arange(x.shape[first])
            x, labels = x.transpose([first, second, *rest])[places, places], [label, *(labels[i] for i in rest)]
    gone = [i for i, label in enumerate(labels) if label not in needed]
    return (x.sum(gone) if gone else x), [label for label in labels if label in needed]
