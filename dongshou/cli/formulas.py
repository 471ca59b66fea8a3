"""Where each term of the field stands as a formula: an index of the docstrings, read without importing anything."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parents[1]
MOST = 3  # places a term
AREAS = (
    "scratch/functional",
    "scratch/optim",
    "models",
    "tasks",
    "autograd",
    "data",
    "scratch",
    "training",
    "experiments",
)

TERMS = {  # as the field writes them, English and Chinese
    "Adagrad": "AdaGrad 算法",
    "Adam": "Adam 算法",
    "additive attention": "加性注意力",
    "autograd": "自动微分",
    "average pooling": "平均汇聚",
    "backpropagation through time": "通过时间反向传播",
    "batch normalization": "批量规范化",
    "beam search": "束搜索",
    "binary cross-entropy": "二元交叉熵",
    "BLEU": "BLEU",
    "bottleneck": "瓶颈结构",
    "brevity penalty": "简短惩罚",
    "broadcasting": "广播机制",
    "causal mask": "因果掩码",
    "chain rule": "链式法则",
    "class activation": "类激活图",
    "condition number": "条件数",
    "confusion matrix": "混淆矩阵",
    "convolution": "卷积",
    "cosine annealing": "余弦退火",
    "cross-entropy": "交叉熵",
    "cross-validation": "交叉验证",
    "CTC": "连接时序分类",
    "CutMix": "CutMix",
    "data augmentation": "数据增广",
    "dropout": "暂退法",
    "early stopping": "早停",
    "embedding": "嵌入层",
    "encoder-decoder": "编码器-解码器",
    "fine-tuning": "微调",
    "forget gate": "遗忘门",
    "gated recurrent unit": "门控循环单元",
    "GELU": "GELU 激活",
    "gradient clipping": "梯度裁剪",
    "greedy search": "贪心搜索",
    "group normalization": "组规范化",
    "Huber loss": "Huber 损失",
    "Inception": "Inception 块",
    "Jensen": "詹森不等式",
    "k-fold": "K 折交叉验证",
    "Kaiming": "Kaiming 初始化",
    "kernel regression": "核回归",
    "KL divergence": "KL 散度",
    "label smoothing": "标签平滑",
    "language model": "语言模型",
    "Laplace smoothing": "拉普拉斯平滑",
    "layer normalization": "层规范化",
    "learning rate": "学习率",
    "length penalty": "长度惩罚",
    "local response normalization": "局部响应规范化",
    "log-sum-exp": "对数-求和-指数",
    "long short-term memory": "长短期记忆网络",
    "max pooling": "最大汇聚",
    "mean squared error": "均方误差",
    "mixup": "mixup",
    "momentum": "动量法",
    "multi-head attention": "多头注意力",
    "n-gram": "n 元语法",
    "Nesterov": "Nesterov 动量",
    "nucleus sampling": "核采样",
    "one-hot": "独热编码",
    "padding": "填充",
    "perplexity": "困惑度",
    "positional encoding": "位置编码",
    "preactivation": "预激活",
    "receptive field": "感受野",
    "ReLU": "修正线性单元",
    "reset gate": "重置门",
    "residual block": "残差块",
    "RMSNorm": "RMSNorm",
    "RMSprop": "RMSProp 算法",
    "scaled dot-product attention": "缩放点积注意力",
    "self-attention": "自注意力",
    "sigmoid": "sigmoid 函数",
    "skip connection": "跳跃连接",
    "softmax": "softmax 函数",
    "stochastic gradient descent": "随机梯度下降",
    "stride": "步幅",
    "teacher forcing": "强制教学",
    "temperature": "温度",
    "top-k": "top-k 采样",
    "transposed convolution": "转置卷积",
    "triplet": "三元组损失",
    "update gate": "更新门",
    "vanishing": "梯度消失",
    "warmup": "预热",
    "weight decay": "权重衰减",
    "weight tying": "权重绑定",
    "Xavier": "Xavier 初始化",
    "Zipf": "齐普夫定律",
}


class Place(NamedTuple):
    """A docstring: the file below the package, the line of the definition, and its name (empty for the whole file)."""

    file: str
    line: int
    name: str
    text: str


@lru_cache(maxsize=1)
def docstrings() -> tuple[Place, ...]:
    """Every docstring of the package."""
    return tuple(
        place for file in sorted(PACKAGE.rglob("*.py")) if file.parent.name != "cli" for place in docstrings_of(file)
    )


def docstrings_of(file: Path) -> Iterator[Place]:
    """The docstrings of one file, the file's own first; spaces and line ends count as one space."""
    name = file.relative_to(PACKAGE).as_posix()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and (text := ast.get_docstring(node)):
            if (defined := getattr(node, "name", "")).startswith("_"):
                continue
            line = 1 if isinstance(node, ast.Module) else node.lineno
            yield Place(name, line, defined, " ".join(text.split()))


def places_of(term: str) -> list[Place]:
    """Where a term stands: first what bears its name or begins with it, then formulas before what uses them."""
    found = re.compile(rf"(?<!\w){re.escape(term)}", re.IGNORECASE)
    hits = [(match.start(), place) for place in docstrings() if (match := found.search(place.text))]
    return [place for _, place in sorted(hits, key=lambda hit: rank(term, *hit))][:MOST]


def rank(term: str, start: int, place: Place) -> tuple[bool, int, bool, int, str, int]:
    """How far down the list a docstring stands that has the term at this character."""
    is_it = plain(place.name) == plain(term) or start == 0
    area = next((number for number, area in enumerate(AREAS) if place.file.startswith(area)), len(AREAS))
    return not is_it, area, not place.name, start, place.file, place.line


def plain(words: str) -> str:
    """The letters alone: "log-sum-exp" and "logsumexp" are one."""
    return re.sub(r"\W|_", "", words.lower())


def as_markdown() -> str:
    """The page that docs/formulas.md is."""
    lines = [
        "# Where each formula stands",
        "",
        "Written by `dongshou list --formulas`.",
        "",
        "| term | | where |",
        "|---|---|---|",
    ]
    for term, chinese in sorted(TERMS.items(), key=lambda item: item[0].lower()):
        links = ", ".join(link_to(place) for place in places_of(term))
        lines.append(f"| {term} | {chinese} | {links} |")
    return "\n".join(lines)


def link_to(place: Place) -> str:
    """`[tasks/bleu.py:12 bleu](../dongshou/tasks/bleu.py#L12)`"""
    name = f" {place.name}" if place.name else ""
    return f"[{place.file}:{place.line}{name}](../dongshou/{place.file}#L{place.line})"
