"""Group, instance and root mean square normalisation."""

from collections.abc import Mapping, Sequence
from typing import Any

from reference.fills import normal
from reference.homework.families.convolution import LAYOUTS_2D
from reference.homework.families.normalisation import EPSILON, GAMMA, ROLES, epsilons, schemes
from reference.homework.family import Family
from reference.homework.problem import Entry, Layout, Problem, Scheme, problem, vector_forms
from reference.homework.subject import Subject

GROUPS = r"(n|num|number|no)?(of)?groups?|g|ngroups?"
IMAGES, OTHER_IMAGES = (2, 5, 4, 6), (3, 2, 5, 4)


def _values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    n = asked.arrays.inputs["x"].shape[-1]
    groups = {"groups": [asked.options["groups"]]} if "groups" in asked.options else {}
    return {"n": [n, (n,)], "epsilon": [asked.options["epsilon"]], **groups}


def _images(pair: str, seed: int, shape: tuple[int, ...], label: str, epsilon: float, groups: int) -> Problem:
    divided: Mapping[str, Any] = {"groups": groups} if groups else {}
    x = {"x": normal(*shape, scale=0.3)}
    return problem(pair, x, seed, label=label, channels=shape[-1], epsilon=epsilon, **divided)


def _of_images(pair: str, names: str, groups: int, other: int) -> Family:
    """A family of a normalisation over images; `groups` and `other`: two numbers of groups, 0 where there are none."""

    def problems(subject: Subject, seed: int) -> list[Problem]:
        return [_images(pair, seed, IMAGES, "", epsilon, groups) for epsilon in epsilons(subject)]

    return Family(
        pair,
        classes=names,
        functions=names,
        problems=problems,
        variants=lambda subject, seed, base: (
            _images(pair, seed, OTHER_IMAGES, "other sizes", base.options["epsilon"], other),
        ),
        layouts=lambda asked: LAYOUTS_2D,
        schemes=schemes,
        values=_values,
        roles={"groups": GROUPS, "n": ROLES["n"], "epsilon": EPSILON},
        wildcards=("n",),
        rank=9,
        reductions=lambda asked: {},
    )


GROUP_NORM = _of_images("group_norm", r".*group_?norm\w*|gn\w*", 3, 2)
INSTANCE_NORM = _of_images("instance_norm2d", r".*instance_?norm\w*|in_?norm\w*", 0, 0)


def _rows(seed: int, shape: tuple[int, ...], label: str, epsilon: float) -> Problem:
    return problem("rms_norm", {"x": normal(*shape, scale=0.3)}, seed, label=label, shape=shape[-1:], epsilon=epsilon)


RMS_NORM = Family(
    "rms_norm",
    classes=r".*rms_?norm\w*|(root)?meansquare_?norm\w*",
    functions=r".*rms_?norm\w*|(root)?meansquare_?norm\w*",
    problems=lambda subject, seed: [_rows(seed, (6, 4), "", epsilon) for epsilon in epsilons(subject)],
    variants=lambda subject, seed, base: (
        _rows(seed, (5, 3), "other sizes", base.options["epsilon"]),
        _rows(seed, (3, 2, 4), "inputs over time", base.options["epsilon"]),
    ),
    schemes=lambda asked: (Scheme({"gamma": Entry(GAMMA, vector_forms(asked.ids()["gamma"]))}),),
    values=_values,
    roles={"n": ROLES["n"], "epsilon": EPSILON},
    wildcards=("n",),
    rank=9,
    reductions=lambda asked: {},
)
