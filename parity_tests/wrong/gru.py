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

    def step(self, t: int) -> None:
        super().step(t)
        (h,) = self.history
        h[t + 1] = h[t] + self.kept[t][1] - h[t + 1]


class UpdateTwice(ResetBeforeGRU):
    """The candidate is not weighted: h = z h + g."""

    def step(self, t: int) -> None:
        super().step(t)
        zr, g = self.kept[t][:2]
        self.history[0][t + 1] += zr[: len(g)] * g


class NeverUpdates(ResetBeforeGRU):
    """The update gate is left out: the state is the candidate."""

    def step(self, t: int) -> None:
        super().step(t)
        self.history[0][t + 1] = self.kept[t][1]


class UpdateGradientMissing(ResetBeforeGRU):
    """Nothing flows to the state before along z h."""

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        (before,) = super().step_back(t, *dstates)
        return (before - dstates[0] * self.kept[t][0][: len(before)],)


class UpdateGradientOnly(ResetBeforeGRU):
    """To the state before flows what goes along z h only."""

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        super().step_back(t, *dstates)
        return (dstates[0] * self.kept[t][0][: len(dstates[0])],)


class _Gates(ResetBeforeGRU):
    def changed(self, da: Array, zr: Array, g: Array) -> None:
        """Changes the gradient of the gates, z r g."""

    def weight_gradients(self) -> dict[str, Array]:
        # the gradients of weights and input are taken of what is changed here
        for t, kept in enumerate(self.kept):
            self.changed(self.da[t], kept[0], kept[1])
        return super().weight_gradients()


class UpdateSlopeMissing(_Gates):
    """The slope of the update gate's sigmoid is left out of the gradients of weights."""

    def changed(self, da: Array, zr: Array, g: Array) -> None:
        n = len(g)
        da[:n] /= zr[:n] * (1 - zr[:n])


class ResetGateUntrained(_Gates):
    """The reset gate gets no gradient."""

    def changed(self, da: Array, zr: Array, g: Array) -> None:
        n = len(g)
        da[n : 2 * n] = 0


class UpdateGateNegated(_Gates):
    """The gradient of the update gate has the sign of the other convention, g - h."""

    def changed(self, da: Array, zr: Array, g: Array) -> None:
        da[: len(g)] *= -1


class CandidateUnweighted(_Gates):
    """The gradient of the candidate lacks 1 - z."""

    def changed(self, da: Array, zr: Array, g: Array) -> None:
        n = len(g)
        da[2 * n :] /= 1 - zr[:n]


# ---- the reset gate before the matrix


class ResetAfter(ResetBeforeGRU):
    """The reset gate acts after the matrix."""

    def step(self, t: int) -> None:
        super().step(t)
        (h,) = self.history
        n, (zr, _) = h.shape[1], self.kept[t]
        x, u = self.w[:-n, 2 * n :].T @ self.x[t], self.params["w_h"][:, 2 * n :].T @ h[t]
        h[t + 1] = zr[:n] * h[t] + (1 - zr[:n]) * self.f.value(x + zr[n:] * u)


class ResetIgnored(ResetBeforeGRU):
    """The reset gate is left out of the candidate."""

    def step(self, t: int) -> None:
        super().step(t)
        (h,) = self.history
        n, (zr, _) = h.shape[1], self.kept[t]
        h[t + 1] = zr[:n] * h[t] + (1 - zr[:n]) * self.f.value(self.w[:, 2 * n :].T @ self.z[t])


class CandidateStateNotReset(ResetBeforeGRU):
    """The gradient of the candidate's w_h is taken with h instead of r h."""

    def candidate_gradient(self, n: int) -> Array:
        self.kept = [(np.ones_like(zr), g) for zr, g in self.kept]
        return super().candidate_gradient(n)


class ResetMissingBack(ResetBeforeGRU):
    """The gradient through the candidate reaches the state before without the reset gate."""

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        (before,) = super().step_back(t, *dstates)
        n, zr = len(before), self.kept[t][0]
        return (before + self.params["w_h"][:, 2 * n :] @ self.da[t, 2 * n :] * (1 - zr[n:]),)


# ---- the reset gate after the matrix


class OneBias(GRU):
    """The recurrent bias is left out, as if the other could make up for it."""

    def step(self, t: int) -> None:
        own = self.params
        self.params = {name: w for name, w in own.items() if name != "b_h"}
        super().step(t)
        self.params = own


class BiasesAdded(GRU):
    """The two biases are added before the reset gate sees them."""

    def forward(self, x: Array, *given: Array) -> Array:
        own = self.params
        if "b" in own:
            self.params = {**own, "b": own["b"] + own["b_h"], "b_h": 0 * own["b_h"]}
        y = super().forward(x, *given)
        self.params = own
        return y


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

    def candidate_gradient(self, n: int) -> Array:
        self.du = self.da
        return super().candidate_gradient(n)


class ResetGateFromState(GRU):
    """The gradient of the reset gate is taken with h instead of h @ w_h + b_h."""

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        own = self.kept[t]
        self.kept[t] = (own[0], own[1], np.tile(self.history[0][t], (3, 1)))
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
