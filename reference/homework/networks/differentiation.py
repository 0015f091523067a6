"""Engines of automatic differentiation: objects that note what is done with them, held to the derivatives of it."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from reference.diagnosis.sentences import worded
from reference.homework.agreement import compare
from reference.homework.attempt import told_of
from reference.homework.examination import plain_report
from reference.homework.family import Family
from reference.homework.isolation.process import Call, Failure, Get, New, Result, Snapshot, Step, Worker
from reference.homework.networks.expressions import UNARY, Expression, Recorded, alone, broadcast, nested, shared
from reference.homework.networks.kept_gradients import as_array, gradient_in, same
from reference.homework.roles import Parameter, means
from reference.homework.subject import Subject, class_subject
from reference.homework.trees import leaves
from reference.homework.verdict import Cause, Quantity, SymbolReport
from reference.pair import Array

VALUE = r"data|value|val|array|arr|numpy|x|v"
ARRAYS = r"tensor\w*|ndarray|array\w*|matrix"
# what else a constructor may ask for
USUAL: dict[str, Any] = {r"requires?_?grad\w*|need\w*": True, r"\w*(children|prev|parents|inputs|deps)": ()}


# what operations are called, and the method of an engine that does the same
OPERATIONS = {
    "__add__": r"add(ition)?|plus",
    "__sub__": r"sub(tract(ion)?)?|minus",
    "__mul__": r"mul(tiply|tiplication)?|times",
    "__truediv__": r"(true)?div(ide|ision)?",
    "__neg__": r"neg(ative|ate)?",
    "__matmul__": r"mat_?mul",
    **{name: rf"{name}(ponential)?" for name in UNARY},
}


class NotUnderstood(Exception):
    """How an engine is made or asked cannot be told."""


class Broken(Exception):
    """The engine's own code breaks."""


