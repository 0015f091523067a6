"""What recurrent submissions are asked: whole sequences and single steps, with and without an output layer on top."""

import ast
import functools
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.fills import normal, one_hot
from reference.homework.problem import Problem, problem
from reference.homework.roles import means
from reference.homework.subject import Subject
from reference.pair import Array, Input, Pair, Twin
from scratch.gru import GRU, ResetBeforeGRU
from scratch.layer import Layer
from scratch.lstm import LSTM
from scratch.recurrent import Recurrent, SimpleRNN

CELLS: Mapping[str, type[Recurrent]] = {
    "simple_rnn": SimpleRNN,
    "lstm": LSTM,
    "gru": GRU,
    "gru_reset_before": ResetBeforeGRU,
}
# names of the states before a step or before the first one
HIDDEN = (
    r"h|h_?[0t]?(prev|init|initial|in|start|before|last|old|tm1)?|(prev|init|initial|last|old|previous)(h|"
    r"s|a|state|hidden|hiddenstate)|h(idden)?(state)?s?0?|hiddenprev|a0|aprev|s0|s|sprev|state|stateprev|"
    r"statet?|a|h0|hx|hprevt"
)
CELL = (
    r"c|c_?[0t]?(prev|init|initial|in|start|before|last|old|tm1)?|(prev|init|initial|last|old|previous)(c|"
    r"cell|cellstate)|c(ell)?(state)?s?0?|cellprev|cx|sprevcell|memory"
)
# a state that a constructor is given, where "hidden" is a size
FIRST = (
    r"h_?[0t]?|(h|s|a)(prev|init|initial|0)|(init|initial|prev|start)(h|s|a|state|hidden|hiddenstate)|hprev|state0?|hx"
)
OUTPUT_WEIGHT = r"why|wya|wyh|wy|v|wo(ut)?|wout|who|w_?out\w*|output(layer|weights?)|vo|wyx|wouty"
OUTPUT_SIZE = r"nout\w*|noutputs?|output\w*|outdim|outsize|ny|nclass(es)?|classnum|nlabels|classes"
# one of padding may mean either
MASK = r"(?!.*(drop|pad|ignore))\w*mask\w*"
BIAS = r"b\w*|\w*bias\w*"


@dataclass(frozen=True)
class Form:
    """What is asked: `step`, one step with the states before it, else a sequence, of which all states or the last
    (`sequences`) come out. `states` are given. `output`: a dense layer on top, which a softmax follows where `soft`;
    "beside" where its softmax is returned beside the states, "loss" where the cross-entropy of all steps is what comes
    out, beside the last states. `bias_within`: it is a row of the weights. `flip`: a GRU
    whose update gate weighs the candidate.
    `cell_gradient`: the gradient of the next cell is handed over too. `letters`: the inputs are one-hot.
    `mask`: steps are left out, where the state stays as it is, and what comes out is that state ("carried") or "zero";
    `mask_kind`: what the mask is made of.
    """

    step: bool = False
    sequences: bool = True
    states: tuple[str, ...] = ()
    bias: bool = True
    bias_within: bool = False
    output: str = ""
    flip: bool = False
    cell_gradient: bool = False
    activation: str = "tanh"
    batch: int = 3
    letters: bool = False
    mask: str = ""
    mask_kind: str = "bool"


