"""Recurrent layers and cells: simple, LSTM, and GRU with the reset gate before or after the matrix."""

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.homework.columns import more_columns
from reference.homework.examination import Examination
from reference.homework.family import Family
from reference.homework.isolation.process import New, Result, Snapshot, Stopped, Stub, Worker
from reference.homework.problem import Layout, Problem, Scheme
from reference.homework.recurrence import (
    CELL,
    FIRST,
    HIDDEN,
    MASK,
    OTHER_SIZES,
    OUTPUT_SIZE,
    SIZES,
    Form,
    Sizes,
    ask,
    forms,
    takes_mask,
    time_axis,
)
from reference.homework.recurrent_weights import GRU_GATES, LSTM_GATES, ONE, W_X, Gates, schemes
from reference.homework.roles import means
from reference.homework.subject import Subject
from reference.homework.trees import leaves
from reference.homework.verdict import SymbolReport

X = r"x|xt|xs|inputs?|inp|in|data|sequence|seq|x_?t|xbatch|u|inputseq|emb\w*|words?|features|series"
N_IN = (
    r"(?!in$|inputs?$|features?$)(nx|xdim|dimx|numx|(n|num|dim|size|nb)?(in|inputs?|features?|vocab\w*|"
    r"emb\w*)(s|dims?|sizes?|units?|nodes?|features?|shape|n|dimension|num)?|d|di|dx|nfeatures|nbfeatures|"
    r"insize|xsize|wordvec\w*|m|e)"
)
N_HIDDEN = (
    r"(n|num|dim|size|nb)?(hid|hidden|state)(size|sizes|dims?|units?|nodes?|neurons?|features?|shape|n|"
    r"dimension|layer\w*|num)?|(n|num|nb)?(units?|nodes?|neurons?|cells?)(size|num|n)?|numhidden|nh|na|k|"
    r"dimh|hsize|hdim"
)
# what no layer is called, and what no function of one is: what trains, draws or makes weights
NO_LAYER = r"(?!.*(train|init|param|plot|test|load|optim|generat|data|numeric|check|embed))"
NO_FUNCTION = NO_LAYER + r"(?!.*(sampl|fit|updat|predict|eval|main|run|text|classif|cost|accuracy|word))"

STATES = {"h_0": HIDDEN, "c_0": CELL}


def own_sizes(worker: Worker, subject: Subject) -> Sizes | None:
    """The sizes of a class that is told none, from the weights that are written into it; None where it is told."""
    if not subject.is_class or any(p.required or means(p.name, f"{N_IN}|{N_HIDDEN}|{W_X}|w") for p in subject.init):
        return None
    try:
        made = worker.run([New(subject.name, (), {}, bind="hard_coded"), Snapshot("hard_coded")])[-1]
    except Stopped:
        return None
    shapes = (
        [leaf.array.shape for leaf in leaves(made.value) if np.ndim(leaf.array) == 2]
        if isinstance(made, Result)
        else []
    )
    nodes = next((shape[0] for shape in shapes if shape[0] == shape[1]), 0)
    n_in = next((sum(shape) - nodes for shape in shapes if nodes in shape and shape[0] != shape[1]), 0)
    return (SIZES[0], n_in, nodes, SIZES[3]) if nodes and n_in > 0 else None


def _ordered(problem: Problem) -> Sequence[Layout]:
    layouts: Sequence[Layout] = problem.facts["layouts"]
    return layouts


def _schemes(problem: Problem) -> Sequence[Scheme]:
    kept: Sequence[Scheme] = problem.facts["schemes"]
    return kept


def _prepared(subject: Subject, gates: Gates, asked: Problem) -> Problem:
    """A problem with the layouts and schemes to try, which are the same at each attempt."""
    columns = by_columns(subject)
    assert subject.forward is not None
    handed = [p.name for p in subject.forward.parameters]
    facts = {
        "layouts": _layouts(subject, asked, columns),
        "schemes": schemes(asked.ids(), gates, subject.made, columns, asked.facts["form"].bias_within),
        # states that the constructor is given
        "first": [s for s, names in STATES.items() if not any(means(name, names) for name in handed)],
    }
    return replace(asked, facts={**asked.facts, **facts})


