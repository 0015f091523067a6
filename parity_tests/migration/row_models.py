"""Models of rows and sequences as people write them in both frameworks: right ports, and one mistake in each."""

from collections.abc import Callable
from typing import Any

import keras
import torch
from keras import ops
from ported_models import Torch
from torch import nn
from torch.nn import functional as F

layers = keras.layers
Make = Callable[[], Any]


def keras_encoder() -> Any:
    """A block of a transformer with its normalisations first."""
    x = keras.Input((6, 8))
    h = layers.LayerNormalization(epsilon=1e-5)(x)
    x_1 = layers.Add()([x, layers.MultiHeadAttention(2, 4)(h, h)])
    h = layers.LayerNormalization(epsilon=1e-5)(x_1)
    h = layers.Dense(8)(layers.Dense(16, "gelu")(h))
    y = layers.LayerNormalization(epsilon=1e-5)(layers.Add()([x_1, h]))
    return keras.Model(x, layers.Dense(3)(layers.GlobalAveragePooling1D()(y)))


def encoder(gelu: str = "none", summed: bool = False) -> Make:
    def forward(m: Any, x: Any) -> Any:
        h = m.norm_1(x)
        x = x + m.attention(h, h, h, need_weights=False)[0]
        x = x + m.dense_2(F.gelu(m.dense_1(m.norm_2(x)), approximate=gelu))
        h = m.norm_3(x)
        return m.head(h.sum(1) if summed else h.mean(1))

    return lambda: Torch(
        forward,
        norm_1=nn.LayerNorm(8),
        attention=nn.MultiheadAttention(8, 2, batch_first=True),
        norm_2=nn.LayerNorm(8),
        dense_1=nn.Linear(8, 16),
        dense_2=nn.Linear(16, 8),
        norm_3=nn.LayerNorm(8),
        head=nn.Linear(8, 3),
    )


def keras_translator() -> Any:
    """Two recurrent layers, the second beginning where the first ends, and attention of the one to the other."""
    source, target = keras.Input((7,), dtype="int32"), keras.Input((5,), dtype="int32")
    states, last = layers.GRU(6, return_sequences=True, return_state=True)(layers.Embedding(9, 4)(source))
    h = layers.GRU(6, return_sequences=True)(layers.Embedding(11, 4)(target), initial_state=last)
    read = layers.Attention()([h, states])
    return keras.Model([source, target], layers.Dense(11)(layers.Concatenate()([h, read])))


def translator(scale: float = 1.0, begun: bool = True) -> Make:
    def forward(m: Any, source: Any, target: Any) -> Any:
        states, last = m.reader(m.words(source))
        h, _ = m.writer(m.others(target), last if begun else None)
        read = (h @ states.mT * scale).softmax(-1) @ states
        return m.head(torch.cat((h, read), -1))

    return lambda: Torch(
        forward,
        words=nn.Embedding(9, 4),
        reader=nn.GRU(4, 6, batch_first=True),
        others=nn.Embedding(11, 4),
        writer=nn.GRU(4, 6, batch_first=True),
        head=nn.Linear(12, 11),
    )


def keras_siamese() -> Any:
    x, y = keras.Input((10,)), keras.Input((10,))
    shared = keras.Sequential([keras.Input((10,)), layers.Dense(8, "relu"), layers.Dense(5)])
    apart = layers.Lambda(lambda both: ops.abs(both[0] - both[1]))([shared(x), shared(y)])
    return keras.Model([x, y], layers.Dense(1, "sigmoid")(apart))


def siamese(distance: Callable[[Any, Any], Any] = lambda x, y: (x - y).abs()) -> Make:
    def forward(m: Any, x: Any, y: Any) -> Any:
        return m.head(distance(m.second(m.first(x).relu()), m.second(m.first(y).relu()))).sigmoid()

    return lambda: Torch(forward, first=nn.Linear(10, 8), second=nn.Linear(8, 5), head=nn.Linear(5, 1))


def keras_dilated() -> Any:
    x = h = keras.Input((12, 3))
    for dilation in (1, 2, 4):
        y = layers.Conv1D(3, 3, padding="causal", dilation_rate=dilation, activation="relu")(h)
        h = layers.ReLU()(layers.Add()([h, layers.Conv1D(3, 3, padding="causal", dilation_rate=dilation)(y)]))
    return keras.Model(x, layers.Dense(2)(h[:, -1]))


