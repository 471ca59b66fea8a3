"""Experiments language applications."""

SENTENCES = {
    "{} has no texts to test on: hold some out with --test 0.1.": "{} 没有可测试的文本：请用 --test 0.1 留出一些。",
    "folds of a cross-validation of a set without a test of its own; 0 for none": "没有自带测试集时交叉验证的折数；0 表示不用",
    "words in a row that count as one feature, at most": "最多几个连续的词算作一个特征",
    "which method answers afterwards": "之后由哪种方法作答",
    "four in five right, without any network": "不用任何网络，五个中对四个",
    "what a linear model reaches on the cut": "线性模型在这一部分上能达到的",
    "Bags of words": "词袋",
    "Texts as bags of words: naive Bayes and logistic regression, the baselines that a network has to beat.": "词袋表示的文本：朴素贝叶斯和逻辑回归，网络须超过的基线。",
    "Multinomial naive Bayes on counts, logistic regression on TF-IDF, and the two together, on the same texts.": "同样的文本上，计数的多项式朴素贝叶斯、TF-IDF 上的逻辑回归，以及两者结合。",
    "naive_bayes weights counted; logistic c = 10 on TF-IDF vectors; nb_logistic c = 1 on which n-grams occur, each scaled by its log-count ratio (Wang and Manning, 2012). With folds each result is the mean over them.": "naive_bayes 的权重由计数得到；logistic 用 TF-IDF 向量，c = 10；nb_logistic 看出现了哪些 n 元语法，各乘以其对数计数比，c = 1（Wang 和 Manning，2012）。有 folds 时每个结果是各折的均值。",
    "10,662 sentences of reviews, half of them positive: the mean over ten folds, as the literature has it.": "10,662 个影评句子，一半正面：十折的均值，与文献相同。",
    "Five classes, from very negative to very positive: the words say less of how much than of which.": "五个类别，从很负面到很正面：词语说明的更多是哪一边，而不是多少。",
    "What a question asks for: six classes, told by the first words more than by any others.": "问题问的是什么：六个类别，最能说明的是开头几个词。",
    "Whole reviews: the 50,000 where they are found, else the 10,000 of the cut, which the notes of the run say.": "完整的影评：有 50,000 条时就用，否则用其中的 10,000 条，运行的提示会注明。",
    "Reviews by a grammar, no download: of two opinions the main clause counts, which no bag of words can know.": "由语法生成的影评，不需要下载：两种意见中以主句为准，任何词袋都无从知道。",
}
