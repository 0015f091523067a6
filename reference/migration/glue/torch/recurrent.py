"""Recurrent layers that PyTorch lacks, or has with other arguments. Arrays are batch first."""

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class _Plain(nn.RNNBase):
    """What is put before torch.nn.RNN, LSTM and GRU, so that they are called as the layers of this project are.

    `forward(x, *states)`: each state (batch, n_hidden); with several layers or directions, all of the first layer,
    then all of the next, forward before backward. A boolean last argument is a mask (batch, time), which may have
    gaps: the steps it keeps are moved together, read as a packed sequence, and moved back; the others repeat the
    output before them or, with `zero_output_for_mask` or both directions, are zero. Gives the outputs or, without
    `sequences`, the last of each direction.
    """

    # its weights and arguments are those of PyTorch's own class, made with this, which takes no masks
    own_class_with: ClassVar[dict[str, Any]] = {"batch_first": True}
    not_in_own_class: ClassVar[frozenset[str]] = frozenset({"mask"})

    def __init__(
        self,
        *args: Any,
        sequences: bool = True,
        go_backwards: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, batch_first=True, **kwargs)
        self.sequences, self.go_backwards, self.zero_output = sequences, go_backwards, zero_output_for_mask

    def forward(self, x: Tensor, *given: Tensor) -> Tensor:
        mask = None
        if given and given[-1].dtype == torch.bool:
            *given, mask = given  # type: ignore[assignment]
        if self.go_backwards:
            x, mask = x.flip(1), None if mask is None else mask.flip(1)
        start = self._start(given)
        if mask is None:
            y, last = super().forward(x, start)
        else:
            y, last = self._masked(x, start, mask)
        if self.sequences:
            return y
        # the backward direction has its last state at the first step
        h = last[0] if isinstance(last, tuple) else last
        return torch.cat((h[-2], h[-1]), -1) if self.bidirectional else y[:, -1]

    def _start(self, given: Any) -> Any:
        if not given:
            return None
        if self.mode != "LSTM":
            return torch.stack(tuple(given))
        return torch.stack(tuple(given[::2])), torch.stack(tuple(given[1::2]))

    def _masked(self, x: Tensor, start: Any, mask: Tensor) -> tuple[Tensor, Any]:
        # a packed sequence has at least one step; where none is kept its result is dropped again
        lengths = mask.sum(1).clamp(min=1)
        kept_first = (~mask).to(torch.int8).argsort(dim=1, stable=True)[..., None].expand_as(x)
        packed = pack_padded_sequence(x.gather(1, kept_first), lengths.cpu(), batch_first=True, enforce_sorted=False)
        y, last = super().forward(packed, start)
        y, _ = pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])
        # how many steps have been kept up to each one: where the output of the last of them lies
        count = mask.cumsum(1)[..., None].expand_as(y)
        y = torch.where(count > 0, y.gather(1, (count - 1).clamp(min=0)), 0.0)
        if self.zero_output or self.bidirectional:
            y = torch.where(mask[..., None], y, 0.0)
        h = last[0] if isinstance(last, tuple) else last
        return y, torch.where(mask.any(1)[:, None], h, 0.0)


class RNN(_Plain, nn.RNN):
    """torch.nn.RNN with the arguments of _Plain."""


class LSTM(_Plain, nn.LSTM):
    """torch.nn.LSTM with the arguments of _Plain."""


class GRU(_Plain, nn.GRU):
    """torch.nn.GRU with the arguments of _Plain."""


class MergedLSTM(LSTM):
    """A bidirectional LSTM whose directions are merged as Keras does it: PyTorch puts them side by side only."""

    def __init__(self, *args: Any, merge: str, **kwargs: Any) -> None:
        super().__init__(*args, bidirectional=True, **kwargs)
        self.merge = merge

    def forward(self, x: Tensor, *given: Tensor) -> Tensor:
        ahead, back = super().forward(x, *given).chunk(2, -1)
        if self.merge == "mul":
            return ahead * back
        return (ahead + back) / (2 if self.merge == "ave" else 1)


Activation = Callable[[Tensor], Tensor]


