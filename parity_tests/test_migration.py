"""The migration reference: every row is run, and what is wrong in one is found."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reference import PAIRS
from reference.migration import twin
from reference.migration.facts import LIMIT, Fact, facts, fresh
from reference.migration.facts.evaluate import evaluate
from reference.migration.measure import measure
from reference.migration.snippets import constructors, example, run, snippet
from reference.migration.table import NOT_LAYERS, pair_row
from reference.pair import FRAMEWORKS
from reference.registry import UnknownPair, family

FAMILIES = sorted({family(name) for name in PAIRS})
TOPICS = sorted({fact.topic for fact in facts().values()})


@pytest.mark.parametrize("name", FAMILIES)
def test_the_code_of_a_pair_carries_its_weights_both_ways(name):
    wrong = {}
    for pair in (each for each in PAIRS.values() if family(each.name) == name):
        case = example(pair)
        made = constructors(pair, case)
        assert len(made) == len(FRAMEWORKS), pair.name
        for to in FRAMEWORKS:
            error = run(pair, case, snippet(pair, case, to, made))
            assert (error is None) == (pair.kind in NOT_LAYERS), pair.name
            if error is not None and error > LIMIT:
                wrong[pair.name, to] = error
    assert wrong == {}


@pytest.mark.parametrize("topic", TOPICS)
def test_facts_are_as_they_are_said_to_be_and_leave_no_files(topic, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    wrong = {}
    for fact in facts().values():
        if fact.topic == topic and fact.keras and not (outcome := evaluate(fact)).holds:
            wrong[fact.name] = outcome
    assert wrong == {}
    # TensorFlow removes the code that it has translated when the process ends, and PyTorch keeps a cache
    theirs = ("__autograph_generated_file", "torchinductor_")
    assert [each.name for each in tmp_path.iterdir() if not each.name.startswith(theirs)] == []


def test_every_measured_fact_has_a_place():
    names = Path(__file__).with_name("measured_facts.txt").read_text(encoding="utf-8").split()
    assert len(names) == 394
    assert sorted(set(names) - set(facts())) == []


def test_a_fact_belongs_to_a_pair_that_exists_and_is_run_or_says_why_not():
    assert [fact.name for fact in facts().values() if fact.pair and fact.pair not in PAIRS] == []
    assert [fact.name for fact in facts().values() if not (fact.keras or fact.reason or fact.pair)] == []


def test_all_facts_are_run_but_for_three_of_torchvision():
    left = {fact.name: fact.reason for fact in facts().values() if fact.reason}
    assert set(left) == {"totensor_float_trap", "resize_int_size", "center_crop"}
    assert all("torchvision" in reason for reason in left.values())
    assert not [name for name in left if facts()[name].keras]
    # the others have code of their own, or a pair whose cases both frameworks are asked, or show what differs
    for fact in facts().values():
        if not (fact.reason or fact.keras):
            cases = PAIRS[fact.pair].cases
            assert any(case.differs or (case.frameworks == FRAMEWORKS and not case.twins) for case in cases), fact.name


def test_there_are_seventeen_pitfalls_and_each_is_run():
    found = sorted((fact for fact in facts().values() if fact.pitfall), key=lambda fact: fact.pitfall)
    assert [fact.pitfall for fact in found] == list(range(1, 18))
    assert all(fact.naive and fact.title and fact.keras for fact in found)


def test_settings_that_change_bits_are_put_back_and_those_that_do_not_change_none():
    import torch

    before = torch.get_num_threads(), torch.backends.mkldnn.enabled
    assert fresh.changed_torch(fresh.TWO_THREADS)
    assert fresh.changed_torch(fresh.NO_ONEDNN)
    assert not fresh.changed_torch("nothing at all")
    assert not fresh.changed_keras("nothing at all")
    assert not torch.are_deterministic_algorithms_enabled()
    assert (torch.get_num_threads(), torch.backends.mkldnn.enabled) == before


X = "x = normal(3, 4)"


@pytest.mark.parametrize(
    "fact",
    [
        Fact("another value", "", "", "exact", given=X, keras="x", torch="x * 1.0001"),
        Fact("a gradient", "", "", "exact", given=X, keras="x * 1", torch="x.detach() / 2 + x / 2", gradient=("x",)),
        Fact("another shape", "", "", "exact", given=X, keras="x", torch="x.T"),
        Fact("another sign of 0", "", "", "exact", given="x = np.array([0.0])", keras="x", torch="-x", signs=True),
        Fact("NaN", "", "", "exact", given=X, keras="x", torch="x * float('nan')"),
        Fact("no difference", "", "", "not exact", given=X, keras="x", torch="x"),
        Fact("naive is right", "", "", "exact", given=X, keras="x", torch="x", naive="x + 1e-5"),
        Fact("another type", "", "", "exact", keras="'1'", torch="1"),
        Fact("wider than said", "", "", "exact", given=X, keras="x", torch="x * 1.01", within=1e-3, why="it is"),
    ],
    ids=lambda fact: fact.name,
)  # fmt: skip
def test_a_fact_that_is_not_so_is_found(fact):
    assert not evaluate(fact).holds


def test_a_fact_that_is_so_holds_with_its_gradient_and_its_naive_port():
    fact = Fact("right", "", "", "exact", given=X, keras="x * 2", torch="x + x", naive="x", gradient=("x",))
    outcome = evaluate(fact)
    assert outcome.holds
    assert outcome.damage > 0.4


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"keras": "x"},
        {"keras": "x", "torch": "x", "within": 0.1},
        {"keras": "x", "torch": "x", "verdict": "not exact", "naive": "x"},
    ],
)
def test_a_fact_that_says_too_little_is_refused(wrong):
    with pytest.raises(ValueError, match="fact 'name' has"):
        Fact("name", "topic", "says", **{"verdict": "exact", **wrong})


def test_a_snippet_that_leaves_out_a_transposition_is_found():
    pair = PAIRS["dense"]
    case = next(case for case in pair.cases if case.name == "square")
    written = snippet(pair, case, "torch", constructors(pair, case))
    assert run(pair, case, written) < LIMIT
    assert (
        run(pair, case, replace(written, port=written.port.replace('"n_in n_out -> n_out n_in"', '"a b -> a b"'))) > 1e6
    )


def test_a_second_bias_that_is_left_out_is_found():
    pair = PAIRS["lstm"]
    case = example(pair)
    written = snippet(pair, case, "keras", constructors(pair, case))
    both = "(source.bias_ih_l0.detach().numpy() + source.bias_hh_l0.detach().numpy())"
    assert both in written.port
    assert (
        run(pair, case, replace(written, port=written.port.replace(both, "source.bias_ih_l0.detach().numpy()"))) > 1e6
    )


def test_gates_that_are_not_swapped_are_found():
    pair = PAIRS["gru"]
    case = example(pair)
    written = snippet(pair, case, "torch", constructors(pair, case))
    assert ".take([1, 0, 2]" in written.port
    assert run(pair, case, replace(written, port=written.port.replace("[1, 0, 2]", "[0, 1, 2]"))) > 1e6


def test_the_row_of_a_pair():
    row = pair_row("gru")
    assert row.verdict == "exact with glue"
    assert row.executed
    assert 0 < row.max_ulp < LIMIT
    assert [(w.keras, w.keras_gates, w.torch, w.torch_gates) for w in row.weights[:2]] == [
        ("cell.kernel", "z r g", "weight_ih_l0", "r z g"),
        ("cell.recurrent_kernel", "z r g", "weight_hh_l0", "r z g"),
    ]
    assert "reference.migration.glue.torch.recurrent.GRU" in row.glue
    assert [shown.case for shown in row.shown] == ["gates-not-swapped"]


def test_defaults_are_those_of_the_constructors():
    found = {a.keras: a for a in pair_row("batch_norm2d").arguments}
    assert (found["momentum"].keras_default, found["momentum"].torch_default) == ("0.99", "0.1")
    assert (found["epsilon"].keras_default, found["epsilon"].torch_default) == ("0.001", "1e-05")


def test_what_is_inexact_is_called_so():
    assert pair_row("max_pool3d_native").verdict == "not exact"


def test_twins_that_are_not_the_same_are_not_called_exact():
    dense, relu = PAIRS["relu"], PAIRS["tanh"]
    measured = measure(replace(dense, torch=relu.torch))
    assert not measured.allowed
    assert measured.share > 0.01


def test_any_twin_can_be_imported():
    loss = twin("hinge", "torch")
    import torch

    assert float(loss(torch.tensor([0.5]), torch.tensor([1.0]))) == pytest.approx(0.5)
    with pytest.raises(UnknownPair, match="no pair is called 'hing'"):
        twin("hing", "torch")
    assert np.isfinite(float(loss(torch.tensor([2.0]), torch.tensor([1.0]))))
