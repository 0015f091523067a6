"""Losses that PyTorch lacks."""

from torch import Tensor, nn
from torch.nn import functional as F


class CrossEntropy(nn.Module):
    """Cross-entropy of clipped probabilities: PyTorch's own takes logits only. Targets are rows or class indices."""

    def __init__(self, low: float, high: float, reduction: str) -> None:
        super().__init__()
        self.low, self.high, self.reduction = low, high, reduction

    def forward(self, p: Tensor, t: Tensor) -> Tensor:
        log = p.clamp(self.low, self.high).log()
        if t.ndim < p.ndim:
            return F.nll_loss(log, t, reduction=self.reduction)
        losses = -(t * log).sum(-1)
        return losses if self.reduction == "none" else getattr(losses, self.reduction)()
