"""Layers and optimisers of our own: what is said in our words; what repeats torch's sentences stays as it is."""

SENTENCES = {
    "dongshou.scratch.nn has no twin for {}: leave out strict=True to keep them.": "dongshou.scratch.nn 中没有与 {} 对应的层：去掉 strict=True 可以保留它们。",
    "Layers are swapped inside a model, a torch.nn.Module; got {}.": "只能替换模型（torch.nn.Module）中的层；得到的是 {}。",
    "No optimiser of dongshou.scratch.optim stands for {}: use one of {}.": "dongshou.scratch.optim 中没有与 {} 对应的优化器：请用这些之一：{}。",
    "The optimiser's step has been replaced: take the optimiser from scratch first, then wrap it.": "优化器的 step 已被替换：请先换成 scratch 的优化器，再作包装。",
    "TorchScript cannot compile {} of dongshou.scratch: {}.": "TorchScript 无法编译 dongshou.scratch 的 {}：{}。",
    "call to_torch(model) first, or use torch.compile, torch.export or torch.jit.trace": "请先调用 to_torch(model)，或用 torch.compile、torch.export 或 torch.jit.trace",
    "PyTorch's test databases cannot be imported ({}): {}.": "无法导入 PyTorch 的测试数据库（{}）：{}。",
    "pip install expecttest, then try again": "请先 pip install expecttest，再试一次",
}
