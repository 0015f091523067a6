"""Other differentiation of NumPy that installs from the index: MyGrad and autograd, on the workloads made of layers
that are a line in them."""

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from reference.bench.modes import Implementation
from reference.pair import Array
from scratch.training import Recipe

PEERS = ("mygrad", "autograd")


class NotWritten(ValueError):
    """A workload that is not written for the peers."""


def missing_peers() -> list[str]:
    """Those that are not installed."""
    return [name for name in PEERS if importlib.util.find_spec(name) is None]


def make_peer(
    name: str, recipe: Recipe, dtype: str, weights: Mapping[str, Array], x: Array, t: Array
) -> Implementation:
    """A workload in a peer, with these weights to start from. The optimizer is scratch's. Raises NotWritten."""
    if recipe.name not in _NETWORKS:
        raise NotWritten("not written for peers")
    params = {key: w.copy() for key, w in weights.items()}
    optimizer = recipe.optimizer(**recipe.optimizer_options)
    rows = np.arange(len(t))
    gradients = {"mygrad": _mygrad, "autograd": _autograd}[name]

    def cost(np_: Any, given: Any) -> Any:
        logits = _NETWORKS[recipe.name](np_, given, x)
        shifted = (
            logits - np.max(getattr(logits, "data", logits), axis=1, keepdims=True) if name == "mygrad" else logits
        )
        log_p = shifted - np_.log(np_.sum(np_.exp(shifted), axis=1, keepdims=True))
        return -np_.sum(log_p[rows, t]) * np.asarray(recipe.gradient_scale / len(t), dtype)

    def step() -> None:
        optimizer.step(params, gradients(cost, params))

    return Implementation(step, lambda: params)


def _mygrad(cost: Callable[[Any, Any], Any], params: Mapping[str, Array]) -> dict[str, Array]:
    mygrad = importlib.import_module("mygrad")
    given = {key: mygrad.tensor(w) for key, w in params.items()}
    cost(mygrad, given).backward()
    return {key: w.grad for key, w in given.items()}


def _autograd(cost: Callable[[Any, Any], Any], params: Mapping[str, Array]) -> dict[str, Array]:
    autograd, np_ = importlib.import_module("autograd"), importlib.import_module("autograd.numpy")
    gradients: dict[str, Array] = autograd.grad(lambda given: cost(np_, given))(dict(params))
    return gradients


def _sigmoid_mlp(np_: Any, p: Any, x: Array) -> Any:
    h = 1 / (1 + np_.exp(-(np_.matmul(x, p["0.w"]) + p["0.b"])))
    return np_.matmul(h, p["2.w"]) + p["2.b"]


def _relu_mlp(np_: Any, p: Any, x: Array) -> Any:
    h = np_.maximum(np_.matmul(x, p["0.w"]) + p["0.b"], 0)
    return np_.matmul(h, p["2.w"]) + p["2.b"]


def _tanh_rnn(np_: Any, p: Any, x: Array) -> Any:
    h: Any = np.zeros((len(x), p["0.w_h"].shape[0]), x.dtype)
    for t in range(x.shape[1]):
        h = np_.tanh(np_.matmul(x[:, t], p["0.w_x"]) + np_.matmul(h, p["0.w_h"]) + p["0.b"])
    return np_.matmul(h, p["1.w"]) + p["1.b"]


_NETWORKS: dict[str, Callable[[Any, Any, Array], Any]] = {
    "three-layer-mlp": _sigmoid_mlp,
    "two-layer-net": _relu_mlp,
    "rnn-mnist": _tanh_rnn,
}
