"""In which order a forward pass hands back results of one shape, and whether its file means another order.

Numbers cannot tell: (c, h) holds what (h, c) holds. What the file says of it does: the names in a `return`, those that
its own code unpacks a call into, its docstring, the order in which states are taken.
"""

import ast
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reference.homework.agreement import compare
from reference.homework.attempt import OUT
from reference.homework.doubts import Right, Wrong
from reference.homework.family import CACHE
from reference.homework.isolation.process import Ref
from reference.homework.judge import Judged
from reference.homework.reading.submission import Submission
from reference.homework.recurrence import CELL, HIDDEN
from reference.homework.roles import means
from reference.homework.subject import Subject
from reference.homework.verdict import Quantity
from reference.pair import Array

_TIME = r"(next|new|cur(rent)?|last|out(put)?|n|t)?"
STATE = rf"{_TIME}(h|a|hidden|hs)(state)?{_TIME}\d?"
MEMORY = rf"{_TIME}(c|cell|memory|cs)(state)?{_TIME}\d?"
RESULT = r"y(pred|hat)?\d?|out(put)?s?|p(rob\w*)?|probs?|a\d?|act\w*|result|soft(max)?(out\w*|ed)?|pred\w*"
KEPT = rf"{CACHE}|_+|tmp|temp|unused|exp\w*|e|z|ex|shifted|logits"
NO_NAMES = ("a", *string.ascii_uppercase)
RETURNS = r"(?is)(returns?\b|outputs?\s*:|戻り値|返り値|出力).*"


@dataclass(frozen=True)
class Swapped:
    """What is handed back first, though it is not the `first` of these two kinds of names, but the `second`.

    `said` calls the two by their names in the report.
    """

    first: str
    second: str
    said: tuple[str, str]
    at: int


def misordered(right: Right) -> Wrong | None:
    """Wrong where what comes first should come later, by what the file itself says or does."""
    swapped = _swapped(right)
    if swapped is None:
        return None
    votes = list(_votes(right, swapped))
    against = next((why for agrees, why in votes if not agrees), "")
    first, second = swapped.said
    if not against or any(agrees for agrees, _ in votes):
        right.judged.conventions.append(f"{second} is returned before {first}")
        return None
    forward = right.trying.subject.forward
    assert forward is not None
    problem = f"{forward.name} returns {second} before {first}, {against}"
    cause = "order/states" if first == "the hidden state" else "order/output"
    odd = Quantity("order", False, part=forward.name, problem=problem)
    judged = Judged([*right.judged.quantities, odd], right.judged.conventions)
    return Wrong(problem, judged, right.attempt, cause)


def out_of_order(right: Right) -> str:
    """A remark where something else comes before the output, and nothing in the file says why; else ""."""
    swapped = _swapped(right)
    if swapped is None or any(True for _ in _votes(right, swapped)):
        return ""
    first, second = swapped.said
    return f"it returns {second} before {first}, where others have {first} first"


def _swapped(right: Right) -> Swapped | None:
    """What of one shape comes before the output; None where nothing does."""
    attempt = right.attempt
    problem, value = attempt.problem, attempt.value
    y = problem.want["y"]
    if not isinstance(value, tuple | list) or len(value) < 2 or attempt.y is None:
        return None
    items = [attempt.layout.from_submission("y", each, y.shape) for each in value]
    got = attempt.y  # in whatever scale it is right
    at = next((k for k, each in enumerate(items) if each is not None and _same(each, got)), 0)
    if at == 0 or items[0] is None:
        return None
    if "c" in problem.facts.get("outputs", ()) and _same(items[0], problem.want["c"]):
        return Swapped(STATE, MEMORY, ("the hidden state", "the cell state"), at) if at == 1 else None
    return Swapped(RESULT, KEPT, ("its output", "another array"), at)


def _same(got: Array, want: Array) -> bool:
    return got.shape == want.shape and compare("y", got, want).agree


def _votes(right: Right, swapped: Swapped) -> Iterator[tuple[bool, str]]:
    """Whether each thing that is known agrees with what is returned, and if not, why it does not."""
    subject = right.trying.subject
    forward = subject.forward
    assert forward is not None
    submission = right.trying.worker.submission
    names = forward.returns
    states = swapped.first == STATE
    if states and _of_two(names[:2], swapped) == 1:
        yield False, f"under the names ({names[0]}, {names[1]})"
    called, reach = False, _Reach(submission, subject)
    for name, unpacked in (each for tree in submission.trees for each in _unpacked(tree, swapped.at)):
        order = _of_two(unpacked, swapped)
        if not states and unpacked == tuple(names[k] for k in (0, swapped.at) if k < len(names)):
            order = -1
        # where it may be another's result, only what agrees counts
        if (order < 0 and reach.possible(name)) or (order > 0 and reach.sure(name)):
            called = True
            yield order < 0, f"and its file takes it apart into ({', '.join(unpacked)})"
    documented = [] if called else list(_documented(right, swapped))
    yield from documented
    if not called and not documented:
        yield from _taken(right, swapped)
    yield from _kept(right, swapped)


