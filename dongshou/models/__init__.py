"""Architectures, one family a file, in plain torch.nn: factories of named numbers that know nothing of training."""

from dongshou.models.alexnet import alexnet
from dongshou.models.densenet import densenet, densenet121
from dongshou.models.encoder_decoder import seq2seq
from dongshou.models.googlenet_published import googlenet
from dongshou.models.gpt import gpt
from dongshou.models.imagenet import imagenet_weights
from dongshou.models.initialise import initialise
from dongshou.models.lenet import lenet
from dongshou.models.linear import linear_regression, softmax_regression
from dongshou.models.mlp import mlp
from dongshou.models.mnist import mnist_cnn, mnist_inception, mnist_residual
from dongshou.models.name_classifier import recurrent_classifier
from dongshou.models.nin import nin
from dongshou.models.recurrent import recurrent_language_model
from dongshou.models.resnet import resnet18, resnet34, resnet50
from dongshou.models.summary import summarise
from dongshou.models.transformer import transformer
from dongshou.models.vgg import vgg11, vgg13, vgg16, vgg19
from dongshou.models.weights import load_weights

__all__ = [
    "alexnet",
    "densenet",
    "densenet121",
    "googlenet",
    "gpt",
    "imagenet_weights",
    "initialise",
    "lenet",
    "linear_regression",
    "load_weights",
    "mlp",
    "mnist_cnn",
    "mnist_inception",
    "mnist_residual",
    "nin",
    "recurrent_classifier",
    "recurrent_language_model",
    "resnet18",
    "resnet34",
    "resnet50",
    "seq2seq",
    "softmax_regression",
    "summarise",
    "transformer",
    "vgg11",
    "vgg13",
    "vgg16",
    "vgg19",
]