class Loop(nn.Module):
    """A recurrent layer read step by step in Python. `cell` holds the weights, named as in torch.nn.RNNCell.

    Called as the layers above: states and a mask may follow x.
    """

    cell: nn.RNNCellBase
    states = 1

    def __init__(
        self, *, sequences: bool = True, go_backwards: bool = False, zero_output_for_mask: bool = False
    ) -> None:
        super().__init__()
        self.sequences, self.go_backwards, self.zero_output = sequences, go_backwards, zero_output_for_mask

    def step(self, x_t: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        """The states after a step, the first of them its output."""
        raise NotImplementedError

    def forward(self, x: Tensor, *given: Tensor) -> Tensor:
        mask = x.new_ones(x.shape[:2], dtype=torch.bool)
        if given and given[-1].dtype == torch.bool:
            *given, mask = given  # type: ignore[assignment]
        if self.go_backwards:
            x, mask = x.flip(1), mask.flip(1)
        nothing = x.new_zeros(len(x), self.cell.hidden_size)
        states = tuple(given) or (nothing,) * self.states
        steps = [nothing]
        for x_t, kept in zip(x.unbind(1), mask[..., None].unbind(1), strict=True):
            after = self.step(x_t, *states)
            states = tuple(torch.where(kept, new, old) for new, old in zip(after, states, strict=True))
            steps.append(torch.where(kept, states[0], nothing if self.zero_output else steps[-1]))
        return torch.stack(steps[1:], 1) if self.sequences else steps[-1]

    def inputs(self, x_t: Tensor) -> Tensor:
        return F.linear(x_t, self.cell.weight_ih, self.cell.bias_ih)

    def recurrent(self, h: Tensor) -> Tensor:
        return F.linear(h, self.cell.weight_hh, self.cell.bias_hh)


class SimpleRNN(Loop):
    """A recurrent layer with any activation: `torch.nn.RNN` offers tanh and ReLU."""

    def __init__(self, n_in: int, n_hidden: int, activation: Activation, bias: bool, **options: bool) -> None:
        super().__init__(**options)
        self.cell = nn.RNNCell(n_in, n_hidden, bias=bias)
        self.activation = activation

    def step(self, x_t: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        return (self.activation(self.inputs(x_t) + self.recurrent(states[0])),)


class AnyLSTM(Loop):
    """An LSTM with any activations: those of `torch.nn.LSTM` are fixed."""

    states = 2

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        activation: Activation = torch.tanh,
        gate: Activation = torch.sigmoid,
        bias: bool = True,
        **options: bool,
    ) -> None:
        super().__init__(**options)
        self.cell = nn.LSTMCell(n_in, n_hidden, bias=bias)
        self.activation, self.gate = activation, gate

    def step(self, x_t: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        h, c = states
        i, f, g, o = (self.inputs(x_t) + self.recurrent(h)).chunk(4, 1)
        c = self.gate(f) * c + self.gate(i) * self.activation(g)
        return self.gate(o) * self.activation(c), c


class AnyGRU(Loop):
    """A GRU with any activations: those of `torch.nn.GRU` are fixed."""

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        activation: Activation = torch.tanh,
        gate: Activation = torch.sigmoid,
        bias: bool = True,
        **options: bool,
    ) -> None:
        super().__init__(**options)
        self.cell = nn.GRUCell(n_in, n_hidden, bias=bias)
        self.activation, self.gate = activation, gate

    def step(self, x_t: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        (h,) = states
        (r, z, n), (u_r, u_z, u_n) = self.inputs(x_t).chunk(3, 1), self.recurrent(h).chunk(3, 1)
        r, z = self.gate(r + u_r), self.gate(z + u_z)
        return (z * h + (1 - z) * self.activation(n + r * u_n),)


class ResetBeforeGRU(AnyGRU):
    """A GRU whose reset gate acts before the matrix, as Keras' with reset_after=False. It has one bias, bias_ih."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cell.register_parameter("bias_hh", None)

    def step(self, x_t: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        (h,) = states
        w_r, w_z, w_n = self.cell.weight_hh.chunk(3)
        r, z, n = self.inputs(x_t).chunk(3, 1)
        r, z = self.gate(r + F.linear(h, w_r)), self.gate(z + F.linear(h, w_z))
        return (z * h + (1 - z) * self.activation(n + F.linear(r * h, w_n)),)
