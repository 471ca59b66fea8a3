"""Names of curves and panels, which the code of an experiment gives by a key."""

LABELS = {
    # convexity
    "absolute": "绝对值",
    "exponential": "指数",
    "cosine": "余弦",
    "disc": "圆盘",
    "lens": "透镜",
    "pair": "两个圆盘",
    "ring": "圆环",
    # optimisers
    "right": "合适",
    "Newton": "牛顿法",
    "noisy SGD": "带噪声的 SGD",
    "momentum": "动量法",
    # schedules
    "constant": "不变",
    "factor": "按倍数下降",
    "multi-step": "分段下降",
    # starts of weights
    "zero": "全零",
    "convex": "凸",
}
