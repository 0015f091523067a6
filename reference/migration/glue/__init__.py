"""What one framework lacks, composed of its own operations: `glue.torch` for PyTorch, `glue.keras` for Keras.

The twins of the pairs are built with it, so the parity suite verifies every part of it. What most migrations need can
be imported from here by its name, `from reference.migration.glue import SameConv2d`:

in PyTorch, as Keras does it
    SameConv1d, SameConv2d, SameConv3d                      SAME padding at any stride
    SameConvTranspose1d, SameConvTranspose2d, SameConvTranspose3d     cut where SAME cuts
    CausalConv1d                                            padding in front only
    SameMaxPool, SameAvgPool                                SAME padding, which an average does not count
    KerasBatchNorm1d, KerasBatchNorm2d, KerasBatchNorm3d    Keras' momentum, epsilon and running variance
    KerasAdam, KerasRMSprop                                 Keras' epsilon
    MovingAverage                                           use_ema, registered as a hook after an optimizer's step
    GroupedQueryAttention                                   keras.layers.GroupQueryAttention
    AdditiveAttention, BahdanauAttention                    keras.layers.AdditiveAttention, and after projections
    ResetBeforeGRU                                          GRU with reset_after=False
    MaskedRNN, MaskedLSTM, MaskedGRU                        called with a mask (batch, time), true where a step is read
in Keras, as PyTorch does it
    UnbiasedBatchNormalization                              the running variance times N / (N - 1)
    TrackingInstanceNormalization                           track_running_stats=True
    BiasKVMultiHeadAttention                                add_bias_kv and add_zero_attn
    TorchAdam, TorchRMSprop                                 PyTorch's epsilon
    ASGD                                                    torch.optim.ASGD, its average in `kept["ax"]`
    avg_pool                                                padding in numbers, counted or not
    projected_lstm                                          an LSTM with proj_size
"""

import importlib
from typing import Any

_CONVOLUTIONS = [f"Same{kind}{rank}d" for kind in ("Conv", "ConvTranspose") for rank in (1, 2, 3)]
_MODULES = {
    "torch.convolution": [*_CONVOLUTIONS, "CausalConv1d"],
    "torch.pooling": ["SameMaxPool", "SameAvgPool"],
    "torch.normalisation": [f"KerasBatchNorm{rank}d" for rank in (1, 2, 3)],
    "torch.optimizers": ["KerasAdam", "KerasRMSprop", "MovingAverage"],
    "torch.additive_attention": ["AdditiveAttention", "BahdanauAttention"],
    "torch.grouped_query_attention": ["GroupedQueryAttention"],
    "torch.recurrent": ["ResetBeforeGRU", "MaskedRNN", "MaskedLSTM", "MaskedGRU"],
    "keras.attention": ["BiasKVMultiHeadAttention"],
    "keras.normalisation": ["UnbiasedBatchNormalization", "TrackingInstanceNormalization"],
    "keras.optimizers": ["ASGD", "TorchAdam", "TorchRMSprop"],
    "keras.pooling": ["avg_pool"],
    "keras.recurrent": ["projected_lstm"],
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """The part called `name`; its framework is imported now."""
    if name not in _HOMES:
        raise AttributeError(f"module 'reference.migration.glue' has no attribute {name!r}")
    if _HOMES[name].startswith("keras"):
        importlib.import_module("reference.frameworks.keras")  # sets Keras up on TensorFlow
    module = importlib.import_module(f"reference.migration.glue.{_HOMES[name]}")
    # the recurrent layers have their masks whatever they are called there
    return getattr(module, name, None) or getattr(module, name.removeprefix("Masked"))
