"""Clipping is examined with gradients above and below the limit, by value, by norm and by the norm of all."""

import ast
import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from reference.diagnosis.sentences import worded
from reference.homework.attempt import OWN_MISTAKES
from reference.homework.diagnosing import place_of
from reference.homework.family import Family
from reference.homework.isolation.process import Call, Failure, Get, New, Ref, Result, Set, Step, Worker
from reference.homework.judge import Judged
from reference.homework.methods import Method
from reference.homework.optimizers.clipping_mistakes import MISTAKES, Clip
from reference.homework.optimizers.reports import report_on
from reference.homework.optimizers.settings import numbers_in
from reference.homework.roles import Parameter, means, plain
from reference.homework.subject import Subject
from reference.homework.verdict import Cause, Quantity, SymbolReport
from reference.pair import Array
from scratch.clipping import clip_by_global_norm, clip_by_norm, clip_by_value

LIMIT = 1.37
ALLOWED = 1e-9
GRADS = r"\w*grads?|\w*gradients?|g|d\w|x|dparams|arrays?|tensors?|arr|gs|values?"
LOWEST = r"min\w*|low\w*|lower\w*|clipmin|minval\w*"
EPSILON = r"eps(ilon)?"
SHAPES = {"W1": (3, 4), "b1": (4,), "W2": (4, 2), "b2": (2,)}
# of all gradients together: some above the limit by themselves, one below; or all far below
LENGTHS = {
    "large": (0.7, 3.0, 1.2, 4.0),
    "small": (0.2, 0.1, 0.3, 0.2),
    "many": (1.2, 1.1, 1.3, 0.9),
    "huge": (8.0, 6.0, 7.0, 9.0),
}
CLIPS: Mapping[str, Clip] = {
    "clip_by_value": lambda grads, limit, epsilon: clip_by_value(grads, limit),
    "clip_by_norm": clip_by_norm,
    "clip_by_global_norm": clip_by_global_norm,
}
Grads = dict[str, Array]


@dataclass(frozen=True)
class Container:
    """How gradients are handed over: a dict with these keys, a list, or one by one."""

    kind: str
    keys: tuple[str, ...] = tuple(SHAPES)

    def of(self, grads: Grads) -> Any:
        if self.kind == "dict":
            return dict(zip(self.keys, grads.values(), strict=True))
        return list(grads.values()) if self.kind == "list" else next(iter(grads.values()))

    def read(self, value: Any, names: Sequence[str]) -> Grads | None:
        """The gradients in what came back; None where they are not there."""
        if isinstance(value, tuple):
            return next((found for each in (*value, list(value)) if (found := self.read(each, names))), None)
        if self.kind == "dict" and isinstance(value, dict) and set(self.keys) <= set(value):
            value = [value[key] for key in self.keys]
        elif self.kind == "array" and isinstance(value, np.ndarray | float):
            value = [value]
        if not isinstance(value, list) or len(value) != len(names):
            return None
        numbers = all(isinstance(each, np.ndarray | float | int) for each in value)
        return dict(zip(names, map(np.asarray, value), strict=True)) if numbers else None


