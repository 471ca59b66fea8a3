"""The fastest way to compute a step."""

SENTENCES = {
    "nothing measured was faster": "没有测到更快的方式",
    "a step {} times as fast": "每步的速度是原来的 {} 倍",
    "{} threads": "{} 个线程",
    "fused optimiser": "融合的优化器",
    "layers reformulated": "改写的层",
    "channels last": "通道在后",
}
