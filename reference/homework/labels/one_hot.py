"""Labels as rows of zeros and a one: asked as an array, a column, a list, over time, or one by one."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.diagnosis.sentences import worded
from reference.homework.diagnosing import place_of
from reference.homework.family import Family
from reference.homework.isolation.process import Failure, Globals, Result, Worker
from reference.homework.judge import Judged
from reference.homework.labels.reports import ALLOWED, called, report, without
from reference.homework.optimizers.settings import numbers_in
from reference.homework.roles import Parameter, means
from reference.homework.subject import Subject
from reference.homework.verdict import Cause, Quantity, SymbolReport
from reference.pair import Array

NAMES = (
    r"(to|as|convert(to)?|labels?to|dense(labels)?to|idx2|int(egers?)?to|make|get|create|my|np|do|encode)?_?onehot"
    r"(encod\w*|labels?|targets?|y|it|convert|transform|vectors?|matrix|rows?|np|numpy|batch)*|(np|my)?tocategorical"
)
COUNT = r"\w*(class|num|depth|vocab|dim|size|length|len|count|categor)\w*|n\w?|k|c|m|d|nlabels?"
# several of them, so that one at a time is not meant
SEVERAL = r"\w*(labels|targets|indices|indexes|train|test|batch|ys|arr(ay)?|lst|list|values|vec(tor)?)"
# letters and words are looked up first, which only their file knows how
WORDS = r"\w*(char|letter|word|text|sentence|str(ing)?|dict|mapping|toidx|toix|toint|2idx|vocab|vocabulary|tokens?)"
CLASSES = 5


@dataclass(frozen=True)
class Trial:
    """Labels as they are handed over, those labels one after the other, and the number of classes."""

    given: Any
    labels: Array
    classes: int


Form = Callable[[Array], Any]
FORMS: Mapping[str, Form] = {
    "": lambda labels: labels,
    "labels (batch, 1)": lambda labels: labels[:, None],
    "labels (1, batch)": lambda labels: labels[None],
    "labels in a list": lambda labels: labels.tolist(),
    "labels (batch, time)": lambda labels: labels[:12].reshape(3, 4),
    "one label at a time": lambda labels: int(labels[0]),
}


def looks_one_hot(subject: Subject) -> bool:
    """Whether it is a function of labels, and how many classes there are at most, that is called so."""
    required = [parameter for parameter in subject.handed if parameter.required]
    return (
        not subject.made
        and subject.forward is not None
        and means(subject.called, NAMES)
        and len(required) in (1, 2)
        and not any(means(parameter.name, WORDS) for parameter in required)
        and (len(required) == 1 or any(means(parameter.name, rf"{COUNT}|labels?") for parameter in required))
    )


def examine_one_hot(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on a function that makes rows of labels."""
    assert subject.forward is not None
    code = [subject.symbol.node]
    names = sorted({n.id for each in code for n in ast.walk(each) if isinstance(n, ast.Name)})
    outside = worker.run([Globals(names)])[0]
    written = numbers_in(code, outside.value if isinstance(outside, Result) else {})
    widths = [int(n) for n in written if n == int(n) and 2 < n <= 50]
    given = _counted(subject.handed) is not None
    classes = CLASSES if given or not widths else max(widths)
    wrong: SymbolReport | None = None
    failures: list[Failure] = []
    for said, form in FORMS.items():
        if said.startswith("one") and means(subject.handed[0].name, SEVERAL):
            continue
        asked = list(_asked(form, classes, seed, given))
        got = called(worker, subject, subject.forward, [_arguments(subject.handed, trial) for trial in asked])
        failures += [each for each in got if isinstance(each, Failure)]
        results = [each for each in got if isinstance(each, Result)]
        if len(results) < len(asked):
            continue
        judged = _judged(subject, asked, results, [] if given else widths, said)
        if judged.verdict == "correct":
            rarer = _asked(form, classes, seed, False, absent=True)
            return judged if given else _with_absent(worker, subject, list(rarer), widths, judged)
        wrong = wrong or (judged if not failures else None)
    return wrong or without(subject, family.name, failures, "it returns no array", sure=True)


