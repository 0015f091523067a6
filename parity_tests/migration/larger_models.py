"""Models of several branches as people write them in Keras and in PyTorch: right ports, and one mistake in each."""

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


def keras_unet() -> Any:
    x = keras.Input((8, 8, 3))
    first = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    low = layers.Conv2D(6, 3, padding="same", activation="relu")(layers.MaxPooling2D(2)(first))
    up = layers.Conv2DTranspose(4, 2, strides=2)(low)
    h = layers.Conv2D(4, 3, padding="same", activation="relu")(layers.Concatenate()([first, up]))
    return keras.Model(x, layers.Conv2D(2, 1, activation="sigmoid")(h))


def unet(swapped: bool = False) -> Make:
    def forward(m: Any, x: Any) -> Any:
        first = m.first(x).relu()
        up = m.up(m.low(F.max_pool2d(first, 2)).relu())
        return m.head(m.last(torch.cat((up, first) if swapped else (first, up), 1)).relu()).sigmoid()

    return lambda: Torch(
        forward,
        first=nn.Conv2d(3, 4, 3, padding=1),
        low=nn.Conv2d(4, 6, 3, padding=1),
        up=nn.ConvTranspose2d(6, 4, 2, 2),
        last=nn.Conv2d(8, 4, 3, padding=1),
        head=nn.Conv2d(4, 2, 1),
    )


def normed(x: Any) -> Any:
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)


def keras_residual_block() -> Any:
    x = keras.Input((8, 8, 3))
    h = layers.ReLU()(normed(layers.Conv2D(5, 3, padding="same", use_bias=False)(x)))
    h = normed(layers.Conv2D(5, 3, padding="same", use_bias=False)(h))
    short = normed(layers.Conv2D(5, 1, use_bias=False)(x))
    h = layers.GlobalAveragePooling2D()(layers.ReLU()(layers.Add()([h, short])))
    return keras.Model(x, layers.Dense(4)(h))


def residual_block(before: bool = False) -> Make:
    """The last activation behind the sum, or before it."""

    def forward(m: Any, x: Any) -> Any:
        h = m.norm_2(m.conv_2(m.norm_1(m.conv_1(x)).relu()))
        short = m.norm_3(m.conv_3(x))
        return m.head((h.relu() + short if before else (h + short).relu()).mean((2, 3)))

    return lambda: Torch(
        forward,
        conv_1=nn.Conv2d(3, 5, 3, padding=1, bias=False),
        norm_1=nn.BatchNorm2d(5),
        conv_2=nn.Conv2d(5, 5, 3, padding=1, bias=False),
        norm_2=nn.BatchNorm2d(5),
        conv_3=nn.Conv2d(3, 5, 1, bias=False),
        norm_3=nn.BatchNorm2d(5),
        head=nn.Linear(5, 4),
    )


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


def keras_inverted() -> Any:
    """An inverted residual, and one with a stride."""
    x = keras.Input((8, 8, 4))

    def block(h: Any, stride: int) -> Any:
        y = layers.ReLU(6.0)(normed(layers.Conv2D(8, 1, use_bias=False)(h)))
        y = normed(layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False)(y))
        y = normed(layers.Conv2D(4, 1, use_bias=False)(layers.ReLU(6.0)(y)))
        return layers.Add()([h, y]) if stride == 1 else y

    return keras.Model(x, layers.Dense(3)(layers.GlobalAveragePooling2D()(block(block(x, 1), 2))))


class Inverted(nn.Module):
    def __init__(self, act: Callable[[Any], Any] = F.relu6, residual: bool = True, end: bool = True) -> None:
        super().__init__()
        blocks = [self.block(stride) for stride in (1, 2)]
        self.blocks, self.head = nn.ModuleList(blocks), nn.Linear(4, 3)
        self.act, self.residual, self.end = act, residual, end

    @staticmethod
    def block(stride: int) -> nn.ModuleList:
        wide = nn.Conv2d(8, 8, 3, stride, groups=8, bias=False)
        convs = [nn.Conv2d(4, 8, 1, bias=False), wide, nn.Conv2d(8, 4, 1, bias=False)]
        return nn.ModuleList([part for conv in convs for part in (conv, nn.BatchNorm2d(conv.out_channels))])

    def forward(self, x: Any) -> Any:
        for i, (conv, norm, wide, norm_2, last, norm_3) in enumerate(self.blocks):
            y = self.act(norm(conv(x)))
            # SAME pads the end of an even size only, where the stride is 2
            y = F.pad(y, (1, 1, 1, 1) if i == 0 or not self.end else (0, 1, 0, 1))
            y = norm_3(last(self.act(norm_2(wide(y)))))
            x = x + y if i == 0 and self.residual else y
        return self.head(x.mean((2, 3)))


def keras_generator() -> Any:
    x = keras.Input((5,))
    h = layers.LeakyReLU(negative_slope=0.2)(normed(layers.Reshape((4, 4, 6))(layers.Dense(96)(x))))
    h = layers.LeakyReLU(negative_slope=0.2)(normed(layers.Conv2DTranspose(4, 4, 2, "same")(h)))
    return keras.Model(x, layers.Conv2DTranspose(2, 4, 2, "same", activation="tanh")(h))


def generator(slope: float = 0.2, out: Callable[[Any], Any] = torch.tanh) -> Make:
    def forward(m: Any, x: Any) -> Any:
        h = F.leaky_relu(m.norm_1(m.dense(x).reshape(-1, 6, 4, 4)), 0.2)
        return out(m.up_2(F.leaky_relu(m.norm_2(m.up_1(h)), slope)))

    return lambda: Torch(
        forward,
        dense=nn.Linear(5, 96),
        norm_1=nn.BatchNorm2d(6),
        up_1=nn.ConvTranspose2d(6, 4, 4, 2, 1),
        norm_2=nn.BatchNorm2d(4),
        up_2=nn.ConvTranspose2d(4, 2, 4, 2, 1),
    )


