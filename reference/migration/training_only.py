"""What two models that are the same at inference do otherwise in training: what they drop, train and penalise."""

from collections.abc import Iterator, Sequence
from typing import Any

from reference.migration.difference import Trial, paddings
from reference.migration.models import Dropped, Step
from reference.migration.moves import Move, Unit


def training_only(moves: Sequence[Move], trial: Trial) -> list[str]:
    """A line for each difference that numbers without dropout do not show: "dropout 0.5 / 0.3"."""
    return [*_dropped(trial), *_frozen(moves), *_padded(moves), *_penalties(moves)]


def not_compared(trial: Trial) -> list[str]:
    """A line on the random numbers that were left out on both sides: whether they are alike cannot be told."""
    if None in trial.random:
        return [
            "not compared in training: a model draws random numbers outside its layers, so outputs and gradients are "
            "those of inference"
        ]
    both = _left(trial)[2]
    names = ", ".join(f"{mine} / {theirs}" for mine, theirs in both)
    return [f"not compared in training: what is drawn at random by {names}; at inference they agree"] * bool(both)


def _dropped(trial: Trial) -> Iterator[str]:
    """What only one of them drops or draws."""
    if None in trial.random:
        return
    mine, theirs, _ = _left(trial)
    for kind in dict.fromkeys(kind for kind, _, _ in mine[0] + theirs[0]):
        rates = [", ".join(f"{rate:g}" for k, rate, _ in side[0] if k == kind) or "none" for side in (mine, theirs)]
        yield f"{kind} {rates[0]} / {rates[1]}"
    if mine[1] or theirs[1]:
        words = [", ".join(map(_named, side[1])) or "none" for side in (mine, theirs)]
        yield f"random layers {words[0]} / {words[1]}"


Left = tuple[list[Dropped], list[Step]]


def _left(trial: Trial) -> tuple[Left, Left, list[tuple[str, str]]]:
    """What only one of them drops or draws, and what both draw, one of them in a way of its own."""
    mine, theirs = (list(run.dropped) for run in trial.trained)
    # branches may be called in another order, so calls are told apart by their sizes
    for each in list(mine):
        if (same := next((other for other in theirs if _same(each, other)), None)) is not None:
            mine.remove(each)
            theirs.remove(same)
    random, theirs_random = (list(steps or ()) for steps in trial.random)
    both = []
    for step in list(random):
        if (other := next((s for s in theirs_random if s.y.size == step.y.size), None)) is not None:
            random.remove(step)
            theirs_random.remove(other)
            both.append((_named(step), _named(other)))
    for steps, others, turn in ((random, theirs, 1), (theirs_random, mine, -1)):
        for step in list(steps):
            if (drop := next((d for d in others if d[2] == step.y.size), None)) is not None:
                steps.remove(step)
                others.remove(drop)
                words = (_named(step), f"{drop[0]} {drop[1]:g}")[::turn]
                both.append((words[0], words[1]))
    return (mine, random), (theirs, theirs_random), both


def _named(step: Step) -> str:
    return f"'{step.name}' ({type(step.layer).__name__})"


def _same(x: Dropped, y: Dropped) -> bool:
    return x[0] == y[0] and x[2] == y[2] and abs(x[1] - y[1]) < 1e-6


def _frozen(moves: Sequence[Move]) -> Iterator[str]:
    for move in moves:
        mine, theirs = move.trained(0), move.trained(1)
        if mine != theirs:
            words = [_trained(move, keys) for keys in (mine, theirs)]
            yield f"{move.target}: {words[0]} / {words[1]}"


def _padded(moves: Sequence[Move]) -> Iterator[str]:
    for move in moves:
        rows = paddings(move)
        if rows[0] != rows[1]:
            words = [f"all but row {row} trained (padding_idx)" if row is not None else "all trained" for row in rows]
            yield f"{move.target}: {words[0]} / {words[1]}"


def _trained(move: Move, keys: set[str]) -> str:
    every = move.trained(0) | move.trained(1)
    return "trained" if keys == every else f"only {', '.join(sorted(keys))} trained" if keys else "frozen"


def _penalties(moves: Sequence[Move]) -> Iterator[str]:
    for move in moves:
        mine, theirs = (_asked(unit) for unit in (move.source, move.target))
        for name in dict.fromkeys([*mine, *theirs]):
            if mine.get(name) != theirs.get(name):
                yield f"{name} of {move.target}: {mine.get(name, 'none')} / {theirs.get(name, 'none')}"


def _asked(unit: Unit) -> dict[str, str]:
    """The regularizers and constraints of a Keras layer; other frameworks have them in the loss or the optimizer."""
    found: dict[str, str] = {}
    for name, value in vars(unit.layer).items() if unit.model.framework == "keras" else ():
        if name.endswith(("_regularizer", "_constraint")) and value is not None:
            found[name.lstrip("_")] = _described(value)
    return found


def _described(value: Any) -> str:
    config = value.get_config() if hasattr(value, "get_config") else {}
    words = ", ".join(f"{key}={each:g}" if isinstance(each, float) else f"{key}={each}" for key, each in config.items())
    return f"{type(value).__name__}({words})"
