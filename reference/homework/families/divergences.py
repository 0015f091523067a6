"""Losses of probabilities and of counts beyond cross-entropy, of logarithms, and of directions."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from reference.fills import normal, probabilities
from reference.homework.agreement import EPSILON_ALLOWED
from reference.homework.families.losses import INPUTS, chances, free, given, loss
from reference.homework.loss_problems import bits, class_indices, scales
from reference.homework.problem import Problem, of_submissions
from reference.pair import Array, Input
from reference.pairs.losses import fixed
from scratch.similarity_losses import CosineSimilarity


def _amounts(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return rng.uniform(0.3, 4.0, shape)


def _logs(*shape: int) -> Input:
    """Log-probabilities."""
    made = probabilities(*shape)
    return replace(made, fill=lambda rng, size: np.log(made.fill(rng, size)))


def _distribution(*shape: int) -> Input:
    return replace(probabilities(*shape), differentiable=False)


# KL(p || q): of the two letters the first is the truth; spelt out, predictions are called as in any loss
KL_INPUTS = {"x": rf"q|{INPUTS['x'].removeprefix('p|')}", "t": rf"p|{INPUTS['t']}"}
KL = r"(my)?(kl|kullback_?leibler)_?(div(ergence)?)?\w*"
KL_DIVERGENCE = replace(
    loss("kl_divergence", "kl_divergence", KL, ((probabilities, _distribution),), loose=EPSILON_ALLOWED),
    inputs=KL_INPUTS,
)
KL_OF_LOGS = replace(
    loss("kl_divergence_of_logs", "kl_divergence_of_logs", KL, ((_logs, _distribution),)), inputs=KL_INPUTS
)
NLL = loss(
    "negative_log_likelihood",
    "negative_log_likelihood",
    r"nll\w*|negative_?log_?likelihood\w*",
    ((_logs, class_indices),),
    classes=True,
)
FOCAL_NAMES = r"(binary|sigmoid)?_?focal\w*"
FOCAL_BALANCED, FOCAL = (
    loss(
        "binary_focal_cross_entropy",
        "binary_focal_cross_entropy",
        FOCAL_NAMES,
        ((free(chances), given(bits)),),
        loose=EPSILON_ALLOWED,
        numbers=numbers,
    )
    for numbers in ({"gamma": 2.0, "alpha": 0.25}, {"gamma": 2.0})
)
POISSON = loss("poisson_nll", "poisson_nll", r"poisson\w*", ((free(_amounts), given(_amounts)),), loose=EPSILON_ALLOWED)
MSLE = loss(
    "mean_squared_logarithmic_error",
    "mean_squared_logarithmic_error",
    r"msle\w*|(mean_?)?squared?_?log(arithmic)?_?error\w*",
    ((free(_amounts), given(_amounts)),),
    rank=7,
)


def _of_hundred(asked: Problem) -> Mapping[str, float]:
    """The scales of a loss in percent, of which many leave out the hundred."""
    found = scales(asked)
    return {**found, **{f"{said}, as a fraction": scale / 100 for said, scale in found.items()}}


MAPE = replace(
    loss(
        "mean_absolute_percentage_error",
        "mean_absolute_percentage_error",
        r"s?mape\w*|(mean_?)?abs(olute)?_?percentage_?error\w*",
        ((free(_amounts), given(_amounts)),),
        rank=7,
    ),
    scales=_of_hundred,
)


class CosineDistance(CosineSimilarity):
    """loss = 1 - cos, of each row, in the place of -cos."""

    def reduce(self, losses: Array, total: Array | float | None = None) -> Array:
        return super().reduce(losses + 1, total)


COSINE_NAMES = r"(my)?cos(ine)?_?(similarity|distance|sim|embedding|proximity)?_?(loss|cost|criterion|error)\w*"
OF_ROWS = ((normal, lambda *shape: fixed(normal(*shape))),)
COSINE = loss("cosine_similarity", "cosine_similarity", COSINE_NAMES, OF_ROWS)
COSINE_DISTANCE = loss("cosine_distance", of_submissions("cosine_similarity", CosineDistance), COSINE_NAMES, OF_ROWS)
