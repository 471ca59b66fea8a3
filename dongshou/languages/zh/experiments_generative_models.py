"""Experiments generative models."""

SENTENCES = {
    "step size of the generator's optimizer": "生成器优化器的步长",
    "step size of the discriminator's optimizer": "判别器优化器的步长",
    "points of a normal distribution": "正态分布的点",
    "A generative adversarial network in two dimensions: a normal distribution by contest (Goodfellow et al., 2014).": "二维的生成对抗网络：在对抗中学会正态分布（Goodfellow 等，2014）。",
    "The book's settings: points x = z A + b of normal z, a linear generator, a discriminator of three layers.": "书中的设置：点 x = z A + b，z 服从正态分布；生成器是线性的，判别器有三层。",
    "Both losses end at ln 2 = 0.693, where the discriminator can only guess. `mean_error` and `covariance_error` say how far the mean and the covariance of what the generator makes are from b and A^T A, as shares of their norms.": "两个损失都停在 ln 2 = 0.693，这时判别器只能猜。`mean_error` 和 `covariance_error` 是生成的点的均值、协方差与 b、A^T A 的差，以后者的范数为单位。",
}
