"""What may be wrong beside a port's layers: in what it does at inference, in its loss, in its optimizer."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from reference.errors import RequestError
from reference.migration.causes import both_weights
from reference.migration.difference import apart, run_once
from reference.migration.examples import for_model
from reference.migration.models import Model
from reference.migration.moves import Move
from reference.migration.optimizer_state import ADAM, MOMENTUM, OF_WEIGHTS, SCHEDULE, state_of
from reference.migration.pairing import Cause, Checked, Pairing, softmax_of
from reference.migration.subjects import Subject
from reference.pair import Array
from scratch.adam_optimizers import Adam
from scratch.optimizers import SGD, Momentum, Nesterov

# what Keras' rounding of its settings to float32 moves, and more
ROUNDED = 1e-4
# what it moves a loss, relatively, that Keras keeps probabilities 1e-7 from 0 and 1
CLIPPED = 1e-6
STEPS = 4


# ---- inference


def compare_predictions(a: Subject, b: Subject, pairing: Pairing) -> Checked | None:
    """`predict` of each beside its model at inference; None where there is none."""
    if a.predict is None and b.predict is None:
        return None
    for who, subject, model in (("A", a, pairing.a), ("B", b, pairing.b)):
        if subject.predict is None:
            continue
        still = _as_predicted(model, pairing, training=False)
        far = apart(_predicted(subject, model, pairing), still)
        if far <= pairing.limit:
            continue
        with model.without_dropout():
            quiet = _predicted(subject, model, pairing)
        where = f"in what {who} predicts"
        if apart(quiet, _as_predicted(model, pairing, training=True)) <= pairing.limit:
            what = "with the statistics of the batch" if apart(quiet, still) > pairing.limit else "with dropout"
            text = f"{who} predicts in training mode, {what}: model.eval() in PyTorch, training=False in Keras"
            return Checked(where, far, (Cause("training mode", text),))
        return Checked(where, far)
    return Checked()


def _predicted(subject: Subject, model: Model, pairing: Pairing) -> Array:
    tensors = model.tensors(for_model(model, pairing.inputs, pairing.layout))
    before = model.snapshot()
    try:
        with model.computing():
            y = subject.predict(*tensors)
    except Exception as error:
        line = " ".join(str(error).split())[:150]
        raise RequestError(f"predict of {subject.name} does not run: {type(error).__name__}: {line}") from error
    finally:
        model.restore(before)
    return as_array(y)


def _as_predicted(model: Model, pairing: Pairing, training: bool) -> Array:
    return run_once(model, pairing.inputs, pairing.layout, training=training).y


def as_array(y: Any) -> Array:
    return np.asarray(y.detach().cpu().numpy() if hasattr(y, "detach") else y)


# ---- losses


def compare_losses(a: Subject, b: Subject, pairing: Pairing) -> Checked | None:
    """Both losses of their own model's output, for the same targets; None unless both are given."""
    if a.loss is None or b.loss is None:
        return None
    ys = pairing.outputs()[0]
    t, values = _values(a, b, pairing, ys)
    far = apart(np.asarray(values[1]), np.asarray(values[0]))
    if far <= max(pairing.limit, CLIPPED):
        return Checked()
    where = f"in the loss, {values[0]:.6g} in A and {values[1]:.6g} in B"
    if t.dtype.kind in "iu":
        for who, y, value, other in (("A", ys[0], values[0], values[1]), ("B", ys[1], values[1], values[0])):
            if _twice(y, t, value, other):
                text = f"{who}'s loss takes logits and is given probabilities: the softmax is taken twice"
                return Checked(where, far, (Cause("softmax", text),))
        for subject, value, other in ((a, values[0], values[1]), (b, values[1], values[0])):
            if (share := _denominator(subject, t)) and _same(value * share, other):
                text = (
                    "PyTorch's weighted cross-entropy divides by the sum of the weights of the targets, Keras by their "
                    f"number: here one is {1 / share:.4g} times the other"
                )
                return Checked(where, far, (Cause("weighted loss", text),))
    for number, what in ((len(t), "samples"), (t.size, "elements"), (ys[0].size, "outputs")):
        if number > 1 and (_same(values[0] * number, values[1]) or _same(values[1] * number, values[0])):
            return Checked(
                where, far, (Cause("reduction", f"one is the mean over the {number} {what}, the other the sum"),)
            )
    return Checked(where, far)


