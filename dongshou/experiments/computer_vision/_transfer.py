"""Transfer: the features that one fit has learnt are where others start (Yosinski et al., 2014)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from torch import Tensor, nn

from dongshou import models
from dongshou.data.sources.files import FilesNotFound
from dongshou.experiments.computer_vision._networks import ImageNetNetwork, network_for_imagenet
from dongshou.models.googlenet_published import PublishedGoogLeNet
from dongshou.training import Event, Experiment, Progress, Work, fit
from dongshou.training.checkpoint import own_copy
from dongshou.training.randomness import seed_all
from dongshou.training.series import Conclude, concluded, finished_parts, labeled
from dongshou.training.start import learnt_by
from dongshou.training.work import Asked

if TYPE_CHECKING:
    from dongshou.training import Session
    from dongshou.training.checkpoint import Checkpoints

Weights = dict[str, Tensor]
FIRST = "backbone"  # the label of the fit whose features the others start from


class Transfer(Work):
    """A fit that learns features, and then others that start from them. Resumed, it goes on in the fit it was in.

    first     makes the experiment whose model has a `backbone`
    then      makes each of the others, by the label of its events, from the weights of that backbone
    conclude  what to draw and yield once all are done, given the metrics of each by epoch; ends with `Finished`
    data      names of the data sets that are read
    answers   which of the others' networks is asked afterwards: without it the last one's
    """

    def __init__(
        self,
        first: Callable[[], Experiment],
        then: Mapping[str, Callable[[Weights], Experiment]],
        conclude: Conclude,
        data: Sequence[str] = (),
        answers: str | None = None,
    ) -> None:
        self.first = first
        self.then = dict(then)
        self.conclude = conclude
        self.data = data
        self.answers = [*then][-1] if answers is None else answers

    def events(self, session: Session, checkpoints: Checkpoints | None = None) -> Iterator[Event]:
        histories, reading = finished_parts(checkpoints)
        weights = backbone_of(checkpoints)
        if session.start_from is not None:  # somebody has learnt the features already
            weights, histories[FIRST] = learnt_by(session.start_from, session.part or FIRST), []
            session = replace(session, start_from=None)
        for index, label in enumerate([FIRST, *self.then]):
            if label in histories:
                continue
            seed_all(session.seed + index)
            experiment = self.first() if label == FIRST else self.then[label](weights)
            progress = Progress()
            if checkpoints is not None:
                checkpoints.part, checkpoints.context = index, {"done": dict(histories), "backbone": weights}
            yield from labeled(fit(experiment, session, checkpoints, progress), label)
            histories[label], reading = progress.history, progress.reading.joined(reading)
            if label == FIRST:
                weights = weights_of(experiment.model.get_submodule("backbone"))
        yield from concluded(self.conclude, histories, reading)

    def asked(self) -> Asked:
        number = [FIRST, *self.then].index(self.answers)
        return Asked(self.answers, number, partial(self.then[self.answers], {}))  # its backbone is in its checkpoint

    def fingerprints(self) -> dict[str, str]:
        from dongshou.data.sources.files import fingerprints

        return {file: sha256 for name in self.data for file, sha256 in fingerprints(name).items()}


def backbone_of(checkpoints: Checkpoints | None) -> Weights:
    """What the first fit of a resumed run had learnt, once it was finished."""
    return {} if checkpoints is None or checkpoints.to_resume is None else checkpoints.to_resume["context"]["backbone"]


def weights_of(model: nn.Module) -> Weights:
    """A copy of the model's tensors, out of reach of whoever trains on."""
    return {name: own_copy(tensor) for name, tensor in model.state_dict().items()}


class Frozen(nn.Module):
    """A network that learns no more: its parameters take no gradient, its normalisation keeps its statistics."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> Frozen:
        return super().train(False)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.network(inputs)


def load_pretrained(name: ImageNetNetwork, weights: str) -> nn.Module:
    """The network of that name with the weights of a file, or those that were published; its head is not trained.

    weights  "imagenet", or a .pth or .safetensors file of the same architecture, whatever its classes

    Raises UsageError when the file is not there, FilesNotFound when it cannot be fetched, DongshouError when it
    belongs to another network.
    """
    try:
        file = models.imagenet_weights(name) if weights == "imagenet" else weights
    except FilesNotFound as error:
        raise FilesNotFound(f"{error} Or name weights of your own with --weights FILE.") from None
    return models.load_weights(network_for_imagenet(name), file, skip_head=True)


def without_head(network: nn.Module, weights: Weights | None = None) -> tuple[nn.Module, int]:
    """The network up to its last linear layer, with these weights if given, and how many features it ends with.

    (batch, channels, height, width) -> (batch, features); in place. Auxiliary classifiers go with the head.
    """
    if isinstance(network, PublishedGoogLeNet):
        del network.aux1, network.aux2
    name, head = [(name, layer) for name, layer in network.named_modules() if isinstance(layer, nn.Linear)][-1]
    network.set_submodule(name, nn.Identity())
    if weights:
        network.load_state_dict(weights)
    return network, head.in_features


def with_head(backbone: nn.Module, head: nn.Module) -> nn.Sequential:
    """(batch, channels, height, width) -> (batch, features) -> (batch, classes)"""
    return nn.Sequential(OrderedDict(backbone=backbone, head=head))