class Dilated(nn.Module):
    def __init__(self, *dilations: int, cut: bool = True) -> None:
        super().__init__()
        conv = lambda d: nn.Conv1d(3, 3, 3, dilation=d)  # noqa: E731
        self.convs = nn.ModuleList([conv(d) for d in dilations for _ in range(2)])
        self.head, self.cut = nn.Linear(3, 2), cut

    def forward(self, x: Any) -> Any:
        h = x
        for one, two in zip(self.convs[::2], self.convs[1::2], strict=True):
            h = (h + self.padded(two, self.padded(one, h).relu())).relu()
        return self.head(h[:, :, -1])

    def padded(self, conv: Any, x: Any) -> Any:
        width = 2 * conv.dilation[0]
        return conv(F.pad(x, (width, 0) if self.cut else (width // 2, width // 2)))


def keras_mixture() -> Any:
    x = keras.Input((4,))
    h = layers.Dense(8, "tanh")(layers.Dense(8, "tanh")(x))
    shares, means = layers.Dense(3, "softmax", name="shares")(h), layers.Dense(3, name="means")(h)
    return keras.Model(x, [shares, means, layers.Dense(3, "exponential", name="widths")(h)])


def mixture(width: Callable[[Any], Any] = torch.exp) -> Make:
    def forward(m: Any, x: Any) -> Any:
        h = m.second(m.first(x).tanh()).tanh()
        return m.shares(h).softmax(-1), m.means(h), width(m.widths(h))

    heads = lambda: {name: nn.Linear(8, 3) for name in ("shares", "means", "widths")}  # noqa: E731
    return lambda: Torch(forward, first=nn.Linear(4, 8), second=nn.Linear(8, 8), **heads())


def keras_tagger() -> Any:
    x = keras.Input((7,), dtype="int32")
    h = layers.Bidirectional(layers.LSTM(5, return_sequences=True))(layers.Embedding(9, 4, mask_zero=True)(x))
    return keras.Model(x, layers.Dense(3, "softmax")(h))


def tagger(masked: bool = True) -> Make:
    """Behind the end of a sentence both give zeros: Keras under a mask, PyTorch for packed sequences."""

    def forward(m: Any, x: Any) -> Any:
        h = m.words(x)
        if not masked:
            return m.head(m.rnn(h)[0]).softmax(-1)
        lengths = (x != 0).sum(1)
        packed = nn.utils.rnn.pack_padded_sequence(h, lengths, batch_first=True, enforce_sorted=False)
        h, _ = nn.utils.rnn.pad_packed_sequence(m.rnn(packed)[0], batch_first=True, total_length=x.shape[1])
        return m.head(h).softmax(-1)

    rnn = lambda: nn.LSTM(4, 5, batch_first=True, bidirectional=True)  # noqa: E731
    return lambda: Torch(forward, words=nn.Embedding(9, 4), rnn=rnn(), head=nn.Linear(10, 3))


# the Keras model, its right port, wrong ones with the causes that are to be told
Wrong = tuple[Make, set[str]]
ROWS: dict[str, tuple[Make, Make, tuple[Wrong, ...]]] = {
    "encoder": (
        keras_encoder,
        encoder(),
        ((encoder("tanh"), {"activation"}), (encoder(summed=True), {"pooling"})),
    ),
    "translator": (
        keras_translator,
        translator(),
        ((translator(6**-0.5), {"factor"}), (translator(begun=False), set())),
    ),
    "siamese": (keras_siamese, siamese(), ((siamese(lambda x, y: (x - y) ** 2), set()),)),
    "dilated": (
        keras_dilated,
        lambda: Dilated(1, 2, 4),
        ((lambda: Dilated(1, 2, 2), {"dilation"}), (lambda: Dilated(1, 2, 4, cut=False), {"padding"})),
    ),
    "mixture": (keras_mixture, mixture(), ((mixture(F.softplus), {"activation"}),)),
    "tagger": (keras_tagger, tagger(), ((tagger(masked=False), {"masking"}),)),
}
