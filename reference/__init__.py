"""The cross-checker: NumPy layers held to PyTorch and Keras.

`PAIRS` has every pair by name. Frameworks are imported when a twin is built, never here.
"""

from typing import Any

__all__ = ["PAIRS"]


def __getattr__(name: str) -> Any:
    if name == "PAIRS":
        from reference.registry import pairs

        return pairs()
    raise AttributeError(f"module 'reference' has no attribute {name!r}")
