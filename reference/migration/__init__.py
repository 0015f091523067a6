"""Moving models between Keras and PyTorch: what corresponds to what, measured, and what carries weights across."""

from typing import Any


def twin(name: str, framework: str, **options: Any) -> Any:
    """The twin of the pair called `name` in "torch" or "keras", made with these options of its layer.

    A module or a function of arrays, as the parity suite verifies it. Raises UnknownPair, and ValueError where the
    framework has no counterpart.
    """
    import importlib
    from types import SimpleNamespace

    from reference.registry import find

    pair = find(name)
    build = pair.twin(framework).build
    if build is None:
        raise ValueError(f"{name} has no counterpart in {framework}: {pair.twin(framework).reason}")
    case: Any = SimpleNamespace(options=options)
    return build(importlib.import_module(framework), pair.options(case))
