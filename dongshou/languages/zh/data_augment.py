"""Augmentation of images."""

SENTENCES = {
    "A step of Augment is an object such as RandomCrop(); got {}.": "Augment 的每一步是一个对象，例如 RandomCrop()；得到的是 {}。",
    "A step of Augment is an object; got {}: write {}(...).": "Augment 的每一步是一个对象；得到的是 {}：请写 {}(...)。",
    "Augmentation takes uint8 or float32 images (batch, 1 or 3 channels, height, width); got {} of shape {}. Leave augment out here.": "增广接受 uint8 或 float32 的图像（批量、1 或 3 个通道、高、宽）；得到的是形状为 {1} 的 {0}。这里请去掉 augment。",
    "AugMix needs at least one chain of at least one operation; got {}.": "AugMix 至少需要一条链，每条链至少一个操作；得到的是 {}。",
    "severity lies between 1 and {}; got {}.": "severity 须在 1 和 {} 之间；得到的是 {}。",
    "its chains move one picture to several places at once": "它的几条链会把同一张图片同时移到几处",
    "p is a probability, from 0 to 1; got {}.": "p 是概率，从 0 到 1；得到的是 {}。",
    "alpha must be above 0; got {}.": "alpha 须大于 0；得到的是 {}。",
    "hue is a part of the colour circle, from 0 to 0.5; got {}.": "hue 是色环的一部分，从 0 到 0.5；得到的是 {}。",
    "brightness, contrast and saturation are ranges, at least 0; got {}.": "brightness、contrast 和 saturation 是变化范围，不小于 0；得到的是 {}。",
    "padding is a number of pixels, at least 0; got {}.": "padding 是像素数，不小于 0；得到的是 {}。",
    "size is the side of the square, at least 1 pixel; got {}.": "size 是正方形的边长，至少 1 像素；得到的是 {}。",
    "a thing that is painted over keeps its place in the target": "被涂掉的东西在目标中仍占着原来的位置",
    "Labels to mix must be below num_classes={}; got {}.": "要混合的标签须小于 num_classes={}；得到的是 {}。",
    "Mixing takes class indices (batch,); got {} of shape {}.": "混合需要类别编号 (batch,)；得到的是形状为 {1} 的 {0}。",
    "two pictures in one have two targets": "两张图片合成一张，就有两个目标",
    "Normalize needs a mean and a positive std a channel; got {} and {}.": "Normalize 的每个通道需要一个均值和一个正的标准差；得到的是 {} 和 {}。",
    "Normalize has means for {} channels, the images have {}: give one mean and one std a channel.": "Normalize 有 {} 个通道的均值，图像有 {} 个通道：请给每个通道一个均值和一个标准差。",
    "magnitude lies between 0 and {}; got {}.": "magnitude 须在 0 和 {} 之间；得到的是 {}。",
    "num_ops is a number of operations, at least 0; got {}.": "num_ops 是操作的个数，不小于 0；得到的是 {}。",
    "ratio is the least and the largest width / height, above 0; got {}.": "ratio 是宽高比的下限和上限，须大于 0；得到的是 {}。",
    "scale is the least and the largest share of the area, within 0 to 1; got {}.": "scale 是面积比例的下限和上限，在 0 到 1 之间；得到的是 {}。",
    "A mask has the size of its picture, {}; got {}.": "掩码须与图片一样大，即 {}；得到的是 {}。",
    "A batch needs a target for each picture; got {} for {} pictures.": "批次中每张图片须有一个目标；得到 {} 个目标，{} 张图片。",
    "{} cannot move {}; {}. Leave it out here.": "{} 无法移动{}；{}。这里请去掉它。",
    "a mask": "掩码",
    "it has no method together(images, target, generator)": "它没有 together(images, target, generator) 这个方法",
    "augmented, {} of {}": "增广，第 {} 次（共 {} 次）",
    "several targets": "几个目标",
}

LABELS = {
    "augmented": "增广后",
    "original": "原图",
    "boxes": "目标框",
}
