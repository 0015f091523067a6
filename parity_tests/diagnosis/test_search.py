"""Two mistakes at once, and a mistake in one layer of a network only."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from reference.diagnosis.bench import Bench, Effect, Hypothesis
from reference.diagnosis.evidence import Change, Evidence, Found
from reference.diagnosis.hypotheses import hypotheses
from reference.diagnosis.mutants import Mutant
from reference.diagnosis.pairing import Both, pairs, together
from reference.diagnosis.search import Search
from reference.diagnosis.transforms import transformed
from reference.fills import normal
from reference.homework.networks.forms import Form, ask
from reference.pair import Case, Pair
from reference.registry import find
from reference.sides import Arrays, Side, make_arrays, scratch_side

ENOUGH = 60.0  # seconds of its own time, far more than any search here takes
Answers = Callable[[Evidence], Side | None]


def evidence(pair: Pair, case: Case, arrays: Callable[[int], Arrays], answers: Answers, seed: int = 0) -> Evidence:
    """What a submission with these answers gives."""
    given = arrays(seed)
    own = scratch_side(pair, case, given, "float64")
    bare = Evidence(pair, case, given, {})
    side = answers(bare)
    assert side is not None
    found = {n: Found(side[n], own[n], not bare.same(n, side[n], own[n])) for n in own}
    return replace(
        bare, found=found, again=lambda: evidence(pair, case, arrays, answers, seed + 1) if not seed else None
    )


def layer(name: str, change: Change) -> Evidence:
    """A pair's layer with a change, on its first case."""
    pair = find(name)
    case = pair.cases[0]
    return evidence(pair, case, lambda seed: make_arrays(pair, case, seed), lambda one: one.side(change))


def known(name: str) -> list[Hypothesis]:
    pair = find(name)
    case = pair.cases[0]
    return [h for h in hypotheses(Evidence(pair, case, make_arrays(pair, case, 0), {})) if h.change is not None]


def named(name: str, id: str, after: str) -> Hypothesis:
    """A change of the code by this name that is made in the syntax tree, as those of one method must be."""
    some = [h for h in known(name) if h.id == id and isinstance(h.change, Mutant)]
    return next(h for h in some if h.facts["after"] == after)


def change(one: Hypothesis) -> Change:
    assert one.change is not None
    return one.change


MEETING = [
    (
        "simple_rnn",
        ("bptt-untransposed", "self.params['w_h'].T @ self.da[t]"),
        ("sign-within", "total -= z_t @ da_t.T"),
    ),
    ("lstm", ("missing-factor", "dh * o"), ("cell-without-forget-gate", "dc")),
]


@pytest.mark.parametrize(("name", "one", "other"), MEETING, ids=["of two methods", "of one method"])
def test_two_mistakes_in_the_same_numbers_are_found(name: str, one: tuple[str, str], other: tuple[str, str]) -> None:
    made = together(named(name, *one), named(name, *other))
    assert made is not None
    found = layer(name, change(made))
    search = Search(found, hypotheses(found), transformed)
    assert search.single(ENOUGH) == ()
    assert {each.id for each in search.double(ENOUGH)} == {one[0], other[0]}


def test_two_mistakes_in_one_method_are_both_made() -> None:
    slope = {h.facts["after"]: h for h in known("tanh") if h.facts.get("method") == "slope"}
    first, second = slope["2"], slope["y * y * y"]
    made = together(first, second)
    assert made is not None
    plain, alone = Bench(layer("tanh", change(made))), [Bench(layer("tanh", change(h))) for h in (first, second)]
    assert plain.explained(made) == {"dx"}
    assert not any(bench.explained(made) for bench in alone)


def test_what_stands_inside_the_other_makes_no_pair() -> None:
    inside = [h for h in known("tanh") if h.facts.get("method") == "slope"]
    assert any(together(a, b) is None for a, b in itertools.combinations(inside, 2))


