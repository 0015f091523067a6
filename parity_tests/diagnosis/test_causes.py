"""Causes are told from their neighbours: no two give the same numbers, and what proves nothing is not claimed."""

import itertools
import string
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from reference.diagnosis.constants import of_constants
from reference.diagnosis.evidence import Evidence, Found
from reference.diagnosis.hypotheses import hypotheses, layers_of
from reference.diagnosis.mutants import mutants
from reference.diagnosis.search import Search
from reference.diagnosis.sentences import catalogue
from reference.diagnosis.transforms import transformed
from reference.diagnosis.variants import all_variants
from reference.diagnosis.worded import named
from reference.pair import Array, Case, Pair
from reference.registry import find, pairs
from reference.sides import Arrays, Side, make_arrays, scratch_side

OWNERS = list(dict.fromkeys(variant.owner for variant in all_variants()))


@pytest.fixture(scope="module")
def asked() -> dict[type, list[tuple[Pair, Case, Arrays]]]:
    """What each class with mistakes of its own is asked, whether a pair's layer is one or a form of it."""
    found: dict[type, list[tuple[Pair, Case, Arrays]]] = defaultdict(list)
    for pair in pairs().values():
        for case in pair.cases:
            first = next(layers_of(pair.layer(**case.options)), None)
            for cls in set(type(first).__mro__) & set(OWNERS):
                found[cls].append((pair, case, make_arrays(pair, case, 0)))
    return found


def same(a: Side | None, b: Side | None) -> bool:
    """Whether two layers answer the same; what breaks answers nothing."""
    if a is None or b is None:
        return a is b
    return a.keys() == b.keys() and all(
        a[name].shape == b[name].shape and np.allclose(a[name], b[name], 1e-9, 1e-12, equal_nan=True) for name in a
    )


@pytest.mark.parametrize("owner", OWNERS, ids=lambda owner: owner.__name__)
def test_no_two_mistakes_give_the_same_numbers(owner: type, asked: dict[type, list[tuple[Pair, Case, Arrays]]]) -> None:
    evidence = [Evidence(pair, case, arrays, {}) for pair, case, arrays in asked[owner]]
    written = [variant for variant in all_variants() if variant.owner is owner]
    sides = [[one.side(variant) for one in evidence] for variant in written]
    alike = {
        (one.id, other.id)
        for (one, mine), (other, theirs) in itertools.combinations(zip(written, sides, strict=True), 2)
        if one.id != other.id and all(map(same, mine, theirs))
    }
    assert not alike


def evidence_of(pair: str, case: str, changes: dict[str, Array] | None = None, **more: object) -> Evidence:
    """The layer's own answers but for `changes`, which are wrong; the same changes are not there for fresh inputs."""
    found = next(each for each in find(pair).cases if each.name == case)
    arrays = make_arrays(find(pair), found, 0)
    side = scratch_side(find(pair), found, arrays, "float64")
    judged = {
        name: Found((changes or {}).get(name, want), want, name in (changes or {})) for name, want in side.items()
    }
    return replace(Evidence(find(pair), found, arrays, judged), **more)  # type: ignore[arg-type]


def test_infinity_alone_proves_nothing() -> None:
    plain = evidence_of("mean_squared_error", find("mean_squared_error").cases[0].name)
    wrong = {"y": np.full_like(plain.found["y"].want, np.inf)}
    one = evidence_of("mean_squared_error", plain.case.name, wrong)
    one = replace(one, again=lambda: one)
    assert not Search(one, hypotheses(one), transformed).single(3)


@pytest.mark.parametrize(
    ("factor", "said"),
    [(1 / 6, "1 / the batch size (6)"), (-1.0, ""), (6 / 5, "the batch size (6) / the number of steps (5)")],
)
def test_a_single_number_is_rescaled_by_sizes_only(factor: float, said: str) -> None:
    want, sizes = np.asarray(0.7310585), {"the batch size": 6, "the number of steps": 5}
    plain = evidence_of("tanh", find("tanh").cases[0].name)

    def told(got: float) -> tuple[tuple[str, object], ...]:
        return transformed(replace(plain, found={"y": Found(np.asarray(got), want, True)}, sizes=sizes))["y"]

    ((id, facts),) = told(factor * 0.7310585)
    assert (id, dict(facts).get("named", "")) == (("rescaled", said) if said else ("sign", ""))  # type: ignore[call-overload]
    assert not told(0.4567)


def test_the_sign_of_a_part_is_not_that_of_the_result() -> None:
    for pair in ("binary_cross_entropy", "dense", "lstm", "softmax"):
        for mutant in mutants(find(pair).layer):
            id, _ = named(mutant)
            assert id not in ("sign", "transposed"), mutant.id


def test_a_number_in_the_place_of_an_option_is_named() -> None:
    plain = evidence_of("leaky_relu", find("leaky_relu").cases[0].name)
    x = plain.arrays.inputs["x"]
    one = replace(
        plain,
        constants=(0.3, 0.7),
        found={**plain.found, "y": Found(np.where(x > 0, x, 0.3 * x), plain.found["y"].want, True)},
    )
    giving = [
        h for h in of_constants(one) if (side := h.answers(one)) and same({"y": side["y"]}, {"y": one.found["y"].got})
    ]
    assert {h.facts["said"] for h in giving} == {"0.3"}
    assert not list(of_constants(plain))


@pytest.mark.parametrize("id", sorted(catalogue()))
def test_every_blank_of_a_sentence_is_a_fact(id: str) -> None:
    for words in catalogue()[id].values():
        fields = {field for _, field, _, _ in string.Formatter().parse(words) if field}
        assert all(field.isidentifier() for field in fields)
