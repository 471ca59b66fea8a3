"""What `dongshou summary` can be asked about beside the models of pictures: models of text, experiments and runs."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_map

from dongshou import models
from dongshou.cli.flags import parse
from dongshou.cli.run import dataclass_of, flag_type
from dongshou.data.targets import Target
from dongshou.errors import UsageError
from dongshou.experiments.catalog import list_experiments, names_of_variants
from dongshou.experiments.own import address_in
from dongshou.experiments.registry import Declaration, find_declaration
from dongshou.models.summary import Summary, summarize_call
from dongshou.runs.rebuild import rebuild
from dongshou.runs.run import Run
from dongshou.training import Work

NUM_TOKENS = 35  # of an example, where nobody says how many
VOCABULARY = 1000  # tokens, likewise
LEAST_TOKENS = 1

Inputs = Callable[[int], tuple[Any, ...]]


class TextModel(NamedTuple):
    """A network that reads tokens: its factory, and one example of so many tokens for it."""

    factory: Callable[..., nn.Module]
    inputs: Inputs


def tokens(num_tokens: int) -> Tensor:
    return torch.zeros(1, num_tokens, dtype=torch.long)  # (batch, steps)


def one_text(num_tokens: int) -> tuple[Any, ...]:
    return (tokens(num_tokens),)


def text_with_its_length(num_tokens: int) -> tuple[Any, ...]:
    return ((tokens(num_tokens), torch.tensor([num_tokens])),)


def two_texts(num_tokens: int) -> tuple[Any, ...]:
    """A premise and a hypothesis, each with its length."""
    return (text_with_its_length(num_tokens)[0] * 2,)


def words_and_contexts(num_tokens: int) -> tuple[Any, ...]:
    """Pairs of a word and one that stands near it."""
    return tokens(num_tokens)[0], tokens(num_tokens)[0]


def center_and_words(num_tokens: int) -> tuple[Any, ...]:
    """A center, and the words that are asked of it."""
    return tokens(1), torch.ones(1, 1, dtype=torch.bool), tokens(1)[0], tokens(num_tokens)


def pair_of_texts(num_tokens: int) -> tuple[Any, ...]:
    """A source, its length, and what the decoder reads."""
    return tokens(num_tokens), torch.tensor([num_tokens]), tokens(num_tokens)


TEXT_MODELS = {
    "rnn": TextModel(partial(models.recurrent_language_model, kind="rnn"), one_text),
    "gru": TextModel(partial(models.recurrent_language_model, kind="gru"), one_text),
    "lstm": TextModel(partial(models.recurrent_language_model, kind="lstm"), one_text),
    "gpt": TextModel(models.gpt, one_text),
    "bert": TextModel(models.bert, one_text),
    "bert_classifier": TextModel(models.bert_classifier, text_with_its_length),
    "decomposable_attention": TextModel(models.decomposable_attention, two_texts),
    "glove": TextModel(models.glove, words_and_contexts),
    "recurrent_classifier": TextModel(models.recurrent_classifier, text_with_its_length),
    "seq2seq": TextModel(models.seq2seq, pair_of_texts),
    "text_cnn": TextModel(models.text_cnn, text_with_its_length),
    "transformer": TextModel(models.transformer, pair_of_texts),
    "word2vec": TextModel(models.word2vec, center_and_words),
}
SIZES = ("vocabulary_size", "source_size", "target_size", "num_words", "num_inputs")


def of_text_model(name: str, arguments: Sequence[str], options: Any) -> tuple[Summary, Any]:
    """The summary of one example of tokens, and the options that were given."""
    factory, inputs = TEXT_MODELS[name]
    function = factory.func if isinstance(factory, partial) else factory
    hints, parameters = typing.get_type_hints(function), inspect.signature(function).parameters
    usual = {each: VOCABULARY for each in SIZES} | {"num_classes": 2}
    decided = factory.keywords if isinstance(factory, partial) else {}
    fields = {
        each: (hints[each], usual.get(each) if parameter.default is parameter.empty else parameter.default)
        for each, parameter in parameters.items()
        if each not in decided
    }
    settings, given = read(fields, options, arguments, name, inspect.getdoc(function) or "")
    summary = summarize_call(factory(**settings), inputs(number_of_tokens(given.input)))
    return summary, given


def number_of_tokens(text: str | None) -> int:
    """`--input 35`"""
    if text is None:
        return NUM_TOKENS
    if not text.isdecimal() or int(text) < LEAST_TOKENS:
        raise UsageError(f"--input of a model of text is its number of tokens, such as {NUM_TOKENS}; got {text}.")
    return int(text)


def is_experiment(word: str) -> bool:
    """Whether it names one of the course or of a user's own file; a directory is a run."""
    entries = list_experiments()
    is_own = address_in(word) is not None and not Path(word).is_dir()
    return is_own or word in (*(e.name for e in entries), *names_of_variants(entries))


def of_experiment(word: str, arguments: Sequence[str], options: Any) -> tuple[Summary, Any]:
    """The summary of the network that an experiment trains, with the settings that are given."""
    declaration: Declaration = find_declaration(word)
    hints = typing.get_type_hints(declaration.function, include_extras=True)
    fields = {each: (flag_type(hints[each]), value) for each, value in declaration.defaults.items()}
    settings, given = read(fields, options, arguments, word, f"{declaration.title}\n\n{declaration.description}")
    return of_work(declaration(**settings), word, given), given


def of_run(run: Run, given: Any) -> Summary:
    """The summary of the network of a run, with the settings that it was started with."""
    return of_work(rebuild(run), str(run.path), given)


def of_work(work: Work, name: str, given: Any) -> Summary:
    """One example of its data goes through the network as the task sends it.

    Raises UsageError for work that trains no network, and for an --input, which its data decide.
    """
    if given.input is not None:
        raise UsageError(f"the data of {name} decide its input: leave out --input, or name a model.")
    experiment = work.typical_fit()
    if experiment is None:
        raise UsageError(f"{name} trains no network that could be summarised. Name a model, or another experiment.")
    batch = tree_map(first_example, next(iter(experiment.data.train())), is_leaf=lambda part: isinstance(part, Target))
    measure = experiment.task.measure
    return summarize_call(experiment.model, (batch,), lambda model, batch: measure(model, batch))


def first_example(part: Any) -> Any:
    return part[:1] if isinstance(part, Tensor | Target) else part


def read(
    fields: dict[str, tuple[Any, Any]], options: Any, arguments: Sequence[str], name: str, title: str
) -> tuple[dict[str, Any], Any]:
    """The settings that the flags give, and the options beside them."""
    settings = dataclass_of("Settings", fields)
    command = dataclass_of("Command", {"model": (settings, settings()), "summary": (options, options())})
    flags = [*fields, *options.__dataclass_fields__]
    given = parse(command, arguments, f"dongshou summary {name}", flags=flags, description=title)
    return vars(given.model), given.summary


def known_names(runs: Sequence[Run]) -> list[str]:
    """What may have been meant: models of text, experiments, runs."""
    entries = list_experiments()
    experiments = [*(entry.name for entry in entries), *names_of_variants(entries)]
    return [*TEXT_MODELS, *experiments, *(Path(run.path).name for run in runs)]