class Engine:
    """One engine, asked expression by expression."""

    through = ""  # the class of the operation that is asked, where that is no method

    def __init__(self, worker: Worker, subject: Subject, seed: int) -> None:
        assert subject.backward is not None
        self.worker, self.subject, self.backward = worker, subject, subject.backward
        self.methods = subject.operations
        self.arrays = means(subject.name, ARRAYS) or "__matmul__" in self.methods
        self.wrapped = self.arrays  # a number may have to be an array too
        self.random = np.random.default_rng(seed)
        self.causes: list[Cause] = []

    def examined(self) -> Iterator[list[Quantity]]:
        """What is compared, expression by expression; where one is wrong, without those that build on it."""
        self.data = self._data()
        wrong: set[str] = set()
        for expression in self._expressions():
            if expression.part in wrong or (wrong and (expression.shared or self._composed(expression.part))):
                continue
            found = list(self._asked(expression))
            yield found
            if all(quantity.agree for quantity in found):
                continue
            if expression.part in ("", "__mul__") or self.through:  # all others are asked within a product
                return
            wrong.add(expression.part)
        if not wrong:
            yield self._again()

    def _again(self) -> list[Quantity]:
        """A second graph of the same operands, after the first: gradients add up, or are those of it alone."""
        if "__mul__" not in self.methods or self.through:
            return []
        expression = next(iter(alone(["__mul__"], self.random, arrays=self.arrays, weighed=True)))
        steps: list[Step] = [self._new(name, value) for name, value in expression.operands.items()]
        for _ in range(2):
            steps += self._back_from(expression, self._built(expression, steps))
        done = self.worker.run([*steps, *(Snapshot(name, depth=2) for name in expression.operands)])
        if isinstance(done[-1], Failure):
            return []
        kept = [each.value for each in done[-len(expression.operands) :] if isinstance(each, Result)]
        wants = expression.gradients()
        got = {n: gradient_in(each, wants[n]) for n, each in zip(expression.operands, kept, strict=True)}
        for times in (2, 1):
            if all(same(got[name], times * want) for name, want in wants.items()):
                return []
        part = self._caused("engine/again", self.backward.name)
        found = {f"d({expression.said})/d{name}, twice": (got[name], 2 * want) for name, want in wants.items()}
        return [compare(called, each, want, part=part) for called, (each, want) in found.items() if each is not None]

    def _built(self, expression: Expression, steps: list[Step]) -> Recorded:
        """An expression of the operands that are there, its steps added to these."""
        return expression.build(*(Recorded(name, steps, self.through) for name in expression.operands))

    def _back_from(self, expression: Expression, out: Recorded) -> list[Step]:
        """The steps that read the value of an expression and go back from it."""
        last = out.ask("sum") if self.arrays and "sum" in self.methods and expression.value().ndim else out
        needed = [p for p in self.backward.parameters if p.required]
        given = [np.ones(expression.value().shape)] if needed else []
        return [Get(f"{out.name}{self.data}"), Call(f"{last.name}.{self.backward.name}", given)]

    def _expressions(self) -> Iterator[Expression]:
        """Products first, whose factors make other gradients than 1 come back; what is made of others comes last."""
        product = [name for name in self.methods if name == "__mul__"]
        for weighed in (False, True):
            yield from alone(product, self.random, arrays=self.arrays, weighed=weighed)
        others = sorted((name for name in self.methods if name != "__mul__"), key=self._composed)
        yield from alone(others, self.random, arrays=self.arrays, weighed=bool(product))
        if "__add__" in self.methods:
            yield from shared(self.methods, self.random, arrays=self.arrays)

    def broadcasts(self) -> bool:
        """Whether gradients of what is spread over an axis have its shape, as far as the engine spreads anything."""
        if not self.arrays or self.through:
            return True
        for expression in broadcast(self.methods, self.random):
            try:
                if not all(quantity.agree for quantity in self._asked(expression)):
                    return False
            except (NotUnderstood, Broken):
                continue
        return True

    def _composed(self, name: str) -> bool:
        """Whether a method has no rule of its own for the gradient, and is made of others."""
        node = self.subject.methods[name].node if name in self.subject.methods else None
        inside = ast.walk(node) if node else ()
        return not any(isinstance(each, ast.Lambda | ast.FunctionDef) and each is not node for each in inside)

    def _data(self) -> str:
        """The attribute that holds the value."""
        made = self.worker.run([self._new("a", np.asarray(2.25)), Snapshot("a")])
        if isinstance(made[-1], Failure) and not self.wrapped:
            self.wrapped = True
            made = self.worker.run([self._new("a", np.asarray(2.25)), Snapshot("a")])
        if isinstance(made[-1], Failure):
            raise NotUnderstood(f"it is not made of one number: {told_of(made[-1])}")
        held = [leaf for leaf in leaves(made[-1].value) if np.size(leaf.array) == 1 and leaf.array == 2.25]
        if not held:
            raise NotUnderstood("it does not keep the number that it is made of")
        return held[0].path

    def _new(self, name: str, value: Array) -> New:
        given = [_usual(each) for each in self.subject.init[1:] if each.required]
        return New(self.subject.name, [np.asarray(value) if self.wrapped else value.item(), *given], bind=name)

    def _asked(self, expression: Expression) -> Iterator[Quantity]:
        steps: list[Step] = [self._new(name, value) for name, value in expression.operands.items()]
        made = len(steps)
        steps += self._back_from(expression, self._built(expression, steps))
        steps += [Snapshot(name, depth=2) for name in expression.operands]
        done = self.worker.run(steps)
        if isinstance(done[-1], Failure):
            if len(done) > made and done[-1].trace:
                raise Broken(f"{expression.said}: {told_of(done[-1])}")
            raise NotUnderstood(f"{expression.said} does not run: {told_of(done[-1])}")
        values = [each.value for each in done if isinstance(each, Result)]
        count = len(expression.operands)
        kept = dict(zip(expression.operands, values[-count:], strict=True))
        wants = expression.gradients()
        got = {name: gradient_in(kept[name], want) for name, want in wants.items()}
        value, wanted, whole = as_array(values[-2 - count]), expression.value(), self._value_part(expression)
        if value.shape != wanted.shape:
            problem = f"an array of shape {value.shape}, expected {wanted.shape}"
            yield Quantity(expression.said, False, part=whole, problem=problem)
            return
        yield compare(expression.said, value, wanted, part=whole)
        part = self._at_fault(expression, got)
        for name, want in wants.items():
            called, found = f"d({expression.said})/d{name}", got[name]
            if found is not None:
                yield compare(called, found, want, part=part)
            elif want.any():
                yield Quantity(called, False, part=part, problem=f"no gradient of the shape of {name} was found")

    def _value_part(self, expression: Expression) -> str:
        """The method that a wrong value is due to."""
        return expression.part or self.backward.name

    def _at_fault(self, expression: Expression, got: Mapping[str, Array | None]) -> str:
        """The method that wrong gradients are due to; notes the cause, where that is plain."""
        wants = expression.gradients()
        wrong = [name for name, each in got.items() if not same(each, wants[name])]
        if not wrong:
            return expression.part or self.backward.name
        weighed = "c" in expression.operands and not expression.shared
        reached = [name for name, each in got.items() if each is not None and each.any()]
        if expression.part == "__mul__" and set(reached) <= {"c"}:
            return self._caused("engine/order" if weighed else "engine/seed", self.backward.name)
        if expression.shared:
            words = "engine/overwritten" if expression.part else "engine/order"
            return self._caused(words, expression.part or self.backward.name, expression.said)
        if weighed:
            one = {**expression.operands, "c": np.ones_like(expression.operands["c"])}
            local = replace(expression, operands=one).gradients()
            if all(same(got[name], local[name]) for name in wrong if name != "c"):
                return self._caused("engine/upstream", expression.part, expression.said)
        return expression.part

    def _caused(self, words: str, part: str, said: str = "(a * b) * c") -> str:
        method = self.subject.methods.get(part)
        line = f" (line {method.node.lineno})" if method else ""
        facts = {"place": f"{self.subject.name}.{part}{line}", "said": said}
        self.causes.append(worded(words, facts, reproduces=words == "engine/upstream"))
        return part


