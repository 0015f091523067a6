"""S3 `scratch-simple-rnn`: the classifiers, judged by what they learn."""

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.homework.isolation.process import Call, Failure, New
from reference.homework.recipes.bench import Bench, Raised
from reference.homework.recipes.judging import Judgement, as_array
from reference.homework.recipes.making import Unclear, arguments, has_method
from reference.homework.recipes.recipe import Recipe
from reference.homework.recipes.simple_rnn import extend
from reference.homework.verdict import Quantity
from reference.pair import Array

# Three clusters far apart, which any network that learns tells apart: chance is 1/3.
CLASSES, SAMPLES, LEAST = 3, 60, 0.8


def learned(bench: Bench, name: str, shape: tuple[int, ...]) -> Judgement:
    """Whether `fit` brings the training accuracy of separable clusters above LEAST. Raises Raised."""
    symbol = bench.symbol(name)
    labels = np.arange(SAMPLES) % CLASSES
    centres = bench.rng.standard_normal((CLASSES, *shape))
    X = centres[labels] + 0.1 * bench.rng.standard_normal((SAMPLES, *shape))
    values: dict[str, Any] = {"epochs": 40, "batch": 10, "n_in": shape[-1], "n_out": 16, "steps": shape[0]}
    values |= {"classes": 10, "lr": 0.05, "verbose": False, "seed": 0}
    try:
        given = arguments(symbol, values, ("epochs", "batch"))
    except Unclear as error:
        return Judgement("unsupported", remark=f"{error}.")
    failure: Failure | None = None
    for y, form in ((labels, "class indices"), (np.eye(10)[labels], "one-hot labels")):
        steps = [New(name, (), given, bind="model"), Call("model.fit", (X, y))]
        outcome = bench.worker.run(steps)[-1]
        if not isinstance(outcome, Failure):
            return _judged(bench, X, labels, form, bool(has_method(bench, symbol, "predict")))
        failure = failure or outcome
    assert failure is not None
    raise Raised(failure)


def _judged(bench: Bench, X: Array, labels: Array, form: str, predicts: bool) -> Judgement:  # noqa: N803
    said = (f"fit takes {form}",)
    if not predicts:
        return Judgement(
            "unsupported", conventions=said, remark="fit runs; without predict nothing tells what it learned."
        )
    y = as_array(bench.call("model.predict", X))
    if not isinstance(y, str) and y.ndim == 2 and y.shape[1] >= CLASSES:
        y = y.argmax(axis=1).astype(float)
    if isinstance(y, str) or y.size != SAMPLES:
        problem = y if isinstance(y, str) else f"has shape {y.shape}, expected ({SAMPLES},)"
        return Judgement("wrong", (Quantity("predict", False, problem=problem),), conventions=said)
    accuracy = float((y.ravel() == labels).mean())
    problem = "" if accuracy >= LEAST else f"the accuracy is {accuracy:.2f} on clusters that are far apart"
    quantity = Quantity("accuracy", not problem, problem=problem)
    remark = f"Judged by what it learns: an accuracy of {accuracy:.2f} on {CLASSES} separable clusters."
    return Judgement("wrong" if problem else "correct", (quantity,), conventions=said, remark=remark)


def _recipe(name: str, title: str, shape: tuple[int, ...]) -> Recipe:
    judge: Callable[[Bench], Judgement] = lambda bench: learned(bench, name, shape)  # noqa: E731
    return Recipe(f"simple-rnn/{name}", title, judge, (name,), ("fit",), extend=extend)


RECIPES = (
    _recipe("ScratchSimpleRNNClassifier", "A classifier of sequences learns", (5, 6)),
    _recipe("ScratchDeepNeuralNetrowkClassifier", "A classifier of images learns", (784,)),
)
