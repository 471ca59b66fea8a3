"""Finding experiments and their settings."""

SENTENCES = {
    "{} has no variant {}.{} Its variants: {}.": "{} 没有变体 {}。{}它的变体：{}。",
    "There is no experiment called {}.{} `dongshou list` shows all of them.": "没有名为 {} 的实验。{}`dongshou list` 列出全部实验。",
    " {} is a directory: name a file in it, {}/NAME.py.": "{} 是目录：请写其中的文件，{}/NAME.py。",
    " Did you mean {}.py?": "是不是想写 {}.py？",
    "{} is {}; got {}.": "{} 须为{}；得到的是 {}。",
    "values True or False": "个 True 或 False",
    "whole numbers": "个整数",
    "True or False": " True 或 False",
    "a whole number": "整数",
    "several {},{}": "几{}，{}",
    " in parentheses": "写在括号里",
    " such as (0.1, 0.2)": "例如 (0.1, 0.2)",
    " such as (1, 2)": "例如 (1, 2)",
    "{} has {} settings; got {} values.": "{} 有 {} 项设置；得到 {} 个值。",
    "{} returned {}: it has to end with `return Experiment(...)`.": "{} 返回的是 {}：它须以 `return Experiment(...)` 结尾。",
    "{} cannot be made with these settings: {}.": "{} 无法用这些设置建立：{}。",
    "{} is one of {}; got {}.{}": "{} 须是这些之一：{}；得到的是 {}。{}",
    "{} must be a finite number; got {}.": "{} 须为有限的数；得到的是 {}。",
    "{} has no setting {}.{} Its settings: {}.": "{} 没有设置 {}。{}它的设置：{}。",
}
