"""Up-sampling that PyTorch lacks. Arrays are channels first, as PyTorch has them."""

import torch
from torch import Tensor

REACH = {"bicubic": 2, "lanczos3": 3, "lanczos5": 5}


def upsample_window(
    x: Tensor,
    size: tuple[int, ...],
    interpolation: str,
    align_corners: bool = False,
    coefficient: float = -0.5,
    border: str = "renormalised",
) -> Tensor:
    """Up-sampling by a bicubic or Lanczos window along each spatial axis, with Keras' border and coefficient.

    torch.nn.Upsample's bicubic has the coefficient -0.75 and the border "edge"; it knows no Lanczos window.
    """
    reach = REACH[interpolation]
    for axis, times in enumerate(size, start=2):
        n = x.shape[axis]
        i = torch.arange(n * times, dtype=x.dtype)
        place = i * (n - 1) / max(n * times - 1, 1) if align_corners else (i + 0.5) / times - 0.5
        y, total = torch.zeros(()), torch.zeros(())
        for step in range(1 - reach, reach + 1):
            at = place.floor() + step
            t = (place - at).abs()
            share = cubic(t, coefficient) if interpolation == "bicubic" else t.sinc() * (t / reach).sinc()
            if border == "renormalised":
                share = share * ((at >= 0) & (at < n))
            beside = share.reshape(-1, *[1] * (x.ndim - axis - 1))
            y = y + x.index_select(axis, at.clamp(0, n - 1).long()) * beside
            total = total + beside
        x = y / total if border == "renormalised" else y
    return x


def cubic(t: Tensor, a: float) -> Tensor:
    """Keys' cubic of distances from 0 to 2."""
    return torch.where(t <= 1, (a + 2) * t**3 - (a + 3) * t**2 + 1, a * (t**3 - 5 * t**2 + 8 * t - 4))
