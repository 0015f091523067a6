"""The rules that optimizers follow: each pair in the forms that papers and frameworks document.

A form is an optimizer of scratch/ with settings, or one here that differs from it in a line.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from scratch.adam_optimizers import Adam, Adamax, AdamW, AMSGrad, Nadam, RAdam
from scratch.adaptive_optimizers import Adadelta, Adagrad, RMSprop
from scratch.layer import Array
from scratch.optimizers import SGD, Momentum, Nesterov, Optimizer, State, average, kept
from scratch.sign_optimizers import Lion, Rprop

Settings = Mapping[str, Any]
# (1 - beta_1**t, 1 - beta_2**t), or what stands in their place
Correction = Callable[[float, float, int], tuple[float, float]]


@dataclass(frozen=True)
class Rule:
    """One way to write an optimizer: `said` names it, `make` builds it from the settings in `needs`.

    A rule with `cause` is a mistake, that entry of the catalogue of sentences.
    """

    said: str
    make: Callable[..., Optimizer]
    needs: tuple[str, ...]
    cause: str = ""

    def __call__(self, settings: Settings) -> Optimizer:
        return self.make(**{name: settings[name] for name in self.needs})


@dataclass(eq=False)
class AveragedMomentum(Optimizer):
    """v <- beta v + (1 - beta) g, from 0;  w <- w - lr v, or v / (1 - beta**t) in the place of v."""

    _: KW_ONLY
    momentum: float = 0.9
    corrected: bool = False

    def update(self, w: Array, g: Array, state: State) -> None:
        v = average(state, "v", g, self.momentum)
        w -= self.lr * v / (1 - self.momentum**self.t if self.corrected else 1.0)


@dataclass(eq=False)
class CorrectedAdam(Adam):
    """Adam with another bias correction, and epsilon inside the root if that is said."""

    _: KW_ONLY
    correction: Correction = lambda beta_1, beta_2, t: (1 - beta_1**t, 1 - beta_2**t)
    inside: bool = False
    decay: float = 0.0

    def update(self, w: Array, g: Array, state: State) -> None:
        m, v = average(state, "m", g, self.beta_1), self.second_moment(g, state)
        by_m, by_v = self.correction(self.beta_1, self.beta_2, self.t)
        below = np.sqrt(v / by_v + self.epsilon) if self.inside else np.sqrt(v / by_v) + self.epsilon
        w -= self.lr * m / by_m / below + self.decay * w


@dataclass(eq=False)
class UncorrectedAMSGrad(CorrectedAdam, AMSGrad):
    """AMSGrad as first published, without bias correction."""

    correction: Correction = lambda beta_1, beta_2, t: (1.0, 1.0)


@dataclass(eq=False)
class LateAMSGrad(Adam):
    """AMSGrad that takes the largest of the corrected second moments."""

    def update(self, w: Array, g: Array, state: State) -> None:
        m, v = average(state, "m", g, self.beta_1), average(state, "v", g * g, self.beta_2) / (1 - self.beta_2**self.t)
        state["v_max"] = np.maximum(state.get("v_max", v), v)
        w -= self.lr * m / (1 - self.beta_1**self.t) / (np.sqrt(state["v_max"]) + self.epsilon)


@dataclass(eq=False)
class PlainNadam(Adam):
    """Nadam with one mu, the beta_1 of Adam; `ahead` corrects its m with the exponent t + 1, as in Dozat's report."""

    _: KW_ONLY
    ahead: bool = True

    def update(self, w: Array, g: Array, state: State) -> None:
        m, v = average(state, "m", g, self.beta_1), average(state, "v", g * g, self.beta_2)
        by_m, by_g = 1 - self.beta_1 ** (self.t + self.ahead), 1 - self.beta_1**self.t
        ahead = self.beta_1 * m / by_m + (1 - self.beta_1) * g / by_g
        w -= self.lr * ahead / (np.sqrt(v / (1 - self.beta_2**self.t)) + self.epsilon)


@dataclass(eq=False)
class RestlessRprop(Rprop):
    """Rprop that moves on where a gradient has changed its sign, or with `back` undoes its last step there."""

    _: KW_ONLY
    back: bool = False

    def update(self, w: Array, g: Array, state: State) -> None:
        d, last = kept(state, "d", w, self.lr), kept(state, "step", w)
        turn = np.sign(g * kept(state, "g", w))
        d[turn > 0] = np.minimum(d[turn > 0] * self.increase, self.largest)
        d[turn < 0] = np.maximum(d[turn < 0] * self.decrease, self.smallest)
        step = np.where(turn < 0, -last, -d * np.sign(g)) if self.back else -d * np.sign(g)
        w += step
        state["step"], state["g"] = step, np.where(turn < 0, 0, g) if self.back else g


