"""Importing a library without what it writes to the terminal, or without what it or its use would import in turn."""

import contextlib
import importlib
import importlib.machinery
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
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


class _Before:
    """Finds packages that are imported by what is to be called first; only to look for one calls nothing."""

    def __init__(self, calls: Mapping[str, Callable[[], Any]]) -> None:
        self.waiting = dict(calls)
        self.specs: dict[str, Any] = {}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        spec: Any = importlib.machinery.PathFinder.find_spec(name) if name in self.waiting else None
        if spec is not None:
            spec.loader = self
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        call = self.waiting.pop(spec.name)
        call()
        # it is imported now, or the call is at work and has come to this import itself
        module = importlib.import_module(spec.name)
        self.specs[spec.name] = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is run again; only the spec is put back."""
        module.__spec__ = self.specs.pop(module.__name__)


@contextlib.contextmanager
def before_import(calls: Mapping[str, Callable[[], Any]]) -> Iterator[None]:
    """Inside, before a package is imported for the first time, what is given for it is called; that has to import it.

    It is called at once for a package that has been imported.
    """
    finder: Any = _Before({name: call for name, call in calls.items() if name not in sys.modules})
    for name, call in calls.items():
        if name in sys.modules:
            call()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
