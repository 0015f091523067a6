"""The blocks of the Transformer, and their twins."""

import functools
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Case, Input, Pair, Slot, Twin
from reference.pairs.attention import mask
from reference.pairs.multi_head_attention import KEY_BIAS, keras_heads, packed, padding_mask
from reference.sides import gradient_name
from scratch.smooth_activations import GELU
from scratch.transformer import TransformerDecoderBlock, TransformerEncoderBlock

# the approximation, because the complex step cannot judge the exact one: erf is real in NumPy
TANH_GELU = GELU(approximate=True)


def _torch_block(called: str) -> Any:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch import transformer

        return getattr(transformer, called)(
            o.n,
            o.heads,
            o.n_hidden,
            activation=torch.nn.GELU("tanh") if o.activation == TANH_GELU else o.activation,
            norm_first=o.order == "pre",
            layer_norm_eps=o.epsilon,
            causal=o.causal,
        )

    return build


def _keras_block(called: str) -> Any:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras import transformer
        from reference.migration.glue.keras.activations import gelu

        activation = o.activation
        if activation in ("gelu", TANH_GELU):
            activation = functools.partial(gelu, approximate=activation == TANH_GELU)
        options = {"activation": activation, "order": o.order, "causal": o.causal, "epsilon": o.epsilon}
        return getattr(transformer, called)(o.n, o.heads, o.n_hidden, **options)

    return build


def _slots(
    attentions: dict[str, dict[str, Slot]], weight: str, axes: str, scale: str, shift: str, names: Any
) -> dict[str, Slot]:
    """Those of the layers of attention by their names, of the dense layers, and of one normalisation more."""
    slots = {f"{part}.{name}": slot for part, each in attentions.items() for name, slot in each.items()}
    dense, norm = names
    for i in (1, 2):
        slots |= {f"dense_{i}.w": Slot(f"{dense.format(i)}.{weight}", axes)}
        slots |= {f"dense_{i}.b": Slot(f"{dense.format(i)}.bias")}
    for i in range(1, len(attentions) + 2):
        slots |= {f"norm_{i}.gamma": Slot(f"{norm.format(i)}.{scale}")}
        slots |= {f"norm_{i}.beta": Slot(f"{norm.format(i)}.{shift}")}
    return slots


def _torch_slots(**attentions: str) -> dict[str, Slot]:
    parts = {part: packed(f"{name}.") for part, name in attentions.items()}
    return _slots(parts, "weight", "n_in n_out -> n_out n_in", "weight", "bias", ("linear{}", "norm{}"))


def _keras_slots(*attentions: str) -> dict[str, Slot]:
    parts = {part: keras_heads(f"{part}.layer.") for part in attentions}
    return _slots(parts, "kernel", "", "gamma", "beta", ("dense_{}", "norm_{}"))


def _but_key_biases(inputs: tuple[str, ...], slots: dict[str, Slot]) -> tuple[str, ...]:
    """The output, and the gradients of these inputs and of all weights but the biases of the keys."""
    return ("y", *map(gradient_name, inputs), *(gradient_name(key) for key in slots if not key.endswith(".b_k")))


TORCH = _torch_slots(attention="self_attn")
KERAS = _keras_slots("attention")
ONLY = _but_key_biases(("x",), TORCH)
NO_BLOCK = "Keras has the layers, but no block made of them"
NORMALISES = "PyTorch normalises after the residual connection unless norm_first; Keras leaves the block to you."


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
        torch=Twin(_torch_block("TransformerEncoderLayer"), TORCH),
        keras=Twin(_keras_block("TransformerEncoderBlock"), KERAS, likeness="composed", reason=NO_BLOCK),
        kind="network",
        cases=CASES,
        draw=_draw,
        notes=(NORMALISES,),
    )


TRANSFORMER_ENCODER_BLOCK = _pair("transformer_encoder_block", TransformerEncoderBlock)
TRANSFORMER_ENCODER_BLOCK_GELU = _pair(
    "transformer_encoder_block_gelu", functools.partial(TransformerEncoderBlock, activation=TANH_GELU)
)

