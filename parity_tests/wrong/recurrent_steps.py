"""The recurrent layer that the wrong ones in recurrent.py derive from."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.recurrent import SimpleRNN


class Stepwise(SimpleRNN):
    """One step after the other, forward and back; right. The wrong ones change one term of it."""

    def forward(self, x: Array, h_0: Array | None = None) -> Array:
        w_x, w_h = self.params["w_x"], self.params["w_h"]
        self.x, self.state_given = x[:, ::-1] if self.go_backwards else x, h_0 is not None
        start = np.zeros((len(x), w_h.shape[0]), np.result_type(x, w_x))
        self.h, self.a = [self.first(start, h_0)], []
        for t in range(x.shape[1]):
            self.a.append(self.x[:, t] @ w_x + self.state(t) @ self.recurrent(w_h) + self.bias(t))
            self.h.append(self.f.value(self.a[t]))
        return self.output(np.stack(self.h[1:], axis=1))

    def first(self, start: Array, h_0: Array | None) -> Array:
        return start if h_0 is None else h_0.copy()

    def state(self, t: int) -> Array:
        return self.h[t]

    def recurrent(self, w_h: Array) -> Array:
        return w_h

    def bias(self, t: int) -> Array:
        return self.params.get("b", np.zeros(1))

    def output(self, h: Array) -> Array:
        return h if self.sequences else h[:, -1].copy()

    def backward(self, dy: Array) -> Any:
        steps = len(self.a)
        dh, dx = np.zeros_like(self.h[0]), np.zeros_like(self.x)
        grads = {name: np.zeros_like(w) for name, w in self.params.items()}
        for t in reversed(range(steps)):
            if self.sequences:
                dh = self.received(dh, dy[:, t], t)
            elif t == steps - 1:
                dh = dh + dy
            da = dh * self.slope(t)
            self.accumulate(grads, da, t)
            dx[:, t] = self.to_input(da, dh)
            dh = self.carried(da, dh, t)
        self.grads = grads
        dx = dx[:, ::-1] if self.go_backwards else dx
        return (dx, self.to_start(da, dh)) if self.state_given else dx

    def received(self, dh: Array, dy: Array, t: int) -> Array:
        return dh + dy

    def slope(self, t: int) -> Array:
        return self.f.slope(self.a[t], self.h[t + 1])

    def accumulate(self, grads: dict[str, Array], da: Array, t: int) -> None:
        for name, g in self.step_grads(da, t).items():
            if name in grads:
                grads[name] += g

    def step_grads(self, da: Array, t: int) -> dict[str, Array]:
        return {"w_x": self.x[:, t].T @ da, "w_h": self.h[t].T @ da, "b": da.sum(axis=0)}

    def to_input(self, da: Array, dh: Array) -> Array:
        return da @ self.params["w_x"].T

    def carried(self, da: Array, dh: Array, t: int) -> Array:
        return da @ self.params["w_h"].T

    def to_start(self, da: Array, dh: Array) -> Array:
        return dh