def examine_clipping(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on a function, or a method, that clips gradients."""
    call = _call(subject)
    pairs = _pairs(subject, family, call)
    report = functools.partial(report_on, subject, {"clip": call})
    if call is None:
        return report("unsupported", pairs[0], remark="it has no method that looks as if it clipped")
    epsilons = [0.0, *(n for n in numbers_in([subject.symbol.node], {}) if 0 < n < 0.01)]
    limits = _limits(subject, call)
    best: tuple[Quantity, str, str] | None = None
    causes: list[Cause] = []
    why: Failure | str = ""
    for container in _containers(call):
        asked = _asked(seed, container)
        got = [_clipped(worker, subject, call, container, grads) for grads in asked]
        failed = [each for each in got if not isinstance(each, dict)]
        if failed:
            why = failed[0] if (best is None and container.kind == "dict") or why == "" else why
            continue
        clipped = [each for each in got if isinstance(each, dict)]
        for pair in pairs:
            for epsilon in epsilons if pair != "clip_by_value" else [0.0]:
                for limit in limits:
                    want = [CLIPS[pair](grads, limit, epsilon) for grads in asked]
                    quantity = _worst(clipped, want, call.name)
                    if best is None or quantity.max_rel < best[0].max_rel:
                        best = quantity, pair, f"epsilon {epsilon:g} beside the norm" if epsilon else ""
        if best is not None and not best[0].agree and not causes:
            place = place_of(subject, Judged([best[0]]))
            causes = [
                worded(words, {"place": place})
                for words, mistaken in MISTAKES.items()
                if any(_all_agree(clipped, [mistaken(g, *each) for g in asked]) for each in product(limits, epsilons))
            ]
        if best is not None and best[0].agree:
            break
    if best is None:
        own = isinstance(why, Failure) and why.trace and why.type in OWN_MISTAKES
        told = f"{why.type}: {why.message}" if isinstance(why, Failure) else why
        return report("crashed" if own else "unsupported", pairs[0], remark=told)
    quantity, pair, said = best
    conventions = (said,) if said else ()
    if quantity.agree:
        return report("correct", pair, (quantity,), conventions)
    return replace(report("wrong", pairs[0], (quantity,)), causes=tuple(causes[:1]))


def _pairs(subject: Subject, family: Family, call: Method | None) -> list[str]:
    """What may be meant: what the name says, else what the names of the parameters say first."""
    if family.name == "clip_by_norm":
        return ["clip_by_norm", "clip_by_global_norm"]
    if family.name in CLIPS:
        return [family.name]
    names = [plain(p.name) for p in (*subject.init, *(call.parameters if call else ()))]
    norms = ["clip_by_global_norm", "clip_by_norm"]
    return [*norms, "clip_by_value"] if any("norm" in name for name in names) else ["clip_by_value", *norms]


def _call(subject: Subject) -> Method | None:
    if not subject.is_class:
        return subject.forward
    for pattern in (r"\w*clip\w*", r"call|apply\w*|forward|transform|run"):
        for name, method in subject.methods.items():
            if re.fullmatch(pattern, plain(name)) and not method.stub:
                return method
    return None


def _containers(call: Method) -> Iterator[Container]:
    """A dict with the keys that the code names, or any; a list; one gradient at a time."""
    texts = [n.value for n in ast.walk(call.node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    keys = tuple(dict.fromkeys(text for text in texts if re.fullmatch(r"d[A-Za-z]\w*|[Wb]\d?", text)))
    if keys:
        yield Container("dict", keys)
    yield Container("dict")
    yield Container("list")
    yield Container("array")


def _asked(seed: int, container: Container) -> list[Grads]:
    """Gradients of several lengths."""
    random = np.random.default_rng([seed, 5])
    names = container.keys if container.kind == "dict" else tuple(SHAPES)
    shapes = [*SHAPES.values()]
    found: list[Grads] = []
    for lengths in LENGTHS.values():
        grads: Grads = {}
        for place, name in enumerate(names):
            g = random.normal(size=shapes[place % len(shapes)])
            g.flat[:2] = 1.5, -1.2  # the largest of either sign in every one
            grads[name] = g * lengths[place % len(lengths)] / np.linalg.norm(g)
        found += [{name: g} for name, g in grads.items()] if container.kind == "array" else [grads]
    return found


def _clipped(
    worker: Worker, subject: Subject, call: Method, container: Container, grads: Grads
) -> Grads | Failure | str:
    """The gradients after the call, returned or changed in place; what stopped it otherwise."""
    steps: list[Step] = [Set("grads", container.of(grads))]
    try:
        if subject.is_class:
            steps.append(New(subject.name, *_arguments(subject.init, False), bind="clipper"))
        target = f"clipper.{call.name}" if subject.is_class else call.name
        steps.append(Call("clipper" if call.name == "__call__" else target, *_arguments(call.parameters, True)))
    except LookupError as error:
        return str(error.args[0])
    done = worker.run([*steps, Get("grads")])
    if isinstance(done[-1], Failure):
        return done[-1]
    returned, kept = (each.value for each in done[-2:] if isinstance(each, Result))
    found = container.read(returned, list(grads))
    return found or container.read(kept, list(grads)) or "it returns no gradients"


def _arguments(wanted: Sequence[Parameter], grads: bool) -> tuple[list[Any], dict[str, Any]]:
    """Positional and named arguments. Raises LookupError where one is not understood, or none takes gradients."""
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    named = any(p.required and means(p.name, GRADS) for p in wanted)
    waiting = grads
    limited = False
    for parameter in wanted:
        value: Any = -LIMIT if means(parameter.name, LOWEST) else LIMIT
        if waiting and parameter.required and (means(parameter.name, GRADS) or not named):
            value, waiting = Ref("grads"), False
        elif _is_limit(parameter) or (parameter.required and not limited):
            limited = True
        elif parameter.required:
            raise LookupError(f"its parameter '{parameter.name}' is not understood")
        else:
            continue
        if parameter.required and not kwargs:
            args.append(value)
        else:
            kwargs[parameter.name] = value
    if waiting:
        raise LookupError("it is handed no gradients")
    return args, kwargs


def _is_limit(parameter: Parameter) -> bool:
    limit = r"\w*(max|norm|limit|threshold|clip|value|bound|min|low|high|upper)\w*|thresh|c|theta|tau"
    return means(parameter.name, limit) and not means(parameter.name, rf"{GRADS}|{EPSILON}|normtype|ord|p")


def _limits(subject: Subject, call: Method) -> list[float]:
    """The limit that was given, or the numbers that the code has for it."""
    if any(_is_limit(p) or (p.required and not means(p.name, GRADS)) for p in (*subject.init, *call.parameters)):
        return [LIMIT]
    return [n for n in numbers_in([subject.symbol.node], {}) if n > 0.01] or [1.0]


def _worst(got: Sequence[Grads], want: Sequence[Mapping[str, Array]], part: str) -> Quantity:
    """Where the gradients differ most."""
    worst = Quantity("grads", True, 0.0, ALLOWED, part=part)
    for mine, wanted in zip(got, want, strict=True):
        for name, w in wanted.items():
            g = np.asarray(mine[name], np.float64)
            if g.shape != w.shape:
                told = f"{name} has the shape {g.shape}, expected {w.shape}"
                return Quantity("grads", False, np.inf, ALLOWED, part=part, problem=told)
            away = np.where(np.isfinite(g), np.abs(g - w), np.inf) / np.abs(w).max()
            index = tuple(int(i) for i in np.unravel_index(int(np.argmax(away)), w.shape))
            if away[index] > worst.max_rel:
                far = float(away[index])
                got_there, wanted_there = float(g[index]), float(w[index])
                worst = Quantity(f"grads {name}", far <= ALLOWED, far, ALLOWED, index, got_there, wanted_there, part)
    return worst


def _all_agree(got: Sequence[Grads], want: Sequence[Mapping[str, Array]]) -> bool:
    return _worst(got, want, "").agree
