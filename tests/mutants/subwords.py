"""Sub-words that are cut, learnt or put together in another way."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

HERE = "dongshou/data/text/subwords"
NOTICED_BY = {
    "bert_words": "wordpiece",
    "learning": "byte_pairs",
    "merging": "byte_pairs",
    "symbols": "byte_pairs",
    "tokenizer_file": "byte_pairs",
}


def subword(what: str, file: str, old: str, new: str) -> Mutant:
    test = NOTICED_BY.get(file, file)
    return Mutant(what, f"{HERE}/{file}.py", old, new, (f"tests/data/text/subwords/test_{test}.py",))


MUTANTS = [
    subword("the last of several pairs is merged", "plain", "max(counts, key=", "max(reversed(counts), key="),
    subword("overlapping pairs are merged twice", "plain", "place += 2 if is_pair else 1", "place += 1"),
    subword("pairs count once a word", "learning", "counts[pair] += frequency", "counts[pair] += 1"),
    subword("lost neighbors are still counted", "learning", "yield (word[place - 1], left), -1", "pass"),
    subword("a pair of old counts is merged", "learning", "if -total != counts[pair]:", "if False:"),
    subword("rare pairs are merged", "learning", "if -total < max(1, min_frequency):", "if -total < 1:"),
    subword("a token that is there gets a second number", "learning", "    if token not in numbers:", "    if True:"),
    subword(
        "the rightmost pair is merged", "merging", "ranks[pair] * num + left)", "ranks[pair] * num + num - 1 - left)"
    ),
    subword("pairs that are gone are merged", "merging", "or ranks.get((tokens[place], tokens[neighbor])) != rank", ""),
    subword("contractions are cut otherwise", "pieces", "|ll|ve|re)| ?{number}", "|ll|re)| ?{number}"),
    subword("four control characters are white", "pieces", r'WHITE = r"', r'WHITE = r"\x1c-\x1f'),
    subword("letters end at number 65,536", "pieces", "[^{far_letters}{far_numbers}]", "."),
    subword("special tokens are cut", "byte_pairs", "if self._at_special else [text]", "if False else [text]"),
    subword("of two special tokens the shorter is found", "byte_pairs", "key=len, reverse=True", "key=len"),
    subword("a broken byte becomes three", "byte_pairs", ', "surrogateescape"\n', ', "surrogatepass"\n'),
    subword(
        "characters never seen are lost",
        "symbols",
        'numbers += [known[f"<0x{byte:02X}>"]',
        'numbers += [known["<0x00>"]',
    ),
    subword("the file has no bytes to fall back on", "tokenizer_file", 'symbols == "character",', "False,"),
    subword("any way to cut is read", "tokenizer_file", "if same and not normalizer and not options:", "if same:"),
    subword("accents stay", "bert_words", 'unicodedata.normalize("NFD", text)', "text"),
    subword(
        "a Chinese character is no word",
        "bert_words",
        'return f" {character} " if self.split_chinese and',
        'return f"{character} " if self.split_chinese and',
    ),
    subword("ASCII symbols are no marks", "bert_words", "character in ASCII_MARKS or ", ""),
    subword(
        "the shortest piece is taken", "wordpiece", "range(len(word), start, -1)", "range(start + 1, len(word) + 1)"
    ),
    subword("long words are spelt", "wordpiece", "if len(word) > LONGEST_WORD:", "if len(word) > 10 * LONGEST_WORD:"),
    subword(
        "the second text is of the first segment", "wordpiece", "[segment] * (len(part) + 1)", "[0] * (len(part) + 1)"
    ),
    subword("texts are cut alike", "wordpiece", "min(min(map(len, parts)), room // 2)", "room // 2"),
]
