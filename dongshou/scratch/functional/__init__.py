"""The arithmetic behind every layer and loss, under the names of `torch.nn.functional`."""

from __future__ import annotations

from dongshou.scratch.functional.activation import (
    gelu,
    leaky_relu,
    logsigmoid,
    relu,
    sigmoid,
    tanh,
)
from dongshou.scratch.functional.adaptive_pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
)
from dongshou.scratch.functional.attention import scaled_dot_product_attention
from dongshou.scratch.functional.channel_shuffle import channel_shuffle
from dongshou.scratch.functional.convolution import conv1d, conv2d, conv3d
from dongshou.scratch.functional.cross_entropy import cross_entropy, linear_cross_entropy, nll_loss
from dongshou.scratch.functional.ctc import ctc_loss
from dongshou.scratch.functional.distance import cosine_similarity, normalize, pairwise_distance, pdist
from dongshou.scratch.functional.dropout import (
    alpha_dropout,
    dropout,
    dropout1d,
    dropout2d,
    dropout3d,
    feature_alpha_dropout,
)
from dongshou.scratch.functional.embedding import embedding, embedding_bag
from dongshou.scratch.functional.fractional_pooling import fractional_max_pool2d, fractional_max_pool3d
from dongshou.scratch.functional.grid_sample import affine_grid, grid_sample
from dongshou.scratch.functional.likelihood_loss import gaussian_nll_loss, kl_div, poisson_nll_loss
from dongshou.scratch.functional.linear import bilinear, linear
from dongshou.scratch.functional.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    huber_loss,
    l1_loss,
    mse_loss,
    smooth_l1_loss,
)
from dongshou.scratch.functional.margin_loss import (
    cosine_embedding_loss,
    hinge_embedding_loss,
    margin_ranking_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    multilabel_soft_margin_loss,
    soft_margin_loss,
)
from dongshou.scratch.functional.multi_head_attention import multi_head_attention_forward
from dongshou.scratch.functional.normalization import (
    batch_norm,
    group_norm,
    instance_norm,
    layer_norm,
    local_response_norm,
    rms_norm,
)
from dongshou.scratch.functional.one_hot import one_hot
from dongshou.scratch.functional.padding import pad
from dongshou.scratch.functional.piecewise_activation import (
    hardshrink,
    hardsigmoid,
    hardswish,
    hardtanh,
    prelu,
    relu6,
    rrelu,
    softshrink,
    threshold,
)
from dongshou.scratch.functional.pooling import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    lp_pool1d,
    lp_pool2d,
    lp_pool3d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    max_unpool1d,
    max_unpool2d,
    max_unpool3d,
)
from dongshou.scratch.functional.smooth_activation import (
    celu,
    elu,
    glu,
    mish,
    selu,
    silu,
    softplus,
    softsign,
    tanhshrink,
)
from dongshou.scratch.functional.softmax import log_softmax, softmax, softmin
from dongshou.scratch.functional.transposed_convolution import conv_transpose1d, conv_transpose2d, conv_transpose3d
from dongshou.scratch.functional.triplet_loss import triplet_margin_loss, triplet_margin_with_distance_loss
from dongshou.scratch.functional.unfold import fold, unfold
from dongshou.scratch.functional.upsampling import (
    interpolate,
    pixel_shuffle,
    pixel_unshuffle,
    upsample,
    upsample_bilinear,
    upsample_nearest,
)

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "affine_grid",
    "alpha_dropout",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "batch_norm",
    "bilinear",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "celu",
    "channel_shuffle",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "cosine_embedding_loss",
    "cosine_similarity",
    "cross_entropy",
    "ctc_loss",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "elu",
    "embedding",
    "embedding_bag",
    "feature_alpha_dropout",
    "fold",
    "fractional_max_pool2d",
    "fractional_max_pool3d",
    "gaussian_nll_loss",
    "gelu",
    "glu",
    "grid_sample",
    "group_norm",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hinge_embedding_loss",
    "huber_loss",
    "instance_norm",
    "interpolate",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "linear",
    "linear_cross_entropy",
    "local_response_norm",
    "log_softmax",
    "logsigmoid",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "margin_ranking_loss",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
    "mish",
    "mse_loss",
    "multi_head_attention_forward",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "normalize",
    "one_hot",
    "pad",
    "pairwise_distance",
    "pdist",
    "pixel_shuffle",
    "pixel_unshuffle",
    "poisson_nll_loss",
    "prelu",
    "relu",
    "relu6",
    "rms_norm",
    "rrelu",
    "scaled_dot_product_attention",
    "selu",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "soft_margin_loss",
    "softmax",
    "softmin",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
    "unfold",
    "upsample",
    "upsample_bilinear",
    "upsample_nearest",
]


def __dir__() -> list[str]:
    """The public names, without the modules they come from."""
    return sorted(__all__)
