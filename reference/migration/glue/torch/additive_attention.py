"""Additive attention, which PyTorch lacks: as in Keras, and with the projections of Bahdanau et al. (2015)."""

import torch
from torch import Tensor, nn

from reference.migration.glue.torch.attention import may_attend


class AdditiveAttention(nn.Module):
    """keras.layers.AdditiveAttention, called with q, k, v and a mask that is true where a query may attend."""

    def __init__(self, size: int, use_scale: bool = True, causal: bool = False) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.empty(size)) if use_scale else None
        self.causal = causal
        if self.scale is not None:
            # Glorot's bound for one axis, which is both fans
            nn.init.uniform_(self.scale, -((3 / size) ** 0.5), (3 / size) ** 0.5)

    def forward(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        hidden = torch.tanh(q[..., :, None, :] + k[..., None, :, :])
        scores = hidden.sum(-1) if self.scale is None else hidden @ self.scale
        allowed = may_attend(mask, self.causal, *scores.shape[-2:])
        if allowed is not None:
            scores = scores.masked_fill(~allowed, -torch.inf)
        return scores.softmax(-1) @ v


class BahdanauAttention(nn.Module):
    """Additive attention of queries and keys that are brought to one size first."""

    def __init__(self, n_q: int, n_k: int, n_hidden: int, bias: bool = False, causal: bool = False) -> None:
        super().__init__()
        self.query = nn.Linear(n_q, n_hidden, bias=bias)
        self.key = nn.Linear(n_k, n_hidden, bias=False)
        self.attention = AdditiveAttention(n_hidden, causal=causal)

    def forward(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return self.attention(self.query(q), self.key(k), v, mask)