def keras_critic() -> Any:
    x = keras.Input((8, 8, 2))
    h = layers.LeakyReLU(negative_slope=0.2)(layers.Conv2D(4, 4, 2, "same")(x))
    h = layers.LeakyReLU(negative_slope=0.2)(normed(layers.Conv2D(6, 4, 2, "same")(h)))
    return keras.Model(x, layers.Dense(1)(layers.Flatten()(h)))


def critic(slope: float = 0.2, end: Callable[[Any], Any] = lambda y: y) -> Make:
    def forward(m: Any, x: Any) -> Any:
        h = F.leaky_relu(m.conv_1(x), 0.2)
        return end(m.head(F.leaky_relu(m.norm(m.conv_2(h)), slope).flatten(1)))

    return lambda: Torch(
        forward,
        conv_1=nn.Conv2d(2, 4, 4, 2, 1),
        conv_2=nn.Conv2d(4, 6, 4, 2, 1),
        norm=nn.BatchNorm2d(6),
        head=nn.Linear(24, 1),
    )


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


def keras_mixed_inputs() -> Any:
    image, numbers, words = keras.Input((6, 6, 2)), keras.Input((4,)), keras.Input((5,), dtype="int32")
    seen = layers.Flatten()(layers.MaxPooling2D(2)(layers.Conv2D(3, 3, activation="relu")(image)))
    read = layers.GlobalAveragePooling1D()(layers.Embedding(9, 4)(words))
    h = layers.Concatenate()([seen, layers.Dense(5, "relu")(numbers), read])
    return keras.Model([image, numbers, words], [layers.Dense(3)(layers.Dense(6, "relu")(h)), layers.Dense(1)(h)])


def mixed_inputs(pool: Any = F.max_pool2d, reduce: Any = lambda x: x.mean(1), act: Any = torch.relu) -> Make:
    def forward(m: Any, image: Any, numbers: Any, words: Any) -> Any:
        seen = pool(m.conv(image).relu(), 2).flatten(1)
        h = torch.cat((seen, act(m.numbers(numbers)), reduce(m.words(words))), 1)
        return m.head(m.both(h).relu()), m.other(h)

    return lambda: Torch(
        forward,
        conv=nn.Conv2d(2, 3, 3),
        numbers=nn.Linear(4, 5),
        words=nn.Embedding(9, 4),
        both=nn.Linear(21, 6),
        head=nn.Linear(6, 3),
        other=nn.Linear(21, 1),
    )


def keras_excited() -> Any:
    """Channels that are multiplied by what their means ask for."""
    x = keras.Input((8, 8, 3))
    h = layers.Conv2D(6, 3, padding="same", activation="relu")(x)
    gate = layers.Dense(6, "sigmoid")(layers.Dense(2, "relu")(layers.GlobalAveragePooling2D()(h)))
    h = layers.Multiply()([h, layers.Reshape((1, 1, 6))(gate)])
    return keras.Model(x, layers.Dense(3)(layers.GlobalAveragePooling2D()(h)))


def excited(squeeze: Any = lambda h: h.mean((2, 3)), gate: Any = torch.sigmoid) -> Make:
    def forward(m: Any, x: Any) -> Any:
        h = m.conv(x).relu()
        h = h * gate(m.up(m.down(squeeze(h)).relu()))[:, :, None, None]
        return m.head(h.mean((2, 3)))

    return lambda: Torch(
        forward, conv=nn.Conv2d(3, 6, 3, padding=1), down=nn.Linear(6, 2), up=nn.Linear(2, 6), head=nn.Linear(6, 3)
    )


# the Keras model, its right port, wrong ones with the causes that are to be told
Wrong = tuple[Make, set[str]]
LARGER: dict[str, tuple[Make, Make, tuple[Wrong, ...]]] = {
    "u-net": (keras_unet, unet(), ((unet(swapped=True), {"concatenation order"}),)),
    "residual-block": (
        keras_residual_block,
        residual_block(),
        ((residual_block(before=True), {"residual", "activation"}),),
    ),
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
    "inverted-residual": (
        keras_inverted,
        Inverted,
        (
            (lambda: Inverted(F.relu), {"activation"}),
            (lambda: Inverted(residual=False), {"residual"}),
            (lambda: Inverted(end=False), {"padding"}),
        ),
    ),
    "generator": (
        keras_generator,
        generator(),
        ((generator(0.01), {"activation"}), (generator(out=torch.sigmoid), {"activation"})),
    ),
    "critic": (keras_critic, critic(), ((critic(0.01), {"activation"}), (critic(end=torch.sigmoid), {"activation"}))),
    "mixture": (keras_mixture, mixture(), ((mixture(F.softplus), {"activation"}),)),
    "tagger": (keras_tagger, tagger(), ((tagger(masked=False), {"masking"}),)),
    "mixed-inputs": (
        keras_mixed_inputs,
        mixed_inputs(),
        (
            (mixed_inputs(pool=F.avg_pool2d), {"pooling"}),
            (mixed_inputs(reduce=lambda x: x.amax(1)), {"pooling"}),
            (mixed_inputs(act=torch.tanh), {"activation"}),
        ),
    ),
    "excited": (
        keras_excited,
        excited(),
        ((excited(lambda h: h.amax((2, 3))), {"pooling"}), (excited(gate=torch.tanh), {"activation"})),
    ),
}
