"""The glue under its plain names: optimizers over 100 steps as in the framework they stand in for.

Its layers are in the models of test_port: outputs, all gradients, and 100 steps.
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import torch

from reference.errors import RequestError
from reference.frameworks.keras import float_type
from reference.migration import glue
from reference.migration.difference import apart
from reference.migration.port import port

RULES = {
    "KerasAdam": lambda: keras.optimizers.Adam(1e-3, beta_1=np.float64(0.9), beta_2=np.float64(0.999)),
    "KerasRMSprop": lambda: keras.optimizers.RMSprop(1e-3),
    "TorchAdam": torch.optim.Adam,
    "TorchRMSprop": torch.optim.RMSprop,
}


@pytest.mark.parametrize("name", glue.__all__)
def test_every_name_is_there_and_documented(name: str) -> None:
    assert getattr(glue, name).__doc__
    assert name in (glue.__doc__ or "")


def test_another_name_is_not_there() -> None:
    with pytest.raises(AttributeError, match="SameConv4d"):
        _ = glue.SameConv4d


@pytest.mark.parametrize("name", RULES)
def test_a_hundred_steps_of_an_optimizer(name: str) -> None:
    rng = np.random.default_rng(2)
    start = rng.standard_normal((3, 5))
    # of all sizes, so that an epsilon elsewhere would be seen
    grads = [rng.choice([-1, 1], start.shape) * 10 ** rng.uniform(-7, 1, start.shape) for _ in range(100)]
    torch_weights, keras_weights = torch.nn.Parameter(torch.from_numpy(start.copy())), None
    with float_type("float64"):
        keras_weights = keras.Variable(start)
        own = getattr(glue, name)
        in_torch = own([torch_weights]) if name.startswith("Keras") else RULES[name]([torch_weights])
        in_keras = RULES[name]() if name.startswith("Keras") else own()
        in_keras.build([keras_weights])
        for g in grads:
            torch_weights.grad = torch.from_numpy(g)
            in_torch.step()
            in_keras.apply([keras.ops.convert_to_tensor(g)], [keras_weights])
    there, here = keras_weights.numpy(), torch_weights.detach().numpy()
    assert apart(here, there) < 1e-14 * 100
    assert apart(here, start) > 1e-3


@pytest.mark.parametrize("name", RULES)
def test_the_frameworks_own_optimizer_does_something_else(name: str) -> None:
    rng = np.random.default_rng(2)
    start = rng.standard_normal(7)
    weights = [torch.nn.Parameter(torch.from_numpy(start.copy())) for _ in range(2)]
    kind = name.removeprefix("Keras").removeprefix("Torch")
    rules: list[Any] = [glue.KerasAdam if kind == "Adam" else glue.KerasRMSprop, getattr(torch.optim, kind)]
    for w, rule in zip(weights, rules, strict=True):
        stepped = rule([w], lr=1e-3)
        for _ in range(10):
            w.grad = torch.from_numpy(10 ** np.linspace(-8, 0, 7))
            stepped.step()
    assert apart(*(w.detach().numpy() for w in weights)) > 1e-6


class Outputs(torch.nn.Module):
    """A projected LSTM without its states."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.LSTM(3, 4, batch_first=True, proj_size=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.layer(x)[0]
        return y


def test_a_projected_lstm_is_saved_and_gives_its_states(tmp_path: Path) -> None:
    """Beside the fact, which compares it with PyTorch's: a file has it whole, and c is as wide as the units."""
    x = np.random.default_rng(3).standard_normal((2, 5, 3))
    model = keras.Sequential([keras.Input((5, 3)), glue.projected_lstm(4, 2)])
    model.save(tmp_path / "model.keras")
    assert np.array_equal(keras.models.load_model(tmp_path / "model.keras")(x), model(x))
    _, h, c = glue.projected_lstm(4, 2, return_state=True)(x)
    assert (tuple(h.shape), tuple(c.shape)) == ((2, 2), (2, 4))


@pytest.mark.filterwarnings("ignore:LSTM with projections")  # that oneDNN has none
def test_a_projected_lstm_is_ported_both_ways() -> None:
    projected = Outputs()
    model = keras.Sequential([keras.Input((5, 3)), glue.projected_lstm(4, 2, return_sequences=True)])
    assert port(projected, model).agree
    assert port(model, projected).agree


@pytest.mark.filterwarnings("ignore:LSTM with projections")
def test_a_projection_is_refused_with_what_has_one() -> None:
    projected = torch.nn.LSTM(3, 4, batch_first=True, proj_size=2)
    with pytest.raises(RequestError, match=r"weight_hr_l0.*reference\.migration\.glue\.projected_lstm"):
        port(projected, keras.Sequential([keras.Input((5, 3)), keras.layers.LSTM(4, return_sequences=True)]))
