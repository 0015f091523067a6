"""What crosscheck knows of the kinds of code students write, one module a family; the registry walks this folder."""

import functools
import importlib
import pkgutil

from reference.homework.family import Family


@functools.cache
def families() -> tuple[Family, ...]:
    """All families, those with more telling names first."""
    found: list[Family] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        members = vars(importlib.import_module(f"{__name__}.{module.name}")).values()
        found += [member for member in members if isinstance(member, Family)]
    # a module may build on a family of another
    return tuple(sorted(dict.fromkeys(found), key=lambda family: -family.rank))
