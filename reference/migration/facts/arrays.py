"""Arrays of any of the three, and their axes."""

from typing import Any

import numpy as np


def nchw(x: Any) -> Any:
    """Channels from last to second."""
    return x.moveaxis(-1, 1) if hasattr(x, "moveaxis") else np.moveaxis(x, -1, 1)


def nhwc(x: Any) -> Any:
    """Channels from second to last."""
    return x.moveaxis(1, -1) if hasattr(x, "moveaxis") else np.moveaxis(x, 1, -1)


def oihw(w: Any) -> Any:
    """A kernel of Keras, (..., n_in, n_out), as PyTorch has it."""
    axes = (w.ndim - 1, w.ndim - 2, *range(w.ndim - 2))
    return w.permute(axes) if hasattr(w, "permute") else np.transpose(w, axes)


def numpy(x: Any) -> Any:
    """A value as NumPy has it."""
    if hasattr(x, "detach"):
        x = x.detach().to("cpu")
        return (x.float() if str(x.dtype) in ("torch.bfloat16", "torch.float16") else x).numpy()
    if hasattr(x, "numpy"):
        return np.asarray(x.numpy())
    if isinstance(x, list | tuple) and x and not isinstance(x[0], str | bool):
        return np.asarray([numpy(each) for each in x])
    return x
