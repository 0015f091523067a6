"""Learning-rate schedules are examined by their rates over the first steps, against scratch's schedules."""

import ast
import functools
import itertools
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reference.homework.attempt import OWN_MISTAKES
from reference.homework.family import Family
from reference.homework.isolation.process import Call, Failure, Get, New, Ref, Result, Set, Step, Stub, Worker
from reference.homework.methods import Method
from reference.homework.optimizers.reports import report_on
from reference.homework.optimizers.schedule_rules import FIRST, INTERVAL, ROLES, RULES, TIME, TIMES, wanted
from reference.homework.optimizers.settings import RATE, numbers_in
from reference.homework.roles import Parameter, means, plain
from reference.homework.subject import Subject
from reference.homework.verdict import Quantity, SymbolReport, Verdict

ALLOWED = 1e-9
OPTIMIZER = "held"
HOLDS = r"opt(im(i[sz]er)?)?|sgd|solver"
NOW = r"(current|cur|old|prev(ious)?|last)?(lr|learningrate|rate)|alpha|eta"
FED = "handed the rate of the step before"
COUNTED = "its first step sets the rate of the first"


def examine_schedule(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on a schedule: by its name, or by what its code computes."""
    pairs = [family.name] if family.name in RULES else _likely(subject)
    call = _call(subject)
    report = functools.partial(report_on, subject, {"rate": call})
    if call is None:
        return report("unsupported", pairs[0], remark="it has no method that looks as if it gave a rate")
    given = _roles(subject, call)
    known = {role: ROLES[role][1] for role in given.values() if role in ROLES}
    first = FIRST.get(pairs[0], 0)
    held = OPTIMIZER in given.values()
    if held:
        known["lr"] = ROLES["lr"][1]
    if "warmup" in given.values() and family.name == "cosine_decay":
        pairs = [*pairs, "warmup_cosine_decay"]
    rates, why = _held(worker, subject, call, given) if held else _rates(worker, subject, call, given, first)
    if not rates:
        own = isinstance(why, Failure) and why.trace and why.type in OWN_MISTAKES
        told = f"{why.type}: {why.message}" if isinstance(why, Failure) else why
        return report("crashed" if own else "unsupported", pairs[0], remark=told)
    numbers = numbers_in([subject.symbol.node], {})
    # what an optimizer has before the first step, or after it, is the rate of the first
    counts = {"": rates[:TIMES], COUNTED: rates[1:]} if held else {"": rates}
    keeps = subject.is_class and any(_stores(node) for node in ast.walk(call.node))
    held_to = functools.partial(_best, pairs, known, numbers, call.name, first)
    best = held_to(counts, fed=keeps)
    if (best is None or not best[0].agree) and _is_fed(call, given):
        fed, _ = _rates(worker, subject, call, given, first, fed=True)
        likely = dict.fromkeys((*pairs, "exponential_decay", "step_decay"))
        other = _best(tuple(likely), known, numbers, call.name, first, {FED: fed} if fed else {}, fed=True)
        best = other if other is not None and other[0].agree else best
    if best is None:
        return report("unsupported", pairs[0], remark="its parameters are not understood")
    quantity, pair, said = best
    verdict: Verdict = "correct" if quantity.agree else "wrong"
    return report(verdict, pair if quantity.agree else pairs[0], (quantity,), (said,) if said else ())


def _best(
    pairs: Sequence[str],
    known: Mapping[str, Any],
    numbers: Sequence[float],
    part: str,
    first: int,
    counts: Mapping[str, Sequence[float]],
    *,
    fed: bool,
) -> tuple[Quantity, str, str] | None:
    """The schedule that rates come nearest to, with its pair and what is said of it."""
    best: tuple[Quantity, str, str] | None = None
    for pair, (counted, some) in itertools.product(pairs, counts.items()):
        for rule, want in wanted(pair, known, numbers, fed):
            quantity = _compared(some, want, part, first)
            if best is None or quantity.max_rel < best[0].max_rel:
                best = quantity, pair, ", ".join(filter(None, [rule.said, counted]))
    return best


def _is_fed(call: Method, given: Mapping[str, str]) -> bool:
    """Whether it is handed the step and then the rate as it is now, as Keras' LearningRateScheduler does."""
    required = [p.name for p in call.parameters if p.required]
    return [given.get(name) for name in required] == ["t", "lr"] and means(required[1], NOW)


def _stores(node: ast.AST) -> bool:
    """Whether a statement changes an attribute, as a schedule does that makes each rate of the one before."""
    return isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)


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
    patterns = [r"call", r"(get|calc|compute)?\w*(lr|rate)\w*", r"step|update|get\w*|value|decay"]
    if any(means(parameter.name, HOLDS) for parameter in subject.init):
        patterns.insert(0, r"step|update\w*")
    for pattern in patterns:
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
    every = (*subject.init, *call.parameters)
    # the size of a step is a length where something else is the rate
    rated = any(means(p.name, ROLES["lr"][0]) and not means(p.name, INTERVAL) for p in every)
    for parameter in every:
        if parameter in subject.init and means(parameter.name, HOLDS) and OPTIMIZER not in found.values():
            found[parameter.name] = OPTIMIZER
        free = [role for role in ROLES if role not in found.values() and means(parameter.name, ROLES[role][0])]
        free = [role for role in free if role != "lr" or OPTIMIZER not in found.values()]  # that has one
        free = [role for role in free if role != "lr" or not (rated and means(parameter.name, INTERVAL))]
        if free and parameter.name not in found:
            found[parameter.name] = free[0]
    return found


