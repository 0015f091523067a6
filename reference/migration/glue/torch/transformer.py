"""PyTorch's Transformer blocks with masks that are true where a place may attend."""

from typing import Any

from torch import Tensor, nn

from reference.migration.glue.torch.attention import may_attend


class TransformerEncoderLayer(nn.TransformerEncoderLayer):
    """torch.nn.TransformerEncoderLayer, batch first, with a mask (batch or 1, time or 1, time) and without dropout."""

    def __init__(self, *args: Any, causal: bool, **kwargs: Any) -> None:
        super().__init__(*args, dropout=0.0, batch_first=True, **kwargs)
        self.causal = causal

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        batch, time, _ = x.shape
        if mask is not None:
            mask = mask.expand(batch, time, time).repeat_interleave(self.self_attn.num_heads, 0)
        mask = may_attend(mask, self.causal, time, time)
        return super().forward(x, None if mask is None else ~mask)
