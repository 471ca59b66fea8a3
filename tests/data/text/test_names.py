"""Names: read, held out by language, in batches with their lengths."""

from __future__ import annotations

import pytest
import torch
from babel import Locale
from sklearn.model_selection import train_test_split

from dongshou.data.sets import countries
from dongshou.data.text.names import load_names, read_names
from dongshou.errors import UsageError


def labels_of(split) -> torch.Tensor:
    return torch.cat([labels for _, labels in split])


def test_countries_are_the_names_that_are_always_here():
    data = load_names()
    (tokens, lengths), labels = next(iter(data.train()))
    assert tokens.shape == (64, int(lengths.max())) and lengths.shape == labels.shape == (64,)
    assert tokens.dtype == lengths.dtype == labels.dtype == torch.int64
    padding = torch.arange(tokens.shape[1]) >= lengths.unsqueeze(1)
    assert ((tokens == data.vocabulary["<pad>"]) == padding).all()
    names = countries.read()
    for row, length, label in zip(tokens, lengths, labels, strict=True):
        assert data.join(data.vocabulary.tokens(row[:length])) in names[data.classes[label]]
    assert data.fingerprints().keys() == {"countries"}


def test_countries_in_their_languages():
    names = countries.read()
    assert {"Germany", "Côte d’Ivoire"} < set(names["English"]) and "Allemagne" in names["French"]
    assert {language: Locale(code).english_name for language, code in countries.LANGUAGES.items()} == {
        language: {"Scottish": "Scottish Gaelic"}.get(language, language) for language in names
    }
    assert all(len(of_it) > 200 and all(of_it) for of_it in names.values())


def test_the_surnames_of_18_languages(real_data):
    real_data("names")
    names = read_names("names")
    assert list(names) == list(countries.LANGUAGES) and sum(map(len, names.values())) == 20_050
    assert all(name == name.strip() != "" for of_it in names.values() for name in of_it)
    data = load_names("names", unique=True)
    assert len(labels_of(data.train())) + len(labels_of(data.test())) == sum(
        len(set(of_it)) for of_it in names.values()
    )


def test_the_same_share_of_every_language_is_held_out_as_by_scikit_learn():
    data = load_names(test=0.2)
    train, test = labels_of(data.train()), labels_of(data.test())
    _, expected = train_test_split(torch.cat([train, test]), test_size=0.2, stratify=torch.cat([train, test]))
    assert (test.bincount() - expected.bincount()).abs().max() <= 1
    again = load_names(test=0.2)
    assert torch.equal(labels_of(again.test()), test) and again.vocabulary.to_list() == data.vocabulary.to_list()
    other = load_names(test=0.2, seed=1)
    assert not torch.equal(labels_of(other.test()), test)


def test_bucketing_pads_less():
    def steps(bucketing: bool) -> int:
        return sum(tokens.numel() for (tokens, _), _ in load_names(bucketing=bucketing).train())

    assert steps(True) < 0.6 * steps(False)


def test_wrong_use():
    with pytest.raises(UsageError, match='No set of names "name"; there are countries, names. Did you mean names?'):
        load_names("name")
    with pytest.raises(UsageError, match="between 0 and 1; got 0"):
        load_names(test=0.0)
    with pytest.raises(UsageError, match="got 0"):
        load_names(batch_size=0)