def _counted(handed: Sequence[Parameter]) -> int | None:
    """Which parameter is the number of classes: the second, or the first where only that is called so."""
    required = [i for i, parameter in enumerate(handed) if parameter.required]
    if len(required) == 2:
        first, second = (means(handed[i].name, COUNT) for i in required)
        return required[0] if first and not second else required[1]
    return next((i for i, p in enumerate(handed) if not p.required and means(p.name, COUNT)), None)


def _arguments(handed: Sequence[Parameter], trial: Trial) -> list[Any]:
    """Positional arguments up to the last that is needed; a parameter between them keeps its default."""
    count = _counted(handed)
    values = [trial.classes if i == count else trial.given if p.required else p.default for i, p in enumerate(handed)]
    last = max(i for i, p in enumerate(handed) if p.required or i == count)
    return values[: last + 1]


def _asked(form: Form, classes: int, seed: int, given: bool, *, absent: bool = False) -> Iterator[Trial]:
    """Labels of all classes, then of fewer where their number is given; or with one `absent` from the middle."""
    rng = np.random.default_rng([seed, 7])
    for size in (classes, classes + 1 if given else classes):
        labels = rng.permutation(np.arange(5 * size + 3) % size)
        if given and size > classes:
            labels = labels[labels < size - 3]  # the last are not among them
        if absent:
            labels = labels[labels != 1]
        made = form(labels)
        yield Trial(made, np.ravel(made), size)


def _judged(
    subject: Subject, asked: Sequence[Trial], results: Sequence[Result], widths: Sequence[int], said: str
) -> SymbolReport:
    """The verdict on what one form gave."""
    got = [_array(each.value) for each in results]
    counted = _counted(subject.handed) is not None
    found = [_compared(a, trial, [trial.classes, *widths], _part(subject)) for a, trial in zip(got, asked, strict=True)]
    worst = next((quantity for quantity, _ in found if not quantity.agree), found[0][0])
    said_of = [said, *(axes for _, axes in found)]
    if all(quantity.agree for quantity, _ in found):
        if any(each.mutated for each in results):
            worst = Quantity("y", False, problem="it changes its input in place", part=_part(subject))
            cause = worded("input-changed", {"place": place_of(subject, Judged([worst]))})
            return report(subject, "wrong", "one_hot", [worst], [cause])
        return report(subject, "correct", "one_hot", [worst], conventions=[each for each in said_of if each])
    causes = list(_causes(subject, asked, got, Judged([worst]), counted=counted))
    return report(subject, "wrong", "one_hot", [worst], causes[:1])


def _part(subject: Subject) -> str:
    return subject.forward.name if subject.forward else ""


def _array(value: Any) -> Array | None:
    """What was returned as numbers, None where it is nothing of that kind."""
    try:
        array = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        return None
    return array if array.ndim else None


def _compared(got: Array | None, trial: Trial, widths: Sequence[int], part: str) -> tuple[Quantity, str]:
    """What was returned against rows of zeros and a one, of the first width that fits, and how it lies there."""
    wants = [np.eye(width)[trial.labels] for width in dict.fromkeys(widths)]
    if got is None:
        return Quantity("y", False, problem="it returns no array", part=part), ""
    for want in wants:
        laid, said = _laid(got, want, np.shape(trial.given))
        if laid is not None:
            away = np.where(np.isfinite(laid), np.abs(laid - want), np.inf)
            at = tuple(int(i) for i in np.unravel_index(int(away.argmax()), want.shape))
            far = float(away[at])
            return Quantity("y", far <= ALLOWED, far, ALLOWED, at, float(laid[at]), float(want[at]), part), said
    expected = wants[0].shape
    return Quantity("y", False, np.inf, problem=f"y has shape {got.shape}, expected {expected}", part=part), ""


