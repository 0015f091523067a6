"""Weights, and the state of Adam, from every framework to every other: the same outputs, gradients and training."""

import itertools
from typing import Any

import keras
import numpy as np
import pytest
import torch
from portable import FRAMEWORKS, MODELS, build, inputs, optimizer, outputs, shuffle, train

from reference import PAIRS, port
from reference.errors import RequestError
from reference.frameworks import framework as adapter
from reference.frameworks.keras import float_type
from reference.migration.difference import apart
from reference.pair import Case, Pair
from scratch.optimizers import Momentum

WAYS = [(a, b) for a, b in itertools.product(FRAMEWORKS, repeat=2) if a != b]


@pytest.mark.parametrize(("source", "target"), WAYS)
@pytest.mark.parametrize("name", MODELS)
def test_outputs_and_all_gradients_are_the_same(name: str, source: str, target: str) -> None:
    a, b = build(name, source, 1), build(name, target, 2)
    assert apart(outputs(source, a, inputs(name)), outputs(target, b, inputs(name))) > 0.01
    ported = port(a, b, example=inputs(name))
    assert ported.worst < 1e-12, ported.differences
    assert apart(outputs(source, a, inputs(name)), outputs(target, b, inputs(name))) < 1e-12


# one to Keras and one to PyTorch of every kind of state; compiling Keras' steps is what takes the time
TRAINED = [
    *((name, "torch", "keras") for name in MODELS),
    *((name, "keras", "torch") for name in ("cnn", "bilstm", "transformer")),
    *((name, "scratch", "torch") for name in ("lenet5", "gru-reset-after", "gru-reset-before")),
]


@pytest.mark.parametrize(("name", "source", "target"), TRAINED)
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


NETWORKS = [n for n, p in PAIRS.items() if p.kind == "network" and p.keras.likeness == "exact"]
# of the others one twin is a function, or an object that calls a layer, or is given masks that a model draws itself
LAYERS = [
    name
    for name, pair in PAIRS.items()
    if pair.kind in ("layer", "activation")
    and pair.torch.slots
    and pair.keras.slots
    and not name.endswith(("attention", "attention_sizes", "attention_bias_kv", "_native", "_dropout"))
    and name != "time_distributed"
]


@pytest.mark.parametrize(
    ("name", "source", "target"),
    [
        *((n, a, b) for n in NETWORKS for a, b in WAYS if "scratch" not in (a, b)),
        *((n, "keras", "torch") for n in LAYERS),
    ],
)
def test_every_pair_can_be_ported(name: str, source: str, target: str) -> None:
    pair = PAIRS[name]
    case = next(c for c in pair.cases if not c.differs and not c.twins and not c.only)
    rng = np.random.default_rng(1)
    given = [each.fill(rng, each.shape) for each in case.inputs.values()]
    models = {framework: network(pair, framework, case, given) for framework in (source, target)}
    assert port(models[source], models[target], example=given).worst < 1e-12


def network(pair: Pair, framework: str, case: Case, given: list[Any]) -> Any:
    """A twin with random weights, in float64."""
    model = adapter(framework).build(pair.twin(framework), pair.options(case), "float64")
    if framework == "keras":  # anew: the adapter gives weights to its own only
        with float_type("float64"):
            model = pair.keras.build(keras, pair.options(case))  # type: ignore[misc]
            model(*map(keras.ops.convert_to_tensor, given))
    shuffle(model, framework, 1 if framework == "torch" else 2)
    return model


def test_the_velocity_of_momentum_goes_along() -> None:
    a, b, c = (build("gru-reset-after", framework, 1) for framework in ("torch", "scratch", "torch"))
    rules = torch.optim.SGD(a.parameters(), 0.01, 0.9), Momentum(0.01), torch.optim.SGD(c.parameters(), 0.01, 0.9)
    train("torch", a, rules[0], 3, "gru-reset-after")
    port(a, b, example=inputs("gru-reset-after"), optimizers=rules[:2])
    port(b, c, example=inputs("gru-reset-after"), optimizers=rules[1:])
    for framework, model, rule in zip(("torch", "scratch", "torch"), (a, b, c), rules, strict=True):
        train(framework, model, rule, 20, "gru-reset-after")
    ys = [outputs(f, m, inputs("gru-reset-after")) for f, m in (("torch", a), ("scratch", b), ("torch", c))]
    assert apart(ys[1], ys[0]) < 1e-12
    assert apart(ys[2], ys[0]) < 1e-12


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lr": 0.02}, "lr is 0.01"),
        ({"momentum": 0.5}, "momentum is 0.9"),
        ({"momentum": 0}, "SGD with momentum in the source, SGD in the target"),
        ({"nesterov": True}, "nesterov is False"),
    ],
)
def test_optimizers_that_do_not_correspond_are_refused(change: dict[str, Any], said: str) -> None:
    a, b = (build("gru-reset-after", "torch", seed) for seed in (1, 2))
    before = {name: value.clone() for name, value in b.state_dict().items()}
    rules = [torch.optim.SGD(m.parameters(), **{"lr": 0.01, "momentum": 0.9, **o}) for m, o in ((a, {}), (b, change))]
    with pytest.raises(RequestError, match=said):
        port(a, b, example=inputs("gru-reset-after"), optimizers=tuple(rules))
    for name, value in b.state_dict().items():
        assert (value == before[name]).all()


def test_both_biases_of_pytorch_go_along() -> None:
    """A trained module has two; Keras' one is their sum, and PyTorch's own copy keeps both."""
    a = torch.nn.LSTM(4, 5, batch_first=True, dtype=torch.float64)
    with float_type("float64"):
        b = keras.Sequential([keras.Input((6, 4)), keras.layers.LSTM(5, return_sequences=True)])
    ported = port(a, b)
    assert ported.worst < 1e-12
    assert any("half as far" in note for note in ported.notes)
    c = torch.nn.LSTM(4, 5, batch_first=True, dtype=torch.float64)
    assert port(a, c).worst == 0
    assert torch.equal(a.bias_hh_l0, c.bias_hh_l0)


def test_names_say_which_layers_correspond() -> None:
    a, b = (torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Linear(3, 3)).double() for _ in range(2))
    port(a, b, names={"0": "1", "1": "0"})
    assert torch.equal(a[0].weight, b[1].weight)
    assert torch.equal(a[1].bias, b[0].bias)
    with pytest.raises(RequestError, match="'2'"):
        port(a, b, names={"2": "0"})
