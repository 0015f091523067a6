"""Plain values as expressions, and the parameters of what they are given to."""

import inspect
from dataclasses import is_dataclass
from typing import Any

import numpy as np


class NoWords(Exception):
    """There is no expression for an object."""


def parameters_of(made: Any) -> list[inspect.Parameter]:
    """The parameters of a constructor, and of those of its bases that it hands arguments on to."""
    found: dict[str, inspect.Parameter] = {}
    for base in inspect.getmro(made):
        if "__init__" not in vars(base):
            continue
        parameters = list(inspect.signature(vars(base)["__init__"]).parameters.values())[1:]
        for p in parameters:
            if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY):
                found.setdefault(p.name, p)
        if not any(p.kind == p.VAR_KEYWORD for p in parameters):
            break
    return list(found.values())


def same(default: Any, value: Any) -> bool:
    if isinstance(value, tuple) and value and isinstance(default, int):
        return all(same(default, each) for each in value)
    try:
        return bool(default == value) and isinstance(default, bool) == isinstance(value, bool)
    except (ValueError, RuntimeError):  # arrays
        return default is value


def literal(value: Any) -> str:
    if value is None or isinstance(value, bool | int | str):
        return repr(value)
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()})"
    if isinstance(value, tuple | list):
        words = list(map(literal, value))
        if isinstance(value, list):
            return f"[{', '.join(words)}]"
        return f"({', '.join(words)}{',' if len(words) == 1 else ''})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    if type(value).__module__ == "torch" and type(value).__name__ == "Tensor":
        return f"torch.tensor({value.tolist()})"
    if is_dataclass(value):  # a schedule that another one is made of
        return repr(value)
    raise NoWords(repr(value))
