"""Wrong versions of the embedding."""

import numpy as np

from scratch.embedding import Embedding
from scratch.layer import Array
from wrong import Versions
from wrong.common import GRADIENTS, WEIGHTED, OverwritesOutput, TurnsToFloat64, made_by


class RowAfter(Embedding):
    """Looks up the row after the token's, as if tokens counted from 1."""

    def forward(self, x: Array) -> Array:
        super().forward(x)
        return self.params["w"][(x + 1) % len(self.params["w"])]


class RowsNormalised(Embedding):
    """Divides every vector by its length."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return y / np.sqrt((y * y).sum(axis=-1, keepdims=True))


class Scaled(Embedding):
    """Multiplies with the root of the size, as a Transformer does afterwards."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return y * float(np.sqrt(y.shape[-1]))


class FirstRowHidden(Embedding):
    """Gives 0 for token 0, as if it were always padding."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) * (x > 0)[..., None]


class Rounded(Embedding):
    """Keeps the table in float32."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return y.astype(np.float32).astype(y.dtype)


class LastOccurrence(Embedding):
    """A token that occurs several times gets the gradient of the last place only."""

    def backward(self, dy: Array) -> tuple[()]:
        dw = np.zeros_like(self.params["w"])
        dw[self.x] = dy
        self.grads["w"] = dw
        return ()


class FirstSampleOnly(Embedding):
    """The first sample alone is counted."""

    def backward(self, dy: Array) -> tuple[()]:
        self.x, dy = self.x[:1], dy[:1]
        return super().backward(dy)


class AveragedOverOccurrences(Embedding):
    """Divides a token's gradient by how often it occurs."""

    def backward(self, dy: Array) -> tuple[()]:
        super().backward(dy)
        count = np.bincount(self.x.ravel(), minlength=len(self.params["w"]))
        self.grads["w"] /= np.maximum(count, 1)[:, None].astype(dy.dtype)
        return ()


class FrequencyIgnored(Embedding):
    """A token's gradient is always the sum."""

    def backward(self, dy: Array) -> tuple[()]:
        self.scale_by_frequency = False
        return super().backward(dy)


class ScaledByAllTokens(Embedding):
    """Divides by the number of all tokens that were looked up, not of the same."""

    def backward(self, dy: Array) -> tuple[()]:
        mean, self.scale_by_frequency = self.scale_by_frequency, False
        super().backward(dy / self.x.size if mean else dy)
        return ()


class AllRows(Embedding):
    """Rows that were not looked up share in the gradient."""

    def backward(self, dy: Array) -> tuple[()]:
        super().backward(dy)
        unseen = np.setdiff1d(np.arange(len(self.params["w"])), self.x)
        self.grads["w"][unseen] += dy.mean(axis=tuple(range(dy.ndim - 1)))
        return ()


class PaddingTrained(Embedding):
    """The padding row gets a gradient as any other."""

    def backward(self, dy: Array) -> tuple[()]:
        padding, self.padding = self.padding, None
        super().backward(dy)
        self.padding = padding
        return ()


class RowZeroIsPadding(Embedding):
    """Row 0 is left untrained, whichever the padding is."""

    def backward(self, dy: Array) -> tuple[()]:
        self.padding = 0
        return super().backward(dy)


class PaddingHidden(Embedding):
    """Gives 0 for the padding, whatever its row holds."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) * (x != self.padding)[..., None]


ANY = made_by(Embedding, (OverwritesOutput, TurnsToFloat64, *WEIGHTED))
OUTPUTS = (RowAfter, RowsNormalised, Scaled, Rounded)
WRONG = {
    "embedding": Versions(
        outputs=(*OUTPUTS, FirstRowHidden),
        gradients=(
            LastOccurrence,
            FirstSampleOnly,
            AveragedOverOccurrences,
            AllRows,
            RowZeroIsPadding,
            *made_by(Embedding, GRADIENTS),
        ),
        torch=(FrequencyIgnored, ScaledByAllTokens),
        contract=ANY,
    ),
    "embedding_padding": Versions(
        outputs=(*OUTPUTS, PaddingHidden),
        gradients=(LastOccurrence, AveragedOverOccurrences, AllRows, *made_by(Embedding, GRADIENTS)),
        kinks=(PaddingTrained, RowZeroIsPadding, FirstSampleOnly),
        contract=ANY,
    ),
}
