"""Variants: mistakes written by hand, where no single change of the code in scratch makes them."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Method = Callable[..., Any]


@dataclass(frozen=True)
class Variant:
    """A mistake of the class `owner`, which has `methods` in the place of its own. `facts` are what its sentence says.

    `id` is that of the cause, the same for all ways to make one mistake.
    """

    id: str
    owner: type
    methods: Mapping[str, Method]
    facts: Mapping[str, str] = field(default_factory=dict)

    @contextlib.contextmanager
    def planted(self) -> Iterator[None]:
        """The methods are in force within."""
        missing = object()
        kept = {name: vars(self.owner).get(name, missing) for name in self.methods}
        try:
            for name, method in self.methods.items():
                setattr(self.owner, name, method)
            yield
        finally:
            for name, method in kept.items():
                if method is missing:
                    delattr(self.owner, name)
                else:
                    setattr(self.owner, name, method)


class Catalogue(list[Variant]):
    """The variants of one family of classes."""

    def add(self, id: str, owner: type, *names: str, **facts: str) -> Callable[[Method], Method]:
        """Declare a function to be a mistake in the methods `names` of `owner`, or in the one of its own name."""

        def declare(method: Method) -> Method:
            self.append(Variant(id, owner, dict.fromkeys(names or (method.__name__,), method), facts))
            return method

        return declare
