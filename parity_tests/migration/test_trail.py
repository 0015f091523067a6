"""What a Keras model computes inside its layers is followed; where TensorFlow cannot show it, that is told."""

import sys
from typing import Any

import keras
import numpy as np
import pytest
import torch
from planted import residual, torch_residual
from ported_models import Torch, example, made
from test_everyday_models import in_float64
from torch import nn

from reference.migration.comparison import compare
from reference.migration.difference import run_once
from reference.migration.models import wrap
from reference.migration.subjects import Subject
from reference.migration.trail import MISSING, followed

layers = keras.layers


def steps() -> Any:
    return keras.Sequential([keras.Input((6, 4)), layers.SimpleRNN(5), layers.Dense(3, "tanh")])


def test_what_is_computed_inside_layers_and_loops_is_on_the_trail() -> None:
    (model,) = in_float64(steps)
    x = np.random.default_rng(1).standard_normal((4, 6, 4))
    wrapped = wrap(model)
    with followed(wrapped) as trail:
        run_once(wrapped, [x], "")
    rnn, dense = model.layers
    h, states = np.zeros((4, 5)), []
    for t in range(6):
        h = np.tanh(x[:, t] @ rnn.cell.kernel.numpy() + rnn.cell.bias.numpy() + h @ rnn.cell.recurrent_kernel.numpy())
        states.append(h)
    before = h @ dense.kernel.numpy()
    reached = [trail.reached(tensor, 1e-9) for tensor in map(torch.from_numpy, (*states, before))]
    assert reached == sorted(reached)
    assert min(reached) >= 0
    assert trail.reached(torch.from_numpy(before + 1), 1e-9) == -1


def test_without_the_hook_single_causes_are_found_and_that_it_is_missing_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parts = lambda how: lambda: Torch(how, a=nn.Linear(6, 6), b=nn.Linear(6, 6), c=nn.Linear(6, 6))  # noqa: E731
    halved = parts(lambda m, x: m.c(x + m.b(m.a(x).relu() / 2)))
    unknown = parts(lambda m, x: m.c(x + m.b(m.a(x).relu() ** 2)))
    framework = sys.modules["tensorflow.python.framework"]
    monkeypatch.delattr(framework, "op_callbacks", raising=False)
    monkeypatch.setitem(sys.modules, "tensorflow.python.framework.op_callbacks", None)
    a, b = made(residual, halved, torch_residual)
    found = compare(Subject(a, "A"), Subject(b, "B"), example=example(a))
    assert [each.name for each in found.causes] == ["factor"]
    assert MISSING not in found.notes
    a, b = made(residual, unknown, torch_residual)
    found = compare(Subject(a, "A"), Subject(b, "B"), example=example(a))
    assert found.unexplained
    assert found.notes.count(MISSING) == 1
    monkeypatch.undo()
    assert MISSING not in compare(Subject(a, "A"), Subject(b, "B"), example=example(a)).notes