def _rules(*given: tuple[str, Callable[..., Optimizer]], needs: str, cause: str = "") -> list[Rule]:
    return [Rule(said, make, tuple(needs.split()), cause) for said, make in given]


def _decayed(weight_decay: float, **settings: Any) -> Optimizer:
    return CorrectedAdam(**settings, decay=weight_decay)


ADAM = "lr beta_1 beta_2 epsilon"
OUTSIDE, INSIDE = "epsilon outside the root", "epsilon inside the root"
CORRECTED, RAW = "epsilon beside the corrected moment (the paper, PyTorch)", "epsilon beside the raw moment (Keras)"

RULES: dict[str, list[Rule]] = {
    "sgd": _rules(("", SGD), needs="lr"),
    "momentum": _rules(
        ("velocity of gradients or steps", lambda dampening, **o: Momentum(**o, dampening=dampening)),
        needs="lr momentum dampening",
    )
    + _rules(
        ("velocity as an average: (1 - beta) g", AveragedMomentum),
        ("velocity as an average, bias corrected", lambda **o: AveragedMomentum(**o, corrected=True)),
        needs="lr momentum",
    ),
    "nesterov": _rules(("", Nesterov), needs="lr momentum"),
    "adagrad": _rules(
        (OUTSIDE, Adagrad),
        (INSIDE, lambda **o: Adagrad(**o, epsilon_inside=True)),
        needs="lr epsilon initial_accumulator lr_decay",
    )
    + _rules(
        ("accumulators start from 0.1 (Keras)", lambda **o: Adagrad(**o, initial_accumulator=0.1, epsilon_inside=True)),
        needs="lr epsilon",
    ),
    "rmsprop": _rules(
        (OUTSIDE, lambda velocity, **o: RMSprop(**o, momentum=velocity)),
        (INSIDE, lambda velocity, **o: RMSprop(**o, momentum=velocity, epsilon_inside=True)),
        needs="lr rho epsilon velocity centered",
    ),
    "adadelta": _rules(("", Adadelta), needs="lr rho epsilon"),
    "adam": _rules(
        (CORRECTED, Adam),
        (RAW, lambda **o: Adam(**o, epsilon_on="raw")),
        (INSIDE, lambda **o: CorrectedAdam(**o, inside=True)),
        needs=ADAM,
    ),
    "adamw": _rules(
        (CORRECTED, AdamW),
        (RAW, lambda **o: AdamW(**o, epsilon_on="raw")),
        ("weight decay not times the learning rate (the paper)", _decayed),
        needs=f"{ADAM} weight_decay",
    ),
    "adamax": _rules(
        ("epsilon inside the maximum (PyTorch)", Adamax),
        ("epsilon in the denominator (Keras)", lambda **o: Adamax(**o, epsilon_on="denominator")),
        needs=ADAM,
    ),
    "amsgrad": _rules(
        (CORRECTED, AMSGrad),
        (RAW, lambda **o: AMSGrad(**o, epsilon_on="raw")),
        ("no bias correction (the paper)", UncorrectedAMSGrad),
        ("largest of the corrected moments (Optax)", LateAMSGrad),
        needs=ADAM,
    ),
    "nadam": _rules(("mu that changes with the step", Nadam), needs=f"{ADAM} momentum_decay")
    + _rules(
        ("one mu, exponent t + 1 (Dozat)", PlainNadam),
        ("one mu, exponent t", lambda **o: PlainNadam(**o, ahead=False)),
        needs=ADAM,
    ),
    "radam": _rules(("", RAdam), needs=ADAM),
    "lion": _rules(("", lambda **o: Lion(**o, decoupled=True)), needs="lr beta_1 beta_2 weight_decay")
    + _rules(("no weight decay", Lion), needs="lr beta_1 beta_2"),
    "rprop": _rules(
        ("rests where a sign changes", Rprop),
        ("goes on where a sign changes", RestlessRprop),
        ("goes back where a sign changes", lambda **o: RestlessRprop(**o, back=True)),
        needs="lr decrease increase smallest largest",
    ),
}  # fmt: skip


def followed(
    optimizer: Optimizer, weights: Mapping[str, Array], grads: Sequence[Mapping[str, Array]]
) -> list[dict[str, Array]]:
    """The weights after each of the steps that an optimizer takes."""
    now = {name: w.copy() for name, w in weights.items()}
    found = []
    for each in grads:
        with np.errstate(all="ignore"):
            optimizer.step(now, each)
        found.append({name: w.copy() for name, w in now.items()})
    return found
