"""Forward passes that are a usual network's but for one mistake: found by trying each on the numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from reference.diagnosis.sentences import worded
from reference.homework.agreement import compare
from reference.homework.attempt import Attempt
from reference.homework.networks.forms import Form, Network
from reference.homework.verdict import Cause, Quantity
from reference.pair import Array
from scratch.activations import Identity

EXACTLY = 1e-9


def mistaken(attempt: Attempt, part: str) -> tuple[Quantity, Cause] | None:
    """The output as it should be beside the submission's, and the one mistake that gives the latter; None for none."""
    form: Form = attempt.problem.facts["form"]
    params, got = attempt.problem.arrays.params, attempt.y
    if got is None:
        return None
    x = attempt.problem.arrays.inputs["x"]
    for words, facts, wrong in _mistakes(form, params, x):
        if compare("y", got, wrong).max_rel <= EXACTLY:
            return compare("y", got, attempt.problem.want["y"], part=part), worded(words, {"place": part, **facts})
    return None


def _mistakes(form: Form, params: Mapping[str, Array], x: Array) -> Iterator[tuple[str, dict[str, str], Array]]:
    """Outputs with one mistake each, an entry of the catalogue of sentences and what fills it."""
    biases = [name for name in params if name.startswith("b")]
    for group in (*([name] for name in biases), biases) if biases else ():
        which = {"names": "; ".join(group)}
        zero, minus = {n: np.zeros_like(params[n]) for n in group}, {n: -params[n] for n in group}
        yield "missing-term/bias", which, _output(form, {**params, **zero}, x)
        yield "sign/bias", which, _output(form, {**params, **minus}, x)
    if form.depth > 1:
        linear = replace(form, hidden="identity")
        yield "missing-term/activation", {}, _output(linear, params, x)
    if form.depth > 2 and not form.filters:
        for number in range(1, form.depth):
            yield "missing-term/one-activation", {"number": str(number)}, _output(form, params, x, linear=number)
    if form.output == "softmax":
        e = np.exp(_output(replace(form, output="identity"), params, x))
        yield "wrong-axis/samples", {}, e / e.sum(axis=0)
        yield "wrong-axis/whole", {}, e / e.sum()


def _output(form: Form, params: Mapping[str, Array], x: Array, linear: int | None = None) -> Array:
    """The output of such a network, with nothing after the dense layer number `linear`."""
    made = Network(form)
    if linear is not None:
        made.layers.layers[2 * linear - 1] = Identity()
    made.load(params)
    return made.forward(x)