TORCH_DECODER = _torch_slots(self_attention="self_attn", cross_attention="multihead_attn")
KERAS_DECODER = _keras_slots("self_attention", "cross_attention")
ONLY_DECODER = _but_key_biases(("x", "memory"), TORCH_DECODER)


def everything(time: int) -> Input:
    """(1, 1, time): a mask that hides nothing, in front of one that does."""
    return Input((1, 1, time), lambda rng, size: np.ones(size, bool), differentiable=False)


def _decoder_case(
    name: str, batch: int, time: int, steps: int, n: int, heads: int, *masks: Input, n_hidden: int = 7, **more: Any
) -> Case:
    inputs = {"x": normal(batch, time, n), "memory": normal(batch, steps, n)}
    inputs |= dict(zip(("self_mask", "cross_mask"), masks, strict=False))
    fields = {key: more.pop(key) for key in ("beside",) if key in more}
    options = {"n": n, "heads": heads, "n_hidden": n_hidden, **more}
    return Case(name, inputs, options, only=ONLY_DECODER, reason=KEY_BIAS, **fields)


def _draw_decoder(rng: np.random.Generator) -> Case:
    batch, time, steps, heads = rng.integers((1, 3, 3, 1), (4, 8, 8, 4)).tolist()
    n = heads * -(-int(rng.integers(8, 17)) // heads)
    self_mask = choose(rng, everything(time), mask(batch, time, time), mask(1, time, time), padding_mask(batch, time))
    cross_mask = choose(rng, mask(batch, time, steps), mask(1, time, steps), padding_mask(batch, steps))
    masks = (self_mask, cross_mask)[: int(rng.integers(3))]
    options = {"order": choose(rng, "post", "pre"), "activation": choose(rng, "relu", TANH_GELU)}
    options |= {"causal": bool(rng.integers(2)), "epsilon": float(10 ** rng.uniform(-5, -2))}
    return _decoder_case("", batch, time, steps, n, heads, *masks, n_hidden=int(rng.integers(2, 12)), **options)


TRANSFORMER_DECODER_BLOCK = Pair(
    "transformer_decoder_block",
    TransformerDecoderBlock,
    torch=Twin(_torch_block("TransformerDecoderLayer"), TORCH_DECODER),
    keras=Twin(_keras_block("TransformerDecoderBlock"), KERAS_DECODER, likeness="composed", reason=NO_BLOCK),
    kind="network",
    cases=tuple(
        case
        for order in ("post", "pre")
        for case in (
            _decoder_case(order, 2, 5, 6, 12, 3, order=order),
            _decoder_case(f"{order}-batch1", 1, 4, 3, 16, 2, n_hidden=5, order=order),
            _decoder_case(f"{order}-causal", 2, 5, 6, 12, 3, causal=True, order=order),
            _decoder_case(f"{order}-self-mask", 2, 5, 6, 12, 3, mask(2, 5, 5), order=order),
            _decoder_case(f"{order}-cross-mask", 2, 5, 6, 12, 3, everything(5), mask(2, 5, 6), order=order),
            # a memory as long as the sequence, for which one mask could stand in the place of the other
            _decoder_case(f"{order}-two-masks", 2, 5, 5, 12, 3, mask(2, 5, 5), mask(2, 5, 5), order=order),
            _decoder_case(
                f"{order}-both-masks", 2, 5, 5, 12, 3, everything(5), mask(1, 5, 5), causal=True, order=order
            ),
            _decoder_case(f"{order}-padding", 3, 5, 6, 12, 2, padding_mask(3, 5), padding_mask(3, 6), order=order),
            _decoder_case(f"{order}-keras-epsilon", 2, 5, 6, 12, 3, epsilon=1e-3, order=order),
            _decoder_case(f"{order}-gelu-tanh", 2, 5, 6, 12, 3, activation=TANH_GELU, order=order),
            _decoder_case(f"{order}-gelu", 2, 5, 6, 12, 3, activation="gelu", order=order, beside=("contract",)),
        )
    ),
    draw=_draw_decoder,
    notes=(
        NORMALISES,
        "A mask is true where a place may attend; tgt_mask and memory_mask of PyTorch are true where it may not.",
        "The memory is not normalised, whatever the order: that is for the end of the encoder.",
        "PyTorch's decoder sees what follows unless it is given a tgt_mask.",
    ),
)
