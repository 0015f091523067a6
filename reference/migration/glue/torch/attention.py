"""PyTorch's attention called as Keras': batch first, masks that are true where a query may attend, outputs alone."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def may_attend(mask: Tensor | None, causal: bool, queries: int, keys: int) -> Tensor | None:
    """`mask`, boolean or additive, that also hides later keys where `causal`."""
    if not causal:
        return mask
    earlier = torch.ones(queries, keys, dtype=torch.bool).tril()
    if mask is None:
        return earlier
    return mask & earlier if mask.dtype == torch.bool else mask.masked_fill(~earlier, -torch.inf)


def blocked(mask: Tensor | None, causal: bool, heads: int, q: Tensor, k: Tensor) -> Tensor | None:
    """The mask that torch.nn.MultiheadAttention takes, true where attention is blocked, one for each head.

    `mask`: (batch or 1, queries or 1, keys), true where a query may attend; q and k are batch first.
    """
    batch, queries, keys = len(q), q.shape[1], k.shape[1]
    if mask is not None:
        mask = mask.expand(batch, queries, keys).repeat_interleave(heads, 0)
    mask = may_attend(mask, causal, queries, keys)
    return None if mask is None else ~mask


class DotProductAttention(nn.Module):
    """F.scaled_dot_product_attention with a mask that is causal and given at once, which PyTorch's own refuses."""

    def __init__(self, scale: float | None, causal: bool) -> None:
        super().__init__()
        self.scale, self.causal = scale, causal

    def forward(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        alone = self.causal and mask is None
        mask = None if alone else may_attend(mask, self.causal, q.shape[-2], k.shape[-2])
        return F.scaled_dot_product_attention(q, k, v, mask, is_causal=alone, scale=self.scale)


class MultiheadAttention(nn.MultiheadAttention):
    """torch.nn.MultiheadAttention with a mask (batch or 1, queries or 1, keys), true where a query may attend."""

    def __init__(self, *args: Any, causal: bool, **kwargs: Any) -> None:
        super().__init__(*args, batch_first=True, **kwargs)
        self.causal = causal

    def forward(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        mask = blocked(mask, self.causal, self.num_heads, q, k)
        return super().forward(q, k, v, need_weights=False, attn_mask=mask)[0]


class SelfAttention(MultiheadAttention):
    """MultiheadAttention of x to itself."""

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:  # type: ignore[override]
        return super().forward(x, x, x, mask)


class AnyHeads(nn.Module):
    """Multi-head attention whose heads are of any size; torch.nn.MultiheadAttention splits its inputs evenly."""

    def __init__(self, o: Any) -> None:
        super().__init__()
        size = o.size or o.n_in // o.heads
        value_size = o.value_size or size
        self.q = nn.Linear(o.n_in, o.heads * size, bias=o.bias)
        self.k = nn.Linear(o.n_key or o.n_in, o.heads * size, bias=o.bias)
        self.v = nn.Linear(o.n_value or o.n_in, o.heads * value_size, bias=o.bias)
        self.out = nn.Linear(o.heads * value_size, o.n_out or o.n_in, bias=o.bias)
        self.heads, self.attention = o.heads, DotProductAttention(None, o.causal)

    def forward(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        def split(x: Tensor) -> Tensor:
            return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        mask = None if mask is None else mask[:, None]
        heads = self.attention(split(self.q(q)), split(self.k(k)), split(self.v(v)), mask)
        return self.out(heads.transpose(1, 2).flatten(2))


class SinusoidalPositions(nn.Module):
    """x plus sines at even places and cosines at odd ones."""

    def __init__(self, base: float) -> None:
        super().__init__()
        self.base = base

    def forward(self, x: Tensor) -> Tensor:
        time, n = x.shape[1:]
        place, i = torch.arange(time, dtype=x.dtype), torch.arange(0, n, 2, dtype=x.dtype)
        angle = torch.outer(place, torch.exp(-i / n * torch.tensor(self.base, dtype=x.dtype).log()))
        return x + torch.stack([angle.sin(), angle.cos()], -1).flatten(1)[:, :n]
