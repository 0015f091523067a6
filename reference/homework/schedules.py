"""Learning-rate schedules are examined by their rates over the first steps, against scratch's schedules."""

import ast
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reference.homework.attempt import OWN_MISTAKES
from reference.homework.examination import plain_report
from reference.homework.family import Family
from reference.homework.optimizer_settings import numbers_in
from reference.homework.process import Call, Failure, New, Step, Worker
from reference.homework.roles import Parameter, means, plain
from reference.homework.schedule_rules import FIRST, ROLES, RULES, TIME, TIMES, wanted
from reference.homework.subject import Method, Subject
from reference.homework.verdict import Quantity, SymbolReport, Verdict

ALLOWED = 1e-9


def examine_schedule(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on a schedule: by its name, or by what its code computes."""
    pairs = [family.name] if family.name in RULES else _likely(subject)
    call = _call(subject)
    if call is None:
        return _report(subject, "unsupported", pairs[0], remark="it has no method that looks as if it gave a rate")
    given = _roles(subject, call)
    known = {role: ROLES[role][1] for role in given.values() if role != "t"}
    first = FIRST.get(pairs[0], 0)
    rates, why = _rates(worker, subject, call, given, first)
    if not rates:
        own = isinstance(why, Failure) and why.trace and why.type in OWN_MISTAKES
        told = f"{why.type}: {why.message}" if isinstance(why, Failure) else why
        return _report(subject, "crashed" if own else "unsupported", pairs[0], remark=told)
    numbers = numbers_in([subject.symbol.node], {})
    best: tuple[Quantity, str, str] | None = None
    for pair in pairs:
        for rule, want in wanted(pair, known, numbers):
            quantity = _compared(rates, want, call.name, first)
            if best is None or quantity.max_rel < best[0].max_rel:
                best = quantity, pair, rule.said
    if best is None:
        return _report(subject, "unsupported", pairs[0], remark="its parameters are not understood")
    quantity, pair, said = best
    verdict: Verdict = "correct" if quantity.agree else "wrong"
    return _report(subject, verdict, pair if quantity.agree else pairs[0], (quantity,), (said,) if said else ())


def _likely(subject: Subject) -> list[str]:
    """The schedules that code may be whose name does not say which, by what it computes with."""
    nodes = list(ast.walk(subject.symbol.node))
    functions = [n.func for n in nodes if isinstance(n, ast.Call)]
    called = {f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in functions}
    powers = any(isinstance(n, ast.BinOp) and isinstance(n.op, ast.Pow) for n in nodes)
    powers = powers or bool(called & {"exp", "pow", "power"})
    if "cos" in called:
        return ["cosine_decay", "warmup_cosine_decay"]
    if powers:
        return ["exponential_decay", "step_decay", "polynomial_decay", "multi_step_decay"]
    return ["inverse_time_decay", "linear_warmup", "polynomial_decay", "step_decay", "multi_step_decay"]


def _call(subject: Subject) -> Method | None:
    """What gives a rate."""
    if not subject.is_class:
        return subject.forward
    for pattern in (r"call", r"(get|calc|compute)?\w*(lr|rate)\w*", r"step|update|get\w*|value|decay"):
        for name, method in subject.methods.items():
            if re.fullmatch(pattern, plain(name)) and not method.stub:
                return method
    return None


def _roles(subject: Subject, call: Method) -> dict[str, str]:
    """What each parameter is, by its name: "t", or a setting."""
    found: dict[str, str] = {}
    for parameter in call.parameters:
        # `steps` is a length where something else is the time
        if "t" not in found.values() and parameter.required and means(parameter.name, TIME):
            found[parameter.name] = "t"
    for parameter in (*subject.init, *call.parameters):
        free = [role for role in ROLES if role not in found.values() and means(parameter.name, ROLES[role][0])]
        if free and parameter.name not in found:
            found[parameter.name] = free[0]
    return found


def _rates(
    worker: Worker, subject: Subject, call: Method, given: Mapping[str, str], first: int
) -> tuple[list[float], Failure | str]:
    """The rates at t = first, first + 1, ..., and why there are none."""
    for parameter in (*subject.init, *call.parameters):
        if parameter.required and parameter.name not in given:
            return [], f"its parameter '{parameter.name}' is not understood"
    steps: list[Step] = []
    if subject.is_class:
        args, kwargs = _arguments(subject.init, given, 0)
        steps.append(New(subject.name, args, kwargs, bind="schedule"))
    target = call.name if not subject.is_class else "schedule" if call.name == "__call__" else f"schedule.{call.name}"
    for t in range(first, first + TIMES):
        args, kwargs = _arguments(call.parameters, given, t)
        steps.append(Call(target, args, kwargs))
    done = worker.run(steps)
    if isinstance(done[-1], Failure):
        return [], done[-1]
    values = [each.value for each in done[-TIMES:] if not isinstance(each, Failure)]
    rates = [float(v) for v in values if isinstance(v, int | float) or getattr(v, "shape", None) == ()]
    return (rates, "") if len(rates) == TIMES else ([], "it does not return a number")


def _arguments(parameters: Sequence[Parameter], given: Mapping[str, str], t: int) -> tuple[list[Any], dict[str, Any]]:
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for parameter in parameters:
        role = given.get(parameter.name)
        if role is None:
            continue
        value = t if role == "t" else ROLES[role][1]
        if parameter.required and not kwargs:
            args.append(value)
        else:
            kwargs[parameter.name] = value
    return args, kwargs


def _compared(rates: Sequence[float], want: Sequence[float], part: str, first: int) -> Quantity:
    away = [abs(r - w) / max(abs(w), 1e-6) if math.isfinite(r) else math.inf for r, w in zip(rates, want, strict=True)]
    t = max(range(TIMES), key=lambda i: away[i])
    return Quantity("lr", away[t] <= ALLOWED, away[t], ALLOWED, (first + t,), rates[t], want[t], part)


def _report(
    subject: Subject,
    verdict: Verdict,
    pair: str,
    quantities: tuple[Quantity, ...] = (),
    conventions: tuple[str, ...] = (),
    remark: str = "",
) -> SymbolReport:
    call = _call(subject)
    parts = {"rate": call.name} if call else {}
    plain = plain_report(subject, verdict, remark)
    return replace(plain, pair=pair, parts=parts, conventions=conventions, quantities=quantities)
