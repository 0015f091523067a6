"""Embedding that Keras lacks."""

from typing import Any

import keras
from keras import ops


class PaddedEmbedding(keras.layers.Embedding):
    """Embedding whose row `padding` gets no gradient, as PyTorch's padding_idx."""

    def __init__(self, *args: Any, padding: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.padding = padding

    def call(self, x: Any) -> Any:
        y = super().call(x)
        return ops.where(ops.equal(x, self.padding)[..., None], ops.stop_gradient(y), y)
