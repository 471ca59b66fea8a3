"""The data sets of the course."""

SENTENCES = {
    '{} has no split "{}". Its splits: {}.': "{} 没有“{}”这个部分。它有：{}。",
    'cifar10 has no split "{}". Its splits: train, test.': "cifar10 没有“{}”这个部分。它有：train、test。",
    'cifar10-tiny has no split "{}". Its splits: train, test.': "cifar10-tiny 没有“{}”这个部分。它有：train、test。",
    'digits has no split "{}". Its splits: train, test.': "digits 没有“{}”这个部分。它有：train、test。",
    "{} is not a batch of CIFAR-10: expected labels 0 to {}, record {} has {}. Fetch it again, or delete it.": "{} 不是 CIFAR-10 的批次文件：标签应为 0 到 {}，第 {} 条记录是 {}。请重新下载，或删除它。",
    "{} {}: expected {} bytes, it holds {}. Fetch it again, or delete it.": "{} {}：应有 {} 字节，实有 {} 字节。请重新下载，或删除它。",
    "is not a batch of CIFAR-10": "不是 CIFAR-10 的批次文件",
    'No text "{}": it is neither a file nor one of {}.{}': "没有文本“{}”：它既不是文件，也不是这些之一：{}。{}",
    "A submission needs a price for each id; that of {} is not a finite number.": "提交文件中每个 id 须有价格；{} 的价格不是有限的数。",
    "A submission needs one price for each id; got {} for {} ids.": "提交文件中每个 id 须有一个价格；得到 {} 个价格，{} 个 id。",
    "The {} table of house prices lacks {}. Use the files of the competition.": "房价的 {} 表缺少 {}。请用竞赛原来的文件。",
    "{} holds no reviews: expected aclImdb/train/pos/*.txt and so on.": "{} 中没有影评：应有 aclImdb/train/pos/*.txt 等文件。",
    "{} cannot be unpacked: {}. Replace it by the right file.": "无法解开 {}：{}。请换成正确的文件。",
    "imdb: a cut of {} reviews, for the whole of 25,000 + 25,000 ({}) is not on this machine.": "imdb：这是 {} 条影评的一部分，因为这台机器上没有全部 25,000 + 25,000 条（{}）。",
    'snli has the class "{}" in {}; its classes are {}.': "snli 的 {1} 中有类别“{0}”；它的类别是 {2}。",
    "{} cannot be read at {}: {}. Replace it by the right file.": "{} 读到 {} 处出错：{}。请换成正确的文件。",
    "snli: a cut of {} pairs, its validation pairs to train on, for the whole ({}) is not on this machine.": "snli：{} 对的节选，用验证集的句对来训练，因为本机没有完整数据（{}）。",
    "snli: {} pairs of {} are left out, which have no class ({}).": "snli：{1} 中有 {0} 对没有类别（{2}），已略去。",
    "{} is in a package that is not installed: {}": "{} 在没有安装的包中：{}",
    'No BERT "{}": it is neither a folder nor one of {}.': "没有 BERT“{}”：它既不是文件夹，也不是这些之一：{}。",
}

LABELS = {
    "scaled sound pressure level (dB)": "声压级（dB）",
    "suction-side displacement thickness (m)": "吸力面位移厚度（m）",
    "free-stream velocity (m/s)": "来流速度（m/s）",
    "chord length (m)": "弦长（m）",
    "angle of attack (degrees)": "攻角（度）",
    "diabetes pedigree": "糖尿病家族史指数",
    "body mass index (kg/m^2)": "体重指数（kg/m^2）",
    "skin thickness (mm)": "皮褶厚度（mm）",
    "blood pressure (mm Hg)": "血压（mm Hg）",
    "plasma glucose (mg/dl)": "血糖（mg/dl）",
}
