"""How many are predicted rightly: as a share, in percent or as a count, of scores or classes, in rows or columns."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reference.diagnosis.sentences import worded
from reference.homework.attempt import told_of
from reference.homework.columns import columns_evident, rows_evident, rows_said
from reference.homework.diagnosing import place_of
from reference.homework.family import Family
from reference.homework.isolation.process import Failure, Result, Worker
from reference.homework.judge import Judged
from reference.homework.labels.predictions import (
    FLAT,
    FORMS,
    MISTAKES,
    OF_TWO,
    SCORES,
    Form,
    Predicted,
    Table,
    predicted,
)
from reference.homework.labels.reports import ALLOWED, called, report, without
from reference.homework.methods import Method
from reference.homework.roles import means, plain
from reference.homework.subject import Subject
from reference.homework.verdict import Cause, Quantity, SymbolReport

NAMES = (
    r"(get|compute|calc\w*|calculate|eval\w*|check|measure|my|np|test|train(ing)?|batch|multi(class)?|binary|categorical|"
    r"sparse|class(ification)?|top1|softmax|model)*(accuracy|acc)(score|fn|func(tion)?|metric|rate|percent(age)?|sparse|"
    r"categorical|binary|np|numpy|class|ofpredictions?|value|topk)*\d?"
)
PREDICTED = (
    r"\w*pred(icted|ict|iction|ictions|s|icts)?\w*|\w*hat\w*|p|\w*probs?|\w*probabilit\w*|\w*logits?|\w*scores?|"
    r"a|al|a[23]|z|z[23]|out\w*|o|h|guess\w*|estimate\w*|result\w*|ys"
)
LABELS = r"t|targets?|\w*labels?|\w*true|\w*truth|gt|expected|actuals?|\w*onehot|answers?|d|real|t(train|test|batch)"
# what may be either
EITHER = r"y\w?|y(train|test|batch|dev|val)|classes"
CALLED = ("calculate", "compute", "__call__", "forward", "call", "evaluate", "score", "accuracy")
RESET = r"newpass|reset\w*"
SCALES = {"as a share": 1.0, "in percent": 100.0}
CHOOSES = ("argmax", "argmin", "round", "rint", "argsort")
COUNT = "as the number of right ones"


@dataclass(frozen=True)
class Read:
    """What it gives where it is handed predictions so; `swapped` where labels come first.

    `counting` says whether a count may be meant: what divides, or takes a mean, gives none.
    """

    form: Form
    swapped: bool
    asked: Sequence[Predicted]
    results: Sequence[Result | Failure]
    counting: bool

    @property
    def failure(self) -> Failure | None:
        return next((each for each in self.results if isinstance(each, Failure)), None)

    @property
    def values(self) -> list[float] | None:
        """The numbers returned, None where one is no number."""
        found = [_number(each.value) if isinstance(each, Result) else None for each in self.results]
        return [each for each in found if each is not None] if all(each is not None for each in found) else None

    @property
    def scale(self) -> str:
        """How its right numbers are given, "" where they are not right."""
        return self.scaled([float(p.hits.mean()) for p in self.asked])

    def scaled(self, shares: Sequence[float]) -> str:
        """At which scale its numbers are these shares, the same every time; "" for none."""
        values = self.values or []
        if len(values) != len(shares):
            return ""
        wanted = {said: [share * scale for share in shares] for said, scale in SCALES.items()}
        if self.counting:
            wanted[COUNT] = [share * p.n for share, p in zip(shares, self.asked, strict=True)]
        each = wanted.items()
        return next((said for said, want in each if np.allclose(values, want, rtol=ALLOWED, atol=ALLOWED)), "")


def looks_accuracy(subject: Subject) -> bool:
    """Whether it is called so, and handed two arrays that are called predictions and labels."""
    method = _method(subject)
    if method is None or not means(subject.called, NAMES):
        return False
    if subject.is_class and (any(p.required for p in subject.init) or _abstract(subject, method)):
        return False
    required = [p for p in method.parameters if p.required]
    return len(required) == 2 and all(means(p.name, f"{PREDICTED}|{LABELS}|{EITHER}") for p in required)


def _method(subject: Subject) -> Method | None:
    if not subject.is_class:
        return None if subject.made else subject.forward
    return next((subject.methods[name] for name in CALLED if name in subject.methods), None)


def _abstract(subject: Subject, method: Method) -> bool:
    """Whether it calls a method of its own that a class made from it has to add."""
    called_here = {
        n.func.attr
        for n in ast.walk(method.node)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)
        if isinstance(n.func.value, ast.Name) and n.func.value.id == "self"
    }
    return not called_here <= {*subject.methods, *subject.set_attributes}


def examine_accuracy(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on a function, or a class, that tells how many are predicted rightly."""
    method = _method(subject)
    assert method is not None
    every = list(_reads(worker, subject, method, seed))
    reads = [read for read in every if read.failure is None]
    right = [read for read in reads if read.scale]
    if not reads:
        failures = [read.failure for read in every if read.failure is not None]
        return without(subject, family.name, failures, "it returns no number")
    if all(isinstance(result, Result) and result.value is None for read in reads for result in read.results):
        return without(subject, family.name, [], "it returns no number")
    if not right or (right[0].form.columns and _rows(worker, subject)):
        return _wrong(subject, method, reads, right)
    if (other := _other_labels(method, every, right)) is not None:
        said = "for one-hot labels" if other.form.one_hot else "for class indices"
        return _wrong(subject, method, [other], [], said)
    first = right[0]
    told = [f"{first.form.said}", first.scale]
    changed = any(isinstance(result, Result) and result.mutated for result in first.results)
    remark = "it changes its input in place" if changed else ""
    quantity = _quantity(first, method)
    return report(subject, "correct", "accuracy", [quantity], conventions=told, remark=remark)


