"""Fine-tuning: what a network has learnt from some pictures helps with others, few of which have a label."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

import torch
from torch import Tensor, nn
from torch.optim import SGD

from dongshou.data import Batches, Splits
from dongshou.data.augment import Augment, RandomCrop, RandomHorizontalFlip, RandomResizedCrop
from dongshou.data.images.load import image_set, read_images
from dongshou.data.images.photos import photos_for
from dongshou.data.images.pixels import ToFloat, evaluation_batch
from dongshou.drawing import new_axes
from dongshou.errors import UsageError
from dongshou.experiments._shared.schedule import cosine
from dongshou.experiments._shared.settings import (
    BatchSize,
    Epochs,
    HeldOut,
    Images,
    ImageSet,
    ImageSize,
    Labels,
    LearningRate,
    WeightDecay,
)
from dongshou.experiments.computer_vision._networks import (
    ImageNetNetwork,
    Network,
    network_for_imagenet,
    network_for_small_images,
)
from dongshou.experiments.computer_vision._pictures import IMAGENET_PIXELS, PIXELS, Pictures
from dongshou.experiments.computer_vision._transfer import (
    Frozen,
    Transfer,
    Weights,
    load_pretrained,
    weights_of,
    with_head,
    without_head,
)
from dongshou.tasks import Classification
from dongshou.training import Drew, Event, Experiment, Finished, Goal, Reported, Series, Work
from dongshou.training.series import Histories, last_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SECTIONS = {"zh": "13.2", "en": "14.2"}


HeadFactor = Annotated[float, "learning rate of the new head over that of the backbone"]

HEAD_ONLY, ALL_LAYERS, FROM_SCRATCH = "head only", "all layers", "from scratch"
Groups = list[dict[str, Any]]  # parameters with a learning rate of their own, as torch's optimisers take them
Wire = Callable[[Splits, nn.Module, Groups], Experiment]
FromWeights = Callable[[Weights], Experiment]


@Goal("fine-tuned beats from scratch by two points", gained_accuracy=Reported(0.02))
def experiment(
    data: ImageSet = "cifar10",
    network: Annotated[Network, "architecture of the network"] = "small",
    share: Annotated[float, "share of the images that have a label"] = 0.1,
    batch_size: BatchSize = 32,
    lr: LearningRate = 0.01,
    head_factor: HeadFactor = 10.0,
    scratch_lr: Annotated[float, "learning rate of the network trained from scratch"] = 0.03,
    weight_decay: WeightDecay = 5e-4,
    epochs: Epochs = 30,
    backbone_lr: Annotated[float, "learning rate at which the backbone is trained first"] = 0.1,
    backbone_epochs: Annotated[int, "epochs in which the backbone is trained first"] = 20,
) -> Work:
    """A backbone learns the first five classes of CIFAR-10; of the last five, one image in ten has a label.

    Three networks are trained on those: the frozen backbone under a new head; all of its layers, the head at ten
    times their rate; the same network from scratch. gained_accuracy is what the second has above the third.
    Raises UsageError unless 0 < share <= 1.
    """
    if not 0 < share <= 1:
        raise UsageError(f"share is the part of the images that has a label, above 0 and at most 1; got {share}.")
    pictures = image_set(data)
    half = len(pictures.CLASSES) // 2
    make_network = partial(network_for_small_images, network, pictures.SHAPE[0])

    def backbone() -> Experiment:
        features, num_features = without_head(make_network(half))
        model = with_head(features, nn.Linear(num_features, half))
        optimizer = SGD(model.parameters(), lr=backbone_lr, momentum=0.9, weight_decay=weight_decay)
        splits = some_classes(data, range(half), batch_size=64)
        return Experiment(splits, model, Classification(), optimizer, backbone_epochs, cosine(backbone_epochs))

    def wired(data: Splits, model: nn.Module, groups: Groups) -> Experiment:
        optimizer = SGD(groups, lr=head_factor * lr, momentum=0.9, weight_decay=weight_decay)
        return Experiment(data, model, Classification(), optimizer, epochs, cosine(epochs))

    few = partial(some_classes, data, range(half, len(pictures.CLASSES)), batch_size=batch_size, share=share)
    fits = three_fits(make_network, few, wired, lr, scratch_lr)
    return Transfer(backbone, fits, conclude, data=[data], answers=ALL_LAYERS)


def imagenet(
    images: Images = "",
    labels: Labels = "",
    weights: Annotated[str, "imagenet, or a file with the backbone's weights"] = "imagenet",
    network: Annotated[ImageNetNetwork, "architecture of the network"] = "resnet18",
    size: ImageSize = 224,
    valid: HeldOut = 0.1,
    batch_size: BatchSize = 128,
    lr: LearningRate = 5e-5,
    head_factor: HeadFactor = 10.0,
    weight_decay: WeightDecay = 1e-3,
    epochs: Epochs = 5,
) -> Series:
    """A network that has seen ImageNet, on a folder of pictures: the book's settings for its hot dogs.

    weights: "imagenet", or a .pth or .safetensors file of that network.
    The rate and the decay are for gradients summed over a batch, as the book's loss makes them; from scratch, the whole
    network learns at the rate of the head. Without a folder the 1,000 pictures of cifar10-tiny are taken.
    """
    pictures = Pictures(images, labels)
    augment = Augment(RandomResizedCrop(), RandomHorizontalFlip())
    few = partial(pictures.splits, batch_size, size=size, valid=valid, normalize=IMAGENET_PIXELS, augment=augment)
    rate, decay = batch_size * lr, weight_decay / batch_size  # of the mean over the batch

    def wired(data: Splits, model: nn.Module, groups: Groups) -> Experiment:
        optimizer = SGD(groups, lr=head_factor * rate, weight_decay=decay)
        return Experiment(data, model, Classification(), optimizer, epochs)

    fits = three_fits(partial(network_for_imagenet, network), few, wired, rate, head_factor * rate)
    parts = {label: lambda make=make: make(imagenet_backbone(network, weights)) for label, make in fits.items()}
    return Series(parts, conclude, data=pictures.registered, answers=ALL_LAYERS)


def imagenet_backbone(network: ImageNetNetwork, weights: str) -> Weights:
    """The weights of a network that was trained on ImageNet, all but those of its head."""
    features, _ = without_head(load_pretrained(network, weights))
    return weights_of(features)


def three_fits(
    make_network: Callable[[int], nn.Module], few: Callable[[], Splits], wired: Wire, lr: float, scratch_lr: float
) -> dict[str, FromWeights]:
    """The three ways of learning from few labels, each given the weights of the backbone, the last one in vain.

    make_network  an untrained network for so many classes
    few           the pictures that have a label
    wired         makes the experiment of data, model and parameter groups, at the rate of the head where none is named
    lr            of the backbone where it learns under a new head
    """

    def pretrained(data: Splits, weights: Weights) -> tuple[nn.Module, nn.Linear]:
        num_classes = len(data.classes)
        backbone, num_features = without_head(make_network(num_classes), weights)
        return backbone, nn.Linear(num_features, num_classes)

    def head_only(weights: Weights) -> Experiment:
        data = few()
        backbone, head = pretrained(data, weights)
        return wired(data, with_head(Frozen(backbone), head), [{"params": list(head.parameters())}])

    def all_layers(weights: Weights) -> Experiment:
        data = few()
        backbone, head = pretrained(data, weights)
        groups = [{"params": list(backbone.parameters()), "lr": lr}, {"params": list(head.parameters())}]
        return wired(data, with_head(backbone, head), groups)

    def from_scratch(_: Weights) -> Experiment:
        data = few()
        model = make_network(len(data.classes))
        return wired(data, model, [{"params": list(model.parameters()), "lr": scratch_lr}])

    return {HEAD_ONLY: head_only, ALL_LAYERS: all_layers, FROM_SCRATCH: from_scratch}


def some_classes(data: str, kept: range, *, batch_size: int, share: float = 1.0) -> Splits:
    """The images of these classes, their labels counted from 0; of what is to train on the first share of each."""
    pictures = image_set(data)
    size = pictures.SHAPE[-1]
    augment = Augment(RandomCrop(padding=size // 8), RandomHorizontalFlip())
    transform = ToFloat(PIXELS)

    def split(which: Literal["train", "test"]) -> Batches:
        images, labels = read_images(data, which, size)
        part = share if which == "train" else 1.0
        of_class = [first_of(labels == label, part) for label in kept]
        rows = torch.cat(of_class).sort().values  # the classes mixed, as in the set
        chosen = images[rows], labels[rows] - kept.start
        if which == "test":
            return Batches(*chosen, batch_size=evaluation_batch(size, len(rows)), transform=transform)
        return Batches(*chosen, batch_size=batch_size, shuffle=True, transform=transform, augment=augment)

    return Splits(
        train=lambda: split("train"),
        test=lambda: split("test"),
        name=f"{data}, {len(kept)} classes",
        classes=[pictures.CLASSES[label] for label in kept],
        shape=pictures.SHAPE,
        transform=transform,
        photos=photos_for(pictures, size),
        files=data,
    )


def first_of(mask: Tensor, share: float) -> Tensor:
    """The rows where the mask holds, the first share of them, at least one."""
    rows = mask.nonzero().flatten()
    return rows[: max(1, round(share * len(rows)))]


def conclude(histories: Histories) -> Iterator[Event]:
    """The three curves, and what each ended with: `head_only_test_accuracy`, ..."""
    accuracy = "test_accuracy" if "test_accuracy" in last_of(histories)[ALL_LAYERS] else "valid_accuracy"
    ends = {label: metrics[accuracy] for label, metrics in last_of(histories).items()}
    yield Drew("fine_tuning", curves(histories, accuracy))
    gained = {"gained_accuracy": ends[ALL_LAYERS] - ends[FROM_SCRATCH]}
    yield Finished(gained | {f"{label.replace(' ', '_')}_{accuracy}": value for label, value in ends.items()})


def curves(histories: Histories, accuracy: str) -> Figure:
    """Accuracy by epoch on the pictures of which few have a label."""
    named = accuracy.replace("_", " ")
    axes = new_axes(xlabel="epoch", ylabel=named, title="Learning from few labels")
    for label in (HEAD_ONLY, ALL_LAYERS, FROM_SCRATCH):
        values = [metrics[accuracy] for metrics in histories[label]]
        axes.plot(range(1, len(values) + 1), values, label=label)
    return axes.figure  # pyright: ignore[reportReturnType]
