"""Bytes to text: the encodings that homework comes in."""

import codecs
import re
import unicodedata

from reference.errors import RequestError

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DECLARED = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
JAPANESE = ("cp932", "euc_jp", "iso2022_jp")


def to_text(data: bytes, path: object = "the file") -> str:
    """The text, with line ends as "\\n". RequestError where the bytes are no text."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _lines(_decoded(data[len(mark) :] if encoding == "utf-8" else data, encoding, path))
    if b"\0" in data:
        raise RequestError(f"{path} is not text: expected a .py file or a .ipynb notebook")
    for encoding in _candidates(data):
        try:
            return _lines(data.decode(encoding))
        except (UnicodeDecodeError, LookupError):
            continue
    return _lines(data.decode("latin-1"))


def _decoded(data: bytes, encoding: str, path: object) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise RequestError(f"{path} begins like {encoding.upper()} and is not: save it as UTF-8") from None


def _candidates(data: bytes) -> list[str]:
    """Encodings to try, the likely ones first: declared, UTF-8, then the Japanese one that reads best."""
    if data.isascii() and b"\x1b$" not in data:
        return ["ascii"]
    declared = [match[1].decode() for line in data.split(b"\n", 2)[:2] if (match := DECLARED.match(line))]
    return [
        *(["iso2022_jp"] if b"\x1b$" in data else []),
        "utf-8",
        *declared,
        *sorted(JAPANESE, key=lambda e: _odd(data, e)),
    ]


def _odd(data: bytes, encoding: str) -> float:
    """How much of the text is none that people write: half-width katakana, rare signs. Infinite where undecodable."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return float("inf")
    foreign = [char for char in text if ord(char) > 127]
    common = sum(
        "\u3000" <= char <= "\u30ff" or "\u4e00" <= char <= "\u9fff" or "\uff00" <= char <= "\uff60" for char in foreign
    )
    kana = sum("\u3040" <= char <= "\u30ff" for char in foreign)
    # Western text decoded as Japanese has no kana: leave it to latin-1
    if (
        foreign
        and not kana
        and any(unicodedata.category(char) == "Co" or "\uff61" <= char <= "\uff9f" for char in foreign)
    ):
        return float("inf")
    return (len(foreign) - common) / max(1, len(foreign))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ").lstrip("\ufeff")
