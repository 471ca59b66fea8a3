"""CIFAR-10, as on Kaggle: a folder of pictures and a table of labels in, a submission out (Krizhevsky, 2009)."""

from __future__ import annotations

from typing import Annotated

from torch import nn
from torch.optim import SGD

from dongshou import models
from dongshou.data import load_images
from dongshou.data.augment import Augment, RandomCrop, RandomHorizontalFlip, RandomResizedCrop
from dongshou.data.sets import cifar10
from dongshou.experiments._shared.schedule import cosine
from dongshou.experiments._shared.settings import BatchSize, Epochs, HeldOut, Images, Labels, LearningRate, WeightDecay
from dongshou.experiments.computer_vision._networks import Network, network_for_small_images
from dongshou.experiments.computer_vision._pictures import Pictures
from dongshou.experiments.computer_vision._submission import submitting
from dongshou.scratch.optim.lr_scheduler import StepLR
from dongshou.tasks import Classification
from dongshou.training import Band, Experiment, Goal, Published, Reported

SECTIONS = {"zh": "13.13", "en": "14.13"}


NetworkSetting = Annotated[Network, "architecture of the network"]

PIXELS = cifar10.MEAN, cifar10.STD


def experiment(
    images: Images = "",
    labels: Labels = "",
    test: Annotated[str, "folder of pictures to classify, for submission.csv"] = "",
    valid: HeldOut = 0.1,
    network: NetworkSetting = "small",
    batch_size: BatchSize = 64,
    lr: LearningRate = 0.1,
    weight_decay: WeightDecay = 5e-4,
    epochs: Epochs = 60,
) -> Experiment:
    """The whole case: pictures split by class, augmented, learnt from, and submission.csv in the run's directory.

    images, labels: a folder of pictures and its table id,label; test: the folder to be classified. Without them the
    1,000 + 100 pictures of cifar10-tiny are taken. Random crops and flips; SGD with Nesterov's momentum, a cosine.
    """
    pictures = Pictures(images, labels, test)
    augment = Augment(RandomCrop(padding=4), RandomHorizontalFlip())
    data = pictures.splits(batch_size, size=32, valid=valid, normalize=PIXELS, augment=augment)
    model = network_for_small_images(network, 3, len(data.classes))
    return Experiment(
        data=data,
        model=model,
        task=Classification(),
        optimizer=SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=weight_decay, nesterov=True),
        epochs=epochs,
        schedule=cosine(epochs),
        conclude=submitting(pictures.to_classify),
    )


@Published(
    "d2l-zh 2.0, 2021-2023",
    train_loss=Band.between(0.634, 0.716, 0.821),
    train_accuracy=Band.between(0.709, 0.761, 0.789),
    valid_accuracy=Band(0.250, 0.359, 0.453, 0.516, 0.594),
    secondary=("train_accuracy", "valid_accuracy"),  # of about a hundred pictures: it spreads too far
)
def tiny(
    batch_size: BatchSize = 32, lr: LearningRate = 2e-4, weight_decay: WeightDecay = 5e-4, epochs: Epochs = 20
) -> Experiment:
    """The book's settings on 1,000 pictures: ResNet-18, the rate times 0.9 every four epochs.

    The rate and the decay are for gradients summed over a batch, as the book's loss makes them.
    """
    pictures = Pictures()
    augment = Augment(RandomResizedCrop(scale=(0.64, 1.0), ratio=(1.0, 1.0)), RandomHorizontalFlip())
    data = pictures.splits(batch_size, size=32, valid=0.1, normalize=PIXELS, augment=augment)
    model = models.resnet18(3, len(data.classes), stem="cifar")
    rate, decay = batch_size * lr, weight_decay / batch_size  # of the mean over the batch
    return Experiment(
        data=data,
        model=model,
        task=Classification(),
        optimizer=SGD(model.parameters(), lr=rate, momentum=0.9, weight_decay=decay),
        epochs=epochs,
        schedule=lambda optimizer: StepLR(optimizer, step_size=4, gamma=0.9),
        conclude=submitting(pictures.to_classify),
    )


@Goal("with 10,000 images", test_accuracy=Reported(0.75))
@Goal("with 50,000 images", test_accuracy=Reported(0.94), secondary=("test_accuracy",))
def binary(
    network: NetworkSetting = "resnet18",
    batch_size: BatchSize = 128,
    lr: LearningRate = 0.1,
    weight_decay: WeightDecay = 5e-4,
    smoothing: Annotated[float, "label smoothing: share of the label spread over all classes"] = 0.1,
    epochs: Epochs = 40,
) -> Experiment:
    """CIFAR-10's own binary format, with settings for a GPU: ResNet-18, labels smoothed, warm-up and cosine.

    As many of the five training batches are read as lie in the folder: 10,000 pictures in the first, 50,000 in all.
    """
    augment = Augment(RandomCrop(padding=4), RandomHorizontalFlip())
    data = load_images("cifar10", batch_size, normalize=PIXELS, augment=augment)  # (batch, 3, 32, 32), (batch,)
    model = network_for_small_images(network, 3, len(data.classes))
    return Experiment(
        data=data,
        model=model,
        task=Classification(nn.CrossEntropyLoss(label_smoothing=smoothing)),
        optimizer=SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=weight_decay, nesterov=True),
        epochs=epochs,
        schedule=cosine(epochs, warmup_epochs=3),
    )


def small(
    batch_size: BatchSize = 64, lr: LearningRate = 0.1, weight_decay: WeightDecay = 5e-4, epochs: Epochs = 25
) -> Experiment:
    """The binary format on two cores: a residual network of 8 layers, minutes for 10,000 pictures."""
    return binary("small", batch_size, lr, weight_decay, smoothing=0.0, epochs=epochs)
