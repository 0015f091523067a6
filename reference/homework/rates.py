"""The learning rate that a submission moves its weights by: handed over, its own, or a constant of its file."""

import ast
from collections.abc import Iterable, Sequence

import numpy as np

from reference.homework.attempt import Attempt
from reference.homework.family import RATE
from reference.homework.isolation.process import Globals, Result, Worker
from reference.homework.roles import means
from reference.homework.trees import leaves


def named_rates(worker: Worker, nodes: Sequence[ast.AST], *states: object) -> list[float]:
    """The numbers that code reads by such a name, of its object or its file; else all that the object has."""
    inner = [n for node in nodes for n in ast.walk(node)]
    attributes = {n.attr for n in inner if isinstance(n, ast.Attribute)}
    names = [n.id for n in inner if isinstance(n, ast.Name) and means(n.id, RATE)]
    [given] = worker.run([Globals(names)]) if names else [Result({})]
    found = list(given.value.values()) if isinstance(given, Result) and isinstance(given.value, dict) else []
    of_states = [leaf for state in states for leaf in leaves(state) if means(leaf.name, RATE)]
    found += [leaf.array for leaf in of_states if leaf.name in attributes]
    found = found or [leaf.array for leaf in of_states]
    return list(dict.fromkeys(each for each in found if isinstance(each, int | float) and each > 0))


def set_rate(worker: Worker, nodes: Sequence[ast.AST], attempt: Attempt) -> None:
    """Finds the one that a backward pass has moved weights by."""
    plans = [plan.given for plan in (attempt.init, attempt.call, attempt.back) if plan is not None]
    kept = {leaf.path: leaf.array for leaf in leaves(attempt.kept)}
    now = [(kept.get(place.leaf.path), attempt.given.get(name)) for name, place in attempt.places.items()]
    moved = any(isinstance(a, np.ndarray) and b is not None and not np.array_equal(a, b) for a, b in now)
    if not moved or any(role in given for given in plans for role in ("lr", "optimizer")):
        return
    own = named_rates(worker, nodes, attempt.kept)
    if len(own) == 1:
        attempt.rate = own[0]
    elif not own:
        attempt.rate, attempt.rates = 1.0, written_rates(nodes)


def written_rates(nodes: Iterable[ast.AST]) -> list[float]:
    """The numbers in code that may be a learning rate without a name."""
    numbers = [n.value for node in nodes for n in ast.walk(node) if isinstance(n, ast.Constant)]
    return list(dict.fromkeys(v for v in numbers if isinstance(v, float) and 0 < v < 1))
