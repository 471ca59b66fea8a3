"""Lists, counts, quantities and splits, as tables, curves and progress name them; `test_accuracy` is 测试精度."""

SENTENCES = {
    "{} and {}": "{} 和 {}",
    "{} or {}": "{} 或 {}",
    "{} example": "{} 个样本",
    "{} examples": "{} 个样本",
    "{} epoch": "{} 轮",
    "{} epochs": "{} 轮",
}

LABELS = {
    "train": "训练",
    "valid": "验证",
    "test": "测试",
    "loss": "损失",
    "accuracy": "精度",
    "perplexity": "困惑度",
    "epoch": "轮",
    "step": "步",
    "seconds": "秒",
    "count": "数量",
    "bleu": "BLEU",
    "gradient norm": "梯度范数",
    "clipped gradient norm": "裁剪后的梯度范数",
    "learning rate": "学习率",
    "lr": "学习率",
    "sentence accuracy": "整句精度",
    "log rmse": "对数均方根误差",
    "rmse": "均方根误差",
    "mae": "平均绝对误差",
    # the units of the course
    "linear networks": "线性神经网络",
    "multilayer perceptrons": "多层感知机",
    "convolutional networks": "卷积神经网络",
    "computer vision": "计算机视觉",
    "recurrent networks": "循环神经网络",
    "attention": "注意力机制",
    "optimization": "优化算法",
    "automatic differentiation": "自动微分",
}
