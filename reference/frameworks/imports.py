"""Importing a library without what it writes to the terminal, or without what it or its use would import in turn."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any


@contextlib.contextmanager
def hidden(*packages: str) -> Iterator[None]:
    """Packages that cannot be imported meanwhile, as if they were not installed; those that have been stay."""
    absent = [package for package in packages if package not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None there ends an import
    try:
        yield
    finally:
        for package in absent:
            del sys.modules[package]


@contextlib.contextmanager
def uncompiled() -> Iterator[None]:
    """PyTorch's optimizers without its compiler: outside of compiled code they import it, which takes longer than
    PyTorch itself, and ask it only to leave them alone. Nothing can be compiled inside, unless it has been imported."""
    name = "torch._dynamo"
    if name in sys.modules:
        yield
        return
    left_alone: list[Any] = []

    def disable(function: Callable[..., Any], recursive: bool = True, wrapping: bool = True) -> Callable[..., Any]:
        left_alone.append(function)
        return function

    stand_in: Any = ModuleType(name)
    stand_in.disable, stand_in.graph_break = disable, lambda: None
    sys.modules[name] = stand_in
    try:
        yield
    finally:
        del sys.modules[name]
        for function in left_alone:  # PyTorch keeps the answer there, and the compiler shall be asked itself next time
            vars(function).pop("__dynamo_disable", None)


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Keep what is written to standard error meanwhile, from C too; it is shown only when an exception is raised."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        except BaseException:
            file.seek(0)
            os.write(kept, file.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
