"""Losses of embeddings that submissions are held to and no pair has: their gradients, and that every term is met."""

import numpy as np
import pytest

from reference.homework.embedding_losses import ContrastiveOfPairs, ContrastiveUnlike, Distances, SquaredTriplet
from reference.homework.families import embeddings
from reference.homework.families.embeddings import _asked
from reference.homework.family import Family
from scratch.layer import Array, Layer

STEP = 1e-6
# a difference over 2 STEP is off by STEP**2 and by the rounding of sums of about 10, 10 eps / STEP = 2e-9
OFF = 1e-8


def numerically(layer: Layer, inputs: list[Array], dy: Array | float, k: int) -> Array:
    """The gradient with respect to the k-th input, by differences."""
    found = np.zeros_like(inputs[k])
    for at in np.ndindex(found.shape):
        ends = []
        for step in (STEP, -STEP):
            moved = [x.copy() for x in inputs]
            moved[k][at] += step
            ends.append(float((np.asarray(layer.forward(*moved)) * dy).sum()))
        found[at] = (ends[0] - ends[1]) / (2 * STEP)
    return found


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("made", [SquaredTriplet, ContrastiveOfPairs, ContrastiveUnlike])
def test_gradients_of_losses(made: type, reduction: str) -> None:
    rng = np.random.default_rng(0)
    layer = made(reduction=reduction, margin=0.9)
    t = np.array([1.0, 0, 1, 0, 0])
    inputs = [0.4 * rng.normal(size=(5, 3)) for _ in range(3)]
    if made is ContrastiveOfPairs:
        inputs = [*inputs[:2], t]
    if made is ContrastiveUnlike:
        inputs = [rng.uniform(0.2, 1.5, 5), t]
    layer.forward(*inputs)
    back = layer.backward()
    for k, grad in enumerate(back if isinstance(back, tuple) else (back,)):
        np.testing.assert_allclose(grad, numerically(layer, inputs, 1.0, k), rtol=0, atol=OFF)


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize(("p", "squared"), [(2.0, False), (2.0, True), (1.0, False), (3.0, False)])
def test_gradients_of_distances(p: float, squared: bool, every: bool) -> None:
    rng = np.random.default_rng(1)
    layer = Distances(p=p, squared=squared, every=every)
    inputs = [rng.normal(size=(4, 3)), rng.normal(size=(5 if every else 4, 3))]
    dy = rng.normal(size=layer.forward(*inputs).shape)
    for k, grad in enumerate(layer.backward(dy)):
        np.testing.assert_allclose(grad, numerically(layer, inputs, dy, k), rtol=0, atol=OFF)


LOSSES = [f for f in vars(embeddings).values() if isinstance(f, Family) and f.name != "hinge_embedding"]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("ask", "pair", "options"),
    [
        (embeddings._three, "triplet_margin", {"margin": 1.0}),
        (embeddings._three, "triplet_margin", {"margin": 0.2}),
        (embeddings._labelled((1, -1)), "cosine_embedding", {"margin": 0.5}),
        (embeddings._lengths, "contrastive", {"margin": 2.0}),
    ],
)
def test_the_margin_leaves_some_out(ask: embeddings.Ask, pair: str, options: dict[str, float], seed: int) -> None:
    for shape in (embeddings.SIZES, embeddings.OTHER):
        losses = _asked(pair, ask, shape, seed, rows=True, **options).want["y"]
        assert 0 < np.count_nonzero(losses == 0) < len(losses) - 1


def test_all_losses_are_families() -> None:
    assert len({family.name for family in LOSSES}) == len(LOSSES) >= 10
