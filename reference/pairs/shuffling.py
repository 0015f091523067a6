"""Channels that become pixels, pixels that become channels, channels that change places; and their twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import normal
from reference.pair import Case, Pair, Twin
from reference.pairs.convolution import CHANNELS_FIRST
from scratch.shuffling import ChannelShuffle, DepthToSpace, PixelShuffle, PixelUnshuffle, SpaceToDepth

ORDER = (
    "A pixel's channels: c * factor**2 + i * factor + j in PyTorch, (i * factor + j) * channels + c in TensorFlow. "
    "With one channel they are the same."
)
NOT_OF_ONE = "TensorFlow refuses a factor of 1."


def _shuffle(torch: Any, o: SimpleNamespace) -> Any:
    return torch.nn.PixelShuffle(o.factor)


def _unshuffle(torch: Any, o: SimpleNamespace) -> Any:
    return torch.nn.PixelUnshuffle(o.factor)


def _keras_shuffle(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.shuffling import pixel_shuffle

    return lambda x: pixel_shuffle(x, o.factor)


def _keras_unshuffle(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.shuffling import pixel_unshuffle

    return lambda x: pixel_unshuffle(x, o.factor)


def _to_space(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.shuffling import depth_to_space

    return lambda x: depth_to_space(x, o.factor)


def _to_depth(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.shuffling import space_to_depth

    return lambda x: space_to_depth(x, o.factor)


def _keras_to_space(keras: Any, o: SimpleNamespace) -> Any:
    import tensorflow as tf

    return lambda x: tf.nn.depth_to_space(x, o.factor)


def _keras_to_depth(keras: Any, o: SimpleNamespace) -> Any:
    import tensorflow as tf

    return lambda x: tf.nn.space_to_depth(x, o.factor)


def _case(name: str, n: int, height: int, width: int, channels: int, factor: int, space: bool) -> Case:
    """Images of so many places and channels on the deeper side of the two; `space` is true where they are the input."""
    shape = (height * factor, width * factor, channels) if space else (height, width, channels * factor**2)
    return Case(name, {"x": normal(n, *shape)}, {"factor": factor})


def _pair(name: str, layer: Any, torch: Twin, keras: Twin, space: bool, of_one: bool) -> Pair:
    def draw(rng: np.random.Generator) -> Case:
        n, height, width, channels = (int(k) for k in rng.integers(1, 6, 4))
        return _case("", n, height, width, channels, int(rng.integers(1 if of_one else 2, 5)), space)

    return Pair(
        name,
        layer,
        torch=torch,
        keras=keras,
        cases=(
            _case("plain", 2, 5, 4, 3, 2, space),
            _case("factor3", 4, 2, 5, 3, 3, space),
            _case("one-channel", 3, 5, 4, 1, 2, space),
            _case("one-pixel", 3, 1, 1, 5, 4, space),
            _case("batch1", 1, 3, 4, 2, 2, space),
            *((_case("factor1", 2, 5, 4, 3, 1, space),) if of_one else ()),
        ),
        draw=draw,
        notes=(ORDER,) if of_one else (ORDER, NOT_OF_ONE),
    )


COMPOSED: dict[str, Any] = {"likeness": "composed"}
PIXEL_SHUFFLE = _pair(
    "pixel_shuffle",
    PixelShuffle,
    Twin(_shuffle, layout=CHANNELS_FIRST),
    Twin(_keras_shuffle, **COMPOSED, reason="a transposition; tf.nn.depth_to_space has another order of channels"),
    space=False,
    of_one=True,
)
PIXEL_UNSHUFFLE = _pair(
    "pixel_unshuffle",
    PixelUnshuffle,
    Twin(_unshuffle, layout=CHANNELS_FIRST),
    Twin(_keras_unshuffle, **COMPOSED, reason="a transposition; tf.nn.space_to_depth has another order of channels"),
    space=True,
    of_one=True,
)
DEPTH_TO_SPACE = _pair(
    "depth_to_space",
    DepthToSpace,
    Twin(
        _to_space,
        layout=CHANNELS_FIRST,
        **COMPOSED,
        reason="PixelShuffle, the channels transposed before; it has another order of them",
    ),
    Twin(_keras_to_space),
    space=False,
    of_one=False,
)
SPACE_TO_DEPTH = _pair(
    "space_to_depth",
    SpaceToDepth,
    Twin(
        _to_depth,
        layout=CHANNELS_FIRST,
        **COMPOSED,
        reason="PixelUnshuffle, the channels transposed after it; it has another order of them",
    ),
    Twin(_keras_to_depth),
    space=True,
    of_one=False,
)


def _keras_channels(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.shuffling import channel_shuffle

    return lambda x: channel_shuffle(x, o.groups)


def _draw_channels(rng: np.random.Generator) -> Case:
    groups, each, *places = (int(k) for k in rng.integers(1, 6, rng.integers(4, 7)))
    return Case("", {"x": normal(*places, groups * each)}, {"groups": groups})


CHANNEL_SHUFFLE = Pair(
    "channel_shuffle",
    ChannelShuffle,
    torch=Twin(
        lambda torch, o: torch.nn.ChannelShuffle(o.groups),
        layout={"x": "n ... c -> n c ...", "y": "n ... c -> n c ..."},
    ),
    keras=Twin(_keras_channels, **COMPOSED, reason="a transposition; Keras has no layer for it"),
    cases=(
        Case("images", {"x": normal(2, 5, 4, 6)}, {"groups": 2}),
        Case("more-groups", {"x": normal(2, 5, 4, 12)}, {"groups": 4}),
        Case("sequences", {"x": normal(3, 5, 6)}, {"groups": 3}),
        Case("volumes", {"x": normal(2, 3, 4, 5, 8)}, {"groups": 2}),
        Case("one-group", {"x": normal(2, 5, 4, 3)}, {"groups": 1}),
        Case("groups-of-one", {"x": normal(2, 5, 4, 3)}, {"groups": 3}),
        Case("batch1", {"x": normal(1, 3, 4, 6)}, {"groups": 2}),
    ),
    draw=_draw_channels,
)
