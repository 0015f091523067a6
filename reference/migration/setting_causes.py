"""What may be wrong in a layer of a port beside its weights: each is a repair of one model."""

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.migration.difference import apart
from reference.migration.models.own import Own
from reference.migration.moves import Unit
from reference.migration.pairing import Cause, Finder, Pairing, Undo, softmax_of
from reference.migration.running import kept

EPSILON = {"torch": "eps", "keras": "epsilon", "scratch": "epsilon"}


def _pair(pairing: Pairing, unit: int) -> tuple[Unit, Unit]:
    move = pairing.moves[unit]
    return move.source, move.target


def _torch_side(pairing: Pairing, unit: int) -> tuple[Any, Any, str] | None:
    """PyTorch's layer, the other framework's, and the name of PyTorch's."""
    a, b = _pair(pairing, unit)
    if {a.model.framework == "torch", b.model.framework == "torch"} != {True, False}:
        return None
    torch_unit, other = (a, b) if a.model.framework == "torch" else (b, a)
    if isinstance(torch_unit.layer, list | Own) or "forward" in vars(torch_unit.layer):
        return None  # several that are one elsewhere, or repaired already
    return torch_unit.layer, other.layer, torch_unit.name


def _with(layer: Any, **values: Any) -> Undo:
    """Set attributes of a layer; how to undo it."""
    before = {name: getattr(layer, name) for name in values}

    def put(these: dict[str, Any]) -> None:
        for name, value in these.items():
            setattr(layer, name, value)

    put(values)
    return lambda: put(before)


def _called(layer: Any, forward: Callable[..., Any]) -> Undo:
    """Have a PyTorch module compute something else; how to undo it."""
    layer.forward = forward

    def undo() -> None:
        del layer.forward

    return undo


