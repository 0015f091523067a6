"""What two models that are the same at inference do otherwise in training: what they drop, train and penalise."""

from collections.abc import Iterator, Sequence
from typing import Any

from reference.migration.difference import Trial
from reference.migration.models import Dropped, Run
from reference.migration.moves import Move, Unit


def training_only(moves: Sequence[Move], trial: Trial) -> list[str]:
    """A line for each difference that numbers without dropout do not show: "dropout 0.5 / 0.3"."""
    return [*_dropped(trial.trained), *_frozen(moves), *_penalties(moves)]


def _dropped(runs: Sequence[Run]) -> Iterator[str]:
    mine, theirs = (list(run.dropped) for run in runs)
    # branches may be called in another order, so calls are told apart by their sizes
    for each in list(mine):
        if (same := next((other for other in theirs if _same(each, other)), None)) is not None:
            mine.remove(each)
            theirs.remove(same)
    for kind in dict.fromkeys(kind for kind, _, _ in mine + theirs):
        rates = [", ".join(f"{rate:g}" for k, rate, _ in side if k == kind) or "none" for side in (mine, theirs)]
        yield f"{kind} {rates[0]} / {rates[1]}"


def _same(x: Dropped, y: Dropped) -> bool:
    return x[0] == y[0] and x[2] == y[2] and abs(x[1] - y[1]) < 1e-6


def _frozen(moves: Sequence[Move]) -> Iterator[str]:
    for move in moves:
        mine, theirs = move.trained(0), move.trained(1)
        if mine != theirs:
            words = [_trained(move, keys) for keys in (mine, theirs)]
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
