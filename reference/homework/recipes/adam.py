"""Adam as a function that updates lists of weights, with the mistakes that are made in writing it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.homework.recipes.judging import Judgement, Mistake, Reading, Trial, as_array, settle
from reference.pair import Array
from scratch.adam_optimizers import Adam

ALPHA, BETA_1, BETA_2, EPSILON = 0.001, 0.9, 0.999, 1e-8

MISTAKES = {
    "bias_correction_without_exponent": Mistake(
        "Bias correction divides by 1 - beta without the exponent t.", "Divide by 1 - beta**iteration."
    ),
    "no_bias_correction": Mistake("There is no bias correction.", "Divide m by 1 - beta1**t and v by 1 - beta2**t."),
    "epsilon_inside_root": Mistake("eps is added inside the square root.", "sqrt(v_hat) + eps."),
    "epsilon_before_correction": Mistake("eps is added to sqrt(v) before its bias is corrected.", "sqrt(v_hat) + eps."),
    "no_epsilon": Mistake("eps is not added.", "sqrt(v_hat) + eps."),
    "epsilon_1e-7": Mistake("eps is 1e-7.", "The exercise has 1e-8."),
    "moments_not_kept": Mistake(
        "The moments of one step are lost at the next: ms and vs stay zero.", "Write into them: m[:] = ..."
    ),
    "gradient_not_squared": Mistake("v gathers the gradient, not its square.", "v = beta2 * v + (1 - beta2) * g**2."),
    "betas_exchanged": Mistake("beta1 and beta2 are exchanged.", "m takes beta1, v takes beta2."),
    "iteration_plus_one": Mistake("t is one too large.", "iteration counts from 1 already."),
    "no_root": Mistake("The square root of v is missing.", "Divide by sqrt(v_hat) + eps."),
    "ascent": Mistake("The step is added: the cost goes up.", "Subtract it."),
    "plain_sgd": Mistake("The step is alpha times the gradient.", "m_hat / (sqrt(v_hat) + eps) takes its place."),
}


def steps(params: Sequence[Array], grads: Sequence[Sequence[Array]], switches: frozenset[str]) -> list[list[Array]]:
    """The weights after each step with these mistakes made; the right ones without any."""
    weights = [p.copy() for p in params]
    m, v = ([np.zeros_like(p) for p in params] for _ in range(2))
    after = []
    for t, given in enumerate(grads, 1):
        for i, g in enumerate(given):
            beta_1, beta_2 = (BETA_2, BETA_1) if "betas_exchanged" in switches else (BETA_1, BETA_2)
            m[i] = beta_1 * m[i] + (1 - beta_1) * g
            v[i] = beta_2 * v[i] + (1 - beta_2) * (g if "gradient_not_squared" in switches else g**2)
            step = ALPHA * (g if "plain_sgd" in switches else _direction(m[i], v[i], t, beta_1, beta_2, switches))
            weights[i] = weights[i] + step if "ascent" in switches else weights[i] - step
            if "moments_not_kept" in switches:
                m[i], v[i] = np.zeros_like(g), np.zeros_like(g)
        after.append([w.copy() for w in weights])
    return after


def _direction(m: Array, v: Array, t: int, beta_1: float, beta_2: float, switches: frozenset[str]) -> Array:
    exponent = 1 if "bias_correction_without_exponent" in switches else t + ("iteration_plus_one" in switches)
    by_1, by_2 = 1 - beta_1**exponent, 1 - beta_2**exponent
    if "no_bias_correction" in switches:
        by_1 = by_2 = 1.0
    epsilon = 0.0 if "no_epsilon" in switches else 1e-7 if "epsilon_1e-7" in switches else EPSILON
    if "epsilon_inside_root" in switches:
        return m / by_1 / np.sqrt(v / by_2 + epsilon)
    if "epsilon_before_correction" in switches:
        return m / by_1 / (np.sqrt(v) + epsilon) * np.sqrt(by_2)
    return m / by_1 / ((v / by_2 if "no_root" in switches else np.sqrt(v / by_2)) + epsilon)


def judge(
    params: Sequence[Array], grads: Sequence[Sequence[Array]], given: Sequence[Any], names: Sequence[str]
) -> Judgement:
    """The weights after every step, as a submission has them, against Adam."""
    got: dict[str, Array | str] = {}
    for t, after in enumerate(given, 1):
        fits = isinstance(after, list | tuple) and len(after) == len(names)
        for name, value in zip(names, after if fits else [None] * len(names), strict=True):
            got[f"{name}@{t}"] = as_array(value) if fits else "is missing: it does not return the weights"
    optimizer = Adam(ALPHA, beta_1=BETA_1, beta_2=BETA_2, epsilon=EPSILON)
    weights = {name: p.copy() for name, p in zip(names, params, strict=True)}
    want: dict[str, Array] = {}
    for t, each in enumerate(grads, 1):
        optimizer.step(weights, dict(zip(names, each, strict=True)))
        want |= {f"{name}@{t}": w.copy() for name, w in weights.items()}

    def wrong(switches: frozenset[str]) -> dict[str, Array]:
        after = steps(params, grads, switches)
        return {f"{name}@{t}": w for t, ws in enumerate(after, 1) for name, w in zip(names, ws, strict=True)}

    return settle(Trial(got, [Reading(want, wrong=wrong)], 16, MISTAKES, part="update_parameters"))
