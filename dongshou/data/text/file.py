"""A file of text, read whole."""

from __future__ import annotations

from pathlib import Path

from dongshou.errors import DongshouError, UsageError


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """The text of a file, without byte-order mark, its lines ending in a single \\n.

    Raises DongshouError when it cannot be read, is not text in this encoding, or holds nothing but white space;
    UsageError for an encoding that does not exist.
    """
    try:
        text = decoded(path.read_bytes(), path, encoding)
    except OSError as error:
        raise DongshouError(f"{path} cannot be read: {error.strerror}. Check the path.") from None
    if not text.strip():
        raise DongshouError(f"{path} is empty: a text to learn from is needed.")
    return text


def decoded(content: bytes, where: Path | str, encoding: str = "utf-8") -> str:
    """The bytes as text, its lines ending in a single \\n; `where` they come from is for the message."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DongshouError(
            f"{where} is not {encoding}: byte 0x{content[error.start]:02x} at offset {error.start:,} does not fit."
            " Save it as UTF-8, or name its encoding, such as --encoding gbk."
        ) from None
    except LookupError:
        raise UsageError(f'There is no encoding "{encoding}". Try utf-8, gbk or latin-1.') from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
