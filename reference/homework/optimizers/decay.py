"""Weight decay, which any optimizer may offer: each rule with it, in the ways that papers and frameworks document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reference.homework.optimizers.rules import Rule
from scratch.layer import Array
from scratch.optimizers import Optimizer

SETTING = "weight_decay"
NAMES = (
    r"weightdecay\w*|wd|l2(reg\w*|lambda|penalty|coef\w*|strength)?|lambd(a)?(l2)?|reg(ulari[sz]ation)?(strength|rate)?"
)
COUPLED = "weight decay in the gradient (L2 regularisation)"
APART = "weight decay off the weights (decoupled)"


@dataclass(eq=False)
class MatricesOnly(Optimizer):
    """Two of one kind, of which one has biases, that do not decay."""

    matrices: Optimizer | None = None
    vectors: Optimizer | None = None

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        assert self.matrices is not None
        assert self.vectors is not None
        self.matrices.step({name: w for name, w in params.items() if w.ndim > 1}, grads)
        self.vectors.step({name: w for name, w in params.items() if w.ndim < 2}, grads)


@dataclass(eq=False)
class DecayedLate(Optimizer):
    """The decay off the weights that have already moved: a mistake."""

    inner: Optimizer | None = None

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        assert self.inner is not None
        self.inner.step(params, grads)
        for w in params.values():
            w -= self.lr * self.weight_decay * w


def decayed(rule: Rule) -> list[Rule]:
    """A rule with weight decay, in every convention."""
    return [
        _with_decay(rule, COUPLED, lambda rate, lr: rate),
        _with_decay(rule, APART, lambda rate, lr: rate, decoupled=True),
        _with_decay(rule, f"{COUPLED}, without its half", lambda rate, lr: 2 * rate),
        _with_decay(rule, f"{APART}, not times the learning rate", lambda rate, lr: rate / lr, decoupled=True),
        _with_decay(rule, f"{COUPLED}, of matrices only", lambda rate, lr: rate, matrices=True),
        _with_decay(rule, f"{APART}, of matrices only", lambda rate, lr: rate, decoupled=True, matrices=True),
    ]


def mistaken(rule: Rule) -> list[Rule]:
    """A rule with weight decay and the mistakes that students make in it."""

    def late(weight_decay: float, **settings: Any) -> Optimizer:
        return DecayedLate(settings["lr"], weight_decay=weight_decay, inner=rule.make(**settings))

    def ignored(weight_decay: float, **settings: Any) -> Optimizer:
        return rule.make(**settings)

    needs = (*rule.needs, SETTING)
    return [
        Rule("", ignored, needs, "missing_term/decay"),
        _with_decay(rule, "", lambda rate, lr: -rate, cause="sign/decay"),
        _with_decay(rule, "", lambda rate, lr: -rate, cause="sign/decay", decoupled=True),
        Rule("", late, needs, "updated_first/decay"),
    ]


def _with_decay(
    rule: Rule,
    said: str,
    rate_of: Callable[[float, float], float],
    *,
    decoupled: bool = False,
    matrices: bool = False,
    cause: str = "",
) -> Rule:
    def make(weight_decay: float, **settings: Any) -> Optimizer:
        decaying = rule.make(**settings)
        decaying.weight_decay, decaying.decoupled = rate_of(weight_decay, settings["lr"]), decoupled
        return MatricesOnly(settings["lr"], matrices=decaying, vectors=rule.make(**settings)) if matrices else decaying

    return Rule("; ".join(filter(None, (rule.said, said))), make, (*rule.needs, SETTING), cause)
