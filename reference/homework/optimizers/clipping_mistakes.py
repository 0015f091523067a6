"""Clipping with the mistakes that students make, to tell from the numbers which of them was made."""

from collections.abc import Callable, Mapping

import numpy as np

from reference.pair import Array
from scratch.clipping import clip_by_norm

Clip = Callable[[Mapping[str, Array], float, float], Mapping[str, Array]]


def _scaled(norm: Callable[[Array], float], *, always: bool = False, turned: bool = False) -> Clip:
    """Clipping by another norm than that of all elements together, or not only what is too long, or the wrong way."""

    def clip(grads: Mapping[str, Array], limit: float, epsilon: float) -> dict[str, Array]:
        with np.errstate(invalid="ignore"):  # the root of a sum that is negative
            length = float(norm(np.concatenate([g.ravel() for g in grads.values()])))
        factor = (length / limit if turned else limit / (length + epsilon)) if always or length > limit else 1.0
        return {name: g * factor for name, g in grads.items()}

    return clip


def _bounded(low: float, high: float) -> Clip:
    def clip(grads: Mapping[str, Array], limit: float, epsilon: float) -> dict[str, Array]:
        return {name: np.clip(g, low * limit, high * limit) for name, g in grads.items()}

    return clip


# by the words for each in the catalogue
MISTAKES: Mapping[str, Clip] = {
    "clip/squares": _scaled(lambda g: np.sqrt(g.sum())),
    "clip/root": _scaled(lambda g: np.square(g).sum()),
    "clip/absolute": _scaled(lambda g: np.abs(g).sum()),
    "clip/mean": _scaled(lambda g: np.sqrt(np.square(g).mean())),
    "clip/always": _scaled(lambda g: np.sqrt(np.square(g).sum()), always=True),
    "clip/turned": _scaled(lambda g: np.sqrt(np.square(g).sum()), turned=True),
    "clip/each": clip_by_norm,
    "clip/above": _bounded(-np.inf, 1.0),
    "clip/below": _bounded(-1.0, np.inf),
    "clip/negative": _bounded(0.0, 1.0),
}
