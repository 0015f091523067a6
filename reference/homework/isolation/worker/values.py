"""What can be said about values from outside the process: by reference, by name, or made there."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Ref:
    """An object bound by an earlier step, or a part of it: `Ref("layer.params['W']")`, `Ref("y[0]")`."""

    path: str


@dataclass(frozen=True)
class Name:
    """A top-level name of the submission: `Name("Dense")`."""

    name: str


@dataclass(frozen=True, init=False)
class Stub:
    """An object made in the process: `Stub("optimizer", lr=0.1)`; the kinds are listed in `stubs.py`."""

    kind: str
    arguments: dict[str, Any] = field(default_factory=dict)

    def __init__(self, kind: str, /, **arguments: Any) -> None:
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "arguments", arguments)


@dataclass(frozen=True)
class Opaque:
    """A value that is not sent: an object of the submission, a function, an array of objects."""

    type_name: str
