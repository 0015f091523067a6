"""Wrong versions of attention with keys and values that heads share."""

from typing import Any

import numpy as np

from scratch.grouped_query_attention import GroupedQueryAttention
from scratch.layer import Array
from wrong import Versions, multi_head_attention
from wrong.common import GRADIENTS, WEIGHTED, made_by


class KeysInTurn(GroupedQueryAttention):
    """The heads take the keys in turn, not those after one another the same."""

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Array:
        own = {name: self.params[name] for name in ("w_q", "w_o", "b_q", "w_g", "b_g") if name in self.params}
        turned = np.arange(self.params["w_q"].shape[1]).reshape(self.kv_heads, self.shared).T.ravel()
        back = np.argsort(turned)
        for name, w in own.items():
            self.params[name] = w[back] if name in ("w_o", "b_q", "b_g") else w[:, back]
        y = super().forward(q, k, v, mask)
        self.params.update(own)
        return y


class FirstKeysOnly(GroupedQueryAttention):
    """All heads have the first head of keys and values."""

    def _to_heads(self, name: str, x: Array) -> Array:
        heads = super()._to_heads(name, x)
        return np.repeat(heads[:, :1], heads.shape[1], axis=1) if name in ("k", "v") else heads


class WindowIgnored(GroupedQueryAttention):
    """Every query sees all keys, whatever the window."""

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Array:
        self.window = None
        return super().forward(q, k, v, mask)


class WindowWider(GroupedQueryAttention):
    """The window reaches one key further."""

    def _windowed(self, mask: Array | None, queries: int, keys: int) -> Array | None:
        own = self.window
        self.window = own and own + 1
        seen = super()._windowed(mask, queries, keys)
        self.window = own
        return seen


class WindowBehind(GroupedQueryAttention):
    """The window looks back only, as it does where the mask is causal too."""

    def _windowed(self, mask: Array | None, queries: int, keys: int) -> Array | None:
        seen = super()._windowed(mask, queries, keys)
        return seen if self.window is None or seen is None else seen & np.tri(queries, keys, dtype=bool)


class WindowFromTheEnd(GroupedQueryAttention):
    """The last query is beside the last key, where there are more keys."""

    def _windowed(self, mask: Array | None, queries: int, keys: int) -> Array | None:
        own, self.window = self.window, None
        seen = super()._windowed(mask, queries, keys)
        self.window = own
        if own is None:
            return seen
        near = np.abs(np.arange(queries)[:, None] + keys - queries - np.arange(keys)) < own
        return near[None, None] if seen is None else seen & near


class WindowForMask(GroupedQueryAttention):
    """A window takes the place of the mask."""

    def _windowed(self, mask: Array | None, queries: int, keys: int) -> Array | None:
        return super()._windowed(None if self.window else mask, queries, keys)


class MaskInverted(GroupedQueryAttention):
    """Takes a true mask for one that blocks."""

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Array:
        return super().forward(q, k, v, None if mask is None else ~mask)


class CausalIgnored(GroupedQueryAttention):
    """Sees later keys, whatever `causal` says."""

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Array:
        self.attention.causal = False
        return super().forward(q, k, v, mask)


class GateIgnored(GroupedQueryAttention):
    """The gate is always open."""

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Array:
        own, self.gate = self.gate, False
        y = super().forward(q, k, v, mask)
        self.gate, self.opened = own, np.ones_like(self.attended)
        return y


class GateLinear(GroupedQueryAttention):
    """The gate has no sigmoid."""

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Array:
        y = super().forward(q, k, v, mask)
        if not self.gate:
            return y
        self.opened = self._to_heads("g", q)
        self.heads = self.opened * self.attended
        return self._joined()


class GateClosed(GroupedQueryAttention):
    """The gate lets through what it should hold back."""

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Array:
        y = super().forward(q, k, v, mask)
        if not self.gate:
            return y
        self.opened = 1 - self.opened
        self.heads = self.opened * self.attended
        return self._joined()


class ScaledByAllHeads(GroupedQueryAttention):
    """Divides by the root of all heads' sizes together."""

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Array:
        _, heads, size = self.params["w_q"].shape
        self.attention.scale = 1 / (heads * size) ** 0.5
        return super().forward(q, k, v, mask)


# ---- shown in the gradients


class SharedOnce(GroupedQueryAttention):
    """Keys and values get the gradient of the first head that shares them."""

    def _from_heads(self, name: str, dy: Array) -> Array:
        return super()._from_heads(name, self.first[name] if name in ("k", "v") else dy)

    def backward(self, dy: Array) -> Any:
        self.first: dict[str, Array] = {}
        own = self.attention.backward

        def kept(d: Array) -> Any:
            dq, dk, dv = own(d)
            self.first = {"k": dk[:, :: self.shared], "v": dv[:, :: self.shared]}
            return dq, dk, dv

        self.attention.backward = kept  # type: ignore[method-assign]
        back = super().backward(dy)
        del self.attention.backward
        return back


class SharedAveraged(GroupedQueryAttention):
    """Keys and values get the mean of the gradients of the heads that share them."""

    def _from_heads(self, name: str, dy: Array) -> Array:
        return super()._from_heads(name, dy / self.shared if name in ("k", "v") else dy)


class GateDetached(GroupedQueryAttention):
    """The queries get no gradient through the gate."""

    def _from_heads(self, name: str, dy: Array) -> Array:
        dx = super()._from_heads(name, dy)
        return dx * 0 if name == "g" else dx


class GateSlopeForgotten(GroupedQueryAttention):
    """The gradient of the gate lacks the slope of the sigmoid."""

    def _from_heads(self, name: str, dy: Array) -> Array:
        return super()._from_heads(name, dy / (self.opened * (1 - self.opened)) if name == "g" else dy)


class GateForgottenBack(GroupedQueryAttention):
    """The gradient of the attention lacks the factor of the gate."""

    def backward(self, dy: Array) -> Any:
        if not self.gate:
            return super().backward(dy)
        own = self.attention.backward
        self.attention.backward = lambda d: own(d / self.opened)  # type: ignore[method-assign]
        back = super().backward(dy)
        del self.attention.backward
        return back


WRONG = {
    "grouped_query_attention": Versions(
        outputs=(
            *(KeysInTurn, FirstKeysOnly, WindowIgnored, WindowWider, WindowBehind, WindowFromTheEnd, WindowForMask),
            *(MaskInverted, CausalIgnored, GateIgnored, GateLinear, GateClosed, ScaledByAllHeads),
        ),
        gradients=(
            *(SharedOnce, SharedAveraged, GateDetached, GateSlopeForgotten, GateForgottenBack),
            *made_by(GroupedQueryAttention, (*multi_head_attention.GRADIENT, *GRADIENTS)),
        ),
        contract=made_by(GroupedQueryAttention, (*multi_head_attention.SEVERAL, *WEIGHTED)),
    ),
}
