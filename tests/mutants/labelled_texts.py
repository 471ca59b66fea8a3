"""Texts with classes that are read, held out, weighed or explained in another way."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

DATA, MODELS, TASKS = "dongshou/data/text", "dongshou/models", "dongshou/tasks"
UNIT = "dongshou/experiments/language_applications"
OF_DATA = ("tests/data/text/test_labelled.py",)
OF_TOKENS = ("tests/data/text/test_tokens.py",)
OF_UNIT = ("tests/experiments/test_language_applications.py",)
OF_FORMULAS = ("tests/models/test_sequence_formulas.py",)

MUTANTS = [
    Mutant("the treebank's brackets stay words", f"{DATA}/tokens.py", '"-lrb-": "(", ', "", OF_TOKENS),
    Mutant(
        "a shortened not stays with its verb", f"{DATA}/tokens.py", "_SHORTENED = r\"n't|", '_SHORTENED = r"', OF_TOKENS
    ),
    Mutant(
        "parts that come with the set are drawn again",
        f"{DATA}/labelled.py",
        "if share and part not in aside:",
        "if share:",
        OF_DATA,
    ),
    Mutant(
        "labels go with other texts",
        f"{DATA}/labelled.py",
        "numbers], self.labels[rows])",
        "numbers], self.labels[: len(rows)])",
        OF_DATA,
    ),
    Mutant(
        "the folds are in order",
        f"{DATA}/labelled.py",
        "self.train.rows(order[held])",
        "self.train.rows(held)",
        OF_DATA,
    ),
    Mutant(
        "examples lie in the order of their classes",
        f"{DATA}/labelled.py",
        "        examples = examples.rows(torch.randperm(len(examples), generator=torch.Generator().manual_seed(seed)))\n",
        "",
        OF_DATA,
    ),
    Mutant(
        "empty texts are taken",
        f"{DATA}/labelled_files.py",
        'if not record.get(name, "").strip()',
        "if name not in record",
        OF_DATA,
    ),
    Mutant(
        "classes of numbers are sorted as words",
        f"{DATA}/labelled_files.py",
        "int(label) if label.isdecimal() else 0, label",
        "0, label",
        OF_DATA,
    ),
    Mutant("texts without a label are a class", f"{DATA}/labelled_files.py", "if path.name != UNLABELLED", "", OF_DATA),
    Mutant("no smoothing", f"{UNIT}/_linear.py", "mass = added + x.T", "mass = 1e-9 + x.T", OF_UNIT),
    Mutant("<unk> counts as a word", f"{UNIT}/_bags.py", "!= self.vocabulary.unknown  #", ">= 0  #", OF_UNIT),
    Mutant(
        "the bias is penalised",
        f"{UNIT}/_linear.py",
        "np.append(w + x.T @ slope, slope.sum())",
        "np.append(w + x.T @ slope, b + slope.sum())",
        OF_UNIT,
    ),
    Mutant("idf without one more text", f"{UNIT}/_linear.py", "(1 + num_texts) /", "num_texts /", OF_UNIT),
    Mutant(
        "tf-idf of no length",
        f"{MODELS}/bag_of_words.py",
        "            values = values / squares[rows].sqrt().clamp(min=1e-12)\n",
        "",
        OF_UNIT,
    ),
    Mutant(
        "of repeated tokens one counts",
        f"{MODELS}/bag_of_words.py",
        "values = counts.to(self.idf.dtype)",
        "values = torch.ones_like(counts, dtype=self.idf.dtype)",
        OF_UNIT,
    ),
    Mutant(
        "padding is read",
        f"{MODELS}/text_cnn.py",
        "x = (x * is_before(lengths, num_steps)[..., None]).mT",
        "x = x.mT",
        OF_FORMULAS,
    ),
    Mutant(
        "places beyond the text respond",
        f"{MODELS}/text_cnn.py",
        "is_before(lengths + beyond, num_places)",
        "is_before(lengths + num_places, num_places)",
        OF_FORMULAS,
    ),
    Mutant(
        "a filter begins in the text", f"{MODELS}/text_cnn.py", "padding=width - 1", "padding=width // 2", OF_FORMULAS
    ),
    Mutant(
        "the frozen channel is learnt",
        f"{MODELS}/word_embedding.py",
        "self.frozen = nn.Embedding.from_pretrained(vectors.clone(), freeze=True)",
        "self.frozen = nn.Embedding.from_pretrained(vectors.clone(), freeze=False)",
        ("tests/experiments/test_language_applications.py",),
    ),
    Mutant(
        "occlusion the other way round",
        f"{TASKS}/deciding_words.py",
        "return whole - log_odds(",
        "return -whole + log_odds(",
        OF_UNIT,
    ),
    Mutant(
        "log odds are the logit",
        f"{TASKS}/deciding_words.py",
        "return logits[:, chosen] - others.logsumexp(1)",
        "return logits[:, chosen]",
        OF_UNIT,
    ),
    Mutant(
        "an n-gram one word further",
        f"{TASKS}/pictures/filters.py",
        "first = max(0, place - width + 1)",
        "first = max(0, place - width + 2)",
        OF_UNIT,
    ),
    Mutant(
        "unknown words begin at random",
        f"{UNIT}/_classifier.py",
        "    start[vocabulary.unknown] = 0  #",
        "    #",
        OF_UNIT,
    ),
]
