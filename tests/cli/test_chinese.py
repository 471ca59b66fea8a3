"""The command line in Chinese: by --zh or the locale; aligned, on any console; records and JSON stay English."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from dongshou import languages
from dongshou.cli import COMMANDS, main
from dongshou.cli.words import TOKEN, wrapped
from dongshou.experiments.catalog import list_experiments, units

CHINESE = re.compile("[\u4e00-\u9fff]")
PROSE = re.compile(r"(?<!dongshou )\b(?!dongshou)[a-z]{3,},? [a-z]{2,} [a-z]{2,}")  # English that was not translated
Fails = Callable[..., str]


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command prints in Chinese."""
    assert main([*arguments, "--zh"]) == 0
    return capsys.readouterr().out


def test_the_overview_and_every_help_is_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], *([command] for command in COMMANDS), ["run", "lenet"], ["data", "fetch"]):
        help = said(capsys, *words, "--help")
        assert CHINESE.search(help) and PROSE.findall(help) == [], words
    assert languages.used() is None  # --zh is of one command


def test_the_frames_of_a_help_are_straight(capsys: pytest.CaptureFixture[str]) -> None:
    help = said(capsys, "predict", "--help")
    frames = [line for line in help.splitlines() if line[:1] in "╭│╰" and line]
    assert len(frames) > 10 and len({cell_len(line) for line in frames}) == 1
    rows = [line for line in frames if re.match(r"│ +--|│ --|│ -h", line)]
    assert any("--explain" in row and CHINESE.search(row) for row in rows)
    assert "（默认：0.8）" in help and "None" not in help and "（必填）" in help


def test_the_list_has_a_title_for_every_experiment(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "list").splitlines()
    assert [line for line in lines if line and not re.search("[\u4e00-\u9fff=]", line)] == []
    assert len(lines) > len(list_experiments()) and all(translated(unit.replace("_", " ")) for unit in units())
    starts = {
        cell_len(line[: match.start()]) for line in lines if (match := re.search("第 \\d+ 讲|中 [\\d.]+，英", line))
    }
    assert len(starts) < len(units()) + 1  # a column in each unit


def translated(text: str) -> bool:
    return languages.translate(text, "zh") != text


def test_runs_are_shown_and_compared(shared_runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = ("--runs", str(shared_runs))
    one, two = (str(path) for path in sorted(shared_runs.iterdir()) if path.is_dir())
    table = said(capsys, "runs", *runs)
    assert "状态" in table and "完成" in table and "2 轮" in table and "test_accuracy" in table
    shown = said(capsys, "show", one)
    assert "test_loss 测试损失" in shown and "这次运行只用了 2 轮：不与任何结果比较。" in shown and "设备 cpu" in shown
    assert "参数量" in said(capsys, "compare", one, two, "--runs", str(tmp_path))  # where the pictures go


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        (2, "foo", "没有 foo 这个命令。`dongshou --help` 列出全部命令。"),
        (2, "run mpl", "没有名为 mpl 的实验。是不是想写 mlp？`dongshou list` 列出全部实验。"),
        (2, "run mlp --lrr 3", "mlp 没有 --lrr 这个选项；是不是想写 --lr？见 dongshou run mlp --help"),
        (2, "run mlp --foo", "mlp 没有 --foo 这个选项。见 dongshou run mlp --help"),
        (2, "run mlp --lr fast", "--lr 的值有误：'fast' 不是数。见 dongshou run mlp --help"),
        (2, "run mlp --epochs 2.5", "--epochs 的值有误：'2.5' 不是整数。见 dongshou run mlp --help"),
        (2, "run mlp --engine x", "'--engine' 不能是 'x'，可选的有 ('torch', 'scratch')。见 dongshou run mlp --help"),
        (2, "run mlp --lr", "'--lr' 缺少值，需要 1 个。见 dongshou run mlp --help"),
        (2, "run mlp:digits --batch-size 0", "batch_size 须在 1 和样本数 1437 之间；得到的是 0。"),
        (2, "run nofile.py", "没有文件 nofile.py。"),
        (2, "compare", "compare 至少需要两次运行；得到 0 次。`dongshou runs` 列出全部运行。"),
    ],
)
def test_errors(code: int, line: str, words: str, fails: Fails) -> None:
    assert fails(code, *line.split(), "--zh") == f"dongshou: {words}"


@pytest.mark.parametrize(
    ("encoding", "is_chinese"), [("utf-8", True), ("gbk", True), ("ascii", False), ("cp1252", False)]
)
def test_a_console_without_chinese_is_spoken_to_in_english(
    encoding: str, is_chinese: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams = {name: io.TextIOWrapper(io.BytesIO(), encoding) for name in ("stdout", "stderr")}
    for name, stream in streams.items():
        monkeypatch.setattr(sys, name, stream)
    monkeypatch.setenv("DONGSHOU_LANGUAGE", "zh")
    assert main(["run", "lenet", "--help"]) == 0 and main(["list"]) == 0 and main(["run", "mpl"]) == 2
    out, err = (stream.buffer.getvalue().decode(encoding) for stream in streams.values())  # pyright: ignore
    assert ("优化器的步长" in out and "没有名为 mpl 的实验" in err) == is_chinese
    assert ("step size of the optimizer" in out and "There is no experiment called mpl" in err) != is_chinese
    assert not re.search(r"\?\?|\?(?=\S)|(?<=\s)\?", out)  # a character that the console lacks; a question ends a word


def test_json_and_records_are_the_same_in_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["run", "mlp:digits", "--epochs", "1", "--limit", "64", "--json", "--runs"]
    records = []
    for flag in ("--en", "--zh"):
        assert main([*line, str(tmp_path / flag), flag]) == 0
        record = json.loads(capsys.readouterr().out)
        records.append({name: value for name, value in record.items() if name not in ("run", "seconds")})
        (run,) = (path for path in (tmp_path / flag).iterdir() if path.is_dir())
        assert not CHINESE.search((run / "config.json").read_text(encoding="utf-8").replace("一", ""))
        assert not CHINESE.search((run / "metrics.jsonl").read_text(encoding="utf-8"))
    assert records[0] == records[1]


def test_a_failure_is_recorded_in_english(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["run", "mlp:digits", "--epochs", "2", "--lr", "1e30", "--runs", str(tmp_path), "--quiet", "--zh"]
    assert main(line) == 1
    assert "可能的原因：学习率太大" in capsys.readouterr().err
    (run,) = (path for path in tmp_path.iterdir() if path.is_dir())
    (failed,) = (json.loads(text) for text in (run / "metrics.jsonl").read_text().splitlines() if '"failed"' in text)
    assert "Likely causes: a learning rate that is too large" in failed["error"]
    assert main(["show", str(run), "--zh"]) == 0
    assert "运行失败：" in (shown := capsys.readouterr().out) and "可能的原因" in shown


def test_chinese_breaks_anywhere_but_before_punctuation_and_in_latin_words() -> None:
    assert wrapped("学习率，须为正数。", 7) == ["学习", "率，须", "为正", "数。"]
    assert wrapped("用 torch.compile 融合", 8) == ["用", "torch.compile", "融合"]
    assert wrapped("", 8) == [""]
    assert TOKEN.findall("（默认：3）") == ["（默", "认：", "3）"]
