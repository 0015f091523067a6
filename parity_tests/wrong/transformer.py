"""Wrong versions of the Transformer's encoder block."""

import functools
from typing import Any

from reference.pairs.transformer import TANH_GELU
from scratch.layer import Array
from scratch.transformer import TransformerEncoderBlock
from wrong import Version, Versions
from wrong.common import ANY, GRADIENTS, made_by


class OrderSwapped(TransformerEncoderBlock):
    """Normalises before where it should after, and the other way round."""

    def __init__(self, *args: Any, order: Any = "post", **kwargs: Any) -> None:
        super().__init__(*args, order="pre" if order == "post" else "post", **kwargs)


class AttentionResidualForgotten(TransformerEncoderBlock):
    """There is no residual connection around the attention."""

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        if self.order == "post":
            h = self.norm_1.forward(self.attention.forward(x, mask))
            return self.norm_2.forward(h + self.feed_forward(h))
        h = self.attention.forward(self.norm_1.forward(x), mask)
        return h + self.feed_forward(self.norm_2.forward(h))


class FeedForwardResidualForgotten(TransformerEncoderBlock):
    """There is no residual connection around the dense layers."""

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        if self.order == "post":
            return self.norm_2.forward(self.feed_forward(self.norm_1.forward(x + self.attention.forward(x, mask))))
        h = x + self.attention.forward(self.norm_1.forward(x), mask)
        return self.feed_forward(self.norm_2.forward(h))


class ActivationForgotten(TransformerEncoderBlock):
    """The dense layers follow each other with no activation between them."""

    def feed_forward(self, h: Array) -> Array:
        h = self.dense_1.forward(h)
        self.activation.forward(h)
        return self.dense_2.forward(h)


class NormsSwapped(TransformerEncoderBlock):
    """The two normalisations stand in each other's place."""

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        self.norm_1, self.norm_2 = self.norm_2, self.norm_1
        y = super().forward(x, mask)
        self.norm_1, self.norm_2 = self.norm_2, self.norm_1
        return y


class MaskIgnored(TransformerEncoderBlock):
    """The mask is not handed to the attention."""

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        return super().forward(x)


class EpsilonForgotten(TransformerEncoderBlock):
    """Epsilon is that of Keras, whatever is asked for."""

    def __init__(self, *args: Any, epsilon: float = 1e-5, **kwargs: Any) -> None:
        super().__init__(*args, epsilon=1e-3 if epsilon == 1e-5 else epsilon, **kwargs)


class ShortcutGradientForgotten(TransformerEncoderBlock):
    """No gradient flows through the residual connection around the attention."""

    def backward(self, dy: Array) -> Array:
        if self.order == "post":
            ds = self.norm_2.backward(dy)
            return self.attention.backward(self.norm_1.backward(ds + self.feed_forward_backward(ds)))
        dh = dy + self.norm_2.backward(self.feed_forward_backward(dy))
        return self.norm_1.backward(self.attention.backward(dh))


class FeedForwardGradientForgotten(TransformerEncoderBlock):
    """No gradient flows from the dense layers to what comes before."""

    def backward(self, dy: Array) -> Array:
        if self.order == "post":
            ds = self.norm_2.backward(dy)
            self.feed_forward_backward(ds)
            dr = self.norm_1.backward(ds)
            return dr + self.attention.backward(dr)
        self.norm_2.backward(self.feed_forward_backward(dy))
        return dy + self.norm_1.backward(self.attention.backward(dy))


class AttentionDetached(TransformerEncoderBlock):
    """The input gets no gradient through the attention."""

    def backward(self, dy: Array) -> Array:
        super().backward(dy)
        if self.order == "post":
            ds = self.norm_2.backward(dy)
            return self.norm_1.backward(ds + self.feed_forward_backward(ds))
        return dy + self.norm_2.backward(self.feed_forward_backward(dy))


OUTPUTS = (
    OrderSwapped,
    AttentionResidualForgotten,
    FeedForwardResidualForgotten,
    ActivationForgotten,
    NormsSwapped,
    MaskIgnored,
    EpsilonForgotten,
)
VERSIONS = Versions(
    outputs=OUTPUTS,
    gradients=(
        ShortcutGradientForgotten,
        FeedForwardGradientForgotten,
        AttentionDetached,
        *made_by(TransformerEncoderBlock, GRADIENTS),
    ),
    contract=made_by(TransformerEncoderBlock, ANY),
)


def _with_gelu(version: Any) -> Version:
    made = functools.partial(version, activation=TANH_GELU)
    return functools.update_wrapper(made, version, ("__name__", "__doc__"), ())


WRONG = {
    "transformer_encoder_block": VERSIONS,
    "transformer_encoder_block_gelu": Versions(
        *(tuple(map(_with_gelu, each)) for each in (VERSIONS.outputs, VERSIONS.gradients))
    ),
}
