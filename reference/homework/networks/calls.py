"""How the methods and functions of small networks are called, and where they keep weights and gradients."""

import ast
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import einops
import numpy as np

from reference.homework.attempt import IT, OUT, Attempt, Place, Reading
from reference.homework.family import COMMON_ROLES
from reference.homework.isolation.process import Call, Name, Ref, Result, Snapshot
from reference.homework.judge import Judge, Judged
from reference.homework.networks.forms import Form
from reference.homework.networks.methods import BIAS, WEIGHT, called
from reference.homework.planning import LEARN, OPTIONAL_ROLES
from reference.homework.problem import Entry, Layout, Problem, Scheme, transposed, vector_forms
from reference.homework.roles import Plan, means, plain, plans
from reference.homework.trees import Leaf, leaves
from reference.homework.trying import Trying
from reference.homework.verdict import Quantity
from reference.pair import Array
from reference.sides import gradient_name


def layouts(asked: Problem) -> Sequence[Layout]:
    """Samples in rows and in columns; a single one as a vector too; images with channels first and last."""
    form: Form = asked.facts["form"]
    if form.filters:
        first = Layout({"x": "n h w c -> n c h w"}, said=("(batch, channels, height, width)",))
        last = Layout(said=("(batch, height, width, channels)",))
        grey = Layout({"x": "n h w 1 -> n h w"}, said=("images without channels",))
        flat = Layout({"x": "n h w c -> n (c h w)"}, said=("flat images",))
        return [first, last, *([grey, flat] if form.channels == 1 else [])]
    rows = Layout(said=("(batch, features)",))
    turned = {"x": "n f -> f n", "y": "n f -> f n"}
    columns = Layout({**turned, **({} if form.indices else {"t": "n f -> f n"})}, said=("(features, batch)",))
    if form.batch > 1:
        turning = Layout({"y": turned["y"]}, said=("(batch, features) in, (features, batch) out",))
        return rows, columns, turning
    vector = Layout({"x": "1 f -> f", "y": "1 f -> f", **({} if form.indices else {"t": "1 f -> f"})})
    return columns, rows, vector


def schemes(asked: Problem, given: bool) -> Sequence[Scheme]:
    """How weights lie; `given` where a function is handed them all, so that each way is one to try."""
    form, ids = asked.facts["form"], asked.ids()
    if not given:
        orders = ("c h w", "h w c") if form.filters else ("",)
        return [_anyhow(form, ids, order) for order in orders]
    ways = [(False, 0), (True, 2), (True, 0), (False, 1)]
    return [_way(form, ids, turned, vector) for turned, vector in ways]


def _way(form: Form, ids: Mapping[str, Array], turned: bool, vector: int) -> Scheme:
    entries = {}
    for i in range(1, form.depth + 1):
        w = ids[f"w{i}"]
        entries[f"w{i}"] = Entry(f"({WEIGHT}){i}", (transposed(w) if turned else w,))
        if form.bias:
            entries[f"b{i}"] = Entry(f"({BIAS}){i}", (vector_forms(ids[f"b{i}"])[vector],))
    return Scheme(entries)


def _anyhow(form: Form, ids: Mapping[str, Array], order: str) -> Scheme:
    """Weights in all the ways that their shapes tell apart; `order` is what images are flattened in."""
    entries = {}
    for i in range(1, form.depth + 1):
        entries[f"w{i}"] = Entry(f"({WEIGHT}){i}?", _kernels(form, i, ids[f"w{i}"], order))
        if form.bias:
            bias = ids[f"b{i}"]
            entries[f"b{i}"] = Entry(f"({BIAS}){i}?", (*vector_forms(bias), bias[:, None, None]))
    return Scheme(entries)


def _kernels(form: Form, number: int, ids: Array, order: str) -> tuple[Array, ...]:
    """The ways in which the weights of one layer may lie."""
    if number <= len(form.filters):
        return tuple(np.ascontiguousarray(einops.rearrange(ids, f"h w i o -> {to}")) for to in ("o i h w", "h w i o"))
    if number == len(form.filters) + 1 and order:
        ids = einops.rearrange(ids, f"(h w c) o -> ({order}) o", h=form.left, w=form.left)
    return ids, transposed(ids)


