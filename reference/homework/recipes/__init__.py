"""Questions that are no pair: those of the five source systems, one file for each.

A file here that has `RECIPES` is found; nothing else is edited for a new one.
"""

import difflib
import functools
import importlib
import pkgutil

from reference.errors import RequestError
from reference.homework.recipes.recipe import Recipe, check_all

__all__ = ["Recipe", "all_recipes", "check_all", "find", "of_system"]


@functools.cache
def all_recipes() -> dict[str, Recipe]:
    """Every recipe by name: "rnn-mnist/softmax"."""
    found: dict[str, Recipe] = {}
    for module in pkgutil.iter_modules(__path__):
        for recipe in getattr(importlib.import_module(f"{__name__}.{module.name}"), "RECIPES", ()):
            found[recipe.name] = recipe
    return found


def of_system(system: str) -> list[Recipe]:
    """The recipes of one source system: "rnn-mnist"."""
    return [recipe for recipe in all_recipes().values() if recipe.system == system]


def find(name: str) -> Recipe:
    """A recipe by name. Raises RequestError for one that is not there."""
    recipes = all_recipes()
    if name not in recipes:
        close = difflib.get_close_matches(name, recipes, n=3, cutoff=0.4)
        raise RequestError(f"no recipe is called '{name}'. Close: {', '.join(close or list(recipes)[:3])}.")
    return recipes[name]