class _Reach:
    """By which names a subject is called in its file."""

    def __init__(self, submission: Submission, subject: Subject) -> None:
        assert subject.forward is not None
        self.name, self.symbols = subject.forward.name, submission.symbols
        nodes = [node for tree in submission.trees for node in ast.walk(tree)]
        self.alone = sum(isinstance(n, ast.FunctionDef) and n.name == self.name for n in nodes) == 1
        called = [n.func for n in nodes if isinstance(n, ast.Call)]
        handed = any(isinstance(n, ast.Name) and n.id == self.name and n not in called for n in nodes)
        self.by_others = subject.is_class or handed

    def sure(self, name: str) -> bool:
        """Whether what is called so is the subject."""
        return name == self.name and self.alone

    def possible(self, name: str) -> bool:
        """Whether it may be: a variable that holds it."""
        return name == self.name or (self.by_others and name not in self.symbols)


def _of_two(names: Sequence[str], swapped: Swapped) -> int:
    """1 where names say (first, second), -1 where (second, first), 0 where neither."""
    if len(names) != 2:
        return 0
    one, two = names
    if means(one, swapped.first) and means(two, swapped.second) and not means(one, swapped.second):
        return 1
    return -1 if means(one, swapped.second) and means(two, swapped.first) and not means(two, swapped.second) else 0


def _unpacked(tree: ast.AST, at: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name that each call goes by, and the names that its first result and that number `at` are given."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=parts) | ast.List(elts=parts)], value=ast.Call(func=func)):
                if len(parts) > at and not any(isinstance(each, ast.Starred) for each in parts):
                    yield _last(func), (_last(parts[0]), _last(parts[at]))
            case ast.Assign(
                targets=[target], value=ast.Subscript(value=ast.Call(func=func), slice=ast.Constant(value=int(which)))
            ) if which in (0, at):
                name = _last(target)
                yield _last(func), (name, "_") if which == 0 else ("_", name)


def _last(node: ast.AST) -> str:
    """The last name of what is called or assigned to: h of self.h, of h[t] and of hs["h"]."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _documented(right: Right, swapped: Swapped) -> Iterator[tuple[bool, str]]:
    """What a docstring or a comment says is returned: of both, the one that it mentions first."""
    subject = right.trying.subject
    forward = subject.forward
    assert forward is not None
    comments = re.findall(r"#(.*)", subject.symbol.source) if not subject.is_class else []
    names = forward.returns
    for text in (ast.get_docstring(forward.node) or "", *comments):
        found = re.search(RETURNS, text)
        # an article is no state, a single capital is a size
        words = [w for w in re.findall(r"[A-Za-z_]\w*", found[0])[1:] if w not in NO_NAMES] if found else []
        first = [k for k, w in enumerate(words) if means(w, swapped.first) or w in names[swapped.at : swapped.at + 1]]
        second = [k for k, w in enumerate(words) if means(w, swapped.second) or w in names[:1]]
        if first and second and first[0] != second[0]:
            yield second[0] < first[0], "and says that it returns them in the other order"


def _taken(right: Right, swapped: Swapped) -> Iterator[tuple[bool, str]]:
    """A step hands back its states in the order in which it takes them, so that it can be called again."""
    forward = right.trying.subject.forward
    assert forward is not None
    taken = [part for p in forward.parameters for part in (p.parts or (p.name,))]
    hidden = [k for k, name in enumerate(taken) if means(name, HIDDEN) and not means(name, CELL)]
    cell = [k for k, name in enumerate(taken) if means(name, CELL)]
    if swapped.first == STATE and hidden and cell:
        yield cell[0] < hidden[0], f"and takes {taken[hidden[0]]} before {taken[cell[0]]}"


def _kept(right: Right, swapped: Swapped) -> Iterator[tuple[bool, str]]:
    """A backward pass that has its cache from where the output is, and is wrong with what comes first for a cache."""
    back = right.attempt.back
    first, mine = Ref(f"{OUT}[0]"), Ref(f"{OUT}[{swapped.at}]")
    given = back.given.values() if back else ()
    if back is None or not any(means(name, CACHE) and _is(value, mine) for name, value in given):
        return
    again = right.trying.run(right.attempt.reading, right.attempt.problem)
    if again is None or again.failure is not None:
        return
    args = tuple(first if _is(value, mine) else value for value in back.args)
    kwargs = {name: first if _is(value, mine) else value for name, value in back.kwargs.items()}
    again.back = replace(back, args=args, kwargs=kwargs)
    right.trying.go_back(again)
    if again.failure is not None or not right.judge.whole(again).right:
        yield False, "and keeps its output in the place of a cache"


def _is(value: Any, wanted: Ref) -> bool:
    return isinstance(value, Ref) and value == wanted
