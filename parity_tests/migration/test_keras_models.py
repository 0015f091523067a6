"""Two models of Keras: a layer that is another one, has other options, or is not there, is named; right ones pass."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from reference.migration.comparison import Compared, compare
from reference.migration.subjects import Subject

layers = keras.layers


def images(
    conv: str | None = "relu",
    between: tuple[Callable[[], Any], ...] = (lambda: layers.MaxPooling2D(2),),
    flat: Callable[[], Any] = layers.Flatten,
    dense: str | None = "tanh",
    end: str | None = None,
    strides: int = 1,
) -> Any:
    x = given = keras.Input((9, 8, 3))
    x = layers.Conv2D(6, 3, strides, activation=conv, padding="same", bias_initializer="normal")(x)
    for layer in between:
        x = layer()(x)
    x = layers.Dense(5, activation=dense, bias_initializer="normal")(flat()(x))
    return keras.Model(given, layers.Dense(4, activation=end)(x))


def steps(cell: str = "tanh", both: str = "concat", wrap: bool = False, end: str = "gelu") -> Any:
    x = given = keras.Input((3, 4))
    layer = layers.SimpleRNN(5, activation=cell, return_sequences=True)
    x = (layers.Bidirectional(layer, merge_mode=both) if wrap else layer)(x)
    x = layers.BatchNormalization(epsilon=1e-3)(layers.Activation(end)(x))
    return keras.Model(given, layers.Dense(2)(layers.GlobalAveragePooling1D()(x)))


def attention(causal: bool = True) -> Any:
    x = given = keras.Input((5, 6))
    x = layers.MultiHeadAttention(2, 3)(x, x, use_causal_mask=causal)
    return keras.Model(given, layers.Dense(2)(layers.GlobalAveragePooling1D()(x)))


def tokens(masked: bool = True) -> Any:
    given = keras.Input((5,), dtype="int32")
    x = layers.SimpleRNN(3)(layers.Embedding(4, 6, mask_zero=masked)(given))
    return keras.Model(given, layers.Dense(2)(x))


AVERAGE = (lambda: layers.AveragePooling2D(2),)
POOL = lambda: layers.MaxPooling2D(2)  # noqa: E731
RIGHT = {
    "images": images,
    "steps": steps,
    "both": lambda: steps(wrap=True, both="ave"),
    "attention": attention,
    "tokens": tokens,
}
WRONG: dict[str, tuple[str, Callable[[], Any], list[str], list[str]]] = {
    "pooling": (
        "images",
        lambda: images(between=AVERAGE),
        ["another layer"],
        ["B has AveragePooling2D", "A MaxPooling"],
    ),
    "pooled": ("images", lambda: images(between=(lambda: layers.MaxPooling2D((3, 2), 2),)), ["pool_size"], ["(3, 2)"]),
    "no activation": ("images", lambda: images(dense=None), ["activation"], ["activation is 'linear', A's is 'tanh'"]),
    "last activation": ("images", lambda: images(end="softsign"), ["activation"], ["activation is 'softsign'"]),
    "two": ("images", lambda: images("elu", AVERAGE), ["another layer"], ["B has Average", "activation is 'elu', A's"]),
    "two places": (
        "images",
        lambda: images("elu", dense="relu", end="softsign"),
        ["activation"] * 3,
        ["'elu', A's is 'relu'", "'relu', A's is 'tanh'", "'softsign', A's is 'linear'"],
    ),
    "one more": (
        "images",
        lambda: images(between=(POOL, lambda: layers.Rescaling(2.0))),
        ["superfluous layer"],
        ["B has Rescaling"],
    ),
    "cell": ("steps", lambda: steps("relu"), ["activation"], ["'relu', A's is 'tanh'"]),
    "merge": ("both", lambda: steps(wrap=True, both="sum"), ["merge_mode"], ["merge_mode is 'sum', A's is 'ave'"]),
    "inner": (
        "both",
        lambda: steps("sigmoid", "ave", True),
        ["activation"],
        ["layer.activation is 'sigmoid', A's is 'tanh'"],
    ),
    "causal": ("attention", lambda: attention(False), ["causal mask"], ["use_causal_mask=True"]),
    "masking": ("tokens", lambda: tokens(False), ["masking"], ["mask_zero=True"]),
    "activation layer": ("steps", lambda: steps(end="silu"), ["activation"], ["'silu', A's is 'gelu'"]),
}


def compared(a: Any, b: Any) -> Compared:
    keras.utils.set_random_seed(3)
    b.set_weights(a.get_weights())
    rng, shape = np.random.default_rng(5), (3, *a.input_shape[1:])
    given = rng.integers(0, 4, shape) if a.inputs[0].dtype == "int32" else rng.standard_normal(shape)
    return compare(Subject(a, "A"), Subject(b, "B"), example=given)


@pytest.mark.parametrize("name", RIGHT)
def test_the_same_is_equal(name: str) -> None:
    found = compared(RIGHT[name](), RIGHT[name]())
    assert found.equal, found


@pytest.mark.parametrize("name", WRONG)
def test_what_differs_is_named(name: str) -> None:
    right, wrong, causes, said = WRONG[name]
    a, b = RIGHT[right](), wrong()
    found = compared(a, b)
    assert [each.name for each in found.causes] == causes, found
    assert not found.unexplained
    for words in said:
        assert any(words in each.text for each in found.causes), found
    # both are left as they were
    assert not any("call" in vars(layer) for layer in (*a.layers, *b.layers))


def test_a_layer_that_only_one_has() -> None:
    """Either way round: it is missing in the one and too much in the other."""
    shorter, longer = images(conv=None), images(None, (POOL, layers.ELU))
    for a, b, cause in ((shorter, longer, "superfluous layer"), (longer, shorter, "missing layer")):
        found = compared(a, b)
        assert [each.name for each in found.causes] == [cause], found
        assert "ELU" in found.causes[0].text
        assert not found.unexplained


def test_what_no_layer_explains_stays_unexplained() -> None:
    class Scaled(keras.Model):
        def __init__(self, factor: float) -> None:
            super().__init__()
            self.first, self.last, self.factor = layers.Dense(5), layers.Dense(2), factor

        def call(self, x: Any) -> Any:
            return self.last(keras.ops.square(self.first(x)) * self.factor)

    a, b = Scaled(1.0), Scaled(1.5)
    given = np.random.default_rng(5).standard_normal((3, 4))
    for model in (a, b):
        model(given)
    b.set_weights(a.get_weights())
    found = compare(Subject(a, "A"), Subject(b, "B"), example=given)
    assert found.unexplained
    assert not found.causes
