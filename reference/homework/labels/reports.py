"""What is said of functions of labels, and how they are called."""

from collections.abc import Sequence
from dataclasses import replace

from reference.homework.attempt import OWN_MISTAKES, told_of
from reference.homework.examination import plain_report
from reference.homework.isolation.process import Call, Failure, New, Result, Step, Worker
from reference.homework.methods import Method
from reference.homework.subject import Subject
from reference.homework.verdict import Cause, Quantity, SymbolReport, Verdict

ALLOWED = 1e-6
# what valid labels should not provoke either
OUT_OF_RANGE = ("IndexError", "ValueError")


def called(
    worker: Worker, subject: Subject, method: Method, calls: Sequence[Sequence[object]], before: Sequence[str] = ()
) -> list[Result | Failure]:
    """What each call gives, up to the first that fails; of a class each on a new object, after the methods `before`."""
    found: list[Result | Failure] = []
    for args in calls:
        steps: list[Step] = []
        target = method.name
        if subject.is_class:
            steps = [New(subject.name, bind="object"), *(Call(f"object.{name}") for name in before)]
            target = "object" if method.name == "__call__" else f"object.{method.name}"
        found.append(worker.run([*steps, Call(target, list(args))])[-1])
        if isinstance(found[-1], Failure):
            break
    return found


def report(
    subject: Subject,
    verdict: Verdict,
    pair: str,
    quantities: Sequence[Quantity] = (),
    causes: Sequence[Cause] = (),
    conventions: Sequence[str] = (),
    remark: str = "",
) -> SymbolReport:
    """The report; `pair` is the name of the family, as no framework has a layer for it."""
    return replace(
        plain_report(subject, verdict, remark),
        pair=pair,
        parts={"forward": subject.forward.name} if subject.forward else {},
        quantities=tuple(quantities),
        causes=tuple(causes),
        conventions=tuple(dict.fromkeys(conventions)),
    )


def without(subject: Subject, pair: str, failures: Sequence[Failure], why: str, *, sure: bool = False) -> SymbolReport:
    """The report on what gave nothing that can be compared; `sure` where it was called as its names say."""
    if not failures:
        return report(subject, "unsupported", pair, remark=why)
    first = failures[0]
    own = bool(first.trace) and first.type in (*OWN_MISTAKES, *(OUT_OF_RANGE if sure else ()))
    return report(subject, "crashed" if own else "unsupported", pair, remark=told_of(first) if own else first.said)
