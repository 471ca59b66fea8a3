"""Diffusion models: what they check."""

SENTENCES = {
    "The noise of each step is a beta between 0 and 1, in a vector with one for each step.": "每一步的噪声由一个 0 与 1 之间的 beta 给出，合成一个向量，每步一个。",
    "DDIM takes from 1 to {} steps, those of the noise schedule; got {}.": "DDIM 取 1 到 {} 步，至多是噪声表的步数；得到的是 {}。",
    "This U-Net needs pictures whose sides are multiples of {} pixels; got {}x{}.": "这个 U-Net 需要边长为 {} 像素整数倍的图片；得到的是 {}x{}。",
    "The channels of each level are a multiple of {}, the groups that are normalised together, and of the number of heads, {}; got {}.": "每一层级的通道数须是组规范化的组数 {} 和头数 {} 的倍数；得到的是 {}。",
}
