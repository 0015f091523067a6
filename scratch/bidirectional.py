"""Recurrent layers that read a sequence in both directions."""

from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike

from scratch.initializers import Seed
from scratch.layer import Array, Layer
from scratch.merging import Add, Average, Concatenate, Multiply
from scratch.network import Composite
from scratch.recurrent import Recurrent

MergeMode = Literal["concat", "sum", "mul", "ave"]
MERGES: dict[MergeMode, type[Layer]] = {"concat": Concatenate, "sum": Add, "mul": Multiply, "ave": Average}


class Bidirectional(Composite):
    """y_t = merge(h_t of a layer that reads x from its start, h_t of another that reads it from its end)

    x: (batch, time, n_in) -> y: (batch, time, 2 n_hidden), or n_hidden unless they are concatenated ("concat"; "sum",
    "mul" and "ave" as in Keras). With `sequences=False` the last output of each: that of the second is at the first
    time step. The weights are those of two layers, "forward.w_x" and "backward.w_x".
    `forward(x, *states, mask)`: states of the first layer, then of the second; where the mask is False, sequences are
    zero. Schuster and Paliwal (1997). Raises ValueError for shapes that do not fit.
    """

    def __init__(
        self,
        layer: type[Recurrent],
        n_in: int,
        n_hidden: int,
        *,
        merge: MergeMode = "concat",
        sequences: bool = True,
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
        **options: Any,
    ) -> None:
        if merge not in MERGES:
            raise ValueError(f"merge is {merge!r}, expected one of {', '.join(MERGES)}")
        rng = np.random.default_rng(rng)
        options |= {"sequences": sequences, "zero_output_for_mask": sequences, "rng": rng, "dtype": dtype}
        self.ahead, self.back = layer(n_in, n_hidden, **options), layer(n_in, n_hidden, go_backwards=True, **options)
        super().__init__({"forward": self.ahead, "backward": self.back})
        self.merge, self.sequences = MERGES[merge](), sequences

    def forward(self, x: Array, *given: Array) -> Array:
        self.ahead.input_gradient = self.back.input_gradient = self.input_gradient
        mask = given[-1:] if given and given[-1].dtype == bool else ()
        states = given[: len(given) - len(mask)]
        half = len(states) // 2
        h = self.ahead.forward(x, *states[:half], *mask)
        back = self.back.forward(x, *states[half:], *mask)
        return self.merge.forward(h, self._by_time(back))

    def backward(self, dy: Array) -> Any:
        dh, dback = self.merge.backward(dy)
        ahead: Any = self.ahead.backward(dh)
        back: Any = self.back.backward(self._by_time(dback))
        if not isinstance(ahead, tuple):
            return ahead + back if self.input_gradient else None
        dx = ahead[0] + back[0] if self.input_gradient else None
        return dx, *ahead[1:], *back[1:]

    def _by_time(self, h: Array) -> Array:
        """What is in the order of reading backwards in the order of time, or the other way round."""
        return h[:, ::-1] if self.sequences else h