class Model(Layer):
    """A recurrent layer of scratch's as a Form asks for it. Its buffers are what comes out beside y."""

    def __init__(self, cell: str, form: Form, n_in: int, n_hidden: int, n_out: int) -> None:
        super().__init__()
        self.form = form
        zero = form.mask == "zero"
        self.cell = CELLS[cell](n_in, n_hidden, activation=form.activation, bias=form.bias, zero_output_for_mask=zero)
        self.params = {name: w.copy() for name, w in self.cell.params.items()}
        if form.output:
            self.params |= {"w_y": np.zeros((n_hidden, n_out)), **({"b_y": np.zeros(n_out)} if form.bias else {})}
        # an update gate that weighs the candidate is one that keeps the state, of the opposite sign
        self.sign = np.where(np.arange(self.cell.gates * n_hidden) < n_hidden * form.flip, -1.0, 1.0)

    def forward(self, x: Array, *given: Array) -> Array:
        form, names = self.form, [*self.form.states, *(("dc",) if self.form.cell_gradient else ())]
        names += ["mask"] if form.mask else []
        handed = dict(zip(names, given, strict=False))
        self.dc, self.t = handed.get("dc"), given[-1] if form.output in ("soft", "loss") else None
        x = x[:, None] if form.step else x
        zero = np.zeros((len(x), len(self.params["w_h"])), x.dtype)
        self.cell.load({name: self.params[name] * self._signed(name) for name in self.cell.params})
        mask = (handed["mask"] != 0,) if form.mask else ()
        h = self.cell.forward(x, *(handed.get(name, zero) for name in self.cell.states), *mask)
        self.h = h[:, -1] if form.step or not form.sequences else h
        if len(self.cell.history) > 1:
            self.buffers["c"] = self.cell.history[1][-1].T
        if not form.output:
            return self.h
        z = self.h @ self.params["w_y"] + self.params.get("b_y", 0.0)
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        if form.output == "beside":
            self.buffers["p"] = e / e.sum(axis=-1, keepdims=True)
            return self.h
        self.p = e / e.sum(axis=-1, keepdims=True)
        if form.output == "loss":
            self.buffers["h"] = self.cell.history[0][-1].T
            return np.asarray(-np.log(self.p[given[-1] == 1]).sum())
        return self.p if form.output == "soft" else z

    def backward(self, dy: Array) -> tuple[Array, ...]:
        if self.form.output in ("soft", "loss", "linear"):
            dy = self._through_output(self.p - self.t if self.t is not None else dy)
        elif self.form.output:
            self.grads |= {name: np.zeros_like(w) for name, w in self.params.items() if name in ("w_y", "b_y")}
        if self.dc is not None:
            dx, *states = self._step_back(dy, self.dc)
        else:
            if self.form.step:
                dy = dy[:, None]
            elif not self.form.sequences:
                dy = np.concatenate(
                    [np.zeros((len(dy), len(self.cell.a) - 1, dy.shape[1]), dy.dtype), dy[:, None]], axis=1
                )
            dx, *states = self.cell.backward(dy)  # type: ignore[misc, assignment]
            dx = dx[:, 0] if self.form.step else dx
        self.grads |= {name: g * self._signed(name) for name, g in self.cell.grads.items()}
        named = dict(zip(self.cell.states, states, strict=True))
        return (dx, *(named[name] for name in self.form.states))

    def _step_back(self, dh: Array, dc: Array) -> tuple[Array, ...]:
        """Back through one step from both of its states."""
        cell = self.cell
        cell.da = np.empty_like(cell.a)
        states = cell.step_back(0, dh.T, dc.T)
        cell.grads = cell.weight_gradients()
        return ((cell.params["w_x"] @ cell.da[0]).T, *(d.T for d in states))

    def _through_output(self, dz: Array) -> Array:
        rows, states = dz.reshape(-1, dz.shape[-1]), self.h.reshape(-1, self.h.shape[-1])
        self.grads |= {"w_y": states.T @ rows, **({"b_y": rows.sum(axis=0)} if "b_y" in self.params else {})}
        return dz @ self.params["w_y"].T

    def _signed(self, name: str) -> Array | float:
        return self.sign if self.form.flip else 1.0


@functools.cache
def _pair(cell: str) -> Pair:
    """A layer as forms ask for it; none has a twin, as the layer in it has."""
    none = Twin(None, likeness="none", reason="it is only asked of submissions")
    return Pair(cell, functools.partial(Model, cell), none, none, ())


# time, inputs, nodes, outputs: all sizes differ, of gates and of stacked weights too
Sizes = tuple[int, int, int, int]
SIZES, OTHER_SIZES = (4, 5, 6, 7), (6, 3, 4, 9)


def ask(cell: str, form: Form, seed: int, label: str = "", sizes: Sizes = SIZES) -> Problem:
    """A problem of this form."""
    time, n_in, n_hidden, n_out = sizes
    n = form.batch
    inputs: dict[str, Input] = {"x": normal(n, n_in) if form.step else normal(n, time, n_in)}
    if form.letters:
        inputs["x"] = replace(one_hot(n, time, n_in), differentiable=True)
    inputs |= {state: normal(n, n_hidden, scale=0.5) for state in form.states}
    if form.cell_gradient:
        still = normal(n, n_hidden)
        inputs["dc"] = Input(still.shape, still.fill, differentiable=False)
    if form.mask:
        inputs["mask"] = Input((n, time), functools.partial(_mask, kind=form.mask_kind), differentiable=False)
    if form.output in ("soft", "loss"):
        inputs["t"] = one_hot(*((n, time, n_out) if form.sequences and not form.step else (n, n_out)))
    outputs = (("c",) if form.step and cell == "lstm" else ()) + (("p",) if form.output == "beside" else ())
    facts = {"form": form, "time": time, "outputs": outputs}
    options: dict[str, Any] = {"form": form, "n_in": n_in, "n_hidden": n_hidden, "n_out": n_out}
    return problem(_pair(cell), inputs, seed, label=label, facts=facts, apart=("dc", "t"), **options)


def _mask(rng: np.random.Generator, shape: tuple[int, ...], kind: str) -> Array:
    """Steps to leave out, in the middle and at the end; never the first, before which there is no output to repeat."""
    mask = rng.random(shape) < 0.6
    mask[:, 0] = True
    mask[0, 1:] = np.arange(1, shape[1]) % 2 == 0
    mask[-1, -2:] = False
    return mask.astype(kind)


