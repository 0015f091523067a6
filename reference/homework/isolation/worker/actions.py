"""The steps, carried out."""

from collections.abc import Callable, Iterator
from typing import Any

# by name: a submission may replace what is in the module
from numpy import may_share_memory, ndarray, shares_memory

from . import outcome
from .places import Space
from .snapshot import Snapshots
from .steps import Call, Get, Globals, Key, Result, Seed, Set, SetGlobal, Snapshot, Step
from .stubs import make
from .values import Name, Ref, Stub

Array = ndarray[Any, Any]


class Actions:
    """Carries out steps in the submission's namespace."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.space = Space(names)
        self.table: dict[type, Callable[[Any], Result]] = {
            Get: lambda step: Result(self.space.get(step.path)),
            Set: self._set,
            Snapshot: lambda step: Result(Snapshots(step.depth).tree(self.space.get(step.path), step.path)),
            Globals: lambda step: Result({n: names[n] for n in step.names if n in names}),
            SetGlobal: self._set_global,
            Seed: self._seed,
        }

    def __call__(self, step: Step) -> Result:
        return self._call(step) if isinstance(step, Call) else self.table[type(step)](step)

    def _set(self, step: Set) -> Result:
        self.space.set(step.path, self._value(step.value), step.inplace)
        return Result()

    def _seed(self, step: Seed) -> Result:
        outcome.seed(step.value)
        return Result()

    def _set_global(self, step: SetGlobal) -> Result:
        self.space.names[step.name] = self._value(step.value)
        return Result()

    def _call(self, step: Call) -> Result:
        target = self._value(step.target if not isinstance(step.target, str) else Ref(step.target))
        args = [self._value(value) for value in step.args]
        kwargs = {name: self._value(value) for name, value in step.kwargs.items()}
        given = [(key, array, array.copy()) for key, array in _arrays_of(args, kwargs)]
        value = target(*args, **kwargs)
        if step.bind is not None:
            self.space.bound[step.bind] = value
        mutated = tuple(key for key, array, before in given if not _same(array, before))
        returned = [array for _, array in _below("", value)]
        aliased = tuple(key for key, array, _ in given if any(_overlap(array, other) for other in returned))
        return Result(value, mutated, aliased)

    def _value(self, value: Any) -> Any:
        """The value meant: references looked up, stand-ins made, also inside lists, tuples and dicts."""
        if isinstance(value, Ref):
            return self.space.get(value.path)
        if isinstance(value, Name):
            return self.space.names[value.name]
        if isinstance(value, Stub):
            return make(value.kind, {key: self._value(item) for key, item in value.arguments.items()})
        if type(value) is dict:
            return {key: self._value(item) for key, item in value.items()}
        if type(value) in (list, tuple):
            return type(value)(self._value(item) for item in value)
        return value


def _arrays_of(args: list[Any], kwargs: dict[str, Any]) -> Iterator[tuple[Key, Array]]:
    """The arrays among arguments, with the key of each."""
    for index, value in enumerate(args):
        for path, array in _below(str(index), value):
            yield (int(path) if path.isdecimal() else path), array
    for name, value in kwargs.items():
        yield from _below(name, value)


def _below(path: str, value: Any, depth: int = 6) -> Iterator[tuple[str, Array]]:
    """The arrays in a value: itself, or inside lists, tuples and dicts."""
    if isinstance(value, ndarray):
        yield path, value
    elif depth and type(value) in (list, tuple):
        for index, item in enumerate(value):
            yield from _below(f"{path}[{index}]", item, depth - 1)
    elif depth and isinstance(value, dict):
        for key, item in list(dict.items(value)):
            yield from _below(f"{path}[{key!r}]", item, depth - 1)


def _same(array: Array, before: Array) -> bool:
    return array.shape == before.shape and array.tobytes() == before.tobytes()


def _overlap(one: Array, other: Array) -> bool:
    if one.dtype.hasobject or other.dtype.hasobject:
        return one is other
    try:
        return shares_memory(one, other, max_work=10_000)  # type: ignore[arg-type]
    except Exception:
        return may_share_memory(one, other)
