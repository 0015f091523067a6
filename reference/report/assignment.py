"""Assignments in the terminal and as JSON, without their seeds."""

from collections.abc import Sequence

from rich.console import Console

from reference.homework.grading.assignment import Assignment, Question
from reference.report.json import Document
from reference.report.layout import counted, facts, paragraph, table


def print_assignments(out: Console, assignments: Sequence[Assignment]) -> None:
    """A line for each."""
    facts(out, [counted(len(assignments), "assignment")])
    out.print()
    rows = [[each.name, str(len(each.questions)), f"{each.max:g}", each.title] for each in assignments]
    table(out, ["assignment", "questions", "points", "title"], rows, right=(1, 2), spare=(3,))
    out.print()
    paragraph(out, "one of your own: crosscheck assignment new FILE", " ", "   ")


def print_assignment(out: Console, assignment: Assignment) -> None:
    """Its questions, what they are held to and their points."""
    facts(out, [assignment.title, counted(len(assignment.questions), "question"), f"{assignment.max:g} points"])
    out.print()
    rows = [
        [each.id, each.symbol or each.tag or each.title, each.held_to, f"{each.points:g}", _partial(each)]
        for each in assignment.questions
    ]
    table(out, ["", "answer", "held to", "points", "in part"], rows, right=(3,), spare=(4, 2))
    if assignment.allow:
        out.print()
        paragraph(out, f"answers may import {', '.join(['numpy', *assignment.allow])}", " ")


def _partial(question: Question) -> str:
    return "even" if question.even else ", ".join(f"{name} {points:g}" for name, points in question.partial.items())


def assignment_document(assignment: Assignment) -> Document:
    """An assignment but for its seed."""
    return {
        "assignment": assignment.name,
        "title": assignment.title,
        "points": assignment.max,
        "allow": list(assignment.allow),
        "questions": [
            {
                "id": each.id,
                "title": each.title,
                "symbol": each.symbol,
                "tag": each.tag,
                "pair": each.pair,
                "recipes": list(each.recipes),
                "points": each.points,
                "partial": "even" if each.even else dict(each.partial),
                "tolerance": each.tolerance,
                "seconds": each.seconds,
            }
            for each in assignment.questions
        ],
    }
