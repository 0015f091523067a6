"""What may be wrong in the options of a layer: numbers and words that both frameworks have, each as a repair of one."""

import contextlib
from typing import Any

from reference.migration.moves import Unit
from reference.migration.pairing import Cause, Finder, Pairing, Undo
from reference.migration.setting_causes import _called, _pair, _torch_side, _with

# how each framework calls the option of a layer; scratch has PyTorch's names
OPTIONS = (
    {"torch": "dilation", "keras": "dilation_rate"},
    {"torch": "stride", "keras": "strides"},
    {"torch": "output_padding", "keras": "output_padding"},
    {"torch": "num_groups", "keras": "groups"},
    {"torch": "padding_mode"},
    {"torch": "padding", "keras": "padding"},
)


def option(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """Another dilation, stride, number of groups, or padding with something else than zeros."""
    a, b = _pair(pairing, unit)
    for names in OPTIONS:
        mine, theirs = (_value(each, names) for each in (a, b))
        if mine is None or theirs is None or mine == theirs:
            continue
        # Keras pads with zeros only, and by words: then PyTorch's layer is repaired whichever it is
        shared = "keras" in names and names["torch"] != "padding"
        wrong, right = (b, mine) if shared or b.model.framework == "torch" else (a, theirs)
        name = names.get(wrong.model.framework, names["torch"])
        if not hasattr(wrong.layer, name):
            continue
        said = names.get(b.model.framework, names["torch"])
        text = f"{b}: its {said} is {_said(theirs)}, A's is {_said(mine)}"
        return Cause(said, text, b.name), _with(wrong.layer, **{name: right})
    return None


def _value(unit: Unit, names: dict[str, str]) -> Any:
    name = names.get(unit.model.framework, names["torch"])
    if name == "padding_mode" and not hasattr(unit.layer, name):
        return "zeros"  # the others know nothing else
    value = getattr(unit.layer, name, None)
    if name == "padding":
        size = getattr(unit.layer, "kernel_size", None)
        if not isinstance(size, tuple) or (value in ("same", "causal") and unit.model.framework == "keras"):
            return None  # causes of their own
        return (0,) * len(size) if value == "valid" else value
    return tuple(value) if isinstance(value, list) else value


def _said(value: Any) -> str:
    return str(value[0]) if isinstance(value, tuple) and len(set(value)) == 1 else str(value)


def padding_side(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """Padding at both ends, or at the wrong one, where the other model's is causal."""
    side = _torch_side(pairing, unit)
    if side is None:
        return None
    import torch
    from torch.nn import functional as F

    if not isinstance(side[0], torch.nn.Conv1d) or getattr(side[1], "padding", None) != "causal":
        return None
    layer, other, name = side
    front = layer.dilation[0] * (layer.kernel_size[0] - 1)
    within = layer.padding[0] if isinstance(layer.padding, tuple) else 0
    steps = (pairing.step(0, unit), pairing.step(1, unit))
    if None in steps or not all(step.inputs for step in steps):
        return None
    keras_x = next(s.inputs[0] for s in steps if s.layer is other)
    torch_x = next(s.inputs[0] for s in steps if s.layer is layer)
    more = torch_x.shape[-1] - keras_x.shape[1]  # what was padded before the layer is called
    if more == 0 and not within:
        return None
    before = next((n for n in range(more + 1) if (torch_x[..., :n] == 0).all() and _same(torch_x, keras_x, n)), None)
    if before is None:
        return None

    def forward(x: Any) -> Any:
        x = x[..., before : x.shape[-1] - (more - before)]
        y: Any = F.conv1d(F.pad(x, (front, 0)), layer.weight, layer.bias, layer.stride, 0, layer.dilation, layer.groups)
        return y

    text = (
        f"layer '{name}': its input is padded by {before + within} before it and {more - before + within} behind; "
        f"causal padding is {front} before it. Use reference.migration.glue.torch.convolution.CausalConv1d"
    )
    return Cause("padding", text, name), _called(layer, forward)


def _same(torch_x: Any, keras_x: Any, start: int) -> bool:
    return bool(abs(torch_x[..., start : start + keras_x.shape[1]] - keras_x.swapaxes(1, 2)).max() < 1e-9)


def recurrent_activation(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """A recurrent layer of Keras with another activation than PyTorch's, which are tanh and sigmoid, or relu."""
    side = _torch_side(pairing, unit)
    if side is None:
        return None
    import keras
    import torch

    if not isinstance(side[0], torch.nn.RNNBase):
        return None
    layer, other, name = side
    inner = [each for each in (getattr(other, f"{way}_layer", None) for way in ("forward", "backward")) if each]
    cells = [getattr(each, "cell", None) for each in inner or [other]]
    if not all(hasattr(cell, "activation") for cell in cells):
        return None
    wanted = {"activation": "relu" if layer.mode == "RNN_RELU" else "tanh"}
    if layer.mode in ("LSTM", "GRU"):
        wanted["recurrent_activation"] = "sigmoid"
    has = {key: getattr(cells[0], key).__name__ for key in wanted}
    if has == wanted:
        return None
    told = ", ".join(f"{key} {has[key]}, PyTorch's {value}" for key, value in wanted.items() if has[key] != value)
    text = f"layer '{name}': Keras' has the {told}"
    functions = {key: getattr(keras.activations, value) for key, value in wanted.items()}
    undo = contextlib.ExitStack()
    for cell in cells:
        undo.callback(_with(cell, **functions))
    return Cause("activation", text, name), undo.close


FINDERS: tuple[Finder, ...] = (option, padding_side, recurrent_activation)
