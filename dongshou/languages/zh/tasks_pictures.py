"""What stands on the pictures of a task."""

SENTENCES = {
    "a split has at least one batch": "每个部分至少有一个批次",
    "key: the token looked at": "键：被看的词元",
    "query: the token that looks": "查询：在看的词元",
    "{}, layer {} of {}": "{}，第 {} 层（共 {} 层）",
    "head {}": "头 {}",
    "Where the network saw the class that it predicts (Grad-CAM)": "网络在哪里看到了它预测的类别（Grad-CAM）",
    "part in the decision": "对判断的贡献",
    "share of the true class": "占真实类别的比例",
    "predicted class": "预测类别",
    "true class": "真实类别",
    "Confusion matrix{}: {} of {} right": "混淆矩阵{0}：{2} 个中对了 {1} 个",
    " of one example in {}": "（每 {} 个样本取一个）",
    'Where the network saw "{}" (Grad-CAM)': "网络在哪里看到了“{}”（Grad-CAM）",
    'Where the network saw "{}" in what it was given (Grad-CAM)': "网络在输入的哪里看到了“{}”（Grad-CAM）",
    "value within its map": "在特征图内的值",
    "Feature maps at the end of each stage": "每个阶段末尾的特征图",
    "{} ({}): {} maps of {}x{}": "{}（{}）：{} 张 {}x{} 的特征图",
    "{}: in red, green and blue, grey where they are 0": "{}：红、绿、蓝，为 0 处是灰色",
    "Weights of the first layer, {} units": "第一层的权重，{} 个单元",
    "token read": "读到的词元",
    "0 closed, 1 open": "0 关，1 开",
    "Gates of an LSTM: the {} units that forget most unevenly": "LSTM 的门：遗忘最不均匀的 {} 个单元",
    "{} gate": "{} 门",
    "Attention of each token to those before it": "每个词元对前面词元的注意力",
    "The most wrong predictions: the true class, and below it the predicted one": "错得最离谱的预测：上为真实类别，下为预测类别",
    "Predictions: the true class, and below it the predicted one": "预测：上为真实类别，下为预测类别",
    "Attention of the translation to its own words": "译文对自身词语的注意力",
    "Attention within the source sentence": "原文内部的注意力",
    "Attention of the translation to the source sentence": "译文对原文的注意力",
}

LABELS = {
    "unit": "单元",
    "input": "输入",
    "forget": "遗忘",
}
