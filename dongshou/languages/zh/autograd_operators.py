"""Operators of the automatic differentiation."""

SENTENCES = {
    "clip needs a bound: min, max or both.": "clip 需要界限：min、max 或两者。",
    "conv2d of shape {} and {}: needs an image (batch, in, height, width) and a weight (out, in, height, width) with the same number of channels in.": "conv2d，形状 {} 和 {}：图像须为 (batch, in, height, width)，权重须为 (out, in, height, width)，输入通道数相同。",
    'einsum "{}" does not fit the axes of shape {}.': 'einsum "{}" 与形状 {} 的轴不匹配。',
    'einsum "{}" names {} operands; got {}.': 'einsum "{}" 写了 {} 个操作数；得到 {} 个。',
    'einsum needs letters, "...", commas and one "->"; got "{}".': 'einsum 由字母、"..."、逗号和一个 "->" 组成；得到的是 "{}"。',
    'einsum "{}": the axes named {} differ in size, {}.': 'einsum "{}"：名为 {} 的轴大小不同，{}。',
    "repeat of shape {} along axis {}, {} times: {}": "repeat，形状 {}，沿轴 {} 重复 {} 次：{}",
    "concatenate needs at least one tensor; got none.": "concatenate 至少需要一个张量；一个也没有得到。",
    "stack needs tensors of one shape; got {}.": "stack 的各个张量须同形；得到的是 {}。",
    "stack needs at least one tensor; got none.": "stack 至少需要一个张量；一个也没有得到。",
    "split needs positive sizes that add up to {}, the size of axis {}; got {}.": "split 的各份大小须为正，总和为 {}，即轴 {} 的大小；得到的是 {}。",
    "{} over axis {} of a tensor of shape {}: {}.": "{}，沿轴 {}，张量形状 {}：{}。",
}
