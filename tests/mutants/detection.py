"""Boxes, anchors, assignment, suppression and average precision with something wrong."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

BOXES = ("tests/models/detection/test_boxes.py",)
PRECISION = ("tests/tasks/detection/test_average_precision.py",)


def boxes(what: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(what, f"dongshou/models/detection/{file}.py", old, new, BOXES)


def precision(what: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(what, f"dongshou/tasks/detection/{file}.py", old, new, PRECISION)


MUTANTS = [
    boxes("boxes that do not touch share an area", "boxes", "width.clamp(min=0) * height.clamp(min=0)", "width * height"),
    boxes("the hull counts what is in the boxes", "boxes", "(around - union) / around", "around / around"),
    boxes("anchors of a wide picture are wide", "anchors", "size * ratio.sqrt() * aspect", "size * ratio.sqrt()"),
    boxes("anchors stand at the corners of places", "anchors", "(torch.arange(width) + 0.5)", "torch.arange(width)"),
    boxes("the threshold is not reached by itself", "matching", "largest < threshold", "largest <= threshold"),
    boxes(
        "a box takes the anchor that another one likes better",
        "matching",
        "(rivals.argmax(1) == order) & is_open",
        "is_open",
    ),
    boxes("an anchor is taken twice", "matching", "        left[image, :, anchor[image, truth]] = UNMATCHED\n", ""),
    boxes("offsets without variances", "matching", " / moved.new_tensor(variances)", ""),
    boxes("positives are hard negatives", "matching", "(rank < wanted) & ~is_positive", "rank < wanted"),
    boxes("the easiest negatives", "matching", "argsort(dim=1, descending=True, stable=True)", "argsort(dim=1, stable=True)"),
    boxes("suppressed at the threshold itself", "suppression", "clamp_(min=SMALLEST)) > threshold", "clamp_(min=SMALLEST)) >= threshold"),
    boxes("what is suppressed suppresses", "suppression", "(before & keep[..., None])", "before"),
    boxes("later blocks are not suppressed", "suppression", "(~is_gone).nonzero()", "torch.ones_like(is_gone).nonzero()"),
    boxes("a taken box is lowered further", "suppression", "torch.where(is_left, scores * decay, scores)", "scores * decay"),
    precision("of equal overlaps the first", "found", "masked.shape[2] - 1 - masked[:, :, ::-1].argmax(2)", "masked.argmax(2)"),
    precision("a true box is found twice", "found", "        self.is_free[group[n], threshold, single[n, threshold]] = False  # a crowd is never used up\n", ""),
    precision("a crowd before a single thing", "found", "is_near & ~is_crowd)", "is_near)"),
    precision("found above the threshold only", "found", "shares >= self.least", "shares > self.least"),
    precision("a crowd is measured by the union", "found", "np.where(is_crowd, area_a, area_a + area_b - both)", "area_a + area_b - both"),
    precision("all detections count", "found", "place_in_group(group[order]) < most", "place_in_group(group[order]) >= 0"),
    precision("crowds are to be found", "average_precision", "(truths.label == label) & ~truths.is_crowd", "truths.label == label"),
    precision("precision as it is", "average_precision", "np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]", "precision"),
    precision("tied scores in another order", "average_precision", "np.argsort(-found.score[of_class], kind=\"stable\")", "np.argsort(found.score[of_class], kind=\"stable\")[::-1]"),
    precision("of pictures of another process", "average_precision", "[one.after(self.num_pictures) for one in other.found]", "other.found"),
]  # fmt: skip
