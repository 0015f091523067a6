"""Reports on what gives optimizers their numbers: rates, and clipped gradients."""

from dataclasses import replace

from reference.homework.examination import plain_report
from reference.homework.methods import Method
from reference.homework.subject import Subject
from reference.homework.verdict import Quantity, SymbolReport, Verdict


def report_on(
    subject: Subject,
    parts: dict[str, Method | None],
    verdict: Verdict,
    pair: str,
    quantities: tuple[Quantity, ...] = (),
    conventions: tuple[str, ...] = (),
    remark: str = "",
) -> SymbolReport:
    """A verdict on the methods that are its `parts`, as far as there are such, held to a pair."""
    names = {part: method.name for part, method in parts.items() if method}
    plain = plain_report(subject, verdict, remark)
    return replace(plain, pair=pair, parts=names, conventions=conventions, quantities=quantities)
