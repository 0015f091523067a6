"""Where the numbers of a quantity are wrong: what can be said of a mistake without knowing it."""

from collections.abc import Iterator, Sequence

import numpy as np

from reference.diagnosis.sentences import stated
from reference.homework.verdict import Fact
from reference.pair import Array


def narrowed(
    name: str, got: Array, want: Array, allowed: float, axes: Sequence[str], x: Array | None = None
) -> Iterator[Fact]:
    """What tells the wrong numbers of a quantity from its right ones; nothing where all are wrong in the same way.

    `allowed` is the error that is none, of the largest element. `axes` names each axis in the catalogue, "@step".
    `x` is the input, where the quantity has an element for each of its.
    """
    if got.shape != want.shape or not want.size:
        return
    wrong, error = _wrong(got, want, allowed)
    if not wrong.any():
        return
    if not wrong.all():
        found = [*_places(name, wrong, axes)]
        if x is not None and x.shape == wrong.shape:
            found += _inputs(name, wrong, x)
        counted = {"name": name, "count": str(wrong.sum()), "size": str(wrong.size)}
        yield from found or [stated("narrow-elements", counted)]
    elif np.isfinite(error).all():
        yield from _sums(name, error, want, allowed, axes)


def _wrong(got: Array, want: Array, allowed: float) -> tuple[Array, Array]:
    """Which elements are wrong, and by how much."""
    scale = float(np.abs(want[np.isfinite(want)]).max(initial=0.0))
    with np.errstate(all="ignore"):
        same = (got == want) | (np.isnan(got) & np.isnan(want))
        error = np.where(same, 0.0, got.astype(np.float64) - want)
    return ~(np.abs(error) <= allowed * scale), error


def _places(name: str, wrong: Array, axes: Sequence[str]) -> Iterator[Fact]:
    """Along which axis the wrong ones are apart from the right ones."""
    found = False
    for axis, called in enumerate(axes):
        hit = np.asarray(wrong.any(axis=tuple(a for a in range(wrong.ndim) if a != axis)))
        at = np.flatnonzero(hit)
        n, first, last = len(hit), int(at[0]), int(at[-1])
        facts = {"name": name, "axis": called}
        if n < 2 or len(at) == n:
            continue
        found = True
        if len(at) == 1 and n > 2:
            yield stated("narrow-at", {**facts, "k": str(first)})
        elif len(at) == last - first + 1 and last == n - 1:
            yield stated("narrow-from", {**facts, "k": str(first)})
        elif len(at) == last - first + 1 and first == 0:
            yield stated("narrow-until", {**facts, "k": str(last)})
        elif list(at) == [0, n - 1]:
            yield stated("narrow-ends", facts)
        else:
            found = False
    plane = tuple(axis for axis, called in enumerate(axes) if called in ("@row", "@column"))
    if not found and plane and _only_at_borders(wrong, plane):
        yield stated("narrow-borders", {"name": name})


def _only_at_borders(wrong: Array, plane: Sequence[int]) -> bool:
    inner = wrong[tuple(slice(1, -1) if axis in plane else slice(None) for axis in range(wrong.ndim))]
    return inner.size > 0 and not inner.any()


def _inputs(name: str, wrong: Array, x: Array) -> Iterator[Fact]:
    """Which inputs the wrong ones belong to."""
    signs = {"@zero": x == 0, "@negative": x < 0, "@positive": x > 0}
    for sign, where in signs.items():
        if where[wrong].all() and not where.all():
            yield stated("narrow-where", {"name": name, "sign": sign})
            return
    size = np.abs(x)
    if float(size[wrong].min()) > float(size[~wrong].max()):
        yield stated("narrow-beyond", {"name": name, "bound": f"{size[~wrong].max():.3g}"})


def _sums(name: str, error: Array, want: Array, allowed: float, axes: Sequence[str]) -> Iterator[Fact]:
    """Whether all are off by the same along an axis, or the sums along it are right."""
    near = allowed * float(np.abs(want).max())
    for axis, called in enumerate(axes):
        n = error.shape[axis]
        if n < 2:
            continue
        facts = {"name": name, "axis": called}
        if float(np.ptp(error, axis=axis).max()) <= near:
            yield stated("narrow-offset", facts)
        elif float(np.abs(error.sum(axis=axis)).max()) <= n * near:
            yield stated("narrow-sums", facts)
