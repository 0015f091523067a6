"""Keras' layers that draw at random, with what is drawn given instead."""

from collections.abc import Callable
from typing import Any

import keras


class Given(keras.layers.Layer):
    """`use(x, drawn)` in training, Keras' own layer at inference."""

    def __init__(self, own: keras.layers.Layer, use: Callable[[Any, Any], Any]) -> None:
        super().__init__()
        self.own, self.use = own, use

    def call(self, x: Any, drawn: Any = None, training: bool = False) -> Any:
        return self.own(x, training=training) if drawn is None or not training else self.use(x, drawn)
