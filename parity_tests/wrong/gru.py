"""Wrong versions of the gated recurrent units."""

from typing import Any

import numpy as np

from scratch.gru import GRU, ResetBeforeGRU
from scratch.layer import Array
from wrong import Version, Versions, masking
from wrong.common import ANY, GRADIENTS, WEIGHTED, made_by
from wrong.recurrent_states import CONTRACT, OUTPUTS, BiasTwice, GatesReversed
from wrong.recurrent_states import GRADIENTS as IN_TIME


class TorchOrder(ResetBeforeGRU):
    """The gates lie in the order r z n of PyTorch."""

    def forward(self, x: Array, *given: Array) -> Array:
        own = self.params
        self.params = {name: self.swapped(w) for name, w in own.items()}
        y = super().forward(x, *given)
        self.params = own
        return y

    def swapped(self, w: Array) -> Array:
        z, r, g = np.split(w, 3, axis=-1)
        return np.concatenate([r, z, g], axis=-1)


class UpdateInverted(ResetBeforeGRU):
    """h = (1 - z) h + z g, as Chung et al. (2014) have it."""

    def step(self, t: int, *states: Array) -> tuple[Array, ...]:
        (h,), (after,) = states, super().step(t, *states)
        return (h + self.kept[t][1] - after,)


class UpdateTwice(ResetBeforeGRU):
    """The candidate is not weighted: h = z h + g."""

    def step(self, t: int, *states: Array) -> tuple[Array, ...]:
        (h,), (after,) = states, super().step(t, *states)
        z = self.kept[t][0][:, : h.shape[1]]
        return (after + z * self.kept[t][1],)


class NeverUpdates(ResetBeforeGRU):
    """The update gate is left out: the state is the candidate."""

    def step(self, t: int, *states: Array) -> tuple[Array, ...]:
        super().step(t, *states)
        return (self.kept[t][1],)


class UpdateGradientMissing(ResetBeforeGRU):
    """Nothing flows to the state before along z h."""

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        (before,) = super().step_back(t, *dstates)
        return (before - dstates[0] * self.kept[t][0][:, : before.shape[1]],)


class UpdateGradientOnly(ResetBeforeGRU):
    """To the state before flows what goes along z h only."""

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        super().step_back(t, *dstates)
        return (dstates[0] * self.kept[t][0][:, : dstates[0].shape[1]],)


class _Gates(ResetBeforeGRU):
    def changed(self, da: Array, zr: Array, g: Array) -> None:
        """Changes the gradient of the gates, z r g."""

    def recurrent_grads(self) -> dict[str, Array]:
        # the gradients of weights and input are taken of what is changed here
        for t, kept in enumerate(self.kept):
            self.changed(self.da[t], kept[0], kept[1])
        return super().recurrent_grads()


class UpdateSlopeMissing(_Gates):
    """The slope of the update gate's sigmoid is left out of the gradients of weights."""

    def changed(self, da: Array, zr: Array, g: Array) -> None:
        n = g.shape[1]
        da[:, :n] /= zr[:, :n] * (1 - zr[:, :n])


class ResetGateUntrained(_Gates):
    """The reset gate gets no gradient."""

    def changed(self, da: Array, zr: Array, g: Array) -> None:
        n = g.shape[1]
        da[:, n : 2 * n] = 0


class UpdateGateNegated(_Gates):
    """The gradient of the update gate has the sign of the other convention, g - h."""

    def changed(self, da: Array, zr: Array, g: Array) -> None:
        da[:, : g.shape[1]] *= -1


class CandidateUnweighted(_Gates):
    """The gradient of the candidate lacks 1 - z."""

    def changed(self, da: Array, zr: Array, g: Array) -> None:
        n = g.shape[1]
        da[:, 2 * n :] /= 1 - zr[:, :n]


# ---- the reset gate before the matrix


class ResetAfter(ResetBeforeGRU):
    """The reset gate acts after the matrix."""

    def step(self, t: int, *states: Array) -> tuple[Array, ...]:
        (h,) = states
        n, w_h, a = h.shape[1], self.params["w_h"], self.a[t].copy()
        a[:, : 2 * n] += h @ w_h[:, : 2 * n]
        zr = self.sigmoid.value(a[:, : 2 * n])
        g = self.f.value(a[:, 2 * n :] + zr[:, n:] * (h @ w_h[:, 2 * n :]))
        super().step(t, *states)
        return (zr[:, :n] * h + (1 - zr[:, :n]) * g,)


class ResetIgnored(ResetBeforeGRU):
    """The reset gate is left out of the candidate."""

    def step(self, t: int, *states: Array) -> tuple[Array, ...]:
        (h,) = states
        n, w_h = h.shape[1], self.params["w_h"]
        z = self.sigmoid.value(self.a[t, :, :n] + h @ w_h[:, :n])
        g = self.f.value(self.a[t, :, 2 * n :] + h @ w_h[:, 2 * n :])
        super().step(t, *states)
        return (z * h + (1 - z) * g,)


