"""A printable character for each of the 256 bytes, as GPT-2 has them: a space is "Ġ", a line end "Ċ"."""

from __future__ import annotations

PRINTABLE = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
OTHERS = [byte for byte in range(256) if byte not in PRINTABLE]  # become the characters from number 256 on

_SYMBOLS = {byte: chr(byte) for byte in PRINTABLE} | {byte: chr(256 + place) for place, byte in enumerate(OTHERS)}
_TO_SYMBOL = {byte: _SYMBOLS[byte] for byte in range(256)}
_TO_BYTE = {ord(symbol): byte for byte, symbol in _SYMBOLS.items()}

SYMBOLS = [_TO_SYMBOL[byte] for byte in range(256)]  # by the number of their byte


def to_symbols(data: bytes) -> str:
    """A character for each byte.

    >>> to_symbols("né 你".encode())
    'nÃ©Ġä½ł'
    """
    return data.decode("latin-1").translate(_TO_SYMBOL)


def to_bytes(symbols: str) -> bytes:
    """The bytes that characters stand for."""
    return symbols.translate(_TO_BYTE).encode("latin-1")
