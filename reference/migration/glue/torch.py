"""Parts that PyTorch lacks, composed of its own operations. Arrays are channels first, as PyTorch has them."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from scratch.windows import pad_amounts


def same_padding(x: Tensor, kernel: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]) -> list[int]:
    """What TensorFlow's SAME adds to x (batch, channels, *spatial), as `torch.nn.functional.pad` takes it."""
    pads = pad_amounts("same", tuple(x.shape[2:]), kernel, stride, dilation)
    return [amount for pair in reversed(pads) for amount in pair]


class SameConv2d(nn.Conv2d):
    """Conv2d with TensorFlow's SAME padding at any stride; PyTorch's own padding="same" refuses a stride."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, same_padding(x, self.kernel_size, self.stride, self.dilation)))


class SameMaxPool2d(nn.Module):
    """MaxPool2d with TensorFlow's SAME padding: cells of -inf that never win."""

    def __init__(self, kernel: tuple[int, ...], stride: tuple[int, ...]) -> None:
        super().__init__()
        self.kernel, self.stride = kernel, stride

    def forward(self, x: Tensor) -> Tensor:
        padded = F.pad(x, same_padding(x, self.kernel, self.stride, (1, 1)), value=-torch.inf)
        return F.max_pool2d(padded, self.kernel, self.stride)


class SameAvgPool2d(nn.Module):
    """AvgPool2d with TensorFlow's SAME padding, which the divisor does not count."""

    def __init__(self, kernel: tuple[int, ...], stride: tuple[int, ...]) -> None:
        super().__init__()
        self.kernel, self.stride = kernel, stride

    def forward(self, x: Tensor) -> Tensor:
        amounts = same_padding(x, self.kernel, self.stride, (1, 1))

        def mean(z: Tensor) -> Tensor:
            return F.avg_pool2d(F.pad(z, amounts), self.kernel, self.stride)

        return mean(x) / mean(torch.ones_like(x))


class SumPool2d(nn.Module):
    """The sum of each window: the mean times the number of its places, padding being zero."""

    def __init__(self, kernel: tuple[int, ...], stride: tuple[int, ...], padding: Any) -> None:
        super().__init__()
        self.kernel, self.stride, self.padding = kernel, stride, padding

    def forward(self, x: Tensor) -> Tensor:
        x = pad2d(x, self.padding, self.kernel, self.stride)
        return F.avg_pool2d(x, self.kernel, self.stride, divisor_override=1)


class LpPool2d(nn.Module):
    """The p-norm of each window. `torch.nn.LPPool2d` raises x itself to the power p, so |x| is taken first."""

    def __init__(self, p: float, kernel: tuple[int, ...], stride: tuple[int, ...], padding: Any) -> None:
        super().__init__()
        self.p, self.kernel, self.stride, self.padding = p, kernel, stride, padding

    def forward(self, x: Tensor) -> Tensor:
        x = pad2d(x.abs(), self.padding, self.kernel, self.stride)
        return F.lp_pool2d(x, self.p, self.kernel, self.stride)


def pad2d(x: Tensor, padding: Any, kernel: tuple[int, ...], stride: tuple[int, ...]) -> Tensor:
    """Zeros around (batch, channels, height, width): "valid", "same" as TensorFlow, or numbers for both sides."""
    pads = pad_amounts(padding, tuple(x.shape[2:]), kernel, stride, (1, 1))
    return F.pad(x, [amount for pair in reversed(pads) for amount in pair])


class SimpleRNN(nn.Module):
    """A recurrent layer with any activation: `torch.nn.RNN` offers tanh and ReLU. Weights as torch.nn.RNNCell's."""

    def __init__(self, n_in: int, n_hidden: int, activation: Any, bias: bool, sequences: bool) -> None:
        super().__init__()
        self.cell = nn.RNNCell(n_in, n_hidden, bias=bias)
        self.activation, self.sequences = activation, sequences

    def forward(self, x: Tensor, h_0: Tensor | None = None) -> Tensor:
        h = x.new_zeros(len(x), self.cell.hidden_size) if h_0 is None else h_0
        steps = []
        for x_t in x.unbind(1):
            h = self.activation(
                F.linear(x_t, self.cell.weight_ih, self.cell.bias_ih)
                + F.linear(h, self.cell.weight_hh, self.cell.bias_hh)
            )
            steps.append(h)
        return torch.stack(steps, 1) if self.sequences else h


class RNN(nn.RNN):
    """torch.nn.RNN, batch first, that gives its outputs (or the last) and takes h_0 without a layer axis."""

    def __init__(self, *args: Any, sequences: bool, **kwargs: Any) -> None:
        super().__init__(*args, batch_first=True, **kwargs)
        self.sequences = sequences

    def forward(self, x: Tensor, h_0: Tensor | None = None) -> Tensor:
        y, last = super().forward(x, None if h_0 is None else h_0[None])
        return y if self.sequences else last[0]


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


class KerasAdam(torch.optim.Adam):
    """Adam with Keras' epsilon, which is added to the root of v before the bias correction.

    PyTorch adds epsilon to the corrected root, so its epsilon has to be larger by 1 / sqrt(1 - beta_2**t) at step t.
    """

    def __init__(self, params: Any, *, eps: float = 1e-7, **kwargs: Any) -> None:
        super().__init__(params, eps=eps, **kwargs)
        self.raw_epsilon = eps

    def step(self, closure: Any = None) -> Any:
        steps = [int(slots["step"]) for slots in self.state.values()]
        t = max(steps, default=0) + 1
        for group in self.param_groups:
            group["eps"] = self.raw_epsilon / (1 - group["betas"][1] ** t) ** 0.5
        return super().step(closure)
