"""Words and their contexts that are drawn, read or added up in another way."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

CONTEXTS, NOISE, ROWS = "data/text/contexts", "data/text/noise", "models/table_rows"
NOTICED_BY = {
    CONTEXTS: "data/text/test_contexts.py",
    NOISE: "data/text/test_contexts.py",
    ROWS: "models/test_table_rows.py",
}


def word2vec(what: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(what, f"dongshou/{file}.py", old, new, (f"tests/{NOTICED_BY[file]}",))


MUTANTS = [
    word2vec(
        "a word is its own context", CONTEXTS, "    places += places >= positions  # the center is no context\n", ""
    ),
    word2vec("groups are numbered across batches", CONTEXTS, "of_pairs - group, *asked", "of_pairs, *asked"),
    word2vec("windows are one short", CONTEXTS, "minimum(places + windows + 1, line", "minimum(places + windows, line"),
    word2vec(
        "another group's words are avoided", NOISE, "avoided[:, group[pair]]", "avoided[:, pair % avoided.shape[1]]"
    ),
    word2vec("noise is drawn evenly", NOISE, "self.alias.index_select(0, column)", "column"),
    word2vec("groups read too little", ROWS, "* rows.shape[1]\n", "* 1\n"),
    word2vec("centers move twice as far", ROWS, "return summed(gradient, table", "return 2 * summed(gradient, table"),
    word2vec(
        "rows move by others' gradients", ROWS, "torch.cat([begins[rows], begins[-1:]])", "begins[: len(rows) + 1]"
    ),
]
