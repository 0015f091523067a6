"""PyTorch's Transformer blocks with masks that are true where a place may attend."""

from typing import Any

from torch import Tensor, nn

from reference.migration.glue.torch.attention import blocked


class TransformerEncoderLayer(nn.TransformerEncoderLayer):
    """torch.nn.TransformerEncoderLayer, batch first, with a mask (batch or 1, time or 1, time) and without dropout."""

    def __init__(self, *args: Any, causal: bool, **kwargs: Any) -> None:
        super().__init__(*args, dropout=0.0, batch_first=True, **kwargs)
        self.causal = causal

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return super().forward(x, blocked(mask, self.causal, self.self_attn.num_heads, x, x))


class TransformerDecoderLayer(nn.TransformerDecoderLayer):
    """torch.nn.TransformerDecoderLayer, batch first, without dropout, with masks of the places and of the memory.

    `self_mask`: (batch or 1, time or 1, time), `cross_mask`: (batch or 1, time or 1, steps of the memory).
    """

    def __init__(self, *args: Any, causal: bool, **kwargs: Any) -> None:
        super().__init__(*args, dropout=0.0, batch_first=True, **kwargs)
        self.causal = causal

    def forward(
        self, x: Tensor, memory: Tensor, self_mask: Tensor | None = None, cross_mask: Tensor | None = None
    ) -> Tensor:
        heads = self.self_attn.num_heads
        of_places = blocked(self_mask, self.causal, heads, x, x)
        return super().forward(x, memory, of_places, blocked(cross_mask, False, heads, x, memory))
