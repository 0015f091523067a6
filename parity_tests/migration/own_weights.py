"""Models with weights beside their layers, and with attention written out, as people write them in both frameworks."""

from typing import Any

import keras
import torch
from keras import ops
from torch import nn

layers = keras.layers


class ClassToken(layers.Layer):
    def build(self, shape: Any) -> None:
        self.token = self.add_weight(shape=(1, 1, shape[-1]), initializer="normal", name="token")

    def call(self, x: Any) -> Any:
        return ops.concatenate([ops.broadcast_to(self.token, (ops.shape(x)[0], 1, x.shape[-1])), x], axis=1)


class Patches(layers.Layer):
    """A layer with a layer in it, and a weight of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.token = layers.Conv2D(6, 4, 4), ClassToken()

    def build(self, shape: Any) -> None:
        self.convolution.build(shape)
        self.positions = self.add_weight(shape=(10, 6), initializer="normal", name="positions")

    def call(self, x: Any) -> Any:
        return self.token(ops.reshape(self.convolution(x), (-1, 9, 6))) + self.positions


def keras_vision() -> Any:
    x = keras.Input((12, 12, 3))
    h = Patches()(x)
    y = layers.LayerNormalization(epsilon=1e-6)(h)
    h = layers.Add()([h, layers.MultiHeadAttention(2, 3)(y, y)])
    return keras.Model(x, layers.Dense(5)(layers.LayerNormalization(epsilon=1e-6)(h)[:, 0]))


class Vision(nn.Module):
    """The same; `positions` says how many there are, and `last` that the class token comes last."""

    def __init__(self, positions: int = 10, last: bool = False, used: bool = True) -> None:
        super().__init__()
        self.token, self.last, self.used = nn.Parameter(torch.randn(1, 1, 6) / 10), last, used
        self.positions = nn.Parameter(torch.randn(1, positions, 6) / 10)
        self.patches, self.norm_1 = nn.Conv2d(3, 6, 4, 4), nn.LayerNorm(6, 1e-6)
        self.attention = nn.MultiheadAttention(6, 2, batch_first=True)
        self.norm_2, self.head = nn.LayerNorm(6, 1e-6), nn.Linear(6, 5)

    def forward(self, x: Any) -> Any:
        h = self.patches(x).flatten(2).transpose(1, 2)
        token = self.token.expand(len(h), -1, -1)
        h = torch.cat([h, token] if self.last else [token, h], 1)
        h = h + self.positions[:, : h.shape[1]] if self.used else h
        y = self.norm_1(h)
        return self.head(self.norm_2(h + self.attention(y, y, y)[0])[:, 0])


class KerasProjection(layers.Layer):
    """A matrix that stands as Keras has it."""

    def build(self, shape: Any) -> None:
        self.matrix = self.add_weight(shape=(shape[-1], 5), name="matrix")

    def call(self, x: Any) -> Any:
        return ops.tanh(ops.matmul(x, self.matrix))


class TorchProjection(nn.Module):
    """The same matrix as PyTorch has it; `n_out` is 5."""

    def __init__(self, n_in: int, n_out: int = 5, across: bool = True) -> None:
        super().__init__()
        self.matrix, self.across = nn.Parameter(torch.randn((n_out, n_in) if across else (n_in, n_out))), across

    def forward(self, x: Any) -> Any:
        return torch.tanh(x @ (self.matrix.T if self.across else self.matrix))


def keras_projected(n: int = 4) -> Any:
    return keras.Sequential([keras.Input((n,)), KerasProjection(), layers.Dense(2)])


def torch_projected(n: int = 4, n_out: int = 5, across: bool = True) -> Any:
    return nn.Sequential(TorchProjection(n, n_out, across), nn.Linear(n_out, 2))


def keras_attending() -> Any:
    x = keras.Input((5, 8))
    return keras.Model(x, layers.Dense(3)(x + layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True)))


def keras_translating() -> Any:
    x, memory = keras.Input((5, 8)), keras.Input((7, 6))
    return keras.Model([x, memory], layers.Dense(3)(x + layers.MultiHeadAttention(2, 4)(x, memory)))


class Attending(nn.Module):
    """Attention of linear layers: queries, keys and values `together`, or each of its own."""

    def __init__(self, together: bool, scale: float | None = None, causal: bool = True, heads: int = 2) -> None:
        super().__init__()
        self.together, self.scale, self.causal, self.heads = together, scale, causal, heads
        if together:
            self.qkv = nn.Linear(8, 24)
        else:
            self.query, self.key, self.value = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 8)
        self.out, self.head = nn.Linear(8, 8), nn.Linear(8, 3)

    def forward(self, x: Any) -> Any:
        n, t, _ = x.shape
        parts = self.qkv(x).split(8, -1) if self.together else (self.query(x), self.key(x), self.value(x))
        q, k, v = (part.view(n, t, self.heads, -1).transpose(1, 2) for part in parts)
        scores = q @ k.transpose(-2, -1) * (q.shape[-1] ** -0.5 if self.scale is None else self.scale)
        if self.causal:
            scores = scores.masked_fill(torch.ones(t, t, dtype=torch.bool).triu(1), -torch.inf)
        return self.head(x + self.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(n, t, 8)))


class Translating(nn.Module):
    """Keys and values together, of another sequence."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.both, self.out, self.head = (
            nn.Linear(8, 8),
            nn.Linear(6, 16),
            nn.Linear(8, 8),
            nn.Linear(8, 3),
        )

    def forward(self, x: Any, memory: Any) -> Any:
        q, k, v = (
            part.view(len(x), -1, 2, 4).transpose(1, 2) for part in (self.query(x), *self.both(memory).chunk(2, -1))
        )
        made = nn.functional.scaled_dot_product_attention(q, k, v)
        return self.head(x + self.out(made.transpose(1, 2).reshape(x.shape)))


def keras_crowned() -> Any:
    x = keras.Input((5, 8))
    h = ClassToken()(x)
    return keras.Model(x, layers.Dense(3)((h + layers.MultiHeadAttention(2, 4)(h, h))[:, 0]))


class Crowned(nn.Module):
    """A class token before attention, of which the first step is read."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.token, self.heads = nn.Parameter(torch.randn(1, 1, 8) / 10), heads
        self.qkv, self.out, self.head = nn.Linear(8, 24), nn.Linear(8, 8), nn.Linear(8, 3)

    def forward(self, x: Any) -> Any:
        h = torch.cat([self.token.expand(len(x), -1, -1), x], 1)
        q, k, v = self.qkv(h).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        y = nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        return self.head((h + self.out(y))[:, 0])
