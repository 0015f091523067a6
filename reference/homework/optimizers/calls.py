"""An optimizer of a submission at work: made, and called step after step with weights and gradients."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reference.homework.isolation.process import Call, Failure, Get, New, Ref, Result, Set, Step, Worker
from reference.homework.methods import Method
from reference.homework.optimizers.forms import BATCH, Form
from reference.homework.optimizers.plan import PARAMS, Code, Part, config_of, planned
from reference.homework.optimizers.settings import value
from reference.homework.roles import Parameter, means, plain
from reference.pair import Array

# functions that make the state of an optimizer, given the weights
MAKES_STATE = r"(init|create|make|zero|new|get)\w*"
STATE = r"\w*(velocit|adam|moment|optim|state|rms|ada|cache|accum|nesterov|nag)\w*"


class Stuck(Exception):
    """A call that failed, or could not be made: with the failure, or words for why there was none."""

    def __init__(self, why: Failure | str) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass
class Session:
    """One optimizer with the weights it steps. Its names in the process begin with `base`.

    `first` is the number that the first step is given, 1 or 0. With `maker`, the optimizer of another session is used.
    """

    worker: Worker
    code: Code
    form: Form
    base: str
    weights: dict[str, Array]
    first: int = 1
    maker: str = ""
    key: str = "W1"
    taken: int = 0
    before: dict[str, Any] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Make the optimizer. Raises Stuck."""
        self.before = dict(self.weights)
        steps: list[Step] = [Set(self._name("P"), self.form.root(self.weights))]
        try:
            making = planned(self.code, self.code.making, self.form, step=False)
            self.parts = planned(self.code, self.code.call.parameters, self.form, step=True)
        except LookupError as error:
            raise Stuck(str(error.args[0])) from None
        if self.code.made and not self.maker:
            args, kwargs = self._arguments(making, {"params": Ref(self._name("P"))})
            steps.append(New(self.code.subject.name, args, kwargs, bind=self._name("O")))
        self._run(steps)
        for part in self.parts:
            if part.role == "config":
                self._config(part.parameter)
        self._make_states([part.parameter.name for part in self.parts if part.role == "state"])

    def step(self, grads: Mapping[str, Array]) -> dict[str, Any]:
        """The weights after one more step, by their places. Raises Stuck."""
        steps: list[Step] = []
        values: dict[str, Any] = {"params": Ref(self._name("P")), "count": self.first + self.taken, "key": self.key}
        depth = max(1, len(self.form.places) // 2)
        values |= {"layers": [{} for _ in range(depth)], "depth": depth, "samples": BATCH}
        if self.form.holds:
            steps += self.form.put(self._name("P"), grads)
            values |= self.form.handed(grads) | {n: Ref(self._name("P") + path) for n, path in self.form.named}
        else:
            values["grads"] = self.form.gradients(grads)
            pairs = [(grads[p.weight], Ref(self._name("P") + p.weight)) for p in self.form.places]
            values |= {"pairs": pairs, "swapped": [(w, g) for g, w in pairs]}
        args, kwargs = self._arguments(self.parts, values)
        owner = f"{self.maker or self.base}O"
        steps += [Call(f"{owner}.{name}") for name in self.code.before]
        target = f"{owner}{self.code.target}" if self.code.made else self.code.subject.name
        steps.append(Call(target, args, kwargs, bind=self._name("out")))
        result = self._run([*steps, *(Call(f"{owner}.{name}") for name in self.code.after)])[len(steps) - 1]
        self.taken += 1
        now = self._after(result.value)
        self._keep_states(result.value)
        self.before = now
        return now

    def _name(self, name: str) -> str:
        return f"{self.base}{name}"

    def _run(self, steps: Sequence[Step]) -> list[Result]:
        done = self.worker.run(steps)
        for each in done:
            if isinstance(each, Failure):
                raise Stuck(each)
        return [each for each in done if isinstance(each, Result)]

    def _arguments(self, parts: Sequence[Part], values: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        handed = any(part.role == "handed" for part in parts)  # by name, so that nothing may take their places
        for part in parts:
            name = part.parameter.name
            if part.role == "handed":
                given = values[name]
            elif part.setting:
                given = value(part.role, self.code.pair, part.parameter, asked=self.code.asked)
            else:
                given = Ref(self.states[name]) if name in self.states else values[part.role]
            if part.parameter.required and not handed and not kwargs:
                args.append(given)
            else:
                kwargs[name] = given
        return args, kwargs

    # ---- what comes back

    def _after(self, returned: Any) -> dict[str, Any]:
        """What has become of the weights: returned, or changed in place, or kept by the optimizer."""
        there = self._name("P")
        in_place = self._read(there)
        changed = in_place is not None and not _equal(in_place, self.before)
        for path in _places(self._name("out"), returned):
            found = self._read(path)
            if found is not None and (not changed or _first_is_weights(self.code.call)):
                self._run([Set(there, Ref(path))])
                return found
        if not changed and self.code.made:
            for name in (p.name for p in self.code.making if means(p.name, PARAMS)):
                kept = self._read(f"{self.maker or self.base}O.{name}")
                if kept is not None:
                    return kept
        if in_place is None:
            raise Stuck("the weights are no longer where they were")
        return in_place

    def _read(self, base: str) -> dict[str, Any] | None:
        """The weights at a path, or None where they are not all there."""
        places = self.form.places
        done = self.worker.run([Get(base + place.weight, optional=True) for place in places])
        found = {p.weight: each.value for p, each in zip(places, done, strict=True) if isinstance(each, Result)}
        return found if len(found) == len(places) and all(map(_is_number, found.values())) else None

    # ---- what goes in and comes out

    def _config(self, parameter: Parameter) -> None:
        """A dict of settings and state: with the settings that the code reads from it; None where it reads none."""
        found = config_of(self.code)
        config = {key: value(role, self.code.pair, asked=self.code.asked) for key, role in found.items()}
        self.states[parameter.name] = self._name(f"S{len(self.states)}")
        self._run([Set(self.states[parameter.name], config or ({} if parameter.required else None))])

    def _make_states(self, names: Sequence[str]) -> None:
        """States that a function takes and gives back: as the file's own function makes them, else zeros."""
        if not names:
            return
        if self.form.holds:
            raise Stuck(f"its parameter '{names[0]}' is not understood")
        zeros = self.form.gradients({name: np.zeros(w.shape) for name, w in self.weights.items()})
        for name in names:
            self.states[name] = self._name(f"S{len(self.states)}")
            self._run([Set(self.states[name], zeros)])
        for symbol in self.worker.submission.symbols.values():
            spelled = plain(symbol.name)
            if symbol.kind != "function" or not re.fullmatch(MAKES_STATE, spelled) or not re.fullmatch(STATE, spelled):
                continue
            made = self._name("made")
            done = self.worker.run([Call(symbol.name, [Ref(self._name("P"))], bind=made, optional=True)])[0]
            count = 0 if isinstance(done, Failure) else len(done.value) if isinstance(done.value, tuple) else 1
            if count == len(names):
                paths = [made] if count == 1 else [f"{made}[{index}]" for index in range(count)]
                self._run([Set(self.states[name], Ref(path)) for name, path in zip(names, paths, strict=True)])
                return

    def _keep_states(self, returned: Any) -> None:
        """Take what was returned beside the weights as the state of the next step."""
        if not isinstance(returned, tuple):
            return
        names = self.code.call.returns
        for place, (name, path) in enumerate(self.states.items(), start=1):
            index = names.index(name) if name in names and len(names) == len(returned) else place
            if index < len(returned):
                self._run([Set(path, Ref(f"{self._name('out')}[{index}]"))])


def _places(out: str, returned: Any) -> list[str]:
    """Where the weights may be in what was returned, likeliest first."""
    if returned is None:
        return []
    return [out, *(f"{out}[{index}]" for index in range(len(returned)))] if isinstance(returned, tuple) else [out]


def _is_number(found: Any) -> bool:
    return isinstance(found, np.ndarray | float | int) and not isinstance(found, bool)


def _equal(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)


def _first_is_weights(call: Method) -> bool:
    """Whether the names in what a step returns do not say that it is something else than the weights."""
    return not call.returns or not means(call.returns[0], r"v|velocit\w*|m|s|h|cache|state\w*|loss|d\w|grads?|lr|self")
