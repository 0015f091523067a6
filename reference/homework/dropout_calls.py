"""How dropout is called: in training and in test mode, forward and backward."""

import ast
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reference.homework.family import CACHE, COTANGENT, OUTPUT
from reference.homework.isolation.process import Call, Failure, New, Ref, Set, Snapshot, Step, Worker
from reference.homework.roles import Parameter, means, plain
from reference.homework.subject import Subject
from reference.homework.trees import Leaf, leaves
from reference.pair import Array

P = 0.31  # so that the share kept says whether it is the probability to keep or to drop
KEEP = r"keep\w*|pkeep|\w*retain\w*|probkeep|survival\w*"
DROP = r"drop\w*|rate|ratio|p?dropp?|probdrop|pdropout"
ANY = r"p|prob\w*|threshold|q|level"
TRAINING = r"\w*train\w*|mode|phase"
TESTING = r"\w*(test|eval|infer|predict|deterministic)\w*"
MASK = r"\w*mask\w*|d\d?|m"


@dataclass
class Answer:
    """What two forward passes, a backward pass and one in test mode gave; None where there was none."""

    x: Array
    dy: Array
    y: Array | None = None
    first: Array | None = None
    dx: Any = None
    tested: Array | None = None
    failure: Failure | None = None
    problem: str = ""
    at: str = ""