def _rates(
    worker: Worker, subject: Subject, call: Method, given: Mapping[str, str], first: int, *, fed: bool = False
) -> tuple[list[float], Failure | str]:
    """The rates at t = first, first + 1, ..., and why there are none; where it is `fed` each is handed the one before.

    They may end with the steps that it is told of: a root of what is then negative is no number.
    """
    for parameter in (*subject.init, *call.parameters):
        if parameter.required and parameter.name not in given:
            return [], f"its parameter '{parameter.name}' is not understood"
    steps: list[Step] = []
    if subject.is_class:
        args, kwargs = _arguments(subject.init, given, 0)
        steps.append(New(subject.name, args, kwargs, bind="schedule"))
    target = call.name if not subject.is_class else "schedule" if call.name == "__call__" else f"schedule.{call.name}"
    least = ROLES["steps"][1] - first + 1 if "steps" in given.values() else TIMES
    for t in range(first, first + TIMES):
        args, kwargs = _arguments(call.parameters, given, t, Ref("rate") if fed and t > first else None)
        steps.append(Call(target, args, kwargs, bind="rate", optional=t - first >= least))
    done = worker.run(steps)
    if isinstance(done[-1], Failure) and len(done) < len(steps):
        return [], done[-1]
    values = [each.value for each in done[-TIMES:] if isinstance(each, Result)]
    rates = [float(v) for v in itertools.takewhile(_is_rate, values)]
    return (rates, "") if len(rates) >= least else ([], "it does not return a number")


def _is_rate(value: Any) -> bool:
    real = isinstance(value, int | float) or (getattr(value, "shape", None) == () and not isinstance(value, complex))
    return real and bool(np.isfinite(value))


def _held(
    worker: Worker, subject: Subject, call: Method, given: Mapping[str, str]
) -> tuple[list[float], Failure | str]:
    """The rates that an optimizer has at first and after each step of what holds it, and why there are none."""
    for parameter in (*subject.init, *call.parameters):
        if parameter.required and parameter.name not in given:
            return [], f"its parameter '{parameter.name}' is not understood"
    lr = ROLES["lr"][1]
    args, kwargs = _arguments(subject.init, given, 0)
    where = rate_of_held(subject)
    steps: list[Step] = [
        Set(OPTIMIZER, Stub("optimizer", lr=lr, param_groups=[{"lr": lr, "initial_lr": lr}], defaults={"lr": lr})),
        New(subject.name, args, kwargs, bind="schedule"),
        Get(where),
    ]
    for t in range(TIMES):
        args, kwargs = _arguments(call.parameters, given, t)
        steps += [Call(f"schedule.{call.name}", args, kwargs), Get(where)]
    done = worker.run(steps)
    if isinstance(done[-1], Failure):
        return [], done[-1]
    rates = [
        float(each.value) for each in done[2::2] if isinstance(each, Result) and isinstance(each.value, int | float)
    ]
    return (rates, "") if len(rates) == TIMES + 1 else ([], "it leaves no number as the rate of its optimizer")


def rate_of_held(subject: Subject) -> str:
    """Where code keeps the rate of the optimizer that it holds."""
    nodes = [n for node in subject.nodes for n in ast.walk(node) if isinstance(n, ast.Attribute)]
    if any(n.attr == "param_groups" for n in nodes):
        return f"{OPTIMIZER}.param_groups[0]['lr']"
    owners = [
        (n.attr, n.value.attr if isinstance(n.value, ast.Attribute) else getattr(n.value, "id", "")) for n in nodes
    ]
    return f"{OPTIMIZER}.{next((attr for attr, owner in owners if means(owner, HOLDS) and means(attr, RATE)), 'lr')}"


def _arguments(
    parameters: Sequence[Parameter], given: Mapping[str, str], t: int, last: Ref | None = None
) -> tuple[list[Any], dict[str, Any]]:
    """What a call at t is given; `last` in the place of the rate."""
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for parameter in parameters:
        role = given.get(parameter.name)
        if role is None:
            continue
        value = t if role == "t" else Ref(OPTIMIZER) if role == OPTIMIZER else ROLES[role][1]
        value = last if role == "lr" and last is not None else value
        if parameter.required and not kwargs:
            args.append(value)
        else:
            kwargs[parameter.name] = value
    return args, kwargs


def _compared(rates: Sequence[float], want: Sequence[float], part: str, first: int) -> Quantity:
    away = [abs(r - w) / max(abs(w), 1e-6) if math.isfinite(r) else math.inf for r, w in zip(rates, want, strict=False)]
    t = max(range(len(away)), key=lambda i: away[i])
    return Quantity("lr", away[t] <= ALLOWED, away[t], ALLOWED, (first + t,), rates[t], want[t], part)
