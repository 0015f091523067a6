"""What an optimizer does around its steps goes along where it has a counterpart, and is refused by name where not."""

import itertools
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from torch import nn

from reference import port
from reference.errors import RequestError
from reference.frameworks.keras import float_type
from reference.migration.comparison import compare
from reference.migration.glue import MovingAverage
from reference.migration.subjects import Subject
from scratch.dense import Dense
from scratch.network import Sequential
from scratch.optimizers import SGD, Momentum

rules = keras.optimizers
X = np.random.default_rng(1).standard_normal((7, 4))


def keras_model() -> Any:
    with float_type("float64"):
        return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])


def torch_model() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 3)).double()


def decaying(rate: float = 0.5) -> Any:
    return rules.schedules.ExponentialDecay(0.1, 5, rate)


def step(model: Any, rule: Any, times: int) -> None:
    with float_type("float64"):
        for _ in range(times):
            with tf.GradientTape() as tape:
                cost = tf.reduce_sum(model(X) ** 2)
            rule.apply(tape.gradient(cost, model.trainable_variables), model.trainable_variables)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"clipnorm": 0.5}, "clipnorm is 0.5 in the source, none in the target"),
        ({"clipvalue": 0.5}, "clipvalue is 0.5 in the source"),
        ({"global_clipnorm": 0.5}, "global_clipnorm is 0.5 in the source"),
        ({"use_ema": True}, "moving average of the weights is"),
        ({"gradient_accumulation_steps": 2}, "gradient_accumulation_steps=2"),
        ({"learning_rate": decaying()}, "schedule of the learning rate is ExponentialDecay"),
    ],
)
def test_what_pytorch_has_not_is_refused_by_name(options: dict[str, Any], said: str) -> None:
    a, b = keras_model(), torch_model()
    rule = rules.SGD(**{"learning_rate": 0.1, "momentum": 0.9, **options})
    before = b[0].weight.clone()
    with pytest.raises(RequestError, match=said) as refused:
        port(a, b, optimizers=(rule, torch.optim.SGD(b.parameters(), 0.1, 0.9)))
    assert "\n" not in str(refused.value)
    assert torch.equal(b[0].weight, before)


@pytest.mark.parametrize(
    "options",
    [
        {"clipnorm": 0.5},
        {"use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 4},
        {"learning_rate": decaying()},
    ],
)
def test_what_both_have_goes_along(options: dict[str, Any]) -> None:
    with float_type("float64"):
        a, b = keras_model(), keras_model()
        mine, theirs = (rules.SGD(**{"learning_rate": 0.01, "momentum": 0.9, **options}) for _ in range(2))
        for rule, model in ((mine, a), (theirs, b)):
            rule.build(model.trainable_variables)
    step(a, mine, 3)
    port(a, b, optimizers=(mine, theirs))
    for rule, model in ((mine, a), (theirs, b)):
        step(model, rule, 6)
    np.testing.assert_allclose(b.get_weights()[0], a.get_weights()[0], rtol=1e-12)


AVERAGES = {"ema_momentum": 0.7, "ema_overwrite_frequency": 4}


def averaging(kind: str, model: Any, momentum: float) -> Any:
    """SGD in PyTorch, Keras or scratch that keeps averages of the weights."""
    if kind == "torch":
        rule = torch.optim.SGD(model.parameters(), 0.01, momentum)
        rule.register_step_post_hook(MovingAverage(*AVERAGES.values()))
        return rule
    if kind == "scratch":
        return Momentum(0.01, momentum=momentum, **AVERAGES) if momentum else SGD(0.01, **AVERAGES)
    with float_type("float64"):
        rule = rules.SGD(0.01, np.float64(momentum), use_ema=True, **AVERAGES)
        rule.build(model.trainable_variables)
    return rule


def steps_of(model: Any, rule: Any, times: int) -> Any:
    """The kernel of a dense layer after so many steps down the sum of squares."""
    if isinstance(model, keras.Model):
        step(model, rule, times)
        return model.get_weights()[0]
    for _ in range(times):
        if isinstance(model, nn.Module):
            rule.zero_grad()
            (model(torch.from_numpy(X)) ** 2).sum().backward()
            rule.step()
        else:
            model.backward(2 * model.forward(X))
            rule.step(model.params, model.grads)
    return model[0].weight.detach().numpy().T if isinstance(model, nn.Module) else model.params["0.w"]


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize(("source", "target"), list(itertools.permutations(("keras", "torch", "scratch"), 2)))
def test_averages_of_the_weights_go_along(source: str, target: str, momentum: float) -> None:
    models = {"keras": keras_model, "torch": torch_model, "scratch": lambda: Sequential([Dense(4, 3)])}
    a, b = models[source](), models[target]()
    mine, theirs = averaging(source, a, momentum), averaging(target, b, momentum)
    steps_of(a, mine, 3)
    port(a, b, optimizers=(mine, theirs))
    np.testing.assert_allclose(steps_of(b, theirs, 6), steps_of(a, mine, 6), rtol=1e-12, atol=1e-15)


def test_clipping_goes_to_scratch() -> None:
    a, b = keras_model(), Sequential([Dense(4, 3)])
    rule = rules.SGD(0.1, 0.9, clipnorm=0.5)
    port(a, b, optimizers=(rule, Momentum(0.1, clip_norm=0.5)))
    with pytest.raises(RequestError, match=r"clipnorm is 0.5 in the source, 0.4 in the target"):
        port(a, b, optimizers=(rule, Momentum(0.1, clip_norm=0.4)))


def test_going_uphill_goes_to_scratch_and_is_named() -> None:
    a, b = torch_model(), Sequential([Dense(4, 3)])
    uphill = torch.optim.SGD(a.parameters(), 0.1, 0.9, maximize=True)
    port(a, b, optimizers=(uphill, Momentum(0.1, maximize=True)))
    with pytest.raises(RequestError, match="maximize is True in the source, False in the target"):
        port(a, b, optimizers=(uphill, Momentum(0.1)))
    found = compare(Subject(a, "A", optimizer=uphill), Subject(b, "B", optimizer=Momentum(0.1)))
    assert [cause.text for cause in found.causes] == ["maximize is True in A, False in B"]


def test_a_scheduler_of_pytorch_is_told() -> None:
    a, b = torch_model(), torch_model()
    mine, theirs = (torch.optim.SGD(m.parameters(), 0.1, 0.9) for m in (a, b))
    assert not port(a, b, optimizers=(mine, theirs)).notes
    torch.optim.lr_scheduler.StepLR(mine, 3)
    (note,) = port(a, b, optimizers=(mine, theirs)).notes
    assert "source's learning rate was set by a scheduler" in note
    with pytest.raises(RequestError, match="maximize is False in the source, True in the target"):
        port(a, b, optimizers=(mine, torch.optim.SGD(b.parameters(), 0.1, 0.9, maximize=True)))


@pytest.mark.parametrize(
    ("options", "said"),
    [({"clipnorm": 0.5}, "clipnorm is 0.5 in A, none in B"), ({"learning_rate": decaying(0.01)}, "schedule of the")],
)
def test_compare_names_it(options: dict[str, Any], said: str) -> None:
    a, b = keras_model(), torch_model()
    port(a, b)
    with float_type("float64"):
        rule = rules.SGD(**{"learning_rate": 0.1, "momentum": 0.9, **options})
    optimizers = rule, torch.optim.SGD(b.parameters(), 0.1, 0.9)
    found = compare(Subject(a, "A", optimizer=optimizers[0]), Subject(b, "B", optimizer=optimizers[1]))
    assert len(found.causes) == 1
    assert said in found.causes[0].text