@dataclass
class Run:
    """Calls of one subject."""

    worker: Worker
    subject: Subject
    words: Sequence[str]
    answer: Answer
    names: dict[str, Any] = field(default_factory=dict)

    def carried_out(self) -> Answer:
        """Everything there is to ask."""
        answer = self.answer
        try:
            if self.subject.is_class:
                self._made(True)
            answer.first = self._forward(answer.x, True)
            answer.y = self._forward(answer.x, True)
            if self.subject.backward is not None and not self.subject.backward.stub:
                answer.at = "backward"
                answer.dx = self._backward()
            answer.at = "test"
            answer.tested = self._tested()
        except _Refused as refused:
            answer.failure, answer.problem = refused.failure, str(refused)
        return answer

    def _made(self, training: bool) -> None:
        args, kwargs = self._arguments(self.subject.init, {}, training)
        self._run([New(self.subject.name, args, kwargs, bind="it")])

    def _forward(self, x: Array, training: bool) -> Array:
        forward = self.subject.forward
        assert forward is not None
        spare = next((p.name for p in forward.parameters if p.required), "")
        args, kwargs = self._arguments(forward.parameters, {spare: x}, training)
        target = f"it.{forward.name}" if self.subject.is_class else forward.name
        value = self._run([Call("it" if forward.name == "__call__" else target, args, kwargs, bind="out")])
        if value is None and self.subject.is_class:
            named = self._kept(lambda leaf: means(leaf.name, OUTPUT))
            zeros = self._kept(lambda leaf: bool((leaf.array == 0).any()))
            value = named or zeros or self._kept(lambda leaf: True)
        found = [*value] if isinstance(value, tuple | list) else [value]
        fitting = [(i, a) for i, a in enumerate(found) if isinstance(a, np.ndarray) and a.shape == x.shape]
        if not fitting:
            raise _Refused(f"{forward.name} returned nothing of the shape {x.shape} of its input")
        place, y = min(fitting, key=lambda pair: _spread(pair[1], x))
        self.names["out"] = [f"out[{i}]" for i in range(len(found)) if i != place] if len(found) > 1 else []
        self.names["mask"] = next((f"out[{i}]" for i, _ in fitting if i != place), "")
        return np.asarray(y, np.float64)

    def _backward(self) -> Any:
        backward = self.subject.backward
        assert backward is not None
        given: dict[str, Any] = {}
        others = list(self.names["out"])
        for parameter in backward.parameters:
            name = parameter.name
            if parameter.required and self.names["mask"] and means(name, MASK):
                given[name] = Ref(self.names["mask"])
            elif parameter.required and others and means(name, CACHE):
                given[name] = Ref(others.pop(0))
            elif parameter.required and means(name, COTANGENT) and not _given(given, self.answer.dy):
                given[name] = self.answer.dy
        for parameter in backward.parameters:
            if parameter.required and parameter.name not in given and not _given(given, self.answer.dy):
                given[parameter.name] = self.answer.dy
        args, kwargs = self._arguments(backward.parameters, given, True)
        target = f"it.{backward.name}" if self.subject.is_class else backward.name
        value = self._run([Call(target, args, kwargs)])
        if value is None and self.subject.is_class:
            gradients = r"d(inputs?|x|a|z)\w*|grad\w*"
            value = self._kept(lambda leaf: means(leaf.name, gradients)) or self._kept(lambda leaf: True)
        return value

    def _kept(self, likely: Callable[[Leaf], bool]) -> tuple[Any, ...]:
        """The likely ones of the arrays like the input that the object keeps, where nothing is returned."""
        found = [leaf for leaf in leaves(self._run([Snapshot("it")])) if np.shape(leaf.array) == self.answer.x.shape]
        return tuple(leaf.array for leaf in found if likely(leaf))

    def _tested(self) -> Array | None:
        """The output in test mode; None where the code has none that is understood."""
        forward = self.subject.forward
        assert forward is not None
        wanted = [*forward.parameters, *self.subject.init]
        keyed = any(means(key, TRAINING) for p in forward.parameters for key in p.keys)
        if keyed or any(means(p.name, TRAINING) or means(p.name, TESTING) for p in wanted):
            if self.subject.is_class:
                self._made(False)
            return self._forward(self.answer.x, False)
        for attribute in self.subject.attributes:
            if means(attribute, rf"{TRAINING}|{TESTING}"):
                self._run([Set(f"it.{attribute}", self._mode(attribute, False))])
                return self._forward(self.answer.x, False)
        for name, method in self.subject.methods.items():
            if re.fullmatch(r"(predict|test|infer|eval)\w*", plain(name)) and method is not forward:
                given = [self.answer.x] if any(p.required for p in method.parameters) else []
                value = self._run([Call(f"it.{name}", given)])
                return np.asarray(value) if given else self._forward(self.answer.x, False)
        return None

    def _mode(self, name: str, training: bool) -> Any:
        """What a flag is set to: a word where the code compares it with words."""
        told = next((w for w in self.words if re.search("train" if training else "test|eval|infer|pred|val", w)), "")
        if told and not re.search(r"is|flg|flag|training", plain(name)):
            return told
        return training if means(name, TRAINING) else not training

    def _arguments(
        self, wanted: Sequence[Parameter], given: Mapping[str, Any], training: bool
    ) -> tuple[list[Any], dict[str, Any]]:
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        for parameter in wanted:
            known, value = self._value(parameter, given, training)
            if not known and parameter.required:
                raise _Refused(f"its parameter '{parameter.name}' is not understood")
            if known and parameter.required and not kwargs:
                args.append(value)
            elif known:
                kwargs[parameter.name] = value
        return args, kwargs

    def _value(self, parameter: Parameter, given: Mapping[str, Any], training: bool) -> tuple[bool, Any]:
        name = parameter.name
        if name in given:
            return True, given[name]
        if parameter.keys:
            config = {key: P for key in parameter.keys if means(key, rf"{KEEP}|{DROP}|{ANY}")}
            modes = {k: self._mode(k, training) for k in parameter.keys if means(k, rf"{TRAINING}|{TESTING}")}
            return True, {**config, **modes}
        if means(name, rf"{KEEP}|{DROP}|{ANY}"):
            return True, P
        if means(name, rf"{TRAINING}|{TESTING}"):
            return True, self._mode(name, training)
        return False, None

    def _run(self, steps: list[Step]) -> Any:
        last = self.worker.run(steps)[-1]
        if isinstance(last, Failure):
            raise _Refused(f"{last.type}: {last.message}", last)
        return last.value


class _Refused(Exception):
    def __init__(self, why: str, failure: Failure | None = None) -> None:
        super().__init__(why)
        self.failure = failure


def _spread(y: Array, x: Array) -> float:
    """How far from one factor what is not dropped is; small for x times a mask."""
    factors = (np.asarray(y, float) / x)[np.asarray(y) != 0]
    return float(np.std(factors)) if factors.size else math.inf


def _given(given: Mapping[str, Any], dy: Array) -> bool:
    return any(value is dy for value in given.values())


def words_of(subject: Subject) -> list[str]:
    """The words in the code, such as 'train' and 'test'."""
    found = [n.value for n in ast.walk(subject.symbol.node) if isinstance(n, ast.Constant)]
    return [word for word in found if isinstance(word, str) and word.isidentifier()]