class NetworkTrying(Trying):
    """Tries readings of a network. `keys` are what a dict of weights calls them: ("W", "b").

    `template` is an element of the list that describes the layers, as the file has it: {"in": 2, "act": "relu"}.
    `penalty` is the factor of the penalty on large weights, where it takes one.
    """

    keys: tuple[str, str] = ("W", "b")
    penalty: float = 0.0
    template: Mapping[str, Any] | None = None

    def values(self, attempt: Attempt) -> dict[str, Sequence[Any]]:
        form: Form = attempt.problem.facts["form"]
        found = super().values(attempt)
        ws, bs = ([found[f"weight {k}{i + 1}"][0] for i in range(form.depth) if f"weight {k}1" in found] for k in "wb")
        pairs = list(zip(ws, bs, strict=True)) if bs else [(w,) for w in ws]
        weights = {f"{key}{i}": a for i, pair in enumerate(pairs, 1) for key, a in zip(self.keys, pair, strict=False)}
        found |= {"params": [weights], "ws": [ws], "bs": [bs], "reg": [self.penalty], "keep": [1.0]}
        found["architecture"] = [self._architecture(form)]
        if "t" in attempt.problem.extras:
            found["t"] = [attempt.layout.to_submission("t", attempt.problem.extras["t"])]
        if self.subject.forward is not None:
            found["forward function"] = [Name(self.subject.forward.name)]
        if attempt.y is not None:
            found |= {"cache": [Ref(OUT)], "output": [Ref(OUT + self._output(attempt))]}
            parts = len(attempt.value) if isinstance(attempt.value, tuple | list) else 0
            found |= {f"out {i}": [Ref(f"{OUT}[{i}]")] for i in range(parts)}
        return found

    def _init_plan(self, attempt: Attempt) -> Plan | None:
        """A network makes its weights itself."""
        values = {role: some for role, some in self.values(attempt).items() if not role.startswith("weight ")}
        roles = {**self.family.roles, **COMMON_ROLES}
        found = plans(self.subject.init, roles, values, self.family.wildcards, OPTIONAL_ROLES)
        return next(itertools.islice(found, attempt.reading.init, None), None)

    def _make(self, attempt: Attempt) -> Any:
        """A network that has no weights before it has learnt something learns first."""
        state = super()._make(attempt)
        learns = [m for name, m in self.subject.methods.items() if means(name, LEARN) and not m.stub]
        if attempt.failure or not learns or any(np.ndim(leaf.array) > 1 for leaf in leaves(state)):
            return state
        form: Form = attempt.problem.facts["form"]
        x = attempt.layout.to_submission("x", attempt.problem.arrays.inputs["x"])
        indices = np.arange(form.batch) % form.sizes[-1]
        for t in (indices, attempt.layout.to_submission("t", np.eye(form.sizes[-1])[indices])):
            plan = next(plans(called(learns[0]).parameters, {}, {"x": [x], "t": [t]}), None)
            if plan is None:
                break
            done = self.worker.run([Call(IT + learns[0].path, plan.args, plan.kwargs, optional=True), Snapshot(IT)])
            if isinstance(done[0], Result) and isinstance(done[1], Result):
                return done[1].value
        return state

    def left_over(self, attempt: Attempt) -> list[str]:
        """Without what its forward pass sets itself, which is there already where it has learnt."""
        nodes = ast.walk(self.subject.forward.node) if self.subject.forward else ()
        own = {n.attr for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)}
        return [name for name in super().left_over(attempt) if name not in own]

    def probed(self, asked: Problem) -> tuple[set[str], list[tuple[int, ...]]]:
        """What its constructor is given, and the shapes of the weights it then has, in that order."""
        attempt = Attempt(Reading(0, 0, 0, 0), asked, Layout(), self.family.schemes(asked)[0])
        attempt.init = self._init_plan(attempt)
        if attempt.init is None:
            return set(), []
        arrays: list[Array] = []
        for leaf in leaves(self._make(attempt)):
            array = leaf.array
            if isinstance(array, np.ndarray) and not any(np.array_equal(array, other) for other in arrays):
                arrays.append(array)
        return set(attempt.init.given), [array.shape for array in arrays if array.ndim in (2, 4)]

    def _architecture(self, form: Form) -> list[Any]:
        """What describes the layers: a list of sizes, or of dicts like the one in the file."""
        if self.template is None:
            return list(form.sizes)
        sizes = [key for key, value in self.template.items() if isinstance(value, int)]
        names = [key for key, value in self.template.items() if isinstance(value, str)]
        described = []
        for i, pair in enumerate(zip(form.sizes, form.sizes[1:], strict=False), 1):
            name = form.output if i == form.depth else form.hidden
            numbers = zip(sizes, pair if len(sizes) > 1 else pair[1:], strict=False)
            described.append({**dict(numbers), **dict.fromkeys(names, name)})
        return described

    def _output(self, attempt: Attempt) -> str:
        """Where the output is in what the forward pass returned."""
        for leaf in leaves(attempt.value):
            found = attempt.layout.from_submission("y", leaf.array, attempt.problem.want["y"].shape)
            if found is not None and attempt.y is not None and np.array_equal(found, attempt.y):
                return leaf.path
        return ""