class Operation(Engine):
    """One operation of an engine: a class whose objects are called with those of the engine."""

    def __init__(self, worker: Worker, engine: Subject, subject: Subject, seed: int) -> None:
        super().__init__(worker, engine, seed)
        assert subject.forward is not None
        assert subject.backward is not None
        self.through, self.rules = subject.name, (subject.forward.name, subject.backward.name)
        self.operation = operation_of(subject)
        self.arrays = self.arrays or self.operation == "__matmul__"
        self.wrapped = self.wrapped or self.arrays

    def _expressions(self) -> Iterator[Expression]:
        yield from nested(self.operation, self.random)

    def _value_part(self, expression: Expression) -> str:
        return self.rules[0]

    def _at_fault(self, expression: Expression, got: Mapping[str, Array | None]) -> str:
        return self.rules[1]


def is_engine(subject: Subject) -> bool:
    """Whether there are operators for the objects of a class, and a way back from them."""
    found = subject.operations if subject.is_class else []
    return subject.backward is not None and bool({"__add__", "__mul__", "__matmul__"} & set(found))


def operation_of(subject: Subject) -> str:
    """What a class computes that is called with objects of an engine, by its name; "" for any other class."""
    call = subject.methods.get("__call__")
    if not subject.is_class or call is None or subject.backward is None or subject.init:
        return ""
    read = {n.attr for n in ast.walk(call.node) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)}
    if "forward" not in read or not any(means(name, VALUE) for name in read):
        return ""
    name = re.sub(r"(?i)_?(function|func|op|operation|node|backward)$", "", subject.name)
    return next((method for method, names in OPERATIONS.items() if means(name, names)), "")


def examine_engine(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on an engine, or on an operation of one."""
    engine = Engine(worker, subject, seed) if is_engine(subject) else None
    if engine is None:
        others = (class_subject(worker.submission, s) for s in worker.submission.symbols.values() if s.kind == "class")
        owner = next((each for each in others if is_engine(each)), None)
        if owner is None:
            return plain_report(subject, "unsupported", "the class of what it is called with was not found")
        engine = Operation(worker, owner, subject, seed)
    return _reported(engine, subject, family)


def _reported(engine: Engine, subject: Subject, family: Family) -> SymbolReport:
    """The report on all that is asked, with a remark on what may go wrong beside it."""
    assert subject.backward is not None
    found: list[Quantity] = []
    parts = {"backward": subject.backward.name}
    try:
        for several in engine.examined():
            right = all(quantity.agree for quantity in several)
            found += several[:1] if right else several  # of a right expression its value is enough to name it
    except NotUnderstood as error:
        return replace(plain_report(subject, "unsupported", str(error)), pair=family.name)
    except Broken as error:
        return replace(plain_report(subject, "crashed", str(error)), pair=family.name, quantities=tuple(found))
    right = all(quantity.agree for quantity in found)
    remark = "not where shapes are broadcast" if right and not engine.broadcasts() else ""
    report = plain_report(subject, "correct" if right else "wrong", remark)
    return replace(report, pair=family.name, parts=parts, quantities=tuple(found), causes=tuple(engine.causes))


def _usual(parameter: Parameter) -> Any:
    return next((value for names, value in USUAL.items() if means(parameter.name, names)), "")
