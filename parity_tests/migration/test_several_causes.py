"""Several mistakes at one place are all named: a module of PyTorch beside a Keras model, or beside another module."""

from collections.abc import Callable
from typing import Any

import keras
import pytest
import torch
from ported_models import Torch, example, made
from torch import nn
from torch.nn import functional as F

from reference.migration.comparison import compare
from reference.migration.subjects import Subject

layers = keras.layers
Make = Callable[[], Any]
MAX, MEAN = (lambda x: F.max_pool2d(x, 2)), (lambda x: F.avg_pool2d(x, 2))


def keras_images() -> Any:
    parts = [layers.Conv2D(4, 3, activation="tanh", bias_initializer="normal"), layers.MaxPooling2D(2)]
    parts += [layers.BatchNormalization(epsilon=1e-2), layers.ReLU(), layers.Flatten(), layers.Dense(3)]
    return keras.Sequential([keras.Input((8, 8, 3)), *parts])


def images(
    act: Any = torch.tanh,
    pool: Any = MAX,
    epsilon: float = 1e-2,
    after: Any = torch.relu,
    flat: Any = lambda h: h.permute(0, 2, 3, 1).flatten(1),
    **of_conv: Any,
) -> Make:
    return lambda: Torch(
        lambda m, x: m.head(flat(after(m.norm(pool(act(m.conv(x))))))),
        conv=nn.Conv2d(3, 4, 3, **of_conv),
        norm=nn.BatchNorm2d(4, epsilon, 0.01),
        head=nn.Linear(36, 3),
    )


def keras_rows() -> Any:
    parts = [layers.Dense(5, bias_initializer="normal"), layers.LeakyReLU(negative_slope=0.15), layers.Dense(3)]
    return keras.Sequential([keras.Input((7,)), *parts])


def rows(slope: float = 0.15, bias: bool = True) -> Make:
    return lambda: nn.Sequential(nn.Linear(7, 5, bias=bias), nn.LeakyReLU(slope), nn.Linear(5, 3))


def keras_steps(both_ways: bool) -> Make:
    cell = lambda: layers.Bidirectional(layers.LSTM(5)) if both_ways else layers.LSTM(5)  # noqa: E731
    return lambda: keras.Sequential([keras.Input((6, 4)), cell(), layers.Dense(3)])


def steps(both_ways: bool, take: Any) -> Make:
    return lambda: Torch(
        lambda m, x: m.head(take(*m.rnn(x))),
        rnn=nn.LSTM(4, 5, batch_first=True, bidirectional=both_ways),
        head=nn.Linear(10 if both_ways else 5, 3),
    )


def keras_attention() -> Any:
    x = keras.Input((6, 8))
    h = layers.LayerNormalization(epsilon=1e-6)(x + layers.MultiHeadAttention(2, 4)(x, x))
    return keras.Model(x, layers.Dense(3)(layers.GlobalAveragePooling1D()(h)))


def attention(causal: bool = False, skip: float = 1.0) -> Make:
    def forward(m: Any, x: Any) -> Any:
        mask = torch.ones(6, 6, dtype=torch.bool).triu(1) if causal else None
        h = m.mha(x, x, x, attn_mask=mask, need_weights=False)[0]
        return m.head(m.norm(x + h if skip else h).mean(1))

    mha = lambda: nn.MultiheadAttention(8, 2, batch_first=True)  # noqa: E731
    return lambda: Torch(forward, mha=mha(), norm=nn.LayerNorm(8, 1e-6), head=nn.Linear(8, 3))


def _reversed(weight: Any) -> None:
    with torch.no_grad():
        weight.copy_(weight.flip(0).clone())


def _gates(b: Any) -> None:
    with torch.no_grad():
        for w in b.rnn.parameters():
            i, f, g, o = w.clone().chunk(4)
            w.copy_(torch.cat([i, g, f, o]))


LAST, LAST_OF_BOTH = (lambda y, states: y[:, -1]), (lambda y, states: torch.cat([*states[0]], -1))
# the Keras model, its port, a port with mistakes, what is done to its weights, the causes, words of them
SEVERAL: dict[str, tuple[Make, Make, Make, Callable[[Any], None], list[str], list[str]]] = {
    "activation-pool": (
        *(keras_images, images(), images(F.elu, MEAN), lambda b: None),
        ["activation", "pooling"],
        ["B computes elu(1), A computes tanh", "B takes the mean of each window, A takes the largest"],
    ),
    "no-activation-pool-size": (
        *(keras_images, images(), images(lambda h: h, lambda x: F.max_pool2d(x, 3, 2, 1)), lambda b: None),
        ["activation", "pool size"],
        ["A computes tanh, B does not; add this", "A has windows of 2, 2 apart, with padding 0"],
    ),
    "epsilon-activation-order": (
        *(keras_images, images(), images(epsilon=1e-1, after=F.silu, flat=lambda h: h.flatten(1)), lambda b: None),
        ["epsilon", "activation", "flatten order"],
        ["its epsilon is 0.1, A's is 0.01", "B computes silu, A computes relu", "reorder the rows"],
    ),
    "weights-pool": (
        *(keras_images, images(), images(pool=MEAN), lambda b: _reversed(b.conv.weight)),
        ["initial weights", "pooling"],
        ["load them", "use torch.nn.MaxPool2d"],
    ),
    "padding-activation": (
        *(keras_images, images(), images(F.elu, padding=1, pool=lambda h: MAX(h)[..., :3, :3]), lambda b: None),
        ["padding", "activation"],
        ["its padding is 1, A's is 0", "B computes elu(1), A computes tanh"],
    ),
    "bias-slope": (
        *(keras_rows, rows(), rows(0.3, False), lambda b: None),
        ["bias missing", "activation"],
        [
            "it has no bias, A's has one: bias=True",
            "B computes leaky_relu(0.3), A computes LeakyReLU(negative_slope=0.15)",
        ],
    ),
    "bias": (
        *(keras_rows, rows(), rows(bias=False), lambda b: None),
        ["bias missing"],
        ["layer '0' (Linear): it has no"],
    ),
    # what an LSTM gives is between -1 and 1, where a hardtanh, which nobody wrote, does nothing
    "gates-activation": (
        *(keras_steps(False), steps(False, LAST), steps(False, lambda y, s: y[:, -1].relu()), _gates),
        ["swapped gates", "activation"],
        ["g as f, f as g", "B computes relu, A does not; leave this out"],
    ),
    "last-step-activation": (
        *(keras_steps(True), steps(True, LAST_OF_BOTH), steps(True, lambda y, s: y[:, -1].sigmoid()), lambda b: None),
        ["last bidirectional step", "activation"],
        ["B takes the last step, A takes the last state of each direction; use h_n", "B computes sigmoid, A does not"],
    ),
    "mask-residual": (
        *(keras_attention, attention(), attention(True, 0.0), lambda b: None),
        ["causal mask", "residual"],
        ["attention is causal", "A adds the model's input, B does not"],
    ),
}


