"""Embedding of bags as PyTorch has it, called otherwise."""

from typing import Any

from torch import Tensor, nn


class WeightedEmbeddingBag(nn.EmbeddingBag):
    """EmbeddingBag of bags of one length with a weight for every token, which PyTorch takes by name only."""

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        return super().forward(x, per_sample_weights=weights)


class RaggedEmbeddingBag(nn.EmbeddingBag):
    """EmbeddingBag of bags one after the other that are given by their lengths, where PyTorch wants their starts."""

    def forward(self, x: Tensor, lengths: Tensor, weights: Any = None) -> Tensor:
        return super().forward(x, lengths.cumsum(0) - lengths, weights)
