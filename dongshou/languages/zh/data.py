"""Batches, splits, typed targets."""

SENTENCES = {
    "transform makes pictures of {} out of {} and leaves boxes and masks behind. Scale both beforehand.": "transform 把 {1} 的图片变成 {0}，目标框和掩码却没有跟着变。请事先把两者一起缩放。",
    "Augmentation takes images and labels; got a data set of {} tensors.": "图像增广需要图像和标签；得到的数据集有 {} 个张量。",
    "batch_size must be between 1 and the number of examples, {}; got {}.": "batch_size 须在 1 和样本数 {} 之间；得到的是 {}。",
    "All tensors of a data set need one length; got {} examples.": "数据集的各个张量须一样长；得到的样本数是 {}。",
    "Batches are made of tensors; got {}: convert with torch.as_tensor.": "批次由张量组成；得到的是 {}：请用 torch.as_tensor 转换。",
    "k-fold cross-validation of {} examples needs between 2 and {} folds; got k={}.": "{} 个样本的 k 折交叉验证需要 2 到 {} 折；得到的是 k={}。",
    "batch_size must be at least 1; got {}.": "batch_size 至少为 1；得到的是 {}。",
    "{} does not know its length, which training has to know; give it a __len__.": "{} 不知道自己的长度，而训练必须知道；请给它写 __len__。",
    "Every class needs at least two examples, to be on both sides of the split; {}: only one. Add examples, or leave the class out.": "每个类别至少需要两个样本，划分的两边才都有；{} 只有一个。请添加样本，或去掉这个类别。",
    "The share to set aside lies between 0 and 1; got {}.": "留出的比例须在 0 和 1 之间；得到的是 {}。",
    "A split is given as Batches, a DataLoader, a Dataset or a function that makes one; got {} as {}: write Batches(inputs, targets, batch_size=64).": "每个部分须是 Batches、DataLoader、Dataset，或建立它们的函数；得到的 {1} 是 {0}：请写 Batches(inputs, targets, batch_size=64)。",
    "A limit keeps at least 1 example; got {}.": "limit 至少保留 1 个样本；得到的是 {}。",
    "what its function makes": "函数的返回值",
    "Labels of shape {} are neither classes (batch,) nor shares of classes: augmentation would leave them where they are. Give boxes as Boxes(corners, labels), a mask as Mask(classes).": "形状为 {} 的标签既不是类别 (batch,)，也不是各类别的比例：增广时它们不会跟着变。目标框请写 Boxes(corners, labels)，掩码请写 Mask(classes)。",
    "Boxes have float corners and int64 labels; got {} and {}.": "目标框的顶点须为浮点数，标签须为 int64；得到的是 {} 和 {}。",
    "Boxes are corners (batch, most, 4) and labels (batch, most); got corners of shape {} and labels of shape {}.": "目标框是顶点 (batch, most, 4) 和标签 (batch, most)；得到的顶点形状为 {}，标签形状为 {}。",
    "A box is left, top, right, bottom with left < right and top < bottom; picture {} has {}. Mend or remove it.": "目标框是左、上、右、下，左 < 右且上 < 下；第 {} 张图片有 {}。请改正或去掉它。",
    "Boxes need one class for each box of each picture; the two lists do not go together.": "每张图片的每个目标框须有一个类别；两个列表不匹配。",
    "A Mask holds integer classes (batch, height, width); got {} of shape {}.": "Mask 保存整数类别 (batch, height, width)；得到的是形状为 {1} 的 {0}。",
}
