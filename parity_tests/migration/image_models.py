"""Models of images as people write them in Keras and in PyTorch: right ports, and one mistake in each."""

from collections.abc import Callable
from typing import Any

import keras
import torch
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
IMAGES: dict[str, tuple[Make, Make, tuple[Wrong, ...]]] = {
    "u-net": (keras_unet, unet(), ((unet(swapped=True), {"concatenation order"}),)),
    "residual-block": (
        keras_residual_block,
        residual_block(),
        ((residual_block(before=True), {"residual", "activation"}),),
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
