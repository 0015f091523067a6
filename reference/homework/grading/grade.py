"""Grading: the questions of an assignment asked of one submission, and points for the answers."""

import math
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reference.diagnosis.sentences import said, symbol_spoken
from reference.errors import RequestError
from reference.homework.grading import feedback
from reference.homework.grading.assignment import LIMITS, Assignment, Question
from reference.homework.grading.collect import HandIn
from reference.homework.isolation.process import Limits, Stopped
from reference.homework.reading.cells import cells, defines, last_definition, tagged
from reference.homework.verdict import Quantity, SymbolReport, Verdict

# what is said of the answer to a question in a file
Judge = Callable[[Path, Question, Assignment], SymbolReport]


@dataclass(frozen=True)
class Answer:
    """The answer to one question: its points, and what a student and an instructor read of it.

    `cause` is the id of the mistake, `attention` what an instructor should look at, `place` "cell 6, line 11".
    """

    id: str
    points: float
    max: float
    verdict: Verdict
    sentence: str = ""
    cause: str = ""
    attention: str = ""
    place: str = ""

    @property
    def full(self) -> bool:
        return self.points >= self.max


@dataclass(frozen=True)
class Graded:
    """One submission. `kept`: it had been graded before."""

    path: str
    answers: tuple[Answer, ...]
    seconds: float = 0.0
    kept: bool = False

    @property
    def final(self) -> bool:
        """Whether it would be the same another time: the checker itself did not fail."""
        return not any(answer.attention == feedback.FAILED for answer in self.answers)

    @property
    def points(self) -> float:
        return _rounded(sum(answer.points for answer in self.answers))

    @property
    def max(self) -> float:
        return sum(answer.max for answer in self.answers)

    @property
    def full(self) -> bool:
        return all(answer.full for answer in self.answers)


@dataclass(frozen=True)
class Grading:
    """All submissions in the order they were given, and how long it took."""

    assignment: Assignment
    submissions: tuple[Graded, ...]
    seconds: float


def grade(hand_in: HandIn, assignment: Assignment, judge: Judge, hint: bool = False, lang: str = "en") -> Graded:
    """The points of one submission. Whatever is wrong with an answer costs the points of its question only."""
    begun = time.perf_counter()
    answers = []
    for question in assignment.questions:
        try:
            report = _report(hand_in, question, assignment, judge)
            answers.append(answer_of(report, question, assignment.seed, hint, lang))
        except Exception as error:  # a defect of the checker must not cost the other questions and submissions
            answers.append(failed(question, said("@checker-failed", lang, error=type(error).__name__)))
    return Graded(hand_in.path, tuple(answers), round(time.perf_counter() - begun, 3))


def failed(question: Question, why: str) -> Answer:
    """The answer to a question at which the checker itself failed."""
    return Answer(question.id, 0.0, question.points, "unsupported", why, attention=feedback.FAILED)


def answer_of(report: SymbolReport, question: Question, seed: int, hint: bool = False, lang: str = "en") -> Answer:
    """What a report is worth as the answer to a question."""
    report = _tolerant(report, LIMITS[question.tolerance])
    place = f"cell {report.cell}" if report.cell is not None else ""
    line = f"line {report.line}" if report.line is not None else ""
    return Answer(
        id=question.id,
        points=_points(report, question),
        max=question.points,
        verdict=report.verdict,
        sentence=feedback.sentence(symbol_spoken(report, lang), seed, hint),
        cause="" if report.verdict == "correct" else feedback.cause(report),
        attention=feedback.attention(report),
        place=", ".join(filter(None, [place, line])),
    )


def judge(path: Path, question: Question, assignment: Assignment) -> SymbolReport:
    """The checker's verdict on the answer to a question. Raises RequestError for what cannot be read or found."""
    limits = Limits(seconds=question.seconds)
    if question.recipes:
        from reference.homework import recipes

        asked = [recipes.find(name) for name in question.recipes]
        return together([each.check(path, assignment.seed, limits, assignment.allow) for each in asked])
    cell, symbol = _wanted(path, question)
    from reference.homework.check import check_submission

    found = check_submission(path, symbol=symbol, pair=question.pair, cell=cell, seed=assignment.seed, limits=limits)
    if found.problem:
        raise RequestError(found.problem)
    for report in found:
        if symbol in report.names:
            return report
    raise RequestError(f"there is no {symbol} in it")


