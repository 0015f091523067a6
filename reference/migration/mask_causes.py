"""What may be wrong in the masks of recurrent layers and of attention, each as a repair of one model."""

from collections.abc import Callable
from typing import Any

from reference.migration.keras_causes import called_instead
from reference.migration.pairing import Cause, Finder, Pairing, Undo
from reference.migration.setting_causes import _pair, _torch_side

UNMASKED = {
    "torch": "Give it packed sequences (pack_padded_sequence), or take the masked layers of reference.migration.glue",
    "keras": "Give it a mask too: mask_zero=True, or a layer Masking",
}


def mask_polarity(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """Attention whose mask is true where it should be false."""
    side = _torch_side(pairing, unit)
    if side is None or not hasattr(side[0], "num_heads") or not hasattr(side[0], "in_proj_bias"):
        return None
    layer, _, name = side
    seen: list[str] = []

    def invert(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        turned = dict(kwargs)
        for key in ("attn_mask", "key_padding_mask"):
            if turned.get(key) is not None and str(turned[key].dtype) == "torch.bool":
                turned[key] = ~turned[key]
                seen.append(key)
        return args, turned

    handle = layer.register_forward_pre_hook(invert, with_kwargs=True)
    text = (
        f"layer '{name}': its mask says the opposite; PyTorch's is true where attention is blocked, Keras' where it "
        "is allowed"
    )
    return Cause("mask polarity", text, name), handle.remove


def masking(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """A layer of Keras that skips the steps which a mask leaves out, where the other model's reads them."""
    units = _pair(pairing, unit)
    for side, model in enumerate((pairing.a, pairing.b)):
        layer = units[side].layer
        if model.framework != "keras" or "call" in vars(layer):
            continue
        sources = [e for _, e in model.leaves() if getattr(e, "mask_zero", False) or type(e).__name__ == "Masking"]
        if not sources:
            continue
        text = f"{units[side]}: skips the steps that '{sources[0].name}' masks, {units[1 - side]} reads them all. "
        text += UNMASKED.get(units[1 - side].model.framework, UNMASKED["torch"])
        return Cause("masking", text, units[1].name), called_instead(layer, _reading_all(layer.call))
    return None


def _reading_all(call: Callable[..., Any]) -> Callable[..., Any]:
    """A call without the mask that it is given, nor that which Keras attaches to its inputs."""

    def reading(*given: Any, mask: Any = None, **more: Any) -> Any:
        import keras

        return call(*(keras.ops.copy(x) if hasattr(x, "_keras_mask") else x for x in given), **more)

    return reading


def causal_mask(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """Attention that sees later steps in the one model, and does not in the other."""
    side = _torch_side(pairing, unit)
    if side is None:
        return None
    import torch

    if not isinstance(side[0], torch.nn.MultiheadAttention):
        return None
    layer, _, name = side

    def mask(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        q, k = ((args[i] if len(args) > i else kwargs[key]).shape[1] for i, key in enumerate(("query", "key")))
        later = torch.ones(q, k, dtype=torch.bool).triu(1)
        return args, {**kwargs, "attn_mask": later if kwargs.get("attn_mask") is None else None, "is_causal": False}

    handle = layer.register_forward_pre_hook(mask, with_kwargs=True)
    text = (
        f"layer '{name}': one model's attention is causal, the other's sees later steps too; PyTorch's is given "
        "attn_mask, true above the diagonal, Keras' use_causal_mask=True"
    )
    return Cause("causal mask", text, name), handle.remove


FINDERS: tuple[Finder, ...] = (mask_polarity, masking, causal_mask)