class CandidateStateNotReset(ResetBeforeGRU):
    """The gradient of the candidate's w_h is taken with h instead of r h."""

    def recurrent_grads(self) -> dict[str, Array]:
        own = self.kept
        self.kept = [(np.ones_like(zr), g) for zr, g in own]
        grads = super().recurrent_grads()
        self.kept = own
        return grads


class ResetMissingBack(ResetBeforeGRU):
    """The gradient through the candidate reaches the state before without the reset gate."""

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        (before,) = super().step_back(t, *dstates)
        n, zr = before.shape[1], self.kept[t][0]
        return (before + self.da[t, :, 2 * n :] @ self.params["w_h"][:, 2 * n :].T * (1 - zr[:, n:]),)


# ---- the reset gate after the matrix


class OneBias(GRU):
    """The recurrent bias is left out, as if the other could make up for it."""

    def step(self, t: int, *states: Array) -> tuple[Array, ...]:
        own = self.params
        self.params = {name: w for name, w in own.items() if name != "b_h"}
        after = super().step(t, *states)
        self.params = own
        return after


class BiasesAdded(GRU):
    """The two biases are added before the reset gate sees them."""

    def step(self, t: int, *states: Array) -> tuple[Array, ...]:
        own = self.params
        self.a[t] += own.get("b_h", 0)
        self.params = {name: w for name, w in own.items() if name != "b_h"}
        after = super().step(t, *states)
        self.params = own
        return after


class BiasesSwapped(GRU):
    """Each bias stands in the other's place."""

    def forward(self, x: Array, *given: Array) -> Array:
        own = self.params
        if "b" in own:
            self.params = {**own, "b": own["b_h"], "b_h": own["b"]}
        y = super().forward(x, *given)
        self.params = own
        return y


class BiasGradientsEqual(GRU):
    """Both biases get the gradient of the first."""

    def backward(self, dy: Array) -> Any:
        back = super().backward(dy)
        if "b" in self.grads:
            self.grads["b_h"] = self.grads["b"].copy()
        return back


class RecurrentFromInput(GRU):
    """The gradient of w_h leaves out that the candidate's part is reset."""

    def recurrent_grads(self) -> dict[str, Array]:
        self.du = self.da
        return super().recurrent_grads()


class ResetGateFromState(GRU):
    """The gradient of the reset gate is taken with h instead of h @ w_h + b_h."""

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        own = self.kept[t]
        self.kept[t] = (own[0], own[1], np.tile(self.history[0][t], 3))
        before = super().step_back(t, *dstates)
        self.kept[t] = own
        return before


EITHER_OUTPUTS = (TorchOrder, UpdateInverted, UpdateTwice, NeverUpdates, GatesReversed)
EITHER_GRADIENTS = (
    *(UpdateGradientMissing, UpdateGradientOnly, UpdateSlopeMissing, ResetGateUntrained),
    *(UpdateGateNegated, CandidateUnweighted),
)
AFTER = Versions(
    (*made_by(GRU, EITHER_OUTPUTS), OneBias, BiasesAdded, BiasesSwapped),
    (*made_by(GRU, EITHER_GRADIENTS), BiasGradientsEqual, RecurrentFromInput, ResetGateFromState),
    contract=made_by(GRU, (*ANY, *WEIGHTED, *CONTRACT)),
)
BEFORE = Versions(
    (*made_by(ResetBeforeGRU, EITHER_OUTPUTS), ResetAfter, ResetIgnored),
    (*made_by(ResetBeforeGRU, EITHER_GRADIENTS), CandidateStateNotReset, ResetMissingBack),
    contract=made_by(ResetBeforeGRU, (*ANY, *WEIGHTED, *CONTRACT)),
)


def _with(versions: Versions, outputs: tuple[Version, ...], gradients: tuple[Version, ...]) -> Versions:
    return Versions((*versions.outputs, *outputs), (*versions.gradients, *gradients), contract=versions.contract)


WRONG = {
    "gru": _with(AFTER, made_by(GRU, OUTPUTS), made_by(GRU, (*IN_TIME, *GRADIENTS))),
    "gru_activation": _with(AFTER, made_by(GRU, (BiasTwice,)), made_by(GRU, GRADIENTS)),
    "masked_gru": _with(AFTER, made_by(GRU, masking.OUTPUTS), made_by(GRU, masking.GRADIENTS)),
    "masked_gru_reset_before": _with(
        BEFORE, made_by(ResetBeforeGRU, masking.OUTPUTS), made_by(ResetBeforeGRU, masking.GRADIENTS)
    ),
    "gru_reset_before": _with(
        BEFORE, made_by(ResetBeforeGRU, OUTPUTS), made_by(ResetBeforeGRU, (*IN_TIME, *GRADIENTS))
    ),
}
