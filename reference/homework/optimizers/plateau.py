"""A learning rate that falls where a loss no longer does: examined by the rates along a row of losses."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reference.homework.examination import plain_report
from reference.homework.family import Family
from reference.homework.isolation.process import Call, Failure, Get, New, Ref, Result, Set, Step, Stub, Worker
from reference.homework.methods import Method
from reference.homework.optimizers.schedules import HOLDS, rate_of_held
from reference.homework.roles import means, plans
from reference.homework.subject import Subject
from reference.homework.verdict import Quantity, SymbolReport
from scratch.plateau import Plateau

LR, FACTOR, PATIENCE, LEAST = 0.37, 0.73, 2, 0.15
# better, worse for long, better for once, not quite as good as the best though better than the last, long again
LOSSES = (5.0, 4.0, 4.4, 4.3, 4.2, 4.6, 3.0, 3.4, 2.0, *(2.9, 2.7, 2.5, 2.3) * 4)
ROLES = {
    "held": HOLDS,
    "lr": r"(init(ial)?|base|start)?(lr|learningrate|eta|rate)",
    "factor": r"factor|gamma|decay(rate|factor)?|reduce\w*|rate",
    "patience": r"patience|wait|tolerance",
    "least": r"min_?(lr|learningrate|rate)|lrmin|eta_?min|minlr",
    "loss": r"\w*(loss|metrics?|score|error|value|cost)|current|x|m",
}


def examine_plateau(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on a class whose step is handed a loss."""
    call = next(
        (m for n, m in subject.methods.items() if means(n, r"step|update|call|onepochend") and not m.stub), None
    )
    if call is None or not subject.is_class:
        return _report(subject, None, "it has no method that looks as if it were handed a loss")
    held = any(means(p.name, HOLDS) for p in subject.init)
    values: dict[str, Sequence[Any]] = {
        "held": [Ref("held")],
        "lr": [LR],
        "factor": [FACTOR],
        "patience": [PATIENCE],
        "least": [LEAST],
    }
    init = [p for p in subject.init if any(means(p.name, ROLES[role]) for role in values)]
    plan = next(plans(init, ROLES, values, (), ()), None)
    if plan is None or any(p.required and p not in init for p in subject.init):
        return _report(subject, call, "its constructor takes what is not understood")
    handed = next(plans([p for p in call.parameters if p.required], ROLES, {"loss": [0.0]}, ["loss"]), None)
    if handed is None or len(handed.args) != 1:
        return _report(subject, call, f"{call.name} takes what is not understood")
    group = {"lr": LR, "initial_lr": LR}
    steps: list[Step] = [
        Set("held", Stub("optimizer", lr=LR, param_groups=[group])),
        New(subject.name, plan.args, plan.kwargs, bind="schedule"),
    ]
    for loss in LOSSES:
        steps += [Call("schedule" + call.path, (loss,)), *([Get(rate_of_held(subject))] * held)]
    done = worker.run(steps)
    if isinstance(done[-1], Failure):
        return _report(subject, call, f"{done[-1].type}: {done[-1].message}")
    got = [each.value for each in done[3 if held else 2 :: 2 if held else 1] if isinstance(each, Result)]
    if len(got) != len(LOSSES) or not all(isinstance(value, int | float) for value in got):
        return _report(subject, call, "it leaves no number as the rate")
    if not {"factor", "patience"} <= plan.given.keys():
        return _report(subject, call, "it is not told its factor and its patience")
    return _judged(subject, call, got, "least" in plan.given)


def _judged(subject: Subject, call: Method, got: Sequence[float], least: bool) -> SymbolReport:
    """The verdict on the rates after each loss."""
    found = [(said, _compared(got, want, call)) for said, want in _wanted(least)]
    said, best = min(found, key=lambda one: (not one[1].agree, one[1].max_rel))
    report = replace(_report(subject, call, ""), verdict="correct" if best.agree else "wrong", quantities=(best,))
    return replace(report, conventions=(said,)) if best.agree else report


def _wanted(least: bool) -> Iterator[tuple[str, list[float]]]:
    """The rates after each loss: one counts until `patience` losses were no better, the other until more were."""
    for said, more in (("after more than the patience", 1), ("after as many as the patience", 0)):
        schedule = Plateau(LR, FACTOR, PATIENCE + more, threshold=0.0, min_lr=LEAST if least else 0.0)
        rates = []
        for loss in LOSSES:
            schedule.tell(loss)
            rates.append(schedule.lr)
        yield said, rates


def _compared(got: Sequence[float], want: Sequence[float], call: Method) -> Quantity:
    away = [abs(g - w) / w for g, w in zip(got, want, strict=True)]
    at = int(np.argmax(away))
    return Quantity("lr", away[at] <= 1e-9, away[at], 1e-9, (at,), float(got[at]), want[at], call.name)


def _report(subject: Subject, call: Method | None, remark: str) -> SymbolReport:
    report = plain_report(subject, "unsupported", remark)
    return replace(report, pair="plateau", parts={"rate": call.name} if call else {})
