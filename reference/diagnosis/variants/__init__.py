"""Mistakes written by hand, by the family of layers they are made in."""

import functools
import importlib
import pkgutil

from reference.diagnosis.variant import Variant


@functools.cache
def all_variants() -> tuple[Variant, ...]:
    """Those of every module of this package."""
    modules = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return tuple(variant for module in modules for variant in module.VARIANTS)
