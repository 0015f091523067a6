"""The words of causes, and that a search claims only what reproduces."""

import string

import numpy as np
import pytest

from reference.diagnosis.evidence import Evidence, Found
from reference.diagnosis.hypotheses import hypotheses
from reference.diagnosis.search import Search
from reference.diagnosis.sentences import catalogue, worded
from reference.diagnosis.transforms import transformed
from reference.diagnosis.variants import all_variants
from reference.pair import Case
from reference.registry import find
from reference.sides import make_arrays, scratch_side


@pytest.mark.parametrize("id", sorted(catalogue()))
def test_both_languages_say_the_same_facts(id: str) -> None:
    entry = catalogue()[id]
    fields = [{field for _, field, _, _ in string.Formatter().parse(entry[lang]) if field} for lang in ("en", "ja")]
    if id.startswith(("@", "narrow-", "limit", "where", "size/")):
        assert fields[0] == fields[1]
        assert entry.keys() == {"en", "ja"}
        return
    assert "place" in fields[0] & fields[1]
    assert entry.keys() == {"en", "ja", "hint_en", "hint_ja"}


def test_every_variant_has_words() -> None:
    unworded = {v.id for v in all_variants()} - catalogue().keys()
    assert all(id.endswith("-derivative") for id in unworded)


def test_a_hint_stops_short() -> None:
    facts = {"place": "Tanh.backward", "said": "(1 - z) * dz", "name": "tanh", "right": "1 - z**2"}
    assert "1 - z**2" in worded("tanh-derivative", facts).sentence
    assert "1 - z**2" not in worded("tanh-derivative", facts, hint=True).sentence


def evidence(power: float, seed: int, first: float | None = None) -> Evidence:
    """Tanh with (1 - y)**power for its slope, on the first case of its pair; `first` is the power at fresh inputs."""
    pair = find("tanh")
    case: Case = pair.cases[0]
    arrays = make_arrays(pair, case, seed)
    side = scratch_side(pair, case, arrays, "float64")
    got = arrays.dy * (1 - side["y"]) ** power
    found = {"y": Found(side["y"], side["y"], False), "dx": Found(got, side["dx"], True)}
    fresh = power if first is None else first
    return Evidence(pair, case, arrays, found, again=lambda: evidence(fresh, seed + 1) if seed == 0 else None)


def searched(one: Evidence) -> list[str]:
    return [each.id for each in Search(one, hypotheses(one), transformed).single(5)]


def test_a_derivative_is_recognised() -> None:
    assert searched(evidence(2, 0)) == ["tanh-derivative"]


def test_what_fresh_inputs_refute_is_not_claimed() -> None:
    assert searched(evidence(2, 0, first=1.5)) == []


def test_what_no_change_gives_is_not_claimed() -> None:
    assert searched(evidence(1.37, 0)) == []


def test_planted_methods_are_taken_back() -> None:
    one = evidence(2, 0)
    before = one.side()
    for each in hypotheses(one):
        each.answers(one)
    after = one.side()
    assert before is not None
    assert after is not None
    assert all(np.array_equal(before[name], after[name]) for name in before)
