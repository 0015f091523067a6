"""Wrong versions of the Transformer's decoder block."""

from collections.abc import Callable
from typing import Any

from scratch.layer import Array
from scratch.normalisation import LayerNorm
from scratch.transformer import TransformerDecoderBlock
from wrong import Versions
from wrong.common import GRADIENTS, OverwritesOutput, ReusesOutput, TurnsToFloat64, made_by
from wrong.several_inputs import ChangesFirst, CountsCalls, GradientsReversed, GradientsTurnToFloat64
from wrong.transformer_memory import BETWEEN_PASSES, OF_THE_MEMORY, TO_THE_MEMORY

Part = Callable[[Array], Array]


class OrderSwapped(TransformerDecoderBlock):
    """Normalises before where it should after, and the other way round."""

    def __init__(self, *args: Any, order: Any = "post", **kwargs: Any) -> None:
        super().__init__(*args, order="pre" if order == "post" else "post", **kwargs)


class Mixed(TransformerDecoderBlock):
    """Base of what takes some of its parts in the other order."""

    swapped: tuple[str, ...]

    def around(self, part: Part, x: Array, norm: LayerNorm) -> Array:
        before = self.order
        self.order = self._order_of(norm)
        y = super().around(part, x, norm)
        self.order = before
        return y

    def around_backward(self, part_backward: Part, dy: Array, norm: LayerNorm) -> Array:
        before = self.order
        self.order = self._order_of(norm)
        dx = super().around_backward(part_backward, dy, norm)
        self.order = before
        return dx

    def _order_of(self, norm: LayerNorm) -> Any:
        swapped = any(norm is getattr(self, name) for name in self.swapped)
        return self.order if not swapped else "pre" if self.order == "post" else "post"


class SelfAttentionOtherOrder(Mixed):
    """The self-attention alone is normalised in the other order."""

    swapped = ("norm_1",)


class CrossAttentionOtherOrder(Mixed):
    """The cross-attention alone is normalised in the other order."""

    swapped = ("norm_2",)


class FeedForwardOtherOrder(Mixed):
    """The dense layers alone are normalised in the other order."""

    swapped = ("norm_3",)


class FirstNormsSwapped(TransformerDecoderBlock):
    """The first two normalisations stand in each other's place."""

    def forward(self, *inputs: Array) -> Array:
        self.norm_1, self.norm_2 = self.norm_2, self.norm_1
        y = super().forward(*inputs)
        self.norm_1, self.norm_2 = self.norm_2, self.norm_1
        return y


class LastNormsSwapped(TransformerDecoderBlock):
    """The last two normalisations stand in each other's place."""

    def forward(self, *inputs: Array) -> Array:
        self.norm_2, self.norm_3 = self.norm_3, self.norm_2
        y = super().forward(*inputs)
        self.norm_2, self.norm_3 = self.norm_3, self.norm_2
        return y


class Shortcut(TransformerDecoderBlock):
    """Base of what adds another number of times than once what a part was given."""

    of: str
    times: int

    def around(self, part: Part, x: Array, norm: LayerNorm) -> Array:
        if norm is not getattr(self, self.of):
            return super().around(part, x, norm)
        added = self.times * x
        return norm.forward(added + part(x)) if self.order == "post" else added + part(norm.forward(x))


class SelfResidualForgotten(Shortcut):
    """There is no residual connection around the self-attention."""

    of, times = "norm_1", 0


class CrossResidualForgotten(Shortcut):
    """There is no residual connection around the cross-attention."""

    of, times = "norm_2", 0


class FeedForwardResidualForgotten(Shortcut):
    """There is no residual connection around the dense layers."""

    of, times = "norm_3", 0


class CrossResidualTwice(Shortcut):
    """The residual connection around the cross-attention is added twice."""

    of, times = "norm_2", 2


class ResidualOfInput(TransformerDecoderBlock):
    """The residual connections around the cross-attention and the dense layers come from the input."""

    def around(self, part: Part, x: Array, norm: LayerNorm) -> Array:
        if norm is self.norm_1:
            self.input = x
        if self.order == "post":
            return norm.forward(self.input + part(x))
        return self.input + part(norm.forward(x))


