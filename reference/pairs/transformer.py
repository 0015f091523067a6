"""The encoder block of the Transformer, and its twins."""

import functools
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Case, Input, Pair, Slot, Twin
from reference.pairs.attention import mask
from reference.pairs.multi_head_attention import KEY_BIAS, keras_heads, packed, padding_mask
from scratch.smooth_activations import GELU
from scratch.transformer import TransformerEncoderBlock

# the approximation, because the complex step cannot judge the exact one: erf is real in NumPy
TANH_GELU = GELU(approximate=True)


def _torch_block(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.transformer import TransformerEncoderLayer

    return TransformerEncoderLayer(
        o.n,
        o.heads,
        o.n_hidden,
        activation=torch.nn.GELU("tanh") if o.activation == TANH_GELU else o.activation,
        norm_first=o.order == "pre",
        layer_norm_eps=o.epsilon,
        causal=o.causal,
    )


def _keras_block(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.activations import gelu
    from reference.migration.glue.keras.transformer import TransformerEncoderBlock as Composed

    activation = functools.partial(gelu, approximate=True) if o.activation == TANH_GELU else o.activation
    return Composed(o.n, o.heads, o.n_hidden, activation=activation, order=o.order, causal=o.causal, epsilon=o.epsilon)


def _slots(attention: dict[str, Slot], weight: str, axes: str, scale: str, shift: str, names: Any) -> dict[str, Slot]:
    slots = {f"attention.{name}": slot for name, slot in attention.items()}
    for i in (1, 2):
        dense, norm = (name.format(i) for name in names)
        slots |= {f"dense_{i}.w": Slot(f"{dense}.{weight}", axes), f"dense_{i}.b": Slot(f"{dense}.bias")}
        slots |= {f"norm_{i}.gamma": Slot(f"{norm}.{scale}"), f"norm_{i}.beta": Slot(f"{norm}.{shift}")}
    return slots


TORCH = _slots(packed("self_attn."), "weight", "n_in n_out -> n_out n_in", "weight", "bias", ("linear{}", "norm{}"))
KERAS = _slots(keras_heads("attention.layer."), "kernel", "", "gamma", "beta", ("dense_{}", "norm_{}"))
# names of gradients: "attention.dw_q" for "attention.w_q"
GRADIENTS = tuple(f"{key.rpartition('.')[0]}.d{key.rpartition('.')[2]}" for key in TORCH)
ONLY = ("y", "dx", *(name for name in GRADIENTS if name != "attention.db_k"))


# few features would now and then be nearly equal, and LayerNorm would magnify their rounding errors
def _case(
    name: str, batch: int, time: int, n: int, heads: int, hidden: int, masked: Input | None = None, **more: Any
) -> Case:
    inputs = {"x": normal(batch, time, n)} | ({"mask": masked} if masked else {})
    return Case(name, inputs, {"n": n, "heads": heads, "n_hidden": hidden, **more}, only=ONLY, reason=KEY_BIAS)


def _draw(rng: np.random.Generator) -> Case:
    batch, time, heads = rng.integers((1, 3, 1), (4, 8, 4)).tolist()
    n = heads * -(-int(rng.integers(8, 17)) // heads)
    masked = choose(rng, None, mask(batch, time, time), mask(1, time, time), padding_mask(batch, time))
    hidden, epsilon = int(rng.integers(2, 12)), float(10 ** rng.uniform(-5, -2))
    order, causal = choose(rng, "post", "pre"), bool(rng.integers(2))
    return _case("", batch, time, n, heads, hidden, masked, epsilon=epsilon, order=order, causal=causal)


CASES = tuple(
    case
    for order in ("post", "pre")
    for case in (
        _case(order, 2, 5, 12, 3, 7, order=order),
        _case(f"{order}-batch1", 1, 4, 16, 2, 5, order=order),
        _case(f"{order}-causal", 2, 5, 12, 2, 7, causal=True, order=order),
        _case(f"{order}-mask", 2, 5, 12, 3, 7, mask(2, 5, 5), order=order),
        _case(f"{order}-padding", 3, 5, 12, 2, 14, padding_mask(3, 5), order=order),
        _case(f"{order}-keras-epsilon", 2, 5, 12, 3, 7, epsilon=1e-3, order=order),
    )
)


def _pair(name: str, layer: Any) -> Pair:
    return Pair(
        name,
        layer,
        torch=Twin(_torch_block, TORCH),
        keras=Twin(_keras_block, KERAS, likeness="composed", reason="Keras has the layers, but no block made of them"),
        kind="network",
        cases=CASES,
        draw=_draw,
        notes=("PyTorch normalises after the residual connection unless norm_first; Keras leaves the block to you.",),
    )


TRANSFORMER_ENCODER_BLOCK = _pair("transformer_encoder_block", TransformerEncoderBlock)
TRANSFORMER_ENCODER_BLOCK_GELU = _pair(
    "transformer_encoder_block_gelu", functools.partial(TransformerEncoderBlock, activation=TANH_GELU)
)
