"""Data that are not what they are said to be: names, means, labels, cells, words, boxes that stay behind."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

FACTS = ("tests/data/sets/test_facts.py",)
TABLES = ("tests/data/tables/test_table.py",)
TOKENS = ("tests/data/text/test_tokens.py",)
FOLDERS = ("tests/data/images/test_folder.py",)
TARGETS = ("tests/data/augment/test_targets.py",)
NGRAMS = ("tests/experiments/test_recurrent_networks.py::test_ngrams_are_judged_by_words_they_have_not_counted",)


def of_data(tests: tuple[str, ...], what: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(what, f"dongshou/data/{file}.py", old, new, tests)


MUTANTS = [
    of_data(FACTS, "MNIST's mean mistyped", "sets/mnist", "MEAN, STD = 0.1307,", "MEAN, STD = 0.1370,"),
    of_data(FACTS, "Fashion-MNIST's std mistyped", "sets/fashion_mnist", "0.2860, 0.3530", "0.2860, 0.3350"),
    of_data(FACTS, "CIFAR-10's blue mean mistyped", "sets/cifar10", "0.4822, 0.4465)", "0.4822, 0.4645)"),
    of_data(
        FACTS, "two classes of clothes swapped", "sets/fashion_mnist", '"coat",\n    "sandal"', '"sandal",\n    "coat"'
    ),
    of_data(FACTS, "two Chinese names swapped", "sets/fashion_mnist", '"外套",\n    "凉鞋"', '"凉鞋",\n    "外套"'),
    of_data(FACTS, "two classes of CIFAR-10 swapped", "sets/cifar10", '"cat",\n    "deer"', '"deer",\n    "cat"'),
    of_data(
        FACTS,
        "test labels beside training pictures",
        "sets/mnist",
        'f"{prefix}-labels-idx1-ubyte.gz"',
        '"t10k-labels-idx1-ubyte.gz"',
    ),
    of_data(
        FACTS,
        "labels of other digits",
        "sets/digits",
        "torch.tensor(labels, dtype=torch.int64)[chosen]",
        "torch.tensor(labels, dtype=torch.int64)[torch.tensor(sorted(chosen.tolist()))]",
    ),
    of_data(
        FACTS,
        "the test digits among the training ones",
        "sets/digits",
        'rows[0] if split == "train"',
        "rows[1] if split",
    ),
    of_data(
        FACTS,
        "diabetes and none swapped",
        "sets/diabetes_pima",
        '"no diabetes", "diabetes")',
        '"diabetes", "no diabetes")',
    ),
    of_data(
        TABLES,
        "a constant column by its rounded mean",
        "tables/column",
        "from_first = known - known[0]",
        "from_first = known - 0 * known[0]",
    ),
    of_data(TABLES, "std over n", "tables/column", "first.std()) if", "first.std(correction=0)) if"),
    of_data(
        TABLES,
        "rows held out are learnt from",
        "tables/table",
        "features = self.learn(train)",
        "features = self.learn()",
    ),
    of_data(TABLES, "NULL is a value", "tables/cells", '"nan", "null"})', '"nan"})'),
    of_data(TABLES, "n/a by its capitals", "tables/cells", "return cell.lower() in MISSING", "return cell in MISSING"),
    of_data(TABLES, "a dash is a category among numbers", "tables/cells", "    if plain or commas:", "    if commas:"),
    of_data(
        TABLES,
        "a comma between thousands is one of decimals",
        "tables/cells",
        'mark for mark in ".,"',
        'mark for mark in ","',
    ),
    of_data(TABLES, "nothing is said of a table", "tables/read", "    if done := [what", "    if done := [] and [what"),
    of_data(TOKENS, "marks are cut off words", "text/tokens", '(?:[{MARK}]+[^\\W{HAN}]*)*"', '"'),
    of_data(TOKENS, "marks are not letters", "text/tokens", "(?:[^\\w{MARK}]|[\\d_])[\\W\\d_]*", "[\\W\\d_]+"),
    of_data(
        FOLDERS,
        "pictures in folders inside are left out",
        "images/labels",
        "by_id_in(one, files_inside(one))",
        "by_id_in(one, [path for path in entries(one) if path.is_file()])",
    ),
    of_data(
        FOLDERS,
        "left out in silence",
        "images/labels",
        "    if inside := [path for",
        "    if inside := [] and [path for",
    ),
    of_data(
        TARGETS,
        "boxes stay where a picture is flipped",
        "augment/flip",
        "shift, (shape[2], shape[3])",
        "0 * shift, (shape[2], shape[3])",
    ),
    of_data(TARGETS, "boxes cropped the other way", "augment/crop", "shift = self.padding - torch", "shift = torch"),
    of_data(
        TARGETS,
        "boxes scaled by height and width swapped",
        "augment/crop",
        "diagonal(width / part.width, height / part.height)",
        "diagonal(height / part.height, width / part.width)",
    ),
    of_data(
        TARGETS,
        "boxes turned the other way",
        "augment/geometry",
        "linear = to_old[..., :2].inverse()",
        "linear = to_old[..., :2]",
    ),
    of_data(TARGETS, "boxes not cut to the picture", "targets", "around.clamp(min=0).minimum(limit)", "around"),
    of_data(TARGETS, "boxes of which little is left stay", "targets", "LEAST_VISIBLE = 0.25", "LEAST_VISIBLE = 0.0"),
    of_data(TARGETS, "untyped boxes pass", "augment/augment", "        check_plain(labels)\n", ""),
    of_data(
        TARGETS,
        "what comes from outside is background",
        "augment/crop",
        "self._crop(mask, top, left, void)",
        "self._crop(mask, top, left, 0)",
    ),
    Mutant(
        "n-grams judged by the words they have counted",
        "dongshou/experiments/recurrent_networks/ngram.py",
        "known[:num_train], known[num_train:], len(",
        "known[:num_train], known[:num_train], len(",
        NGRAMS,
    ),
]