class ResidualOfNormalised(TransformerDecoderBlock):
    """Where it normalises first, what is normalised is added too, in the place of what was not."""

    def around(self, part: Part, x: Array, norm: LayerNorm) -> Array:
        if self.order == "post":
            return super().around(part, x, norm)
        s = norm.forward(x)
        return s + part(s)


class ActivationForgotten(TransformerDecoderBlock):
    """The dense layers follow each other with no activation between them."""

    def feed_forward(self, h: Array) -> Array:
        h = self.dense_1.forward(h)
        self.activation.forward(h)
        return self.dense_2.forward(h)


class AlwaysReLU(TransformerDecoderBlock):
    """The activation is ReLU, whatever is asked for."""

    def __init__(self, *args: Any, activation: Any = "relu", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class EpsilonForgotten(TransformerDecoderBlock):
    """Epsilon is that of Keras, whatever is asked for."""

    def __init__(self, *args: Any, epsilon: float = 1e-5, **kwargs: Any) -> None:
        super().__init__(*args, epsilon=1e-3 if epsilon == 1e-5 else epsilon, **kwargs)


class BackwardOf(TransformerDecoderBlock):
    """Base of what loses a way of the gradient around one part: that through it, or that beside it."""

    of: str
    through: int
    beside: int

    def around_backward(self, part_backward: Part, dy: Array, norm: LayerNorm) -> Array:
        if norm is not getattr(self, self.of):
            return super().around_backward(part_backward, dy, norm)
        if self.order == "post":
            ds = norm.backward(dy)
            return self.beside * ds + self.through * part_backward(ds)
        return self.beside * dy + self.through * norm.backward(part_backward(dy))


class SelfShortcutGradientForgotten(BackwardOf):
    """No gradient flows through the residual connection around the self-attention."""

    of, through, beside = "norm_1", 1, 0


class CrossShortcutGradientForgotten(BackwardOf):
    """No gradient flows through the residual connection around the cross-attention."""

    of, through, beside = "norm_2", 1, 0


class LastShortcutGradientForgotten(BackwardOf):
    """No gradient flows through the residual connection around the dense layers."""

    of, through, beside = "norm_3", 1, 0


class SelfAttentionDetached(BackwardOf):
    """The input gets no gradient through the self-attention."""

    of, through, beside = "norm_1", 0, 1


class CrossAttentionDetached(BackwardOf):
    """The self-attention gets no gradient through the cross-attention."""

    of, through, beside = "norm_2", 0, 1


class FeedForwardDetached(BackwardOf):
    """No gradient flows from the dense layers to what comes before."""

    of, through, beside = "norm_3", 0, 1


OUTPUTS = (
    OrderSwapped,
    SelfAttentionOtherOrder,
    CrossAttentionOtherOrder,
    FeedForwardOtherOrder,
    FirstNormsSwapped,
    LastNormsSwapped,
    SelfResidualForgotten,
    CrossResidualForgotten,
    FeedForwardResidualForgotten,
    CrossResidualTwice,
    ResidualOfInput,
    ResidualOfNormalised,
    ActivationForgotten,
    AlwaysReLU,
    EpsilonForgotten,
)
GRADIENT = (
    *TO_THE_MEMORY,
    SelfShortcutGradientForgotten,
    CrossShortcutGradientForgotten,
    LastShortcutGradientForgotten,
    SelfAttentionDetached,
    CrossAttentionDetached,
    FeedForwardDetached,
)
SEVERAL = (ReusesOutput, OverwritesOutput, TurnsToFloat64, ChangesFirst, CountsCalls, GradientsTurnToFloat64)
WRONG = {
    "transformer_decoder_block": Versions(
        outputs=(*OUTPUTS, *OF_THE_MEMORY),
        gradients=(*GRADIENT, *made_by(TransformerDecoderBlock, (*GRADIENTS, GradientsReversed))),
        contract=(*BETWEEN_PASSES, *made_by(TransformerDecoderBlock, SEVERAL)),
    )
}