def by_columns(subject: Subject) -> bool:
    """Whether the code multiplies W @ x rather than x @ W."""
    return time_axis(subject) == 2 or more_columns(subject.symbol.source)


def _layouts(subject: Subject, asked: Problem, columns: bool) -> tuple[Layout, ...]:
    """How inputs and states may lie, likeliest first by how the code indexes its input."""
    form: Form = asked.facts["form"]
    one = form.batch == 1
    found = list(_of_steps(one)) if form.step else list(of_sequences(one, form.sequences, time_axis(subject)))
    if not form.step and not columns:
        return tuple(found)
    return tuple(sorted(found, key=lambda layout: ("columns" in "".join(layout.said)) != columns))


def _states(axes: str) -> dict[str, str]:
    return dict.fromkeys(("h_0", "c_0", "dc", "c"), axes)


def _of_steps(one: bool) -> Iterator[Layout]:
    if one:
        flat = "n d -> (n d)"
        yield Layout({"x": flat, "y": flat, "p": flat, "t": flat, **_states(flat)}, said=("a single sample",))
    turned = "n d -> d n"
    yield Layout(said=("(batch, features)",))
    yield Layout(
        {"x": turned, "y": turned, "p": turned, "t": turned, **_states(turned)}, said=("(features, batch), columns",)
    )


def of_sequences(one: bool, sequences: bool, time_axis: int) -> Iterator[Layout]:
    def lay(axes: str, y: str, state: str, said: str) -> Layout:
        states = f"n h -> {state}" if state else ""
        out = f"n t d -> {y}" if sequences else f"n h -> {state}"
        mask = axes.replace("(d n)", "n").replace("d", "").split()
        mask_axes = f"n t -> {' '.join(mask)}"
        return Layout(
            {"mask": mask_axes, "x": f"n t d -> {axes}", "y": out, "p": out, "t": out, **_states(states)}, said=(said,)
        )

    if one:
        yield lay("t d n", "t d n", "h n", "a single sequence of columns")
        yield lay("t (d n)", "t (d n)", "(h n)", "a single sequence")
    batch_first, time_first = (
        lay("n t d", "n t d", "n h", "(batch, time, features)"),
        lay("t n d", "t n d", "n h", "(time, batch, features)"),
    )
    last, columns = (
        lay("d n t", "d n t", "h n", "(features, batch, time), columns"),
        lay("t d n", "t d n", "h n", "(time, features, batch), columns"),
    )
    mixed = lay("n t d", "t n d", "n h", "(batch, time, features) in, (time, batch, features) out")
    by_time = {0: [time_first, columns], 1: [batch_first], 2: [last]}
    first = by_time[time_axis]
    yield from first
    yield from (layout for layout in (batch_first, time_first, last, columns) if layout not in first)
    if sequences:
        yield mixed