def _values(a: Subject, b: Subject, pairing: Pairing, ys: tuple[Array, Array]) -> tuple[Array, list[float]]:
    rng = np.random.default_rng(11)
    shape = ys[0].shape
    labels = rng.integers(0, shape[-1], shape[:-1]) if ys[0].ndim > 1 and shape[-1] > 1 else rng.integers(0, 2, shape)
    said = ""
    for t in (labels, rng.standard_normal(shape)):
        try:
            return t, [_value(s, m, y, t) for s, m, y in ((a, pairing.a, ys[0]), (b, pairing.b, ys[1]))]
        except Exception as error:  # a loss that takes other targets
            said = said or f"{type(error).__name__}: {' '.join(str(error).split())[:150]}"
    raise RequestError(f"the losses do not both take outputs of shape {shape} with labels or values: {said}")


def _value(subject: Subject, model: Model, y: Array, t: Array) -> float:
    with model.computing():
        if model.framework == "torch":
            import torch

            return float(subject.loss(torch.from_numpy(y.copy()), torch.from_numpy(t.copy())))
        if model.framework == "keras":
            return float(np.mean(as_array(subject.loss(t, y))))
        return float(subject.loss.forward(y, t))


def _twice(y: Array, t: Array, value: float, other: float) -> bool:
    """Whether `value` is the cross-entropy of y as logits, and `other` that of y as the probabilities it is."""
    if (y < 0).any() or not np.allclose(y.sum(-1), 1):
        return False
    chosen = np.take_along_axis(y, t[..., None], -1)
    again = np.take_along_axis(softmax_of(y), t[..., None], -1)
    return _same(float(-np.log(again).mean()), value) and _same(float(-np.log(chosen).mean()), other)


def _denominator(subject: Subject, t: Array) -> float | None:
    weights = getattr(subject.loss, "weight", None)
    return None if weights is None else float(as_array(weights)[t].sum() / t.size)


def _same(x: float, y: float) -> bool:
    return abs(x - y) <= CLIPPED * abs(y)


# ---- optimizers


def compare_optimizers(a: Subject, b: Subject, pairing: Pairing) -> Checked | None:
    """Both optimizers, given the same gradients for the first layer's weights; None unless both are given."""
    if a.optimizer is None or b.optimizer is None:
        return None
    move = pairing.moves[0]
    states = state_of(a.optimizer, pairing.moves, 0), state_of(b.optimizer, pairing.moves, 1)
    before, _ = both_weights(move)
    rng = np.random.default_rng(13)
    # small ones too: they tell where an epsilon is added
    grads = [
        {k: rng.choice([-1, 1], w.shape) * 10 ** rng.uniform(-8, 0, w.shape) for k, w in before.items()}
        for _ in range(STEPS)
    ]
    kept = [_remember(s.optimizer) for s in (a, b)]
    snapshots = [m.snapshot() for m in (pairing.a, pairing.b)]
    try:
        for gradient in grads:
            _step(a.optimizer, move, 0, gradient)
            _step(b.optimizer, move, 1, gradient)
        after = both_weights(move)
    finally:
        for put, model, snapshot in zip(kept, (pairing.a, pairing.b), snapshots, strict=True):
            put()
            model.restore(snapshot)
    changes = [{k: w - before[k] for k, w in side.items()} for side in after]
    far = max(apart(changes[1][k], changes[0][k]) for k in before)
    if far <= ROUNDED:
        return Checked()
    return Checked("in the optimizers' steps", far, tuple(_why(states, before, grads, changes)))


def _why(states: Any, before: Mapping[str, Array], grads: Any, changes: Any) -> list[Cause]:
    """The settings that make the difference: with each side's own, scratch takes that side's steps."""
    if states[0].kind != states[1].kind:
        return [Cause("optimizer", f"A's is {states[0].kind}, B's is {states[1].kind}")]
    first, second = (s.settings for s in states)
    told = [_setting(name, first[name], second[name]) for name in (SCHEDULE, OF_WEIGHTS) if first[name] != second[name]]
    if told:
        return told
    mine, theirs = (_simulated(s.kind, s.settings, before, grads) for s in states)
    if not all(_alike(s, c) for s, c in ((mine, changes[0]), (theirs, changes[1]))):
        return []
    found = []
    for name, value in states[1].settings.items():
        with_one = _simulated(states[0].kind, {**states[0].settings, name: value}, before, grads)
        if not _alike(with_one, mine):
            found.append(_setting(name, states[0].settings[name], value))
    return found


