"""Wrong versions of every layer, each right but for one realistic mistake. The suite must catch them all.

Each module here has a table `WRONG`, from the name of a pair to its wrong versions, and may have one `RIGHT`, of
rewritten layers that have no mistake: what the wrong versions of a pair derive from.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

Version = Callable[..., Any]


@dataclass(frozen=True)
class Versions:
    """The wrong versions of one pair, by what their mistake shows in and who must therefore catch it.

    `outputs`: the output; each framework must see it.
    `gradients`: gradients only; each framework and the derivative of `forward` must see it.
    `kinks`: gradients at a tie or kink, where there is no derivative; each framework.
    `torch`: what Keras cannot be asked about, as the cases say; PyTorch.
    `precision`: float32 only; each framework.
    `contract`: not the numbers, but what a layer does beside; the contract.
    """

    outputs: tuple[Version, ...] = ()
    gradients: tuple[Version, ...] = ()
    kinks: tuple[Version, ...] = ()
    torch: tuple[Version, ...] = ()
    precision: tuple[Version, ...] = ()
    contract: tuple[Version, ...] = ()

    def __iter__(self) -> Iterator[tuple[str, Version]]:
        """What each version's mistake shows in, and the version."""
        return ((field.name, version) for field in fields(self) for version in getattr(self, field.name))


def wrong_versions() -> dict[str, Versions]:
    """The wrong versions of every pair, from all modules of this package."""
    return _tables("WRONG")


def right_versions() -> dict[str, tuple[Version, ...]]:
    """The rewritten layers that must agree in everything, by the name of their pair."""
    return _tables("RIGHT")


def _tables(name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        table = getattr(importlib.import_module(module.name), name, {})
        if twice := found.keys() & table.keys():
            raise ValueError(f"{module.name}.{name} has {sorted(twice)} a second time")
        found |= table
    return found
