"""Frameworks that an assignment allows: loaded before the process forbids itself what their loading needs."""

import importlib
import sys
from collections.abc import Sequence


def load(allow: Sequence[str], site: str) -> None:
    """Imports the allowed packages from the folder of installed ones; what is not installed there is left out.

    TensorFlow comes with the interface of its first version, sessions and placeholders, also by its plain name.
    """
    if not allow:
        return
    sys.path.append(site)
    for name in allow:
        try:
            if name == "tensorflow":
                _first_version()
            else:
                importlib.import_module(name)
        except ImportError:
            continue
    sys.path.remove(site)


def _first_version() -> None:
    tensorflow = importlib.import_module("tensorflow.compat.v1")
    tensorflow.disable_v2_behavior()
    sys.modules["tensorflow"] = tensorflow
