"""Wrong versions of gradient descent with momentum."""

import numpy as np

from scratch.layer import Array
from scratch.optimizers import Momentum, Nesterov, State
from wrong import Versions
from wrong.common import made_by
from wrong.late import taken_for
from wrong.optimizers import COMMON, SkipsWithoutGradient


class VelocityForgotten(Momentum):
    """Every step starts from no velocity."""

    def velocity(self, g: Array, state: State) -> Array:
        return super().velocity(g, {})


class VelocityShared(Momentum):
    """Weights of equal shape share one velocity."""

    def velocity(self, g: Array, state: State) -> Array:
        self.shared = vars(self).get("shared", {})
        return super().velocity(g, self.shared.setdefault(g.shape, {}))


class MovingAverage(Momentum):
    """v <- momentum v + (1 - momentum) g, from 0: the steps are (1 - momentum) as long."""

    def velocity(self, g: Array, state: State) -> Array:
        return super().velocity((1 - self.momentum) * g, state)


class RateTwice(Momentum):
    """The velocity gathers steps and is multiplied with lr again, or neither."""

    def update(self, w: Array, g: Array, state: State) -> None:
        v = self.velocity(g, state)
        w -= self.lr * v if self.velocity_of == "steps" else v


class OtherVelocity(Momentum):
    """The velocity gathers steps where it should gather gradients, and the other way round."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.velocity_of = "gradients" if self.velocity_of == "steps" else "steps"


class SignTurned(Momentum):
    """The velocity pulls back instead of on."""

    def velocity(self, g: Array, state: State) -> Array:
        if "v" in state:
            state["v"] *= -1
        return super().velocity(g, state)


class FirstDampened(Momentum):
    """The first gradient is dampened too."""

    def velocity(self, g: Array, state: State) -> Array:
        state.setdefault("v", np.zeros_like(g))
        return super().velocity(g, state)


class NeverDampened(Momentum):
    """Takes no notice of `dampening`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.dampening = 0.0


class NoLookAhead(Nesterov):
    """Steps by the velocity as it is."""

    def update(self, w: Array, g: Array, state: State) -> None:
        Momentum.update(self, w, g, state)


class LooksAheadTwice(Nesterov):
    """Adds the velocity itself to the gradient, without the factor momentum."""

    def update(self, w: Array, g: Array, state: State) -> None:
        v = self.velocity(g, state)
        w -= self.lr * g + v if self.velocity_of == "steps" else self.lr * (g + v)


class OldVelocity(Nesterov):
    """Looks ahead with the velocity of before the step."""

    def update(self, w: Array, g: Array, state: State) -> None:
        before = state["v"].copy() if "v" in state else np.zeros_like(g)
        self.velocity(g, state)
        w -= self.lr * g + self.momentum * before * (1 if self.velocity_of == "steps" else self.lr)


VELOCITY = (*COMMON, SkipsWithoutGradient, VelocityForgotten, VelocityShared, MovingAverage, OtherVelocity, SignTurned)
STEPS = taken_for("velocity_of", "gradients")

WRONG = {
    "momentum": Versions(
        outputs=(
            *made_by(Momentum, (*VELOCITY, *STEPS, *taken_for("dampening", 0.0))),
            RateTwice,
            FirstDampened,
            NeverDampened,
        )
    ),
    "nesterov": Versions(outputs=(*made_by(Nesterov, (*VELOCITY, *STEPS)), NoLookAhead, LooksAheadTwice, OldVelocity)),
}
