"""Mode collapse is seen where there is one, of features and of classes, and nowhere else; judges of pictures."""

from __future__ import annotations

import math

import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from dongshou.data import load_images
from dongshou.tasks.generative.judge import PictureJudge
from dongshou.tasks.generative.variety import Seen, Variety, effective_number, has_collapsed, nearest_distance


def features(num: int, seed: int, scale: float = 1.0) -> torch.Tensor:
    return scale * torch.randn(num, 5, generator=torch.Generator().manual_seed(seed))


def measured(real: Seen, made: Seen) -> dict[str, float]:
    variety = Variety(4)
    for start in range(0, len(real.features), 70):
        rows = slice(start, start + 70)
        variety.update((Seen(real.features[rows], real.classes[rows]), Seen(made.features[rows], made.classes[rows])))
    return {f"test_{name}": value for name, value in variety.finish().items()}


CLASSES = torch.arange(300) % 4


def test_distances_to_neighbours_are_those_of_scikit_learn():
    points = features(200, 1)
    distances, _ = NearestNeighbors(n_neighbors=2).fit(points.numpy()).kneighbors(points.numpy())
    lower, upper = sorted(distances[:, 1])[99:101]
    assert lower - 1e-5 <= nearest_distance(points) <= upper + 1e-5


def test_the_effective_number_of_classes():
    assert effective_number(torch.tensor([5, 5, 0, 5, 5])) == pytest.approx(4)
    assert effective_number(torch.tensor([0, 9])) == pytest.approx(1)
    assert effective_number(torch.tensor([3, 1])) == pytest.approx(
        math.exp(0.75 * math.log(4 / 3) + 0.25 * math.log(4))
    )


def test_the_same_distribution_is_no_collapse():
    result = measured(Seen(features(300, 2), CLASSES), Seen(features(300, 3), CLASSES))
    assert result == {"test_diversity": pytest.approx(1, abs=0.1), "test_class_diversity": pytest.approx(1, abs=1e-6)}
    assert not has_collapsed(result) and not has_collapsed({"test_loss": 3.0})


def test_a_few_pictures_again_and_again_are_and_so_is_one_class_in_all_variety():
    real = Seen(features(300, 2), CLASSES)
    copies = features(12, 3).repeat(25, 1) + features(300, 4, scale=0.01)
    assert has_collapsed(measured(real, Seen(copies, CLASSES)))
    one_class = measured(real, Seen(features(300, 3), torch.zeros(300, dtype=torch.int64)))
    assert one_class["test_class_diversity"] == pytest.approx(0.25) and has_collapsed(one_class)
    blurred = measured(real, Seen(features(300, 3, scale=0.5), CLASSES))
    assert blurred["test_diversity"] == pytest.approx(0.5, abs=0.1) and not has_collapsed(blurred)


def test_processes_add_up():
    parts = [Variety(4), Variety(4)]
    for seed, part in enumerate(parts):
        part.update((Seen(features(40, seed), CLASSES[:40]), Seen(features(40, seed + 5), CLASSES[:40] // 2)))
    both = Variety(4)
    for seed in range(2):
        both.update((Seen(features(40, seed), CLASSES[:40]), Seen(features(40, seed + 5), CLASSES[:40] // 2)))
    parts[0].merge(parts[1])
    assert parts[0].finish() == both.finish()


def test_a_judge_tells_real_pictures_from_noise_and_copies():
    data = load_images("digits", size=16, normalize=(0.5, 0.5))
    judge = PictureJudge("digits")
    ends = judge.ends(data.train(), data.test())
    assert 0 < ends["frechet_of_train"] < 20 < 100 * ends["frechet_of_train"] < ends["frechet_of_noise"]
    (real, labels), *_ = data.test()
    swapped = judge.measure(real, real, labels)
    assert swapped["read_accuracy"].total / swapped["read_accuracy"].weight > 0.95
    assert "read_accuracy" not in judge.measure(real, real, None)
    accumulators = judge.accumulators()
    for name, accumulator in accumulators.items():
        accumulator.update(judge.measure(real, real[:1].expand_as(real), None)[name])
    assert has_collapsed({f"test_{name}": value for name, value in accumulators["variety"].finish().items()})
    gray = PictureJudge("digits", lowest=0.0)
    torch.testing.assert_close(gray.see((real + 1) / 2).features, judge.see(real).features, rtol=1e-3, atol=1e-3)
