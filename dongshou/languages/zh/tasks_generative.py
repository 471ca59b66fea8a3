"""Tasks generative."""

SENTENCES = {
    "Noise and pictures": "噪声与图片",
    "a picture becomes noise": "图片变成噪声",
    "From one noise to another": "从一份噪声到另一份",
    "The discriminator has won: its loss has stayed close to 0, and the generator learns nothing more. Give the discriminator a smaller learning rate or fewer channels, or take wgan.": "判别器已经取胜：它的损失一直接近 0，生成器学不到新东西了。请给判别器更小的学习率或更少的通道，或改用 wgan。",
    "num is how many pictures are drawn, from 1 to {}; got {}.": "num 是画几张图片，从 1 到 {}；得到的是 {}。",
    "From each picture to the next": "从每张图片到下一张",
    "Made as asked for": "按要求生成",
    "Made of noise": "由噪声生成",
    "From one picture of the test set to another": "从测试集的一张图片到另一张",
    "Encoded and decoded": "编码再解码",
}

LABELS = {
    "Drawn": "画出的图片",
}
