"""Weights, and the state of Adam, from every framework to every other: the same outputs, gradients and training."""

import itertools

import pytest

from parity_tests.migration.portable import FRAMEWORKS, MODELS, build, inputs, optimizer, outputs, train
from reference.migration.difference import apart
from reference.migration.port import port

WAYS = [(a, b) for a, b in itertools.product(FRAMEWORKS, repeat=2) if a != b]


@pytest.mark.parametrize(("source", "target"), WAYS)
@pytest.mark.parametrize("name", MODELS)
def test_outputs_and_all_gradients_are_the_same(name: str, source: str, target: str) -> None:
    a, b = build(name, source, 1), build(name, target, 2)
    assert apart(outputs(source, a, inputs(name)), outputs(target, b, inputs(name))) > 0.01
    ported = port(a, b, example=inputs(name))
    assert ported.worst < 1e-12, ported.differences
    assert apart(outputs(source, a, inputs(name)), outputs(target, b, inputs(name))) < 1e-12


@pytest.mark.parametrize(("source", "target"), [("torch", "keras"), ("keras", "torch"), ("scratch", "torch")])
@pytest.mark.parametrize("name", MODELS)
def test_training_goes_on_where_it_stopped(name: str, source: str, target: str) -> None:
    a, b = build(name, source, 1), build(name, target, 2)
    rules = optimizer(source, a), optimizer(target, b)
    train(source, a, rules[0], 5, name)
    ported = port(a, b, example=inputs(name), optimizers=rules)
    assert ported.worst < 1e-12, ported.differences
    if target == "torch":
        rules[1].param_groups[0]["params"] = [p for p in b.parameters() if p.requires_grad]
    for framework, model, rule in ((source, a, rules[0]), (target, b, rules[1])):
        train(framework, model, rule, 100, name)
    assert apart(outputs(source, a, inputs(name)), outputs(target, b, inputs(name))) < 1e-9
    again = port(a, b, example=inputs(name))
    assert again.worst < 1e-12