def _reads(worker: Worker, subject: Subject, method: Method, seed: int) -> Iterator[Read]:
    """What it gives in every form, and order, that its names leave."""
    code = list(ast.walk(subject.symbol.node))
    divides = any(isinstance(n, ast.Div | ast.FloorDiv) for n in code)
    counting = not divides and not any(isinstance(n, ast.Attribute) and n.attr in ("mean", "average") for n in code)
    for form in _forms(subject, method):
        asked = predicted(seed, binary=form.binary)
        for swapped in _orders(method):
            calls = [form.make(p)[:: -1 if swapped else 1] for p in asked]
            yield Read(form, swapped, asked, called(worker, subject, method, calls, _resets(subject)), counting)


def _forms(subject: Subject, method: Method) -> list[Form]:
    """The forms that its name, those of its parameters, and what it does leave."""
    names = [plain(p.name) for p in method.parameters]
    scores = any(means(name, r"\w*(logit|score|prob|softmax|outputs)\w*") for name in names)
    one_hot = any("onehot" in name for name in names)
    found = [form for form in FORMS if (form.scores or not scores) and (form.one_hot or not one_hot)]
    calls = {n.attr for n in ast.walk(method.node) if isinstance(n, ast.Attribute)}
    if means(subject.called, r"\w*binary\w*"):
        found = [form for form in found if form.binary]
    several = bool(calls & {"argmax", "argmin"}) or means(subject.called, r"\w*(categorical|multi|top1)\w*")
    return [form for form in found if not (form.binary and several)]


def _orders(method: Method) -> tuple[bool, ...]:
    """Whether labels come first, where the names say it; both ways else."""
    first, second = [p.name for p in method.parameters if p.required]
    if means(first, PREDICTED) or (means(second, LABELS) and not means(second, PREDICTED)):
        return (False,)
    if means(first, LABELS) or means(second, PREDICTED):
        return (True,)
    return False, True


def _resets(subject: Subject) -> list[str]:
    """The methods that set a count to zero before anything is counted."""
    return [n for n, m in subject.methods.items() if means(n, RESET) and not any(p.required for p in m.parameters)]


