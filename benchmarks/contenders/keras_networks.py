"""The networks of `benchmarks.networks` in Keras's own layers: from the images to the logits."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers


def mlp(images: Any) -> Any:
    """784-256-10."""
    normal = keras.initializers.RandomNormal(stddev=0.01)
    hidden = layers.Dense(256, "relu", kernel_initializer=normal)(layers.Flatten()(images))
    return layers.Dense(10, kernel_initializer=normal)(hidden)


def lenet(images: Any) -> Any:
    h = layers.AveragePooling2D(2)(layers.Conv2D(6, 5, padding="same", activation="sigmoid")(images))
    h = layers.AveragePooling2D(2)(layers.Conv2D(16, 5, activation="sigmoid")(h))
    h = layers.Dense(84, "sigmoid")(layers.Dense(120, "sigmoid")(layers.Flatten()(h)))
    return layers.Dense(10)(h)


def mnist_residual(images: Any) -> Any:
    """Convolution, ReLU, maximum and a residual block, twice."""
    h = images
    for channels in (16, 32):
        h = layers.MaxPooling2D(2)(layers.Conv2D(channels, 5, activation="relu")(h))
        inner = layers.Conv2D(channels, 3, padding="same", activation="relu")(h)
        h = layers.ReLU()(h + layers.Conv2D(channels, 3, padding="same")(inner))
    return layers.Dense(10)(layers.Flatten()(h))


def resnet18(images: Any) -> Any:
    """The stem for small images, four stages of two blocks, the mean over the image."""
    h = layers.ReLU()(normalized_convolution(images, 64))
    for channels, stride in ((64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)):
        shortcut = h if stride == 1 else normalized_convolution(h, channels, size=1, stride=stride)
        inner = layers.ReLU()(normalized_convolution(h, channels, stride=stride))
        h = layers.ReLU()(shortcut + normalized_convolution(inner, channels))
    return layers.Dense(10)(layers.GlobalAveragePooling2D()(h))


def normalized_convolution(images: Any, channels: int, size: int = 3, stride: int = 1) -> Any:
    axis = 1 if keras.config.image_data_format() == "channels_first" else -1
    padded = layers.ZeroPadding2D(size // 2)(images)  # as in torch: "same" pads on one side only where the stride is 2
    convolved = layers.Conv2D(channels, size, strides=stride, use_bias=False)(padded)
    return layers.BatchNormalization(axis=axis, momentum=0.9, epsilon=1e-5)(convolved)


NETWORKS = {"mlp": mlp, "lenet": lenet, "mnist_residual": mnist_residual, "resnet18": resnet18}