def takes_mask(subject: Subject) -> bool:
    """Whether the forward pass is given a mask."""
    return any(means(p.name, MASK) for p in subject.handed)


def forms(subject: Subject, cell: str) -> Iterator[Form]:
    """The forms a submission may have, likeliest first, from its names and whether it loops."""
    assert subject.forward is not None
    names = {*(p.name for p in (*subject.init, *subject.forward.parameters)), *subject.attributes}
    names |= {key for p in subject.forward.parameters for key in (*p.keys, *p.parts)}
    # a single capital is a size
    handed, made = (
        [p.name for p in some if not re.fullmatch("[A-Z]", p.name)]
        for some in (subject.forward.parameters, subject.init)
    )
    handed += [part for p in subject.forward.parameters for part in p.parts]
    states = tuple(
        state
        for state, pattern, first in zip(CELLS[cell].states, (HIDDEN, CELL), (FIRST, CELL), strict=False)
        if any(means(name, pattern) for name in handed) or any(means(name, first) for name in made)
    )
    biases = _biases(subject, names)
    base = Form(states=states, activation=_activation(subject))
    backward = subject.backward.parameters if subject.backward else ()
    both = cell == "lstm" and any(means(p.name, r"d\w*c\w*|d\w*cell\w*") for p in backward)
    step = replace(base, step=True, cell_gradient=both)
    outputs = _outputs(subject, names)
    sequences = [replace(base, sequences=all_of_them, output=o) for o in outputs for all_of_them in (True, False)]
    steps = [replace(step, output="beside" if outputs[0] else "")] if states else []
    if takes_mask(subject):
        masks = itertools.product(sequences, ("carried", "zero"), ("bool", "float64"))
        masked = [replace(form, mask=mask, mask_kind=kind) for form, mask, kind in masks]
        sequences = [*masked, *sequences]
    ordered = [*sequences, *steps] if _loops(subject) else [*steps, *sequences]
    flips = (False, True) if cell.startswith("gru") else (False,)
    for batch, form, flip, bias in itertools.product((3, 1), ordered, flips, biases):
        yield replace(form, flip=flip, batch=batch, bias=bias != "none", bias_within=bias == "within")


def _biases(subject: Subject, names: set[str]) -> tuple[str, ...]:
    """Whether there is a bias, as far as names tell: one of its own, none, or one within the weights."""
    assert subject.forward is not None
    if any(means(name, BIAS) for name in names):
        return ("own",)
    given = [p.name for p in (*subject.init, *subject.forward.parameters)]
    weights = any(means(name, r"w\w?|wxh|whh|weights?") for name in given)
    return ("none", "within") if weights else ("own", "none", "within")


def _outputs(subject: Subject, names: set[str]) -> list[str]:
    """What may be on top of the states."""
    if not any(means(name, f"{OUTPUT_WEIGHT}|{OUTPUT_SIZE}") for name in names):
        return [""]
    handed = any(
        means(p.name, r"t|y|targets?|labels?|d") for p in (subject.backward.parameters if subject.backward else ())
    )
    if handed:
        return ["soft", "linear", "beside", ""]
    return ["linear", "beside", "", *(["soft"] if subject.backward is None else [])]


def _loops(subject: Subject) -> bool:
    """Whether the forward pass goes through time itself."""
    assert subject.forward is not None
    kinds = (ast.For, ast.While, ast.ListComp)
    if re.search(r"step|cell", subject.name.lower()):
        return False
    return any(isinstance(node, kinds) for node in ast.walk(subject.forward.node))


def _activation(subject: Subject) -> str:
    """What the submission puts in the place of tanh."""
    names = {
        n.attr if isinstance(n, ast.Attribute) else n.id
        for n in ast.walk(subject.symbol.node)
        if isinstance(n, ast.Attribute | ast.Name)
    }
    said = " ".join(names).lower()
    return "relu" if "tanh" not in said and re.search(r"maximum|relu", said) else "tanh"


def time_axis(subject: Subject) -> int:
    """Which axis of its input the forward pass goes along: x[t], x[:, t] or x[:, :, t]."""
    assert subject.forward is not None
    names = {p.name for p in subject.forward.parameters}
    for node in ast.walk(subject.forward.node):
        match node:
            case ast.For(iter=ast.Name(id=who)) if who in names:
                return 0
            case ast.Subscript(value=ast.Name(id=who), slice=where) if who in names:
                parts = where.elts if isinstance(where, ast.Tuple) else [where]
                if isinstance(parts[0], ast.Constant):
                    continue
                return next((k for k, p in enumerate(parts) if not isinstance(p, ast.Slice)), 1)
    return 1
