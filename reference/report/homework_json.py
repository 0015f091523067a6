"""Checks and grades as JSON: crosscheck.check/1 and crosscheck.grade/1."""

from typing import Any

from reference.homework.grading.grade import Grading
from reference.homework.verdict import Cause, Quantity, SubmissionReport, SymbolReport
from reference.report.json import Document, number


def check_document(report: SubmissionReport) -> Document:
    """crosscheck.check/1. `problem` is there only where a file could not be read."""
    document: Document = {
        "schema": "crosscheck.check/1",
        "file": report.path,
        "symbols": [symbol_document(symbol) for symbol in report],
    }
    return {**document, "problem": report.problem} if report.problem else document


def symbol_document(report: SymbolReport) -> Document:
    """What is said of one symbol. Why it is unfinished, unsupported or crashed is the last of the causes.

    `narrowing` is there only where a mistake has no cause, `limit` only where a cause was proved for that alone.
    """
    causes = [_cause(cause) for cause in report.causes]
    if report.verdict == "crashed" or (not causes and report.verdict != "correct"):
        causes += [{"id": report.verdict, "sentence": report.remark, "reproduces": False}] if report.remark else []
    document: Document = {
        "symbol": report.symbol,
        "cell": report.cell,
        "pair": report.pair,
        "verdict": report.verdict,
        "conventions": list(report.conventions),
        "quantities": [_quantity(quantity) for quantity in report.quantities],
        "causes": causes,
    }
    narrowing = [{"id": fact.id, "sentence": fact.sentence} for fact in report.narrowing]
    return {**document, "narrowing": narrowing} if narrowing else document


def _cause(cause: Cause) -> dict[str, Any]:
    said = {"id": cause.id, "sentence": cause.sentence, "reproduces": bool(cause.reproduces)}
    return {**said, "limit": cause.limit} if cause.limit else said


def _quantity(quantity: Quantity) -> dict[str, Any]:
    measured = {
        "name": quantity.name,
        "agree": bool(quantity.agree),
        "max_rel": number(quantity.max_rel),
        "index": [int(place) for place in quantity.index],
        "got": number(quantity.got),
        "want": number(quantity.want),
    }
    return {**measured, "problem": quantity.problem} if quantity.problem else measured


def grade_document(grading: Grading) -> Document:
    """crosscheck.grade/1. It holds nothing that students may not see."""
    return {
        "schema": "crosscheck.grade/1",
        "assignment": grading.assignment.name,
        "seconds": grading.seconds,
        "submissions": [
            {
                "path": graded.path,
                "points": graded.points,
                "max": graded.max,
                "questions": [
                    {
                        "id": answer.id,
                        "points": answer.points,
                        "max": answer.max,
                        "verdict": answer.verdict,
                        "sentence": answer.sentence,
                    }
                    for answer in graded.answers
                ],
            }
            for graded in grading.submissions
        ],
    }
