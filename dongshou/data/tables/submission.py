"""What is handed in to a Kaggle competition on pictures: a CSV file with a line for each id."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from dongshou.atomic import atomic_path
from dongshou.data.images.labels import ID, LABEL, kaggle_order, repeated, some
from dongshou.errors import DongshouError, UsageError


def write_submission(
    path: str | Path, ids: Sequence[str], answers: Sequence[str] | Tensor, classes: Sequence[str] = ()
) -> None:
    """Write a submission, whole or not at all; see `submission`. Raises DongshouError when it cannot be written."""
    text, path = submission(ids, answers, classes), Path(path)
    try:
        with atomic_path(path) as partial:
            partial.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise DongshouError(f"Cannot write {path}: {error.strerror}. Choose another place.") from None


def submission(ids: Sequence[str], answers: Sequence[str] | Tensor, classes: Sequence[str] = ()) -> str:
    """The table that Kaggle reads, in the order of its ids: numbers as numbers.

    answers  the class of each id, for the columns id and label; or probabilities (ids, classes), for the column id
             and one for each of `classes`, sorted as they are

    >>> print(submission(["10", "2"], ["cat", "dog"]), end="")
    id,label
    2,dog
    10,cat

    Raises UsageError when there are not as many answers as ids or columns as classes, an id comes twice, or a
    probability is not a finite number.
    """
    if len(ids) != len(answers):
        raise UsageError(f"A submission needs one answer for each id; got {len(answers)} for {len(ids)} ids.")
    if twice := repeated(ids):
        raise UsageError(f"A submission needs each id once; {some(twice)} came more than once.")
    if isinstance(answers, Tensor):
        columns, cells = list(classes), _probabilities(ids, answers, classes)
    else:
        columns, cells = [LABEL[0]], [[answer] for answer in answers]
    by_id = dict(zip(ids, cells, strict=True))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([ID, *columns])
    writer.writerows([id, *by_id[id]] for id in sorted(ids, key=kaggle_order))
    return text.getvalue()


def _probabilities(ids: Sequence[str], probabilities: Tensor, classes: Sequence[str]) -> list[list[float]]:
    """The numbers of each row."""
    probabilities = probabilities.detach().float().cpu()
    if probabilities.shape != (len(ids), len(classes)):
        raise UsageError(
            f"A submission needs probabilities ({len(ids)}, {len(classes)}), a row for each id and a column for each"
            f" class; got {tuple(probabilities.shape)}."
        )
    if not (finite := probabilities.isfinite().all(dim=1)).all():
        raise UsageError(
            f"A submission needs finite probabilities; those of {ids[int(finite.long().argmin())]} are not."
        )
    return [[round(value, 8) for value in row] for row in probabilities.tolist()]
