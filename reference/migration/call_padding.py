"""Zeros that PyTorch's model puts around images or sequences, put elsewhere: at both ends, before, or behind alone."""

from collections.abc import Iterator
from typing import Any

from reference.migration.call_words import Change, Words, words
from reference.migration.calls import Call

PADDED = ("input", "pad", "mode", "value")
Ends = tuple[int, int]


def padding(call: Call) -> Iterator[Change]:
    """As many zeros at other ends, or one more or less; alike along all axes, as they are in the call."""
    if call.name != "pad":
        return
    given = call.given(*PADDED)
    ends = tuple(given["pad"])
    own: Ends = ends[:2]
    alike = all(both == own for both in zip(ends[::2], ends[1::2], strict=True))
    if given.get("mode", "constant") != "constant" or given.get("value") or not alike or min(own) < 0:
        return
    for other in _others(own):

        def instead(call: Call, made: Any, other: Ends = other) -> Any:
            return call.func(call.tensors()[0], other * (len(ends) // 2))

        yield Change("padding", _words(own), _words(other), instead)


def _others(own: Ends) -> Iterator[Ends]:
    # the fewest zeros first: more of them may lie where no window comes, and change nothing
    for total in (sum(own) - 1, sum(own), sum(own) + 1):
        half = total // 2
        ways = dict.fromkeys([(half, total - half), (total - half, half), (total, 0), (0, total)])
        yield from (way for way in ways if way != own and total >= 0)


def _words(ends: Ends) -> Words:
    does = f"puts {ends[0]} zeros before and {ends[1]} behind along each axis"
    return words(does, f"F.pad with {ends} of each axis", f"ZeroPadding of {ends} and padding='valid'")
