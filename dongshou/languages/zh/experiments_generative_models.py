"""Experiments generative models."""

SENTENCES = {
    "num_samples is at least {}, two pictures of each of {} classes; got {}.": "num_samples 至少为 {}，即 {} 个类别每类两张图片；得到的是 {}。",
    "diversity, of real ones": "多样性，相对于真实图片",
    "read as asked": "被认成所求类别的比例",
    "share of the average of the weights that a step keeps": "权重滑动平均每一步保留的比例",
    "pictures that are judged at the end, at each guidance": "最后在每种引导强度下评判的图片张数",
    "share of the examples whose condition is left out": "训练时略去条件的样本比例",
    "how far what was asked for is exaggerated; 0: not at all": "所求条件被放大的程度；0 为不放大",
    "steps of DDIM in which noise becomes a picture": "DDIM 从噪声到图片的步数",
    "steps in which a picture becomes noise": "图片变成噪声的步数",
    "how noise grows from step to step": "噪声逐步增加的方式",
    "side of the blocks of pixels that the U-Net takes as one": "U-Net 当作一个像素的方块的边长",
    "channels of each level of the U-Net, each half as high and wide": "U-Net 各层级的通道数，每级高和宽减半",
    "19 of 20 are read as what was asked for": "二十张中十九张被认成所求的类别",
    "Denoising diffusion: who sees the noise in a picture can draw one out of nothing but noise (Ho et al., 2020).": "去噪扩散：能看出图片中的噪声，就能从纯噪声画出图片（Ho 等，2020）。",
    "The digits of scikit-learn, 8x8: sevens within a minute, `dongshou predict diffusion 7` draws some.": "scikit-learn 的手写数字，8x8：一分钟内画出 7，`dongshou predict diffusion 7` 画几张。",
    "read_accuracy: share of the pictures that a classifier, trained on the real ones, reads as what was asked for; diversity: how far apart those of one class lie, over the same of real ones. Both at guidances from 0 to 3.5.": "read_accuracy：在真实图片上训练的分类器把画出的图片认成所求类别的比例；diversity：同类图片之间的平均距离与真实图片的同一距离之比。两者都在 0 到 3.5 的引导强度下测量。",
    "MNIST or Fashion-MNIST at 28x28, in blocks of 2x2 pixels.": "28x28 的 MNIST 或 Fashion-MNIST，以 2x2 像素为块。",
    "step size of the generator's optimizer": "生成器优化器的步长",
    "step size of the discriminator's optimizer": "判别器优化器的步长",
    "points of a normal distribution": "正态分布的点",
    "A generative adversarial network in two dimensions: a normal distribution by contest (Goodfellow et al., 2014).": "二维的生成对抗网络：在对抗中学会正态分布（Goodfellow 等，2014）。",
    "The book's settings: points x = z A + b of normal z, a linear generator, a discriminator of three layers.": "书中的设置：点 x = z A + b，z 服从正态分布；生成器是线性的，判别器有三层。",
    "Both losses end at ln 2 = 0.693, where the discriminator can only guess. `mean_error` and `covariance_error` say how far the mean and the covariance of what the generator makes are from b and A^T A, as shares of their norms.": "两个损失都停在 ln 2 = 0.693，这时判别器只能猜。`mean_error` 和 `covariance_error` 是生成的点的均值、协方差与 b、A^T A 的差，以后者的范数为单位。",
}

LABELS = {
    "share": "比例",
    "Guidance": "引导强度的影响",
    "guidance": "引导强度",
}
