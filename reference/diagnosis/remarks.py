"""What is said of a submission beside its causes, such as conventions, remarks and notes, in another language."""

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files

# what joins the parts of a remark, in English and in Japanese
JOINED = {", ": "、", "; ": "。", " and with ": " と "}
EXCEPTION = re.compile(r"\w*(Error|Exception|Warning|NotAvailable|NotAllowed)\b")


@functools.cache
def table() -> Mapping[str, str]:
    """The Japanese texts by the English ones, with the same {blanks}."""
    text = files("reference.homework").joinpath("japanese.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def remark(text: str, lang: str) -> str:
    """A text in a language: as the table has it, with what fills its blanks, or part by part; else as it is."""
    return text if lang == "en" else next(_said(text), text)


def _said(text: str) -> Iterator[str]:
    if text in table():
        yield table()[text]
    for pattern, said in _patterns():
        if found := pattern.fullmatch(text):
            yield said.format(**{name: remark(filled, "ja") for name, filled in found.groupdict().items()})
    for joint, joined in JOINED.items() if not EXCEPTION.match(text) else ():
        parts = re.split(rf"{joint}(?![^()\[\]]*[)\]])", text)
        for i in range(1, len(parts)):
            sides = [joint.join(parts[:i]), joint.join(parts[i:])]
            translated = [_side(side) for side in sides]
            if all(translated):
                yield joined.join(translated)


def _side(text: str) -> str:
    """One side of a joint: in Japanese, as it is where it is a formula or a name, "" where it has no Japanese."""
    return next(_said(text), "" if prose(text) else text)


def prose(text: str) -> bool:
    """Whether a text has words of a language, and not only names and formulas."""
    return bool(re.search(r"[a-z]{2,} [a-z]{2,}", text))


@functools.cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The texts with blanks, those that say most without them first."""
    blanks = [(text, said) for text, said in table().items() if "{" in text]
    blanks.sort(key=lambda one: -len(re.sub(r"\{\w+\}", "", one[0])))
    return [(re.compile(_BLANK.sub(_filling, re.escape(text))), said) for text, said in blanks]


_BLANK = re.compile(r"\\\{(\w+)\\\}")


def _filling(blank: re.Match[str]) -> str:
    """What a blank takes: {name} and {type} a name or the like, {n} numbers, {what} no second sentence."""
    kinds = {"name": r"[^ ,:;]+", "what": r"[^:]+?", "type": r"\w+", **dict.fromkeys("nmij", r"[\d.]+")}
    return rf"(?P<{blank[1]}>{kinds.get(blank[1], '.+?')})"
