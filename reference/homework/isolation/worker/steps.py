"""What a process apart can be asked to do, and what comes back from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .values import Name, Ref

Key = int | str


@dataclass(frozen=True)
class Call:
    """Calls `target` and keeps what it returns under the name `bind`.

    `target`: "layer.forward" (what earlier steps bound comes before the submission's own names), a Ref or a Name.
    An optional step may fail without stopping the steps after it.
    """

    target: str | Ref | Name
    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    bind: str | None = None
    optional: bool = False


@dataclass(frozen=True)
class New(Call):
    """Makes an object: a Call that says it is a constructor."""


@dataclass(frozen=True)
class Get:
    """The value at a path: "layer.W", "layer.params['W']"."""

    path: str
    optional: bool = False


@dataclass(frozen=True)
class Set:
    """Puts a value at a path. `inplace` writes into the array that is there, where shape and kind fit."""

    path: str
    value: Any
    inplace: bool = True
    optional: bool = False


@dataclass(frozen=True)
class Snapshot:
    """Every attribute of an object as a tree: {"W": array, "optimizer": {"__class__": "SGD", "lr": 0.1}}."""

    path: str
    depth: int = 4
    optional: bool = False


@dataclass(frozen=True)
class Globals:
    """The values of top-level names of the submission; a name that is not there is left out."""

    names: Sequence[str]
    optional: bool = False


@dataclass(frozen=True)
class SetGlobal:
    """Sets a top-level name of the submission."""

    name: str
    value: Any
    optional: bool = False


@dataclass(frozen=True)
class Seed:
    """Seeds `numpy.random` and `random`."""

    value: int
    optional: bool = False


Step = Call | Get | Set | Snapshot | Globals | SetGlobal | Seed


@dataclass(frozen=True)
class Result:
    """What a step gave.

    `mutated`: the array arguments changed in place, by position, keyword, or path below one ("1[0]", "params['W']");
    `aliased`: the array arguments that share memory with what was returned.
    """

    value: Any = None
    mutated: tuple[Key, ...] = ()
    aliased: tuple[Key, ...] = ()
    stdout: str = ""
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Failure:
    """What a step raised: the place is the innermost one inside the submission, `file` is set in a sibling module.

    `type` is "" where nothing was raised, and the checker says itself why it cannot go on.
    """

    type: str
    message: str
    cell: int | None = None
    line: int | None = None
    trace: tuple[tuple[str, int | None, int | None], ...] = ()
    file: str = ""
    stdout: str = ""
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def said(self) -> str:
        """ "TypeError: its message" """
        return ": ".join(filter(None, (self.type, self.message)))