def _planted(name: str) -> tuple[Any, Any]:
    keras_model, right, wrong, change, *_ = SEVERAL[name]
    a, ported = made(keras_model, right, right)
    torch.set_default_dtype(torch.float64)
    b = wrong()
    torch.set_default_dtype(torch.float32)
    b.load_state_dict(ported.state_dict(), strict=False)
    change(b)
    return a, b


@pytest.mark.parametrize("name", SEVERAL)
def test_all_are_named(name: str) -> None:
    *_, causes, said = SEVERAL[name]
    a, b = _planted(name)
    found = compare(Subject(a, "A"), Subject(b, "B"), example=example(a))
    assert [each.name for each in found.causes] == causes, found
    assert not found.unexplained
    for words in said:
        assert any(words in each.text for each in found.causes), found
    assert "forward" not in vars(b)


def test_the_other_way_round() -> None:
    a, b = _planted("activation-pool")
    found = compare(Subject(b, "A"), Subject(a, "B"), example=example(a))
    assert [each.name for each in found.causes] == ["activation", "pooling"], found
    assert not found.unexplained


@pytest.mark.parametrize("name", ["epsilon-activation-order", "bias-slope"])
def test_two_modules_of_pytorch(name: str) -> None:
    keras_model, right, _, _, causes, _ = SEVERAL[name]
    a, b = _planted(name)
    _, ported = made(keras_model, right, right)
    ported.load_state_dict({**ported.state_dict(), **b.state_dict()})
    found = compare(Subject(ported, "A"), Subject(b, "B"), example=example(a))
    assert {each.name for each in found.causes} >= set(causes), found
    assert not found.unexplained


def test_a_bias_that_only_one_has_and_that_is_zero_is_none() -> None:
    """Until it is trained, which is told."""
    a, ported = made(keras_rows, rows(), rows())
    with torch.no_grad():
        ported[0].bias.zero_()
    torch.set_default_dtype(torch.float64)
    b = rows(bias=False)()
    torch.set_default_dtype(torch.float32)
    b.load_state_dict(ported.state_dict(), strict=False)
    found = compare(Subject(ported, "A"), Subject(b, "B"), example=example(a))
    assert found.same, found
    assert found.training == ("layer '0' (Linear): trained / only w trained",)


def test_one_that_has_no_name_leaves_the_place_unexplained() -> None:
    """The activation that differs beside it is not told either: nothing shows that it alone is wrong."""
    wrong = lambda: Torch(  # noqa: E731
        lambda m, x: m.b(F.elu(m.a(x)) ** 3 / 7), a=nn.Linear(7, 5), b=nn.Linear(5, 3)
    )
    right = lambda: Torch(lambda m, x: m.b(F.leaky_relu(m.a(x), 0.15)), a=nn.Linear(7, 5), b=nn.Linear(5, 3))  # noqa: E731
    a, b = made(keras_rows, wrong, right)
    found = compare(Subject(a, "A"), Subject(b, "B"), example=example(a))
    assert found.unexplained
    assert not found.causes


def test_what_only_large_inputs_show_between_layers() -> None:
    """A sum that is cut off at 6 in the one: within what is tried first neither reaches it."""
    parts = lambda: {name: nn.Linear(6, 6) for name in "ab"}  # noqa: E731
    torch.set_default_dtype(torch.float64)
    a, b = (Torch(lambda m, x, f=f: m.b(f(x + m.a(x))), **parts()) for f in (F.relu6, F.relu))
    torch.set_default_dtype(torch.float32)
    b.load_state_dict(a.state_dict())
    found = compare(Subject(a, "A"), Subject(b, "B"), example=0.1 * torch.ones(3, 6).double().cumsum(1).numpy())
    assert [each.name for each in found.causes] == ["activation"], found
    assert "B computes relu, A computes relu6" in found.causes[0].text
    assert not found.unexplained
