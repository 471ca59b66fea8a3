"""Experiments with automatic differentiation."""

SENTENCES = {
    "torch, float64, the same weights": "torch，float64，相同的权重",
    "training loss": "训练损失",
    "LeNet on an autograd of our own: convolution is a product of matrices over windows (LeCun et al., 1998).": "用我们自己的自动微分训练 LeNet：卷积就是窗口上的矩阵乘法（LeCun 等，1998）。",
    "LeNet-5 with tanh and average pooling, on the digits at 28x28; both losses of every step are recorded.": "LeNet-5，tanh 和平均汇聚，28x28 的手写数字；记录每一步的两个损失。",
    "A multilayer perceptron on an autograd of our own: NumPy alone, and loss for loss what torch computes.": "用我们自己的自动微分训练多层感知机：只用 NumPy，每步损失都与 torch 相同。",
    "64-128-10 with ReLU on the digits, plain SGD; both losses of every step are recorded.": "64-128-10，ReLU，手写数字，普通的 SGD；记录每一步的两个损失。",
    "The same network on both engines": "同一个网络，两个引擎",
}
