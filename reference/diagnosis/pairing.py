"""Two mistakes at once: which changes of the code may give everything together, and how both are made."""

import contextlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence

import numpy as np

from reference.diagnosis.bench import Effect, Hypothesis, changed
from reference.diagnosis.evidence import Change
from reference.diagnosis.mutants import Mutant

MOST_COMPILED = 8192
_compiled: OrderedDict[tuple[int, int], tuple[Mutant, Mutant, Mutant | None]] = OrderedDict()


class Both:
    """Two changes of different functions at once."""

    def __init__(self, *changes: Change) -> None:
        self.changes = changes

    @contextlib.contextmanager
    def planted(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            for change in self.changes:
                stack.enter_context(change.planted())
            yield


def together(first: Hypothesis, second: Hypothesis) -> Hypothesis | None:
    """Two changes of the code as one; None where one of them stands inside the other."""
    one, other = first.change, second.change
    assert one is not None
    assert other is not None
    change: Change | None = Both(one, other)
    if isinstance(one, Mutant) and isinstance(other, Mutant) and one.functions & other.functions:
        change = _in_one_function(one, other)
    return changed(first.id, change, {}, 0) if change is not None else None


def _in_one_function(one: Mutant, other: Mutant) -> Mutant | None:
    """Both changes of a function, which is compiled once for all that is tried; None where one stands in the other."""
    key = id(one), id(other)
    if key not in _compiled:
        _compiled[key] = one, other, one.with_(other)  # with the two, so that nothing else comes to lie there
        while len(_compiled) > MOST_COMPILED:
            _compiled.popitem(last=False)
    return _compiled[key][2]


def pairs(
    effects: Sequence[tuple[Hypothesis, Effect]], wanted: frozenset[str]
) -> Iterator[tuple[Hypothesis, Hypothesis]]:
    """Two changes that may give everything together, the likeliest first.

    Each must change something, both together all of it, and what only one of them changes must be given by that one.
    """
    known = [(one, effect) for one, effect in effects if effect.changed and one.change is not None]
    bit = {name: 1 << i for i, name in enumerate(sorted(wanted))}
    given, altered = (
        np.array([sum(bit[name] for name in names) for names in sets], dtype=np.int64)
        for sets in ([e.given for _, e in known], [e.changed for _, e in known])
    )
    wrongly = altered & ~given
    ranks = np.array([one.rank for one, _ in known], dtype=np.int64)
    covering = (altered[:, None] | altered) == sum(bit.values())
    clean = (wrongly[:, None] & ~altered) | (wrongly & ~altered[:, None])
    firsts, seconds = np.nonzero(np.triu(covering & (clean == 0), 1))
    # those that meet in few quantities are quickly told, and likelier than two mistakes in one formula
    met = np.bitwise_count(altered[firsts] & altered[seconds])
    for k in np.lexsort((met, ranks[firsts] + ranks[seconds])):
        yield known[firsts[k]][0], known[seconds[k]][0]