class NetworkJudge(Judge):
    """Judges every layer's gradients: what is returned counts before what is kept, and none may be missing.

    `averaged`: whether the submission's own loss is a mean, so that its gradients should be.
    """

    keys: tuple[str, str] = ("W", "b")
    averaged: bool = False

    def reductions(self, attempt: Attempt) -> Mapping[str, float]:
        found = super().reductions(attempt)
        return dict(sorted(found.items(), key=lambda one: "averaged" not in one[0])) if self.averaged else found

    def whole(self, attempt: Attempt, like: Judged | None = None) -> Judged:
        judged = super().whole(attempt, like)
        named = {q.name for q in judged.quantities}
        expected = [gradient_name(name) for name in attempt.problem.arrays.params]
        missing = [name for name in expected if name not in named]
        if self.subject.backward is not None and len(missing) < len(expected):
            part = self.subject.backward.name
            problem = f"{part} gave no such gradient"
            judged.quantities += [Quantity(name, False, part=part, problem=problem) for name in missing]
        return judged

    def _function_places(self, attempt: Attempt) -> dict[str, Place]:
        given = attempt.call.given if attempt.call else {}
        places = super()._function_places(attempt)
        for name, entry in attempt.scheme.entries.items():
            key, number = self.keys[name[0] == "b"], int(name[1:])
            if "params" in given:
                places[name] = Place(Leaf(f"['{key}{number}']", None), entry.ids[0])
            elif f"{name[0]}s" in given:
                places[name] = Place(Leaf(f".{given[f'{name[0]}s'][0]}[{number - 1}]", None), entry.ids[0])
        return places

    def _sources(self, attempt: Attempt, place: Place) -> Iterator[tuple[int, Leaf]]:
        """In what a backward pass returns, a gradient may go by the name of its weight.

        What has the shape of another weight is not this one's. Where gradients are returned, those kept do not count.
        """
        same = plain(place.leaf.name)
        shapes = {each.ids.shape for each in {**attempt.places, **self._function_places(attempt)}.values()}
        found = list(super()._sources(attempt, place))
        least = 3 if any(source == 3 and np.shape(leaf.array) in shapes for source, leaf in found) else 0
        for source, leaf in found:
            other = np.ndim(leaf.array) > 1 and np.shape(leaf.array) in shapes - {place.ids.shape}
            if source < least or other:
                continue
            if source == 3 and same and plain(leaf.name) == same:
                yield source, Leaf(f"['d{same}']", leaf.array)
            else:
                yield source, leaf


# ---- what the code says of itself


def weight_keys(nodes: Sequence[ast.AST]) -> tuple[str, str]:
    """What dicts of weights call them: ("W", "b") where the code has "W1", "W%d" or "W" + str(i)."""
    texts = [
        n.value for node in nodes for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    ]
    stems = [re.sub(r"(\d|%[dsi]|\{\w*\})$", "", text) for text in texts]

    def first(pattern: str, usual: str) -> str:
        return next((stem for stem in stems if means(stem, pattern)), usual)

    return first(WEIGHT, "W"), first(BIAS, "b")


def layer_template(nodes: Sequence[ast.AST]) -> Mapping[str, Any] | None:
    """The first dict in a list of dicts that describe layers: sizes, and a name of an activation."""
    for node in nodes:
        for inner in ast.walk(node):
            if not isinstance(inner, ast.List) or not inner.elts or not isinstance(inner.elts[0], ast.Dict):
                continue
            try:
                found = ast.literal_eval(inner.elts[0])
            except ValueError:
                continue
            if any(isinstance(value, str) for value in found.values()):
                return dict(found)
    return None
