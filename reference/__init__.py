"""The cross-checker: NumPy layers held to PyTorch and Keras.

`PAIRS` has every pair by name; `check(MyLayer, "dense")` judges a class or function of one's own, and
`assert_parity(MyLayer, "dense")` does so in a test. `port(source, target)` moves weights between models. Frameworks
are imported when a twin is built, never here.
"""

from typing import Any

__all__ = ["PAIRS", "assert_parity", "check", "port"]


def __getattr__(name: str) -> Any:
    if name == "PAIRS":
        from reference.registry import pairs

        return pairs()
    if name == "port":
        from reference.migration.port import port

        return port
    if name in ("check", "assert_parity"):
        from reference.homework import live

        return getattr(live, name)
    raise AttributeError(f"module 'reference' has no attribute {name!r}")
