"""A tanh RNN that feeds a dense layer at its last step, with the mistakes that are made in writing it."""

from collections.abc import Mapping, Sequence

import numpy as np

from reference.homework.recipes.judging import Mistake
from reference.pair import Array

FORWARD = {
    "no_recurrence": Mistake("The state before is not used: h[t-1] @ W is missing.", "Add h[t-1] @ W to a."),
    "no_hidden_bias": Mistake("b is not added.", "Add b to a."),
    "no_output_bias": Mistake("c is not added.", "Add c to o."),
    "no_tanh": Mistake("a is not passed through tanh.", "h[t] = tanh(a)."),
    "relu_for_tanh": Mistake("The activation is ReLU where tanh is asked for.", "h[t] = tanh(a)."),
    "columns": Mistake("The image is read column by column.", "Take X[:, t], not X[:, :, t]."),
    "last_but_one": Mistake("The output reads h[26], the state before the last.", "Read h[27]."),
    "state_from_end": Mistake(
        "The state of step -1 is read from the last step of an earlier call.", "Set h[-1] to zero in each call."
    ),
    "softmax_axis": Mistake("Softmax sums over the batch.", "Sum over axis 1, with keepdims=True."),
    "softmax_whole": Mistake("Softmax sums over the whole array.", "Sum over axis 1, with keepdims=True."),
    "no_softmax": Mistake("The logits are returned: softmax is missing.", "y_pred = softmax(o)."),
}

BACKWARD = {
    "no_sequence_length": Mistake(
        "delta_o is not divided by the sequence length.", "Divide by 28 too, as the exercise asks."
    ),
    "no_batch_size": Mistake("delta_o is not divided by the batch size.", "Divide by batch_size too."),
    "batch_twice": Mistake("The batch size is divided by twice.", "Divide once, in delta_o."),
    "not_clipped": Mistake("The gradients are not clipped.", "Clip each to [-1, 1] at the end."),
    "clipped_at_5": Mistake("The gradients are clipped to [-5, 5].", "Clip to [-1, 1]."),
    "state_after": Mistake("dW uses h[t] instead of h[t-1].", "dW += h[t-1].T @ delta."),
    "no_transpose": Mistake("The gradient goes back through W, not its transpose.", "Multiply by W.T."),
    "no_slope": Mistake("The derivative of tanh is missing.", "Multiply by 1 - h[t]**2."),
    "slope_squared": Mistake("The derivative of tanh is taken as tanh(a)**2.", "It is 1 - tanh(a)**2."),
    "slope_of_state_before": Mistake("The derivative of tanh is taken at h[t-1].", "Multiply by 1 - h[t]**2."),
    "last_step_only": Mistake("The gradient stops at the last step.", "Go back through all 28 steps."),
    "last_overwrites": Mistake("The gradients of the steps overwrite each other.", "Add them up with +=."),
    "sign": Mistake("The error has the wrong sign.", "It is y_pred - targets."),
    "bias_mean": Mistake("db and dc are means over the batch, dW is a sum.", "Sum both over the batch."),
}


def forward(x: Array, params: Sequence[Array], switches: frozenset[str] = frozenset()) -> tuple[Array, Array, Array]:
    """(y_pred, logits, states); x: (batch, time, n), states: (time + 1, batch, hidden), the first before step 0."""
    U, W, V, b, c = params
    states = [np.zeros((len(x), len(W)))]
    steps = x.shape[2] if "columns" in switches else x.shape[1]
    for _ in range(2 if "state_from_end" in switches else 1):
        states = [states[-1]]
        for t in range(steps):
            a = (x[:, :, t] if "columns" in switches else x[:, t]) @ U
            a = a + (0 if "no_recurrence" in switches else states[-1] @ W)
            a = a + (0 if "no_hidden_bias" in switches else b)
            states.append(_activation(a, switches))
    o = states[-2 if "last_but_one" in switches else -1] @ V + (0 if "no_output_bias" in switches else c)
    return softmax(o, switches), o, np.stack(states)


def _activation(a: Array, switches: frozenset[str]) -> Array:
    if "relu_for_tanh" in switches:
        return np.maximum(a, 0)
    return a if "no_tanh" in switches else np.tanh(a)


def softmax(o: Array, switches: frozenset[str] = frozenset()) -> Array:
    """Over the last axis of o: (batch, classes)."""
    if "no_softmax" in switches:
        return o
    e = np.exp(o - o.max())
    if "softmax_whole" in switches:
        return e / e.sum()
    return e / e.sum(axis=0 if "softmax_axis" in switches else 1, keepdims=True)


def backward(
    params: Sequence[Array], x: Array, h: Mapping[int, Array], y: Array, targets: Array, switches: frozenset[str]
) -> list[Array]:
    """dU, dW, dV, db, dc with these mistakes made; the right ones without any."""
    U, W, V, b, _ = params
    batch, steps, _ = x.shape
    dU, dW, db = np.zeros_like(U), np.zeros_like(W), np.zeros_like(b)
    delta_o = (targets - y if "sign" in switches else y - targets) * _share(batch, steps, switches)
    reduce = np.mean if "bias_mean" in switches else np.sum
    dh = delta_o @ V.T
    for t in reversed(range(steps)):
        da = dh * _slope(h, t, switches)
        keep = 0 if "last_overwrites" in switches else 1
        dU = keep * dU + x[:, t].T @ da
        dW = keep * dW + h[t if "state_after" in switches else t - 1].T @ da
        db = keep * db + reduce(da, axis=0, keepdims=True)
        dh = da @ (W if "no_transpose" in switches else W.T)
        if "last_step_only" in switches:
            break
    grads = [dU, dW, h[steps - 1].T @ delta_o, db, reduce(delta_o, axis=0, keepdims=True)]
    if "not_clipped" in switches:
        return grads
    limit = 5 if "clipped_at_5" in switches else 1
    return [np.clip(grad, -limit, limit) for grad in grads]


def _share(batch: int, steps: int, switches: frozenset[str]) -> float:
    """What the error is multiplied by."""
    by_batch = 1 if "no_batch_size" in switches else batch**2 if "batch_twice" in switches else batch
    return 1 / by_batch / (1 if "no_sequence_length" in switches else steps)


def _slope(h: Mapping[int, Array], t: int, switches: frozenset[str]) -> Array | float:
    if "no_slope" in switches:
        return 1.0
    if "slope_squared" in switches:
        return h[t] ** 2
    return 1 - h[t - 1 if "slope_of_state_before" in switches else t] ** 2
