"""What `crosscheck grade` prints: for one submission its questions, for many the statistics."""

import time
from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from reference.homework.grading.class_statistics import attention, histogram, mistakes
from reference.homework.grading.grade import Answer, Graded, Grading
from reference.homework.verdict import Verdict
from reference.report.homework import MARKS, STYLES, flow, heading
from reference.report.layout import counted, paragraph
from reference.report.terminal import BLOCKS

FREQUENT = 10  # mistakes told
BAR = 3  # cells of the longest bar


def print_grading(out: Console, grading: Grading, files: Sequence[str] = ()) -> None:
    """The statistics of a class, or the answers of a single submission; `files` have been written."""
    if len(grading.submissions) == 1:
        titles = {question.id: question.title or question.symbol for question in grading.assignment.questions}
        _one(out, grading.submissions[0], titles)
        return
    kept = sum(each.kept for each in grading.submissions)
    graded = len(grading.submissions) - kept
    parts = [f"grading {counted(len(grading.submissions), 'submission')}"]
    parts += [f"{kept} kept from before"] if kept else []
    parts += [rate(graded, grading.seconds)] if graded else []
    parts += [f"done in {duration(grading.seconds)}"]
    left, right = f" {' · '.join(parts)}", ", ".join(files)
    if cell_len(left) + cell_len(right) + 2 <= out.width:
        gap = out.width - cell_len(left) - cell_len(right)
        out.print(Text(left + " " * gap * bool(right) + right), soft_wrap=True)
    else:
        out.print(Text(left), soft_wrap=True)
        paragraph(out, right, " ", " ")
    out.print()
    _histogram(out, grading.submissions)
    _mistakes(out, grading.submissions)
    if found := attention(grading.submissions):
        paragraph(out, f"attention: {'; '.join(found)}", " ", "   ")


def rate(count: int, seconds: float) -> str:
    """ "22/s" or "14/min" """
    per_second = count / max(seconds, 1e-3)
    return f"{per_second:.0f}/s" if per_second >= 1 else f"{60 * per_second:.0f}/min"


class Speed:
    """How fast the grading goes; what had been graded before does not count."""

    def __init__(self) -> None:
        self._begun, self._count = time.perf_counter(), 0

    def after(self, graded: Graded) -> str:
        """The rate once `graded` is done."""
        self._count += not graded.kept
        return rate(self._count, time.perf_counter() - self._begun) if self._count else ""


def duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def points_of(each: Graded | Answer) -> str:
    return f"{each.points:g} of {each.max:g}"


def _histogram(out: Console, submissions: Sequence[Graded]) -> None:
    bins = histogram(submissions)
    most = max(each.count for each in bins)
    items = [f"{each.label} {_bar(each.count / most)}{each.count}" for each in bins]
    flow(out, items, " points   ", "   ", "          ")


def _bar(share: float) -> str:
    """A bar of up to BAR cells, in eighths; the least there is for what is not nothing."""
    full, part = divmod(max(round(share * 8 * BAR), 1 if share else 0), 8)
    return BLOCKS[8] * full + BLOCKS[part].strip()


def _mistakes(out: Console, submissions: Sequence[Graded]) -> None:
    found = mistakes(submissions)
    if not found:
        return
    paragraph(out, "most frequent mistakes", " ")
    width = max(len(each.question) for each in found)
    for each in found[:FREQUENT]:
        first = f"{each.count:5}  {each.question:{width}}  "
        paragraph(out, each.sentence, first, " " * len(first))
    if len(found) > FREQUENT:
        paragraph(out, f"and {counted(len(found) - FREQUENT, 'other')}", "       ")


def _one(out: Console, graded: Graded, titles: Mapping[str, str]) -> None:
    """A single submission, question by question."""
    heading(out, graded.path, f"{points_of(graded)} points")
    out.print()
    width = max(len(answer.id) for answer in graded.answers)
    beside = max(len(points_of(answer)) for answer in graded.answers)
    for answer in graded.answers:
        verdict: Verdict = "correct" if answer.full else answer.verdict
        line = f" {MARKS[verdict]} {answer.id:{width}}  {points_of(answer):>{beside}}"
        facts = [titles[answer.id], "" if answer.full else answer.verdict, answer.place]
        if cell_len(line) + sum(cell_len(fact) + 3 for fact in facts) > out.width:
            facts[0] = ""
        styled = Text(f"{line}   {' · '.join(filter(None, facts))}".rstrip())
        styled.stylize(STYLES.get(verdict, "cyan"), 1, 2)
        out.print(styled, soft_wrap=True)
        if answer.sentence:
            paragraph(out, answer.sentence, "   ")
