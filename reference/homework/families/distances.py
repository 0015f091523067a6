"""Distances of vectors, of rows, or of all rows from all others, recognised by their names."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from reference.fills import normal
from reference.homework.agreement import EPSILON_ALLOWED
from reference.homework.embedding_losses import Distances
from reference.homework.family import NEVER, Family, another_number, number_given
from reference.homework.problem import Problem, of_submissions, problem
from reference.homework.roles import means
from reference.homework.subject import Subject

NAMES = (
    r"(my|get|compute|calc\w*|np)?(squared|sq)?(pairwise|euclid(ean)?|l2|l1|manhattan|cityblock|taxicab|minkowski)"
    r"(squared|sq)?(euclid(ean)?|l2)?(dist(ance)?s?|metric)(matrix|squared|sq|fn|func|loops?|vectori[sz]ed|l2|l1)*"
)
FIRST = r"a|x|u|p|i|\w*(1|left|first|a|test|query)|anchor"
SECOND = r"b|y|v|q|j|\w*(2|right|second|b|train|other)|positive"
ORDER = r"p|ord(er)?|power|norm"
OPTIONS = rf"{ORDER}|squared|eps(ilon)?|keepdims?|axis"
PAIR = of_submissions("pairwise_distance", Distances)
ROWS, OTHER_ROWS, FEATURES, OTHER_FEATURES = (5, 6), (3, 4), 4, 7


def _looks(subject: Subject) -> bool:
    """Whether it is called so and handed two arrays, and nothing else that it needs."""
    wanted = [p.name for p in subject.handed if p.required and not (subject.is_class and means(p.name, OPTIONS))]
    kept = [name for name in wanted if not (means(name, ORDER) and len(wanted) == 3)]
    return means(subject.called, NAMES) and len(kept) == 2 and not any(p.required for p in subject.init)


def _order(subject: Subject) -> float:
    """The p of its norm: by its name 1 or 2, or what it is given."""
    absolute = means(subject.called, r"\w*(l1|manhattan|cityblock|taxicab)\w*")
    return 1.0 if absolute else number_given(subject, ORDER, 2.0)


def _squares(subject: Subject) -> tuple[bool, ...]:
    """Whether its name says squares; one that is called pairwise only may give either."""
    if means(subject.called, r"\w*sq\w*"):
        return (True,)
    return (False, True) if means(subject.called, r"(?!.*(euclid|l2))\w*pairwise\w*") else (False,)


def _ask(seed: int, n: int, m: int, features: int, label: str = "", *, p: float, squared: bool, form: str) -> Problem:
    """Two vectors, rows beside rows with or without an axis `kept`, or `every` row from every other."""
    shapes = {"vectors": ((features,), (features,)), "every": ((n, features), (m, features))}
    a, b = shapes.get(form, ((n, features), (n, features)))
    inputs = {"a": normal(*a), "b": normal(*b)}
    facts = {"form": form}
    how: dict[str, Any] = {"every": form == "every", "keepdims": form == "kept"}
    return problem(PAIR, inputs, seed, label=label, facts=facts, p=p, squared=squared, **how)


def _problems(subject: Subject, seed: int) -> Iterator[Problem]:
    for squared in _squares(subject):
        for form in ("rows", "kept", "every", "vectors"):
            label = "two vectors" if form == "vectors" else ""
            asked = _ask(seed, *ROWS, FEATURES, label, p=_order(subject), squared=squared, form=form)
            yield replace(asked, fallback=1) if form == "vectors" else asked


def _variants(subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
    form, options = base.facts["form"], {name: base.options[name] for name in ("p", "squared")}
    yield _ask(seed, *OTHER_ROWS, OTHER_FEATURES, "other sizes", form=form, **options)
    if not subject.is_handed("q") and (other := another_number(subject, ORDER, options["p"])) is not None:
        options["p"] = 1 + other
        asked = _ask(seed, *OTHER_ROWS, OTHER_FEATURES, f"p = {options['p']:g}", form=form, **options)
        yield replace(asked, required=True)


def _family(name: str, order: str, *, letters: bool) -> Family:
    """The family; `letters` of those whose two arrays are p and q, where p is no order of a norm."""
    return Family(
        name,
        classes=NEVER,
        functions=NEVER,
        pairs=(PAIR.name,),
        problems=_problems,
        variants=lambda subject, seed, base: list(_variants(subject, seed, base)),
        values=lambda asked, layout: {"p": [asked.options["p"]]},
        roles={"p": order},
        inputs={"a": FIRST, "b": SECOND},
        rank=9,
        looks=lambda subject: _looks(subject) and subject.is_handed("q") == letters,
        loose=EPSILON_ALLOWED,
        reductions=lambda asked: {},
    )


DISTANCE = _family("pairwise_distance", ORDER, letters=False)
DISTANCE_OF_P_AND_Q = _family("pairwise_distance_of_p_and_q", NEVER, letters=True)
