"""Which functions of a submission are a network over letters, and which names they take from outside."""

import ast
import builtins
import re
from collections.abc import Mapping
from dataclasses import dataclass

from reference.homework.methods import Method, name_of, text_of
from reference.homework.recurrence import HIDDEN
from reference.homework.roles import Parameter, means
from reference.homework.subject import Subject, functions_of

INPUTS = (
    r"inputs?|x|xs|x?(idx|idxs|indices|ids)|seq(uence)?|data|x?batch|batchx|inputs?(idx|indices|ids|seq\w*)|chars|"
    r"letters|tokens?"
)
TARGETS = r"targets?|ts?|ys?|labels?|ybatch|batchy|ytrue|targets?(idx|indices|ids|seq\w*)"
# how many letters a text has
LENGTH = r"\w*(seq|time|step|length|bptt)\w*|t"
# names of sizes: of the letters, of the states, of both
VOCABULARY, NODES, BOTH = (
    r"\w*vocab\w*size|vocab\w*|v|[xd]size|xdim|d|ninput|n?(in|out)put(size|dim)|n?chars|n?letters|k|nx|ny",
    r"h|hsize|\w*hid\w*|nh|m|nunits|units",
    r"zsize|concat\w*",
)
# a text that is gone through from its end: reversed(...), [::-1], range(n, -1, -1)
BACKWARDS = r"reversed|:\s*:\s*-1|-1,\s*-1\)"
# one of a column of zeros is set, or one is taken from the probability of the right letter
INDEXED = r"\]\s*-?=\s*-?1(\.0*)?\b"
# as the functions are handed letters
INDICES, COLUMNS, ROWS = "indices", "columns", "rows"
Kinds = tuple[str, str]


@dataclass(frozen=True)
class Course:
    """The functions that give the loss and all gradients, as they are called: one, or one forward and one back.

    `loss` is the one that a forward pass without a loss leaves it to. `text` is all their code. `weights`, `sizes` and
    `lengths` are the names that it takes from outside.
    """

    forward: Method
    backward: Method
    text: str
    loss: Method | None = None
    weights: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    lengths: tuple[str, ...] = ()

    @property
    def at_once(self) -> bool:
        """Whether one call gives it all."""
        return self.forward is self.backward

    @property
    def handed(self) -> tuple[Parameter, ...]:
        return (*self.forward.parameters, *(() if self.at_once else self.backward.parameters))

    @property
    def kinds(self) -> tuple[Kinds, ...]:
        """What letters and those that follow may come as, likeliest first."""
        given = (INDICES, COLUMNS, ROWS) if self.makes_letters else (COLUMNS, ROWS, INDICES)
        if self.takes_indices:
            return tuple((kind, INDICES) for kind in given)
        return tuple((kind, other) for kind in given for other in (ROWS if kind == ROWS else COLUMNS, INDICES))

    @property
    def takes_indices(self) -> bool:
        """Whether one is taken from the probability of the right letter, by its index."""
        return re.search(r"\]\s*-=\s*1(\.0*)?\b", self.text) is not None

    @property
    def makes_letters(self) -> bool:
        """Whether it makes columns of zeros and a one of indices."""
        return re.search(r"\]\s*=\s*1(\.0*)?\b|eye\(|one_?hot", self.text) is not None


def course_of(subject: Subject) -> Course | None:
    """How a class or function is called for its loss and gradients; None where it is no network over letters."""
    functions = functions_of(subject)
    given = [*subject.methods.values()] if subject.is_class else [subject.forward, subject.backward]
    whole = [m for m in given if m is not None and _gives_all(m, text_of(m, functions))]
    whole.sort(key=lambda method: re.search(r"train|fit|run|main", method.name.lower()) is not None)
    chosen = whole[0] if whole else None
    if (chosen is None or whole == [m for m in whole if "train" in m.name.lower()]) and _in_two(subject, functions):
        forward, backward = subject.forward, subject.backward
        assert forward is not None
        assert backward is not None
        losses = (m for n, m in subject.methods.items() if re.search(r"loss|cost|entropy", n.lower()))
        loss = next((m for m in losses if len(m.parameters) == 2 and m not in (forward, backward)), None)
        return Course(forward, backward, "\n".join((text_of(forward, functions), text_of(backward, functions))), loss)
    return Course(chosen, chosen, text_of(chosen, functions)) if chosen else None


def _gives_all(method: Method, text: str) -> bool:
    """Whether it is handed letters and those that follow, and goes along them and back."""
    names = [p.name for p in method.parameters]
    if len(names) < 2 or not (means(names[0], INPUTS) and means(names[1], TARGETS)):
        return False
    if re.match(r"fit|main|run|sampl|predict|generat|evaluat", method.name.lower()):
        return False
    ahead = "tanh" in text and re.search(r"exp\(|softmax", text) is not None
    return ahead and re.search(BACKWARDS, text) is not None and _carries(method, text)


def _carries(method: Method, text: str) -> bool:
    """Whether a state is carried from step to step: one that is handed over, or the one before.

    What stands before i may be a layer.
    """
    before = r"\[[ti] - 1\]" if method.name.lower().startswith("loss") else r"\[t - 1\]"
    return any(means(p.name, HIDDEN) for p in method.parameters) or re.search(before, text) is not None


def _in_two(subject: Subject, functions: Mapping[str, ast.FunctionDef]) -> bool:
    """Whether a forward pass goes along letters, and a backward pass back from those that follow."""
    forward, backward = subject.forward, subject.backward
    if forward is None or backward is None or not forward.parameters:
        return False
    ahead, back = text_of(forward, functions), text_of(backward, functions)
    targets = any(means(p.name, TARGETS) for p in (*forward.parameters[1:], *backward.parameters))
    loops = any(isinstance(n, ast.For | ast.While) for n in ast.walk(forward.node))
    return (
        means(forward.parameters[0].name, INPUTS)
        and targets
        and loops
        and "tanh" in ahead
        and _carries(forward, ahead)
        and re.search(BACKWARDS, back) is not None
        and re.search(INDEXED, ahead + back) is not None
    )


def outside(course: Course, known: set[str]) -> tuple[tuple[str, ...], ...]:
    """The names that a course takes from outside: weights, sizes, lengths. `known` are those of functions and classes.

    A name within a shape or a slice is a size, one that a loop goes up to a length, any other a weight.
    """
    nodes = list(ast.walk(ast.parse(course.text)))
    local = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    local |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    free = {n.id for n in nodes if isinstance(n, ast.Name)} - local - known - set(dir(builtins)) - {"np", "numpy"}
    shapes = [n for n in nodes if isinstance(n, ast.Tuple | ast.Slice | ast.BinOp)]
    inner = {n.id for shape in shapes for n in ast.iter_child_nodes(shape) if isinstance(n, ast.Name)}
    loops = [n for n in nodes if isinstance(n, ast.Call) and name_of(n.func) in ("range", "reversed")]
    upto = {n.id for loop in loops for n in ast.walk(loop) if isinstance(n, ast.Name)} & free
    lengths = {name for name in upto if means(name, LENGTH)}
    sizes = {name for name in free & inner if any(means(name, p) for p in (VOCABULARY, NODES, BOTH))} - lengths
    return tuple(sorted(free - sizes - lengths)), tuple(sorted(sizes)), tuple(sorted(lengths))