def epsilon(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """Another epsilon."""
    a, b = _pair(pairing, unit)
    mine, theirs = (getattr(u.layer, EPSILON[u.model.framework], None) for u in (a, b))
    if mine is None or theirs is None or mine == theirs:
        return None
    text = f"{b}: its epsilon is {theirs:g}, A's is {mine:g}"
    return Cause("epsilon", text, b.name), _with(b.layer, **{EPSILON[b.model.framework]: mine})


def momentum(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """Another share of the running moments that is kept."""
    a, b = _pair(pairing, unit)
    if any(getattr(u.layer, "momentum", None) is None for u in (a, b)):
        return None
    mine, theirs = kept(a), kept(b)
    if abs(mine - theirs) < 1e-9:
        return None
    text = (
        f"{b}: it keeps {theirs:g} of its running moments, A {mine:g}; Keras' momentum is the share kept, "
        f"PyTorch's the share of the new, 1 - {mine:g}"
    )
    right = 1 - mine if b.model.framework == "torch" else mine
    return Cause("momentum", text, b.name), _with(b.layer, momentum=right)


def heads(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """Another number of heads."""
    a, b = _pair(pairing, unit)
    mine, theirs = (getattr(u.layer, "num_heads", None) for u in (a, b))
    if mine is None or theirs is None or mine == theirs:
        return None
    of_torch, right = (b, mine) if b.model.framework == "torch" else (a, theirs)
    if of_torch.model.framework != "torch" or of_torch.layer.embed_dim % right:
        return None
    text = f"{b}: it has {theirs} heads, A's {mine}"
    size = of_torch.layer.embed_dim // right
    return Cause("num_heads", text, b.name), _with(of_torch.layer, num_heads=right, head_dim=size)


def norm_first(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """A transformer's layer of PyTorch that normalises before its parts, or behind them."""
    side = _torch_side(pairing, unit)
    if side is None or "." not in side[2]:
        return None
    model = (pairing.a, pairing.b)[pairing.b.framework == "torch"].model
    name = side[2].rpartition(".")[0]
    block = model.get_submodule(name)
    now = getattr(block, "norm_first", None)
    if not isinstance(now, bool):
        return None
    text = (
        f"layer '{name}' ({type(block).__name__}): with norm_first={now} it normalises {'before' if now else 'behind'} "
        f"attention and the layers after it, the other model {'behind' if now else 'before'} them: norm_first={not now}"
    )
    return Cause("norm_first", text, side[2]), _with(block, norm_first=not now)


def batch_first(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """A recurrent layer or attention that reads along the batch."""
    side = _torch_side(pairing, unit)
    if side is None or getattr(side[0], "batch_first", None) is not False:
        return None
    layer, _, name = side
    text = f"layer '{name}': without batch_first=True PyTorch takes the second axis for the batch, and reads along it"
    return Cause("batch_first", text, name), _with(layer, batch_first=True)


def padding(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """Padding in numbers where the other has SAME, which pads the end more where it cannot pad evenly."""
    side = _torch_side(pairing, unit)
    if side is None:
        return None
    from reference.migration.glue.torch import convolution as glue

    layer, other, name = side
    made = getattr(glue, f"Same{type(layer).__name__}", None)
    if made is None or "Transpose" in type(layer).__name__ or getattr(other, "padding", None) != "same":
        return None
    text = (
        f"layer '{name}': padding={layer.padding} pads both ends alike; SAME at stride {layer.stride} pads the end "
        "more. Use reference.migration.glue.torch.convolution." + made.__name__
    )
    numbers = layer.padding
    called = _called(layer, lambda x: made.forward(layer, x))
    layer.padding = (0,) * len(layer.kernel_size)

    def undo() -> None:
        called()
        layer.padding = numbers

    return Cause("padding", text, name), undo


def cropping(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """A transposed convolution that is cut at other ends than SAME's."""
    side = _torch_side(pairing, unit)
    if side is None:
        return None
    from reference.migration.glue.torch import convolution as glue

    if not hasattr(glue, f"Same{type(side[0]).__name__}"):
        return None
    layer, other, name = side
    if "Transpose" not in type(layer).__name__ or getattr(other, "padding", None) != "same":
        return None
    same = getattr(glue, f"Same{type(layer).__name__}")
    size = (layer.in_channels, layer.out_channels, layer.kernel_size, layer.stride)
    twin = same(*size, groups=layer.groups, bias=layer.bias is not None, dilation=layer.dilation)
    twin.weight, twin.bias = layer.weight, layer.bias
    text = (
        f"layer '{name}': padding={layer.padding}, output_padding={layer.output_padding} cut other ends than SAME. Use "
        f"reference.migration.glue.torch.convolution.{same.__name__}"
    )
    return Cause("transposed cropping", text, name), _called(layer, lambda x, output_size=None: twin.forward(x))


def reset_gate(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """A GRU of PyTorch in the place of one whose reset gate acts before the matrix."""
    side = _torch_side(pairing, unit)
    if side is None or pairing.moves[unit].sides[0].pair.name != "gru_reset_before":
        return None
    import torch

    from reference.migration.glue.torch.recurrent import ResetBeforeGRU

    if not isinstance(side[0], torch.nn.GRU):
        return None
    layer, _, name = side
    twin = ResetBeforeGRU(layer.input_size, layer.hidden_size, torch.tanh, torch.sigmoid, bias=layer.bias)
    twin.cell.weight_ih, twin.cell.weight_hh = layer.weight_ih_l0, layer.weight_hh_l0
    twin.cell.bias_ih = layer.bias_ih_l0

    def forward(x: Any, *states: Any) -> Any:
        y = twin.forward(x)
        return (y, y[:, -1][None]) if type(layer) is torch.nn.GRU else y if layer.sequences else y[:, -1]

    text = (
        f"layer '{name}': torch.nn.GRU applies the reset gate after the matrix, A before it (reset_after=False); no "
        "map of weights makes up for that. Use reference.migration.glue.torch.recurrent.ResetBeforeGRU"
    )
    return Cause("GRU reset", text, name), _called(layer, forward)


def last_step(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """The last row of a bidirectional layer's output, where its backward direction has read one step."""
    side = _torch_side(pairing, unit)
    if side is None or not getattr(side[0], "bidirectional", False) or not getattr(side[0], "batch_first", False):
        return None
    layer, _, name = side
    forward = layer.forward

    def right(*given: Any, **options: Any) -> Any:
        made = forward(*given, **options)
        y = made[0] if isinstance(made, tuple) else made
        if y.ndim < 3:
            return made
        n = y.shape[-1] // 2
        both = y.clone()
        both[:, -1, n:] = y[:, 0, n:]  # where the backward direction has read all steps
        return (both, *made[1:]) if isinstance(made, tuple) else both

    undo = _with(layer, forward=right)
    text = (
        f"layer '{name}': the last step of its output has the backward direction after one step; Keras takes the last "
        "state of each direction, h_n in PyTorch"
    )

    def back() -> None:
        undo()
        layer.__dict__.pop("forward", None)

    return Cause("last bidirectional step", text, name), back


def softmax(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """Probabilities in the one, logits in the other."""
    mine, theirs = pairing.outputs()[0]
    if pairing.logits_of is not None or unit != len(pairing.moves) - 1 or mine.shape != theirs.shape or mine.ndim < 2:
        return None
    if apart(theirs, softmax_of(mine)) <= pairing.limit:
        who, logits = "B", 0
    elif apart(mine, softmax_of(theirs)) <= pairing.limit:
        who, logits = "A", 1
    else:
        return None
    given = (mine, theirs)[logits]
    text = f"{who} ends in a softmax, the other gives logits; a cross-entropy that takes logits applies it once more"
    if apart(np.exp(given).sum(-1), np.ones(given.shape[:-1])) <= pairing.limit:
        text = (
            f"{who} ends in a softmax, the other in a log_softmax: its loss takes logarithms (NLLLoss), and exp of it "
            "is the probabilities"
        )
    return Cause("softmax", text), _with(pairing, logits_of=logits)


def _quiet(pairing: Pairing, framework: str, text: str) -> tuple[Cause, Undo]:
    quiet = contextlib.ExitStack()
    for model in (pairing.a, pairing.b):
        if model.framework == framework:
            quiet.enter_context(model.without_dropout())
    return Cause("training mode", text), quiet.close


def functional_dropout(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """torch.nn.functional.dropout, which drops at inference too unless it is told."""
    text = "torch.nn.functional.dropout drops at inference too: give it training=self.training"
    return _quiet(pairing, "torch", text)


def called_in_training(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """A layer of Keras that is called with training=True, and so drops at inference too."""
    text = "a layer of the Keras model is called with training=True, and drops at inference too: leave the argument out"
    return _quiet(pairing, "keras", text)


FINDERS: tuple[Finder, ...] = (
    epsilon,
    momentum,
    heads,
    norm_first,
    batch_first,
    padding,
    cropping,
    reset_gate,
    last_step,
    softmax,
    functional_dropout,
    called_in_training,
)
