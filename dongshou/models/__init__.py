"""Architectures, one family a file, in plain torch.nn: factories of named numbers that know nothing of training.

The layers that they are built from are here too: attention, positions, masks, encoders and decoders, blocks.
"""

from dongshou.models.alexnet import alexnet
from dongshou.models.attention import (
    AdditiveAttention,
    DotProductAttention,
    MultiHeadAttention,
    SinusoidalPositions,
    causal_mask,
    length_mask,
    masked_softmax,
)
from dongshou.models.bag_of_words import bag_of_words
from dongshou.models.bert import bert, bert_classifier, bert_fine_tuned
from dongshou.models.bert_layers import BERT, BertClassifier, BertEncoder
from dongshou.models.dcgan import dcgan_discriminator, dcgan_generator
from dongshou.models.decomposable_attention import DecomposableAttention, decomposable_attention
from dongshou.models.densenet import DenseBlock, densenet, densenet121
from dongshou.models.detection.faster_rcnn import FasterRCNN, small_faster_rcnn
from dongshou.models.detection.fcos import FCOS, small_fcos
from dongshou.models.detection.ssd import SSD, small_ssd, ssd_resnet18, tiny_ssd
from dongshou.models.encoder_decoder import AttentionDecoder, Decoder, Encoder, EncoderDecoder, seq2seq
from dongshou.models.fcn import fcn
from dongshou.models.gan import point_discriminator, point_generator
from dongshou.models.glove import glove
from dongshou.models.googlenet import Inception
from dongshou.models.googlenet_published import googlenet
from dongshou.models.gpt import CausalSelfAttention, gpt
from dongshou.models.imagenet import imagenet_weights
from dongshou.models.initialize import initialize
from dongshou.models.lenet import lenet
from dongshou.models.linear import linear_regression, softmax_regression
from dongshou.models.mlp import mlp
from dongshou.models.mnist import mnist_cnn, mnist_inception, mnist_residual
from dongshou.models.name_classifier import recurrent_classifier
from dongshou.models.nin import nin
from dongshou.models.recurrent import RecurrentLanguageModel, recurrent_language_model
from dongshou.models.recurrent_layers import recurrent_layers
from dongshou.models.resnet import BasicBlock, Bottleneck, resnet18, resnet34, resnet50
from dongshou.models.summary import summarize
from dongshou.models.text_cnn import text_cnn
from dongshou.models.transformer import AddNorm, TransformerDecoder, TransformerEncoder, transformer
from dongshou.models.unet import unet
from dongshou.models.upsampling import Upsampling
from dongshou.models.vae import VAE, vae
from dongshou.models.vgg import vgg11, vgg13, vgg16, vgg19
from dongshou.models.weights import load_weights
from dongshou.models.word2vec import word2vec

__all__ = [
    "BERT",
    "AddNorm",
    "AdditiveAttention",
    "AttentionDecoder",
    "BasicBlock",
    "BertClassifier",
    "BertEncoder",
    "Bottleneck",
    "CausalSelfAttention",
    "DecomposableAttention",
    "Decoder",
    "DenseBlock",
    "DotProductAttention",
    "Encoder",
    "EncoderDecoder",
    "FCOS",
    "FasterRCNN",
    "Inception",
    "MultiHeadAttention",
    "RecurrentLanguageModel",
    "SSD",
    "SinusoidalPositions",
    "TransformerDecoder",
    "TransformerEncoder",
    "VAE",
    "Upsampling",
    "alexnet",
    "bert",
    "bert_classifier",
    "bag_of_words",
    "bert_fine_tuned",
    "causal_mask",
    "dcgan_discriminator",
    "dcgan_generator",
    "decomposable_attention",
    "densenet",
    "densenet121",
    "fcn",
    "glove",
    "googlenet",
    "gpt",
    "imagenet_weights",
    "initialize",
    "lenet",
    "length_mask",
    "linear_regression",
    "load_weights",
    "masked_softmax",
    "mlp",
    "mnist_cnn",
    "mnist_inception",
    "mnist_residual",
    "nin",
    "point_discriminator",
    "point_generator",
    "recurrent_classifier",
    "recurrent_language_model",
    "recurrent_layers",
    "resnet18",
    "resnet34",
    "resnet50",
    "seq2seq",
    "small_faster_rcnn",
    "small_fcos",
    "small_ssd",
    "softmax_regression",
    "ssd_resnet18",
    "summarize",
    "text_cnn",
    "tiny_ssd",
    "transformer",
    "unet",
    "vae",
    "vgg11",
    "vgg13",
    "vgg16",
    "vgg19",
    "word2vec",
]


def __dir__() -> list[str]:
    """The public names, without the modules they come from."""
    return sorted(__all__)
