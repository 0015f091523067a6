"""What a student gets to read about an answer: one sentence, without expected values and without the seed."""

import math
import re

from reference.diagnosis.sentences import said
from reference.homework.verdict import Cause, Quantity, SymbolReport

LONGEST = 300  # characters
HIDDEN = "…"

# What an instructor wants to know of: words in what is said of an answer, and how it is put in the statistics.
ATTENTION = (
    (re.compile(r"\bdid not end within\b|\btime limit\b", re.I), "stopped at the time limit"),
    (re.compile(r"\bmemory\b", re.I), "stopped at the memory limit"),
    (re.compile(r"\bnetwork\b|\bsocket\b", re.I), "tried to open a network connection"),
    (re.compile(r"\bsubprocess\b|\bprocesses\b|\bos\.system\b", re.I), "tried to start a process"),
    (re.compile(r"\bprinted without end\b|\boutput limit\b", re.I), "stopped at the limit on output"),
)
FAILED = "made the checker fail"
UNSUPPORTED = "not understood, to be looked at by hand"

# what is said where no quantity is wrong
VERDICTS = {"wrong": "@verdict-wrong", "unfinished": "@verdict-unfinished", "crashed": "@verdict-crashed"}

# what the first sentence says already of an answer without a cause
COUNTED = ("narrow-none", "narrow-quantities", "narrow-all")

# a number may stand right beside Japanese, which is no part of a word with re.A
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d+(?=[eE][-+]?\d))(?:[eE][-+]?\d+)?(?![\w.])", re.A)
_ARRAY = re.compile(r"(?:array\()?\[[^\[\]A-Za-z]*\d\.[^\[\]A-Za-z]*\]\)?")
_TOLD = re.compile(r"\b(expected|wanted|correct value is|should be)(:? +)[-+]?\d*\.\d+(?:[eE][-+]?\d+)?")
_SEED = re.compile(r"(\bseed\b\W{0,3})\d+", re.I | re.A)


def sentence(report: SymbolReport, seed: int, hint: bool = False) -> str:
    """One line on an answer, in the language of its report. With `hint` the causes stop short of what it should be."""
    return _shortened(redacted(_said(report, hint), report, seed))


def cause(report: SymbolReport) -> str:
    """The id of the mistake that explains an answer, "" where none is known."""
    return next((each.id for each in _ranked(report)), "")


def attention(report: SymbolReport) -> str:
    """What an instructor should know of an answer, "" for most. The student's own numbers play no part in it."""
    if report.verdict == "unsupported":
        return UNSUPPORTED
    if report.verdict != "crashed":
        return ""
    text = " ".join([report.remark, *(each.sentence for each in report.causes), *_problems(report.quantities)])
    return next((words for pattern, words in ATTENTION if pattern.search(text)), "")


def redacted(text: str, report: SymbolReport, seed: int) -> str:
    """`text` without the numbers that were compared, without arrays of numbers and without the seed."""
    while (shorter := _ARRAY.sub(HIDDEN, text)) != text:
        text = shorter
    values = [value for each in report.quantities for value in (each.got, each.want) if math.isfinite(value)]
    text = _NUMBER.sub(lambda found: HIDDEN if _is_one_of(found[0], values) else found[0], text)
    text = _SEED.sub(rf"\1{HIDDEN}", _TOLD.sub(rf"\1\2{HIDDEN}", text))
    return re.sub(rf"(?<!\d){seed}(?!\d)", HIDDEN, text) if seed >= 1000 else text


def _is_one_of(written: str, values: list[float]) -> bool:
    """Whether a number of two digits or more is one of `values`, rounded as it is written."""
    digits = len(re.sub(r"[eE].*|[-+.]", "", written).lstrip("0"))
    return digits >= 2 and any(f"{float(written):.{digits}g}" == f"{value:.{digits}g}" for value in values)


def _said(report: SymbolReport, hint: bool) -> str:
    for each in _ranked(report):
        if hint:
            return each.hint or _quantities(report)
        return each.sentence
    first = report.remark or ("" if report.verdict == "correct" else _quantities(report))
    limits = (each.hint if hint else each.sentence for each in report.causes if report.verdict == "correct")
    first = "; ".join(filter(None, [first, *limits]))
    return " ".join([first, *(fact.sentence for fact in report.narrowing if fact.id not in COUNTED)])


def _ranked(report: SymbolReport) -> list[Cause]:
    """The causes of what is wrong with an answer; those of a limit leave it right."""
    return sorted(report.causes if report.verdict != "correct" else (), key=lambda each: not each.reproduces)


def _quantities(report: SymbolReport) -> str:
    """Which quantities are wrong, for want of anything better."""
    problems = _problems(report.quantities)
    if problems:
        return problems[0]
    wrong = list(dict.fromkeys(each.name for each in report.quantities if not each.agree))
    if not wrong:
        return said(VERDICTS.get(report.verdict, "@verdict-unsupported"), report.lang)
    right = list(dict.fromkeys(each.name for each in report.quantities if each.name not in wrong))
    return _are("@is-wrong", "@are-wrong", wrong, report.lang) + _are("@is-right", "@are-right", right, report.lang)


def _are(one: str, several: str, names: list[str], lang: str) -> str:
    return said(one if len(names) == 1 else several if names else "@none-right", lang, names=listed(names, lang))


def _problems(quantities: tuple[Quantity, ...]) -> list[str]:
    return [f"{each.name}: {each.problem}" for each in quantities if each.problem and not each.agree]


def listed(names: list[str], lang: str = "en") -> str:
    """ "a", "a and b", "a, b and c"; "a、b、c"."""
    if lang == "ja":
        return "、".join(names)
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _shortened(text: str) -> str:
    """One line of at most LONGEST characters that a terminal and XML can show."""
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    line = re.sub(r" {2,}", " ", line).strip()
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"
