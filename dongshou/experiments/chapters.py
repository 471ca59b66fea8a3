"""The tables of contents that the course follows: sections of the book in both editions, and lectures.

An experiment says its sections by number, `SECTIONS = {"zh": "6.6", "en": "7.6"}`, and its lecture, `LECTURE = 10`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

EDITIONS = {"zh": "d2l-zh 2.0", "en": "d2l-en 1.0"}  # Zhang, Lipton, Li, Smola: Dive into Deep Learning
LECTURES = "PyTorch Deep Learning Practice"  # Liu Hongpu, 2020

TITLES: dict[str, dict[str, str]] = {
    "zh": {
        "2.5": "自动微分",
        "3.2": "线性回归的从零开始实现",
        "3.3": "线性回归的简洁实现",
        "3.6": "softmax回归的从零开始实现",
        "3.7": "softmax回归的简洁实现",
        "4.2": "多层感知机的从零开始实现",
        "4.3": "多层感知机的简洁实现",
        "4.4": "模型选择、欠拟合和过拟合",
        "4.5": "权重衰减",
        "4.6": "暂退法（Dropout）",
        "4.7": "前向传播、反向传播和计算图",
        "4.8": "数值稳定性和模型初始化",
        "4.10": "实战Kaggle比赛：预测房价",
        "6.2": "图像卷积",
        "6.6": "卷积神经网络（LeNet）",
        "7.1": "深度卷积神经网络（AlexNet）",
        "7.2": "使用块的网络（VGG）",
        "7.3": "网络中的网络（NiN）",
        "7.4": "含并行连结的网络（GoogLeNet）",
        "7.5": "批量规范化",
        "7.6": "残差网络（ResNet）",
        "7.7": "稠密连接网络（DenseNet）",
        "8.1": "序列模型",
        "8.3": "语言模型和数据集",
        "8.5": "循环神经网络的从零开始实现",
        "8.6": "循环神经网络的简洁实现",
        "9.1": "门控循环单元（GRU）",
        "9.2": "长短期记忆网络（LSTM）",
        "9.3": "深度循环神经网络",
        "9.4": "双向循环神经网络",
        "9.7": "序列到序列学习（seq2seq）",
        "10.2": "注意力汇聚：Nadaraya-Watson 核回归",
        "10.4": "Bahdanau 注意力",
        "10.7": "Transformer",
        "11.1": "优化和深度学习",
        "11.2": "凸性",
        "11.3": "梯度下降",
        "11.4": "随机梯度下降",
        "11.5": "小批量随机梯度下降",
        "11.6": "动量法",
        "11.7": "AdaGrad算法",
        "11.8": "RMSProp算法",
        "11.9": "Adadelta",
        "11.10": "Adam算法",
        "11.11": "学习率调度器",
        "13.1": "图像增广",
        "13.2": "微调",
        "13.3": "目标检测和边界框",
        "13.4": "锚框",
        "13.5": "多尺度目标检测",
        "13.7": "单发多框检测（SSD）",
        "13.8": "区域卷积神经网络（R-CNN）系列",
        "13.9": "语义分割和数据集",
        "13.10": "转置卷积",
        "13.11": "全卷积网络",
        "13.12": "风格迁移",
        "13.13": "实战 Kaggle 比赛：图像分类 (CIFAR-10)",
        "13.14": "实战Kaggle比赛：狗的品种识别（ImageNet Dogs）",
        "14.1": "词嵌入（word2vec）",
        "14.2": "近似训练",
        "14.3": "用于预训练词嵌入的数据集",
        "14.4": "预训练word2vec",
        "14.5": "全局向量的词嵌入（GloVe）",
        "14.6": "子词嵌入",
        "14.7": "词的相似度和类比任务",
        "14.10": "预训练BERT",
        "15.2": "情感分析：使用循环神经网络",
        "15.3": "情感分析：使用卷积神经网络",
        "15.5": "自然语言推断：使用注意力",
        "15.6": "针对序列级和词元级应用微调BERT",
        "15.7": "自然语言推断：微调BERT",
    },
    "en": {
        "2.5": "Automatic Differentiation",
        "3.4": "Linear Regression Implementation from Scratch",
        "3.5": "Concise Implementation of Linear Regression",
        "3.6": "Generalization",
        "3.7": "Weight Decay",
        "4.4": "Softmax Regression Implementation from Scratch",
        "4.5": "Concise Implementation of Softmax Regression",
        "5.2": "Implementation of Multilayer Perceptrons",
        "5.3": "Forward Propagation, Backward Propagation, and Computational Graphs",
        "5.4": "Numerical Stability and Initialization",
        "5.6": "Dropout",
        "5.7": "Predicting House Prices on Kaggle",
        "7.2": "Convolutions for Images",
        "7.6": "Convolutional Neural Networks (LeNet)",
        "8.1": "Deep Convolutional Neural Networks (AlexNet)",
        "8.2": "Networks Using Blocks (VGG)",
        "8.3": "Network in Network (NiN)",
        "8.4": "Multi-Branch Networks (GoogLeNet)",
        "8.5": "Batch Normalization",
        "8.6": "Residual Networks (ResNet) and ResNeXt",
        "8.7": "Densely Connected Networks (DenseNet)",
        "9.1": "Working with Sequences",
        "9.3": "Language Models",
        "9.5": "Recurrent Neural Network Implementation from Scratch",
        "9.6": "Concise Implementation of Recurrent Neural Networks",
        "10.1": "Long Short-Term Memory (LSTM)",
        "10.2": "Gated Recurrent Units (GRU)",
        "10.3": "Deep Recurrent Neural Networks",
        "10.4": "Bidirectional Recurrent Neural Networks",
        "10.7": "Sequence-to-Sequence Learning for Machine Translation",
        "11.2": "Attention Pooling by Similarity",
        "11.4": "The Bahdanau Attention Mechanism",
        "11.7": "The Transformer Architecture",
        "11.9": "Large-Scale Pretraining with Transformers",
        "12.1": "Optimization and Deep Learning",
        "12.2": "Convexity",
        "12.3": "Gradient Descent",
        "12.4": "Stochastic Gradient Descent",
        "12.5": "Minibatch Stochastic Gradient Descent",
        "12.6": "Momentum",
        "12.7": "Adagrad",
        "12.8": "RMSProp",
        "12.9": "Adadelta",
        "12.10": "Adam",
        "12.11": "Learning Rate Scheduling",
        "14.1": "Image Augmentation",
        "14.2": "Fine-Tuning",
        "14.3": "Object Detection and Bounding Boxes",
        "14.4": "Anchor Boxes",
        "14.5": "Multiscale Object Detection",
        "14.7": "Single Shot Multibox Detection",
        "14.8": "Region-based CNNs (R-CNNs)",
        "14.9": "Semantic Segmentation and the Dataset",
        "14.10": "Transposed Convolution",
        "14.11": "Fully Convolutional Networks",
        "14.12": "Neural Style Transfer",
        "14.13": "Image Classification (CIFAR-10) on Kaggle",
        "14.14": "Dog Breed Identification (ImageNet Dogs) on Kaggle",
        "15.1": "Word Embedding (word2vec)",
        "15.2": "Approximate Training",
        "15.3": "The Dataset for Pretraining Word Embeddings",
        "15.4": "Pretraining word2vec",
        "15.5": "Word Embedding with Global Vectors (GloVe)",
        "15.6": "Subword Embedding",
        "15.7": "Word Similarity and Analogy",
        "15.10": "Pretraining BERT",
        "16.2": "Sentiment Analysis: Using Recurrent Neural Networks",
        "16.3": "Sentiment Analysis: Using Convolutional Neural Networks",
        "16.5": "Natural Language Inference: Using Attention",
        "16.6": "Fine-Tuning BERT for Sequence-Level and Token-Level Applications",
        "16.7": "Natural Language Inference: Fine-Tuning BERT",
        "20.1": "Generative Adversarial Networks",
        "20.2": "Deep Convolutional Generative Adversarial Networks",
    },
}
OF_LECTURES = {
    2: "Linear Model",
    3: "Gradient Descent",
    6: "Logistic Regression",
    7: "Multiple Dimension Input",
    9: "Softmax Classifier",
    10: "Basic CNN",
    11: "Advanced CNN",
    12: "Basic RNN",
    13: "RNN Classifier",
}


@dataclass(frozen=True)
class Place:
    """Where an experiment stands in the book and among the lectures; empty where it is of neither.

    sections  by edition, the numbers with commas between: `{"zh": "3.2, 3.3", "en": "3.4, 3.5"}`
    """

    sections: Mapping[str, str] = field(default_factory=dict)
    lecture: int | None = None

    def short(self) -> str:
        """`zh 6.6, en 7.6`; the first of several sections."""
        first = [f"{edition} {numbers.partition(',')[0]}" for edition, numbers in self.sections.items()]
        return ", ".join(first) or (f"lecture {self.lecture}" if self.lecture is not None else "")

    def titles(self) -> Iterator[str]:
        """`d2l-zh 2.0: 6.6 卷积神经网络（LeNet）`, one for each edition, then the lecture."""
        for edition, numbers in self.sections.items():
            named = (f"{number} {TITLES[edition][number]}" for number in numbers.split(", "))
            yield f"{EDITIONS[edition]}: {', '.join(named)}"
        if self.lecture is not None:
            yield f"{LECTURES}: lecture {self.lecture}, {OF_LECTURES[self.lecture]}"

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        sections = {
            EDITIONS[edition]: {number: TITLES[edition][number] for number in numbers.split(", ")}
            for edition, numbers in self.sections.items()
        }
        return {"book": sections} | ({} if self.lecture is None else {"lecture": self.lecture})