def _setting(name: str, mine: Any, theirs: Any) -> Cause:
    if name in ("weight decay", "decoupled decay"):
        said = {True: "taken off the weights (AdamW, Keras)", False: "added to the gradient (L2; PyTorch's Adam, SGD)"}
        text = f"weight decay is {said[mine]} in A, {said[theirs]} in B" if name == "decoupled decay" else ""
        return Cause("weight decay", text or f"weight decay is {mine:g} in A, {theirs:g} in B")
    if name == "epsilon added":
        at = {"raw": "before the bias correction (Keras)", "corrected": "after the bias correction (PyTorch)"}
        return Cause("epsilon", f"epsilon is added {at[mine]} in A, {at[theirs]} in B")
    mine, theirs = ("none" if value is None else value for value in (mine, theirs))
    return Cause("epsilon" if name == "epsilon" else "optimizer", f"{name} is {mine} in A, {theirs} in B")


def _simulated(kind: str, s: Mapping[str, Any], before: Mapping[str, Array], grads: Any) -> dict[str, Array]:
    around = {"weight_decay": s["weight decay"], "decoupled": s["decoupled decay"]}
    around |= {"clip_value": s["clipvalue"], "clip_norm": s["clipnorm"], "clip_global_norm": s["global_clipnorm"]}
    around |= {"clip_epsilon": s["clip epsilon"] or 0.0, "maximize": s["maximize"]}
    if kind == ADAM:
        betas = {"beta_1": s["beta_1"], "beta_2": s["beta_2"]}
        rule: Any = Adam(s["lr"], **betas, epsilon=s["epsilon"], epsilon_on=s["epsilon added"], **around)
    elif kind == MOMENTUM:
        made = Nesterov if s["nesterov"] else Momentum
        rule = made(s["lr"], momentum=s["momentum"], dampening=s["dampening"], **around)
    else:
        rule = SGD(s["lr"], **around)
    weights = {k: w.astype(np.float64) for k, w in before.items()}
    for gradient in grads:
        rule.step(weights, gradient)
    return {k: w - before[k] for k, w in weights.items()}


def _alike(x: Mapping[str, Array], y: Mapping[str, Array]) -> bool:
    return max(apart(x[k], y[k]) for k in y) <= ROUNDED


def _step(optimizer: Any, move: Move, side: int, grads: Mapping[str, Array]) -> None:
    """One step on a layer's weights, whose gradients are laid out as in scratch."""
    one_way = move if side else Move(move.target, move.source, (move.sides[1], move.sides[0]), move.shapes)
    unit, laid = one_way.target, one_way.laid_out(dict(grads))
    variables = {path: unit.model.find(unit.layer, path) for path in laid}
    trained = {id(v) for v in unit.model.variables(unit.layer).values()}
    if unit.model.framework == "torch":
        import torch

        optimizer.zero_grad(set_to_none=True)
        for path, weight in variables.items():
            if id(weight) in trained:
                weight.grad = torch.from_numpy(laid[path]).to(weight.dtype)
        optimizer.step()
    elif unit.model.framework == "keras":
        pairs = [(laid[path], v) for path, v in variables.items() if id(v) in trained]
        optimizer.apply([g.astype(str(v.dtype)) for g, v in pairs], [v for _, v in pairs])
    else:
        start = f"{unit.name}." if unit.name else ""
        weights = {f"{start}{k}": v for k, v in unit.layer.params.items() if k in laid}
        optimizer.step(weights, {name: laid[name.removeprefix(start)] for name in weights})


def _remember(optimizer: Any) -> Any:
    """How to put an optimizer back to where it is."""
    import copy

    if hasattr(optimizer, "load_state_dict"):
        state = copy.deepcopy(optimizer.state_dict())
        return lambda: optimizer.load_state_dict(state)
    if hasattr(optimizer, "variables"):
        values = [(v, np.array(v.numpy())) for v in optimizer.variables]
        return lambda: [v.assign(value) for v, value in values]
    before = copy.deepcopy(vars(optimizer))
    return lambda: vars(optimizer).update(before)
