"""What the libraries say whose words a user meets here: tyro's help and errors, the errors of files."""

SENTENCES = {
    # tyro
    "usage: {}": "用法：{}",
    "show this help message and exit": "显示这份帮助",
    "(default: {})": "（默认：{}）",
    "(required)": "（必填）",
    "Error parsing {}: {}.": "{} 的值有误：{}。",
    "could not convert string to float: {}": "{} 不是数",
    "invalid literal for int() with base 10: {}": "{} 不是整数",
    "invalid choice {} for argument {}. Expected one of {}.": "{1} 不能是 {0}，可选的有 {2}。",
    "Missing value for argument {}. Expected {} values.": "{} 缺少值，需要 {} 个。",
    # files
    "No such file or directory": "没有这个文件或目录",
    "Permission denied": "没有权限",
    "No space left on device": "磁盘已满",
    "Read-only file system": "文件系统只读",
    "Is a directory": "是一个目录",
    "Not a directory": "不是目录",
    "File name too long": "文件名太长",
}
