"""Style transfer: what one picture shows, as another one is painted (Gatys et al., 2016)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

from torch.optim import Adam

from dongshou.data.images.style_pictures import BOOK, EMBEDDED, Named, check_sees, check_size_for, content_and_style
from dongshou.experiments._shared.schedule import cosine
from dongshou.experiments._shared.settings import BatchSize, Epochs, LearningRate
from dongshou.experiments.computer_vision._adain import beside_both, pairs_of_parts, restyling
from dongshou.experiments.computer_vision._features import encoder_of, features_of
from dongshou.experiments.computer_vision._style import Optimization, Transfer, Weights, transferred
from dongshou.models.adain import AdaIN, mirrored_decoder
from dongshou.scratch.swap import from_scratch
from dongshou.training import Band, Event, Experiment, Goal, Kept, Procedure, Published, Reported, Session

SECTIONS = {"zh": "13.12", "en": "14.12"}

Content = Annotated[str, "picture that is to be recognised: a file, rainier, autumn-oak, china or flower"]
Style = Annotated[str, "picture whose style it takes: a file, rainier, autumn-oak, china or flower"]
Size = Annotated[int, "shorter side of both pictures, in pixels"]
FeatureWeights = Annotated[str, "imagenet, or a file with the weights of a VGG-19; else random filters"]
Optimizer = Annotated[Optimization, "adam, its rate falling by a fifth every 50 steps; or lbfgs, ten iterations a step"]
Rate = Annotated[float, "step size of adam"]
NumSteps = Annotated[int, "steps of the optimizer"]
ContentWeight = Annotated[float, "weight of the content loss"]
StyleWeight = Annotated[float, "weight of the style loss"]
VariationWeight = Annotated[float, "weight of the total variation"]


def experiment(
    content: Content = "",
    style: Style = "",
    size: Size = 150,
    weights: FeatureWeights = "",
    optimizer: Optimizer = "adam",
    lr: Rate = 0.1,
    num_steps: NumSteps = 300,
    content_weight: ContentWeight = 1.0,
    style_weight: StyleWeight = 1e4,
    tv_weight: VariationWeight = 10.0,
) -> Procedure:
    """The picture itself is optimised until its features are those of the content and its textures those of the style.

    Without weights of ImageNet the features are those of random filters, which carry texture but know no things;
    the picture says so, and the losses are called random_. Without pictures the book's are taken, if they lie on this
    machine, else the two of scikit-learn. The metrics are the losses times their weights.
    """
    pictures = content_and_style(content, style)
    losses = Weights(content_weight, style_weight, tv_weight)
    return procedure(pictures, size, weights, losses, optimizer, lr, num_steps)


@Goal("nearer to the style by half", style_gained=Reported(0.5))
def adain(
    content: Content = "",
    style: Style = "",
    size: Size = 150,
    weights: FeatureWeights = "",
    num_pairs: Annotated[int, "parts of the pictures, each to be drawn in the style of another one"] = 320,
    style_weight: StyleWeight = 10.0,
    batch_size: BatchSize = 4,
    lr: LearningRate = 4e-3,
    epochs: Epochs = 6,
) -> Experiment:
    """Any style in one pass: features of the content get the statistics of the style (Huang and Belongie, 2017).

    A decoder learns to draw what features say, from parts of the two pictures and of those of scikit-learn; then no
    picture is optimised any more: `predict` draws any photo in the style. style_gained is the part of the distance
    between the statistics of content and style that the result has left behind.
    """
    pictures = content_and_style(content, style)
    encoder, channels, kind = encoder_of(weights)
    check_size_for(size, encoder.stride)
    for picture in pictures:
        check_sees(picture, encoder.stride)
    model = AdaIN(encoder, mirrored_decoder(channels, encoder.stride.bit_length() - 1))
    return Experiment(
        data=pairs_of_parts([*dict.fromkeys([*pictures, *map(Named, EMBEDDED)])], num_pairs, batch_size, size),
        model=model,
        task=restyling(pictures[1], size, style_weight),
        optimizer=Adam(model.decoder.parameters(), lr=lr),
        epochs=epochs,
        schedule=cosine(epochs),
        conclude=beside_both(*pictures, size, kind),
        higher_is_better=("style_gained",),
    )


@Published(
    "d2l-zh 2.0 and d2l-en 1.0",
    content_loss=Band.between(0.755, 0.763, 0.779),
    style_loss=Band.between(0.387, 0.390, 0.392),
    tv_loss=Reported(1.167, within=0.03),
)
def book(num_steps: NumSteps = 500, lr: Rate = 0.3) -> Procedure:
    """The book's pictures, 300x450, and settings, for a GPU: VGG-19 of ImageNet, 500 steps of Adam.

    The Chinese edition weighs the style by 1e3 and adds it up ten times; it is 1e4, as in the English one, and the
    style loss it prints, .0390, a tenth of ours.
    """
    content, style = map(Named, BOOK)
    return procedure((content, style), (300, 450), "imagenet", Weights(1.0, 1e4, 10.0), "adam", lr, num_steps)


def procedure(
    pictures: tuple[Named, Named],
    size: int | tuple[int, int],
    weights: str,
    losses: Weights,
    optimizer: Optimization,
    lr: float,
    num_steps: int,
) -> Procedure:
    make_features = partial(features_of, weights)

    def steps(session: Session, state: dict[str, Any] | None) -> Iterator[Event | Kept]:
        features = make_features()
        if session.engine == "scratch":
            from_scratch(features.network)
        check_size_for(size, features.network.stride)
        for picture in pictures:
            check_sees(picture, features.network.stride)
        content, style = (picture.pixels(size) for picture in pictures)
        transfer = Transfer(features, content, style, losses, optimizer, lr, session.torch_device())
        yield from transferred(transfer, pictures, num_steps, state, features.kind)

    content, style = pictures
    return Procedure(steps, data=lambda: content.fingerprints() | style.fingerprints())
