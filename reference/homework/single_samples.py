"""Layers that are written for one sample at a time: no sum over samples is missing where there is one only."""

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

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
    if family.single is None or not _of_one(trying, report):
        return report
    single = replace(family, problems=family.single, single=None)
    other = type(examination)(trying.worker, examination.subject, single, examination.seed).report()
    told = other.verdict == "correct" or (other.verdict == "wrong" and report.verdict == "crashed")
    return other if told else report


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