def _number(value: object) -> float | None:
    try:
        array = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        return None
    return float(array.ravel()[0]) if array.size == 1 and value is not None else None


def _rows(worker: Worker, subject: Subject) -> bool:
    """Whether samples are rows where it is written."""
    return rows_said(subject.symbol.source) or (
        rows_evident(worker.submission) and not columns_evident(worker.submission)
    )


def _other_labels(method: Method, reads: Sequence[Read], right: Sequence[Read]) -> Read | None:
    """What is wrong for the other kind of labels, in one that asks which of them it is given."""
    if not right:
        return None
    labels = {[p.name for p in method.parameters if p.required][0 if right[0].swapped else 1]}
    asks = any(
        (isinstance(n, ast.Attribute) and n.attr == "ndim" and isinstance(n.value, ast.Name) and n.value.id in labels)
        or (isinstance(n, ast.Call) and ast.unparse(n) in {f"len({name}.shape)" for name in labels})
        for test in ast.walk(method.node)
        if isinstance(test, ast.If | ast.IfExp)
        for n in ast.walk(test.test)
    )
    both = {form.said for form in FORMS[:2]}
    if not asks or right[0].form.said not in both:
        return None
    return next((read for read in reads if read.form.said in both and not read.scale), None)


def _quantity(read: Read, method: Method) -> Quantity:
    """The number that differs most from the share, or the first."""
    wanted = [float(p.hits.mean()) for p in read.asked]
    values = read.values
    if read.failure is not None:
        return Quantity("y", False, np.inf, problem=told_of(read.failure), part=method.name)
    if values is None:
        assert isinstance(read.results[0], Result)
        shape = np.shape(read.results[0].value)
        problem = f"y has shape {shape}, expected ()" if shape else "it returns no number"
        return Quantity("y", False, np.inf, problem=problem, part=method.name)
    if read.scale:
        return Quantity("y", True, 0.0, ALLOWED, (), values[0], values[0], part=method.name)
    at = int(np.argmax(np.abs(np.array(values) - wanted)))
    far = abs(values[at] - wanted[at])
    return Quantity("y", False, far, ALLOWED, (), values[at], wanted[at], part=method.name)


def _wrong(
    subject: Subject, method: Method, reads: Sequence[Read], right: Sequence[Read], said: str = ""
) -> SymbolReport:
    """Wrong in every form, or right for samples in columns only, where they are rows."""
    best = next((read for read in reads if read not in right and read.values is not None), reads[0])
    quantity = _quantity(best, method)
    place = place_of(subject, Judged([quantity]))
    causes = [worded("accuracy/samples", {"place": place})] if right else list(_causes(method, reads, place))
    return report(subject, "wrong", "accuracy", [quantity], causes[:1], remark=said)


def _causes(method: Method, reads: Sequence[Read], place: str) -> Iterator[Cause]:
    """The mistakes that give the numbers of a form, at any scale, every time."""
    code = list(ast.walk(method.node))
    floored = any(isinstance(n, ast.FloorDiv) for n in code)
    compares = any(isinstance(n, ast.Eq) for n in code)
    chooses = any(isinstance(n, ast.Attribute) and n.attr in CHOOSES for n in code)
    tables: list[tuple[Read, Table]] = [(read, OF_TWO if read.form.binary else MISTAKES) for read in reads]
    # what only two classes can have is told before what it comes to where it is asked of more
    ordered = [*(words for words in OF_TWO if words not in MISTAKES), *(words for words in MISTAKES if words != SCORES)]
    for words in dict.fromkeys((*ordered, SCORES)):
        for read, table in tables:
            if words not in table or read.values is None:
                continue
            # both are 0 as good as always
            if (words == SCORES and (chooses or not compares)) or (words == FLAT and not chooses):
                continue
            given = [table[words](p) for p in read.asked]
            if any(read.scaled(shares) for shares in zip(*given, strict=True)):
                told = "accuracy/floor" if floored and words == "accuracy/all" else words
                yield worded(told, {"place": place})
                break