def test_pairs_are_those_that_may_give_everything_the_likeliest_first() -> None:
    """Held to the rule written out: what one of them changes alone, it must give alone."""
    wanted = frozenset("abc")
    subsets = [frozenset(s) for n in range(4) for s in itertools.combinations("abc", n)]
    effects = [Effect(given, spoilt) for given in subsets for spoilt in subsets if not given & spoilt]
    change = Both()
    tried = [(Hypothesis(str(k), lambda one: None, rank=k % 3, change=change), e) for k, e in enumerate(effects)]
    expected = set()
    for (one, e), (other, f) in itertools.combinations(tried, 2):
        whole = e.changed | f.changed == wanted and e.changed and f.changed
        if whole and not (e.spoilt - f.changed) and not (f.spoilt - e.changed):
            expected.add(frozenset((one.id, other.id)))
    found = list(pairs(tried, wanted))
    assert {frozenset((one.id, other.id)) for one, other in found} == expected
    assert len(found) == len(expected) > 20
    ranks = [one.rank + other.rank for one, other in found]
    assert ranks == sorted(ranks)


def test_without_a_change_of_the_code_there_is_no_pair() -> None:
    tried = [(Hypothesis(name, lambda one: None), Effect(frozenset(name))) for name in "ab"]
    assert not list(pairs(tried, frozenset("ab")))
    assert not list(pairs([], frozenset("ab")))


def test_nothing_reads_memory_outside_of_arrays() -> None:
    assert not [h for h in known("conv2d") if "as_strided(" in h.facts.get("before", "")[:11]]


# ---- one layer of a network

FORM = Form((5, 7, 6, 4), hidden="tanh", output="identity", loss="half the squared error")


def network(answers: Answers) -> Evidence:
    asked = ask(FORM, 3)

    def arrays(seed: int) -> Arrays:
        problem = ask(FORM, 3 + seed)
        return replace(problem.arrays, inputs={**problem.arrays.inputs, **problem.extras})

    return evidence(asked.pair, asked.case, arrays, answers)


def ids(found: Sequence[Hypothesis]) -> list[tuple[str, str]]:
    return [(each.id, each.facts.get("layer", "")) for each in found]


@pytest.mark.parametrize("layer", ["@after-layer 1", "@after-layer 2"])
def test_a_mistake_in_one_layer_is_told_from_the_same_in_all(layer: str) -> None:
    plain = network(lambda one: one.side())
    every = next(h for h in hypotheses(plain) if h.id == "tanh-derivative" and h.change is not None)
    alone = next(
        h
        for h in hypotheses(replace(plain, found={n: replace(f, wrong=n != "y") for n, f in plain.found.items()}))
        if h.facts == {**every.facts, "layer": layer}
    )
    in_one, in_all = network(alone.answers), network(every.answers)
    assert ids(Search(in_one, hypotheses(in_one), transformed).single(ENOUGH)) == [("tanh-derivative", layer)]
    assert ids(Search(in_all, hypotheses(in_all), transformed).single(ENOUGH)) == [("tanh-derivative", "")]


def test_only_layers_that_may_be_wrong_are_tried() -> None:
    plain = network(lambda one: one.side())
    wrong = {n: replace(f, wrong=n in ("dw1", "db1")) for n, f in plain.found.items()}
    layers = {h.facts["layer"] for h in hypotheses(replace(plain, found=wrong)) if "layer" in h.facts}
    assert layers == {"@layer 1", "@after-layer 1", "@layer 2"}


@pytest.mark.parametrize(("right", "claimed"), [(1, True), (2, False)])
def test_a_mistake_must_leave_right_what_is_right(right: int, claimed: bool) -> None:
    """Stride ignored explains what is wrong for stride 2, but not of a submission that is right for stride 2 too."""

    def asked(stride: int, answers: Answers) -> Evidence:
        options = {"n_in": 4, "n_out": 5, "kernel": (3, 3), "stride": stride}
        case = Case("strides", {"x": normal(2, 9, 9, 4)}, options)
        return evidence(pair, case, lambda seed: make_arrays(pair, case, seed), answers)

    pair = find("conv2d")
    mistake = next(h for h in known("conv2d") if h.id == "conv-stride-ignored")
    found = replace(asked(2, mistake.answers), right=asked(right, lambda one: one.side()))
    search = Search(found, [mistake], transformed)
    assert [each.id for each in search.single(ENOUGH)] == ["conv-stride-ignored"] * claimed
