"""Attention with keys and values that heads share, which PyTorch has as a function only."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from reference.migration.glue.torch.attention import may_attend


class GroupedQueryAttention(nn.Module):
    """keras.layers.GroupQueryAttention, called with queries, keys, values and a mask that is true where to attend."""

    def __init__(
        self,
        n_in: int,
        heads: int,
        kv_heads: int,
        size: int,
        *,
        window: int | None = None,
        gate: bool = False,
        bias: bool = True,
        causal: bool = False,
    ) -> None:
        super().__init__()
        self.q, self.out = nn.Linear(n_in, heads * size, bias), nn.Linear(heads * size, n_in, bias)
        self.k, self.v = nn.Linear(n_in, kv_heads * size, bias), nn.Linear(n_in, kv_heads * size, bias)
        self.g = nn.Linear(n_in, heads * size, bias) if gate else None
        self.size, self.window, self.causal = size, window, causal

    def forward(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        mask = may_attend(mask, self.causal, q.shape[1], k.shape[1])
        if self.window is not None:
            near = (torch.arange(q.shape[1])[:, None] - torch.arange(k.shape[1])).abs() < self.window
            mask = near if mask is None else mask & near
        if mask is not None and mask.dim() == 3:
            mask = mask[:, None]
        q_h, k_h, v_h = (self._split(x) for x in (self.q(q), self.k(k), self.v(v)))
        y = F.scaled_dot_product_attention(q_h, k_h, v_h, mask, enable_gqa=True).transpose(1, 2).flatten(2)
        return self.out(y if self.g is None else y * self.g(q).sigmoid())

    def _split(self, x: Tensor) -> Tensor:
        """(batch, time, heads size) -> (batch, heads, time, size)."""
        return x.unflatten(-1, (-1, self.size)).transpose(1, 2)