def _laid(got: Array, want: Array, lead: tuple[int, ...]) -> tuple[Array | None, str]:
    """The array as rows (n, classes), and what is said of it where it does not lie so."""
    single = len(want) == 1
    shape = got.shape
    if shape in (want.shape, (*lead, want.shape[1])) or (single and got.size == want.size):
        return got.reshape(want.shape), ""
    if shape == want.shape[::-1]:
        return got.T, "(classes, batch)"
    return None, ""


def _with_absent(
    worker: Worker, subject: Subject, asked: Sequence[Trial], widths: Sequence[int], right: SymbolReport
) -> SymbolReport:
    """What is right for labels of all classes, where one of them is absent."""
    assert subject.forward is not None
    got = called(worker, subject, subject.forward, [_arguments(subject.handed, trial) for trial in asked])
    results = [each for each in got if isinstance(each, Result)]
    agree = len(results) == len(asked) and _judged(subject, asked, results, widths, "").verdict == "correct"
    if agree or all(len(trial.labels) == 1 for trial in asked):
        return right
    return report(
        subject,
        "correct",
        "one_hot",
        right.quantities,
        conventions=right.conventions,
        remark="not for labels from which a class is absent",
    )


Mistaken = Callable[[Array, int], Sequence[Array]]


def _ones(labels: Array, classes: int, places: Array) -> Array:
    """Rows with a one at places that may lie outside, in as many columns as that takes."""
    found = np.zeros((len(labels), max(classes, int(places.max()) + 1)))
    found[np.arange(len(labels)), places] = 1
    return found


# by the words for each in the catalogue: what such a function returns
MISTAKES: Mapping[str, Mistaken] = {
    "one_hot/before": lambda labels, n: [np.eye(n)[labels - 1]],
    "one_hot/after": lambda labels, n: [np.roll(np.eye(n)[labels], 1, axis=1), _ones(labels, n, labels + 1)],
    "one_hot/value": lambda labels, n: [np.eye(n)[labels] * labels[:, None], np.eye(n)[labels] * (labels[:, None] + 1)],
    "one_hot/everywhere": lambda labels, n: [np.isin(np.arange(n), labels) * np.ones((len(labels), 1))],
    "one_hot/together": lambda labels, n: [np.isin(np.arange(n), labels) * 1.0],
    "one_hot/first": lambda labels, n: [np.eye(n)[labels] * (np.arange(len(labels)) == 0)[:, None]],
    "one_hot/last": lambda labels, n: [np.eye(n)[labels] * (np.arange(len(labels)) < len(labels) - 1)[:, None]],
    "one_hot/inverted": lambda labels, n: [1 - np.eye(n)[labels]],
    "one_hot/reshaped": lambda labels, n: [
        np.eye(n)[labels].T.reshape(-1, n),
        np.eye(n)[labels].reshape(n, -1),
        np.eye(n)[labels].T.reshape(-1, n).T,
    ],
}


def _causes(
    subject: Subject, asked: Sequence[Trial], got: Sequence[Array | None], judged: Judged, *, counted: bool
) -> Iterator[Cause]:
    """The mistakes that give what was returned, every time."""
    place = {"place": place_of(subject, judged)}
    for words, mistaken in MISTAKES.items():
        if all(_given_by(a, mistaken(trial.labels, trial.classes)) for a, trial in zip(got, asked, strict=True)):
            yield worded(words, place)
    widths = [{np.shape(a)[axis] for axis in range(np.ndim(a))} if a is not None else set() for a in got]
    if all(
        any(w > trial.labels.max() and _given_by(a, [np.eye(w)[trial.labels]]) for w in several)
        for a, trial, several in zip(got, asked, widths, strict=True)
    ):
        greatest = all(int(trial.labels.max()) + 1 in w for trial, w in zip(asked, widths, strict=True))
        yield worded("one_hot/greatest" if counted and greatest else "one_hot/width", place)


def _given_by(got: Array | None, mistaken: Sequence[Array]) -> bool:
    """Whether one of these, or it turned round, is what was returned."""
    return got is not None and any(
        got.shape == each.shape and np.allclose(got, each, rtol=0, atol=ALLOWED)
        for wrong in mistaken
        for each in (wrong, wrong.T)
    )