def together(reports: Sequence[SymbolReport]) -> SymbolReport:
    """Several reports on one answer as one: its verdict is the worst, and says what is wrong there."""
    order: list[Verdict] = ["correct", "unfinished", "wrong", "crashed", "unsupported"]
    worst = max(reports, key=lambda report: order.index(report.verdict))
    return replace(
        worst,
        parts={name: part for report in reports for name, part in report.parts.items()},
        conventions=tuple(dict.fromkeys(each for report in reports for each in report.conventions)),
        quantities=tuple(each for report in reports for each in report.quantities),
        causes=tuple(each for report in reports for each in report.causes if report.verdict != "correct"),
    )


def _report(hand_in: HandIn, question: Question, assignment: Assignment, judge: Judge) -> SymbolReport:
    """What the judge says; whatever ends it early becomes a report too."""
    wanted = question.symbol or question.tag or question.id
    if hand_in.problem:
        return SymbolReport(wanted, "unsupported", remark=f"The submission cannot be opened: {hand_in.problem}.")
    path = hand_in.file_with(question.symbol)
    try:
        return judge(path, question, assignment)
    except RequestError as error:
        # a file is read by its absolute path, and one from a zip file lies where nobody put it
        said = str(error).replace(str(path.absolute()), path.name).replace(str(path), path.name)
        return SymbolReport(wanted, "unfinished" if _missing(path, question) else "unsupported", remark=said)
    except Stopped as error:
        return SymbolReport(wanted, "crashed", remark=f"It was stopped: {error.detail}.")


def _missing(path: Path, question: Question) -> bool:
    """Whether a file can be read and has no answer to a question in it."""
    if path.stat().st_size == 0:
        return True
    text = cells(path)
    if question.symbol:
        return bool(text) and not defines(path, question.symbol)
    return bool(text and question.tag) and tagged(path, question.tag) is None


def _wanted(path: Path, question: Question) -> tuple[int | None, str]:
    """The cell, None for the last that has it, and the symbol of the answer. Raises RequestError."""
    found = tagged(path, question.tag) if question.tag else None
    if found is None:
        if not question.symbol:
            raise RequestError(f"no cell begins with a comment that has {question.tag!r}")
        return None, question.symbol
    cell, text = found
    symbol = question.symbol or last_definition(text)
    if not symbol:
        raise RequestError(f"cell {cell}, tagged {question.tag!r}, defines no class and no function")
    # an answer that was moved out of its cell is an answer still
    return (cell if re.search(rf"^(?:class|def)\s+{symbol}\b", text, re.MULTILINE) else None), symbol


def _tolerant(report: SymbolReport, limit: float) -> SymbolReport:
    """The report with quantities held to a wider limit; right where nothing else was wrong."""
    wide = tuple(replace(each, agree=True) if _within(each, limit) else each for each in report.quantities)
    if report.verdict != "wrong" or wide == report.quantities:
        return report
    if all(each.agree for each in wide):
        return replace(report, quantities=wide, verdict="correct", causes=(), remark="")
    return replace(report, quantities=wide)


def _within(quantity: Quantity, limit: float) -> bool:
    return not quantity.agree and not quantity.problem and 0 < quantity.max_rel <= limit


def _points(report: SymbolReport, question: Question) -> float:
    """All for a correct answer; else for each quantity or part that is right. None for what was not understood."""
    compared = list(dict.fromkeys(each.name for each in report.quantities))
    if report.verdict == "unsupported":
        return 0.0
    # points for gradients are for an answer that has some, even where what there is of it is right
    forward_only = bool(question.pair) and compared == ["y"] and bool(set(question.partial) - {"y", "forward"})
    if report.verdict == "correct" and not forward_only:
        return question.points
    shares = dict(question.partial)
    if question.even:
        # what was not reached, or a fault that is not in the numbers, counts as one more quantity
        more = report.verdict != "wrong" or all(each.agree for each in report.quantities)
        shares = {name: question.points / (len(compared) + more) for name in compared}
    won = [points for name, points in shares.items() if _right(report, name)]
    # with everything right and still another fault, an answer is not worth everything
    lost = min(won) if math.isclose(math.fsum(won), question.points) else 0.0
    return _rounded(math.fsum(won) - lost)


def _right(report: SymbolReport, name: str) -> bool:
    """Whether all of what a name stands for, a quantity or a part, was compared and agrees."""
    part = report.parts.get(name, name)
    meant = [each for each in report.quantities if each.name == name or each.part in (name, part)]
    return bool(meant) and all(each.agree for each in meant)


def _rounded(points: float) -> float:
    return round(points, 2)
