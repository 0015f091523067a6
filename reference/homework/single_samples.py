"""Layers that are written for one sample at a time: no sum over samples is missing where there is one only."""

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from reference.homework.problem import Problem
from reference.homework.subject import Subject
from reference.homework.trying import Trying
from reference.homework.verdict import SymbolReport

if TYPE_CHECKING:
    from reference.homework.examination import Examination

# what is done where samples are several
SEVERAL = r"(sum|mean|average|len|einsum|tensordot)\(|\.(shape|sum|mean|size)\b|axis"
BATCHES = r"(?i)batch"
OUTER = r"\bouter\("


def alone(examination: "Examination", report: SymbolReport) -> SymbolReport:
    """The report on one sample, in the place of one on several that does not do justice to what is asked."""
    family, trying = examination.family, examination.trying
    if family.single is None or report.verdict not in ("crashed", "wrong", "unsupported"):
        return report
    sure = family.of_one(trying.subject)
    if not (sure or _of_one(trying, report)):
        return report
    reports = []
    for asked in family.single(trying.subject, examination.seed):
        single = replace(family, problems=_only(asked), single=None)
        reports.append(type(examination)(trying.worker, examination.subject, single, examination.seed).report())
        if reports[-1].verdict == "correct":
            return reports[-1]
    wrong = [each for each in reports if each.verdict == "wrong"]
    if not wrong or (report.verdict == "wrong" and not sure):
        return report
    return max(wrong, key=lambda each: sum(quantity.agree for quantity in each.quantities))


def _only(asked: Problem) -> Callable[[Subject, int], tuple[Problem]]:
    """What a family asks where it asks nothing else."""
    return lambda subject, seed: (asked,)


def _of_one(trying: Trying, report: SymbolReport) -> bool:
    """Whether code that is not right with several samples has no thought of more than one.

    A backward pass that runs with several is to be right with them, unless it takes an outer product of two vectors.
    """
    subject, submission = trying.subject, trying.worker.submission
    backward = subject.backward
    if backward is None or report.verdict not in ("crashed", "wrong"):
        return False
    own = ast.unparse(backward.node)
    if re.search(SEVERAL, own) or any(re.search(BATCHES, ast.unparse(tree)) for tree in submission.trees):
        return False
    return report.verdict == "crashed" or re.search(OUTER, own) is not None
