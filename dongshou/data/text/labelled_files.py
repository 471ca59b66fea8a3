"""A user's own labelled texts: a CSV file, JSON lines, a folder for each class, or a file for each class."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from dongshou.data.sources.download import hash_of, hash_of_files
from dongshou.data.tables.csv_rows import split_rows
from dongshou.data.text.file import read_text
from dongshou.data.text.labelled import Examples, LabelledTexts, Text
from dongshou.errors import DongshouError, UsageError, did_you_mean
from dongshou.notes import note

TEXTS = ("text", "sentence", "review", "question", "content", "comment", "文本", "内容", "评论")
PAIRS = (
    ("premise", "hypothesis"),
    ("sentence1", "sentence2"),
    ("text1", "text2"),
    ("question1", "question2"),
    ("text_a", "text_b"),
)
LABELS = ("label", "labels", "class", "sentiment", "gold_label", "category", "target", "标签", "类别")
PARTS = {"train": "train", "valid": "valid", "validation": "valid", "val": "valid", "dev": "valid", "test": "test"}
PART = ("split", "part")  # columns that say in which part a text is
UNLABELLED = "unsup"  # a folder of reviews that nobody has labelled, in the set of Maas et al., 2011
SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson")

Labelled = tuple[Text, str]  # and the name of its class
Records = dict[int, dict[str, str]]  # cells by column, by the line of the file


class Columns(NamedTuple):
    """Which columns hold what."""

    texts: tuple[str, ...]
    label: str
    part: str | None = None


def read_own_texts(path: Path, encoding: str = "utf-8", columns: Sequence[str] = ()) -> LabelledTexts:
    """Labelled texts of a file, or of a folder, with the parts in which they come.

    A CSV, TSV or JSON-lines file has columns `text` and `label`, or others by `columns`: text, label; or two texts
    and the label. A column `split` says train, valid or test. A folder holds such a file or a folder for each part;
    or the texts of one part: a folder of text files for each class, or for each class a file with a text a line.

    Raises DongshouError, naming the line, for a file that is not such a file.
    """
    if path.is_dir():
        parts, files = parts_of_folder(path, encoding, columns), lambda: hash_of_folder(path)
    else:
        parts, files = parts_of_file(path, encoding, columns), lambda: {path.name: hash_of(path)}
    return labelled(parts, path.name, files)


def labelled(
    parts: dict[str, list[Labelled]], name: str, files: Callable[[], dict[str, str]], is_own: bool = True
) -> LabelledTexts:
    """The parts with their classes numbered: in alphabetical order, numbers as numbers.

    Raises DongshouError where there is nothing to train on, or a class to be told that none of it has.
    """
    if not parts.get("train"):
        raise DongshouError(f"{name} holds nothing to train on: it has {', '.join(parts) or 'no texts'}.")
    classes = tuple(sorted({label for _, label in parts["train"]}, key=in_order))
    numbers = {label: number for number, label in enumerate(classes)}
    for part, rows in parts.items():
        if strange := sorted({label for _, label in rows} - numbers.keys()):
            raise DongshouError(
                f"{name} has the class {', '.join(strange)} in {part}, which is none of those to train on:"
                f" {', '.join(classes)}."
            )
    examples = {
        part: Examples([text for text, _ in rows], torch.tensor([numbers[label] for _, label in rows]))
        for part, rows in parts.items()
    }
    return LabelledTexts.of_parts(examples, classes=classes, name=name, files=files, is_own=is_own)


def in_order(label: str) -> tuple[bool, float, str]:
    """2 before 10, numbers before words."""
    return (not label.isdecimal(), int(label) if label.isdecimal() else 0, label)


# Files with columns


def parts_of_file(path: Path, encoding: str, columns: Sequence[str]) -> dict[str, list[Labelled]]:
    records = read_records(path, encoding)
    header = list(dict.fromkeys(name for record in records.values() for name in record))
    chosen = chosen_columns(header, columns, path)
    if unused := [name for name in header if name not in (*chosen.texts, chosen.label, chosen.part)]:
        note(f"{path.name}: columns not used: {', '.join(unused)}.")
    check_filled(records, [*chosen.texts, chosen.label], path)
    parts: dict[str, list[Labelled]] = {}
    for line, record in records.items():
        part = part_of(record.get(chosen.part or "", "train"), path, line)
        texts = tuple(record[name] for name in chosen.texts)
        text = (texts[0], texts[1]) if len(texts) == 2 else texts[0]
        parts.setdefault(part, []).append((text, record[chosen.label]))
    return parts


def read_records(path: Path, encoding: str) -> Records:
    """The cells of each row by column. Raises DongshouError, naming the line, where there are none."""
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"{path} is no file of labelled texts: give a .csv, .tsv or .jsonl file with the columns text and label,"
            " or a folder."
        )
    text = read_text(path, encoding)
    is_json = path.suffix.lower() in (".jsonl", ".ndjson")
    records = records_of_json(text, path) if is_json else records_of_csv(text, path)
    if not records:
        raise DongshouError(f"{path} holds no texts: expected a row for each below the names of the columns.")
    return records


def records_of_csv(text: str, path: Path) -> Records:
    rows = split_rows(text, "\t" if path.suffix.lower() == ".tsv" else ",", path)
    header = rows.pop(min(rows))
    for line, row in rows.items():
        if len(row) != len(header):
            raise DongshouError(
                f"{path} has ragged rows: line {line} has {len(row)} cells, the first {len(header)}."
                ' Put a text with commas in it in quotes, "so, as this".'
            )
    return {line: dict(zip(header, row, strict=True)) for line, row in rows.items()}


def records_of_json(text: str, path: Path) -> Records:
    records: Records = {}
    for line, content in enumerate(text.split("\n"), 1):
        if not content.strip():
            continue
        try:
            record = json.loads(content)
        except ValueError as error:
            raise DongshouError(f"{path} is no JSON in line {line}: {error}. Mend it.") from None
        if not isinstance(record, dict):
            raise DongshouError(
                f'{path} needs an object in each line, as {{"text": "...", "label": "..."}}; line {line}.'
            )
        records[line] = {name: "" if cell is None else str(cell).strip() for name, cell in record.items()}
    return records


def chosen_columns(header: Sequence[str], columns: Sequence[str], path: Path) -> Columns:
    """Which columns are read. Raises DongshouError where one is lacking, UsageError for a number of them that is
    neither 2 nor 3."""
    part = next((name for name in header if name.lower() in PART), None)
    if columns:
        if len(columns) not in (2, 3):
            raise UsageError(f"columns names the text and the label, or two texts and the label; got {len(columns)}.")
        for name in columns:
            if name not in header:
                raise DongshouError(
                    f'{path} has no column "{name}"; it has {", ".join(header)}.{did_you_mean(name, header)}'
                )
        return Columns(tuple(columns[:-1]), columns[-1], part if part not in columns else None)
    by_name = {name.lower(): name for name in header}
    label = next((by_name[name] for name in LABELS if name in by_name), None)
    pair = next((pair for pair in PAIRS if all(name in by_name for name in pair)), None)
    text = next(((name,) for name in TEXTS if name in by_name), None)
    others = [name for name in header if name not in (label, part)]
    texts = pair or text or ((others[0].lower(),) if label and len(others) == 1 else None)
    if label is None or texts is None:
        lacking = f'column "{LABELS[0]}"' if label is None else f'column "{TEXTS[0]}"'
        raise DongshouError(
            f"{path} has no {lacking}: expected text and label, found {', '.join(header)}."
            " Rename its columns in the first line, or name them with --columns."
        )
    return Columns(tuple(by_name[name] for name in texts), label, part)


def check_filled(records: Records, names: Sequence[str], path: Path) -> None:
    """Raises DongshouError for cells that are empty or lacking, naming the lines."""
    for name in names:
        if empty := [str(line) for line, record in records.items() if not record.get(name, "").strip()]:
            shown = ", ".join(empty[:3]) + (", ..." if len(empty) > 3 else "")
            raise DongshouError(f'{path} has nothing in "{name}" in line {shown}. Fill it in, or remove the line.')


def part_of(name: str, path: Path, line: int) -> str:
    if (part := PARTS.get(name.lower())) is None:
        raise DongshouError(f'{path} has "{name}" for a part in line {line}; the parts are train, valid and test.')
    return part


# Folders


def parts_of_folder(folder: Path, encoding: str, columns: Sequence[str]) -> dict[str, list[Labelled]]:
    """The parts of a folder that has a file or a folder for each; else all of it to train on."""
    inside = entries(folder)
    parts = {path: PARTS[path.stem.lower()] for path in inside if is_part(path)}
    if not parts:
        return {"train": texts_by_class(folder, encoding)}
    tell_unused(folder, [path for path in inside if path not in parts])
    found: dict[str, list[Labelled]] = {}
    for path, part in parts.items():
        if part in found:
            raise DongshouError(f"{folder} has several of {part}. Keep one of them.")
        found[part] = (
            texts_by_class(path, encoding)
            if path.is_dir()
            else [row for rows in parts_of_file(path, encoding, columns).values() for row in rows]
        )
    return found


def texts_by_class(folder: Path, encoding: str) -> list[Labelled]:
    """The texts of a folder that has a folder for each class, each file a text; or a file for each, each line one.

    Files of one name, as rt-polarity.pos and rt-polarity.neg, are told apart by their endings.
    """
    inside = entries(folder)
    if folders := [path for path in inside if path.is_dir()]:
        classes = [path for path in folders if path.name != UNLABELLED]
        tell_unused(folder, [path for path in inside if path not in classes])
        return [(read_text(file, encoding).strip(), one.name) for one in classes for file in entries(one)]
    is_by_ending = len(inside) > 1 and len({path.stem for path in inside}) == 1
    labels = {path: path.suffix.removeprefix(".") if is_by_ending else path.stem for path in inside}
    return [
        (line.strip(), label)
        for path, label in labels.items()
        for line in read_text(path, encoding).split("\n")
        if line.strip()
    ]


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, by name, but for hidden files. Raises DongshouError where that is nothing."""
    found = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if not found:
        raise DongshouError(f"{folder} is empty: a folder, or a file of texts, for each class is needed.")
    return found


def is_part(path: Path) -> bool:
    return path.stem.lower() in PARTS and (path.is_dir() or path.suffix.lower() in SUFFIXES)


def tell_unused(folder: Path, unused: Iterable[Path]) -> None:
    names = [path.name for path in unused]
    if names:
        note(f"{folder.name}: not used: {', '.join(names[:3])}{', ...' if len(names) > 3 else ''}.")


def hash_of_folder(folder: Path) -> dict[str, str]:
    """One sha256 of the names and contents of all files in a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {folder.name: hash_of_files((path.relative_to(folder).as_posix(), path) for path in paths)}