def _values(problem: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    options, form = problem.options, problem.facts["form"]
    inputs = problem.arrays.inputs
    states = {f"first {n}": [layout.to_submission(n, inputs[n])] for n in problem.facts["first"] if n in inputs}
    n_out = options["n_out"] if form.output else options["n_hidden"]
    return {
        "n_in": [options["n_in"]],
        "n_hidden": [options["n_hidden"]],
        "n_out": [n_out],
        # a plain h is the state where one is given
        **({} if "h_0" in inputs else {"nodes": [options["n_hidden"]]}),
        "batch": [problem.batch],
        "time": [problem.facts["time"]],
        "activation": [Stub("activation", name=form.activation)],
        "scale": [0.1],
        "another weight": [],
        **states,
    }


def _reductions(problem: Problem) -> Mapping[str, float]:
    n, time = problem.batch, problem.facts["time"]
    found = {"gradients averaged over the batch": 1 / n} if n > 1 else {}
    if not problem.facts["form"].step:
        found |= {
            "gradients averaged over time": 1 / time,
            "gradients averaged over the batch and over time": 1 / n / time,
        }
    return found


ROLES = {
    "first h_0": FIRST,
    "first c_0": CELL,
    "n_out": OUTPUT_SIZE,
    "n_in": N_IN,
    "n_hidden": N_HIDDEN,
    "nodes": r"h|a",
    "batch": r"batch\w*|n|nsamples|bs",
    "time": r"t|time\w*|seq\w*|nsequences?|length|timesteps|steps|bptt\w*|nsteps|tx",
    "scale": r"sigma|scale|std|stddev",
    "activation": r"act\w*|f|func\w*|nonlin\w*|tanh|phi",
    "another weight": r"w[a-z]{0,3}|b[a-z]{0,2}|u[a-z]?|bias\w*|weights?\w*|\w*kernel",
}


@dataclass(frozen=True)
class Asking:
    """What a recurrent layer of one kind of cell is asked."""

    pair: str
    gates: Gates

    def problems(self, subject: Subject, seed: int, sizes: Sizes = SIZES) -> Iterator[Problem]:
        """Every form that the submission may be of."""
        for form in forms(subject, self.pair):
            one = form.batch == 1
            # code on columns, one at a time, may run with several to a wrong end; a mask is asked for before none
            rarer = (one and not by_columns(subject)) or (takes_mask(subject) and not form.mask)
            found = self._ask(subject, form, seed, "single samples" if one else "", sizes)
            yield replace(found, fallback=rarer)

    def variants(self, subject: Subject, seed: int, base: Problem) -> list[Problem]:
        """Other sizes, then other masks, and several samples of what takes one."""
        form: Form = base.facts["form"]
        other = replace(form, batch=1 if form.batch == 1 else 2)
        labelled = {}
        if form.mask and not any(p.required and means(p.name, MASK) for p in subject.handed):
            labelled["no mask"] = replace(form, mask="")
        if form.mask:
            kind = "bool" if form.mask_kind != "bool" else "float64"
            labelled["a mask of another type"] = replace(form, mask_kind=kind)
        if form.batch == 1:
            labelled["several samples at once"] = replace(form, batch=3)
        sizes = self._ask(subject, other, seed, "other sizes", OTHER_SIZES)
        return [sizes, *(self._ask(subject, each, seed, label) for label, each in labelled.items())]

    def examine(self, worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
        """The verdict; sizes that stand in the file are the ones that are asked."""
        sizes = own_sizes(worker, subject)
        asked = functools.partial(self.problems, sizes=sizes) if sizes else self.problems
        return Examination(worker, subject, replace(family, problems=asked), seed).report()

    def _ask(self, subject: Subject, form: Form, seed: int, label: str, sizes: Sizes = SIZES) -> Problem:
        return _prepared(subject, self.gates, ask(self.pair, form, seed, label, sizes))


def recurrent(pair: str, names: str, gates: Gates, rank: int, looks: Callable[[Subject], bool] | None = None) -> Family:
    """The family of one kind of cell."""
    asking = Asking(pair, gates)
    return Family(
        pair,
        examine=asking.examine,
        classes=NO_LAYER + names,
        functions=NO_FUNCTION + names,
        problems=asking.problems,
        variants=asking.variants,
        layouts=_ordered,
        schemes=_schemes,
        values=_values,
        roles=ROLES,
        inputs={"x": X, **STATES, "mask": MASK},
        wildcards=("n_in", "n_hidden", "n_out"),
        rank=rank,
        looks=looks or (lambda subject: False),
        reductions=_reductions,
        targets=r"t|y|ytrue|targets?|labels?|d|onehot",
        extras={"dc": r"d(l)?(next|t|n)?c\w*|d\w*cell\w*|dsnext|ds"},
    )


def _goes_back(subject: Subject) -> bool:
    """Whether a function that is only called forward carries a state through time under a tanh."""
    if subject.is_class or not means(subject.called, r"(forward|feed)\w*"):
        return False
    text = subject.symbol.source
    return (
        "tanh" in text and "sigmoid" not in text and re.search(r"\[\s*t\s*-\s*1\s*\]|h_?prev|prev_?h", text) is not None
    )


SIMPLE_RNN = recurrent("simple_rnn", r".*(rnn|recurrent|elman).*", ONE, 12, _goes_back)
LSTM = recurrent("lstm", r".*lstm.*", LSTM_GATES, 13)
RESET_BEFORE = recurrent("gru_reset_before", r".*gru.*", GRU_GATES, 13)
GRU = recurrent("gru", r".*gru.*", GRU_GATES, 13)
