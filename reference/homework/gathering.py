"""Gradients of weights that a submission splits or joins, put together as the layer in scratch has them."""

from collections.abc import Mapping

import numpy as np

from reference.homework.attempt import Place
from reference.homework.problem import Problem
from reference.pair import Array

# what came, what is wanted, and what is said of it
Found = Mapping[str, tuple[Array, Array, str]]


def owners(problem: Problem, name: str, place: Place) -> list[str]:
    """The layer's weights that an array of a submission holds elements of."""
    ids = problem.ids()
    return [name] if name in ids else [own for own, places in ids.items() if np.isin(places, place.ids).any()]


def gathered(problem: Problem, places: Mapping[str, Place], found: Found) -> dict[str, tuple[Array, Array, str]]:
    """Gradients under the names of the layer's weights: those of single gates together, those of [h; x] apart.

    An array that is one weight of the layer stays as the submission has it. Where several arrays hold the same
    elements, as two biases do, the one that is farther off counts.
    """
    ids = problem.ids()
    whole = {name: one for name, one in found.items() if name in ids}
    parts = {name: one for name, one in found.items() if name not in ids}
    if not parts:
        return whole
    size = sum(array.size for array in ids.values())
    kind = np.result_type(*(got.dtype for got, _, _ in parts.values()))
    held, got_all, want_all = np.zeros(size, bool), np.zeros(size, kind), np.zeros(size)
    for name, (got, want, _) in parts.items():
        at = places[name].ids.ravel()
        here, wanted = got.ravel()[at >= 0], want.ravel()[at >= 0]
        at = at[at >= 0]
        worse = ~held[at] | (np.abs(here - wanted) > np.abs(got_all[at] - want_all[at])) | ~np.isfinite(here)
        got_all[at[worse]], want_all[at[worse]], held[at] = here[worse], wanted[worse], True
    said = "; ".join(dict.fromkeys(said for _, _, said in parts.values() if said))
    joined = {
        own: (got_all[own_ids], want_all[own_ids], said)
        for own, own_ids in ids.items()
        if own not in whole and held[own_ids].any()
    }
    return whole | joined
