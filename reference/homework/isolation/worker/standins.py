"""Imports of the submission: what is really there, its siblings, and stand-ins for everything else."""

import builtins
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Iterator, Sequence
from types import FrameType, FunctionType, ModuleType
from typing import Any

import numpy as np

from .outcome import MARK
from .supplied import HELPERS, OF_COLUMNS

ALWAYS = frozenset(sys.stdlib_module_names) | {"numpy"}
# NumPy under another name
NUMPY_LIKE = ("cupy", "jax.numpy", "autograd.numpy", "minpy.numpy")
# packages that only show something: what is done with them is swallowed
SHOWING = ("matplotlib", "seaborn", "IPython", "pylab", "plotly", "japanize_matplotlib", "ipywidgets", "graphviz")
PASSING = ("tqdm", "numba", "line_profiler", "memory_profiler")
Notice = Callable[[str], None]


class NotAvailable(ImportError):
    """Something of a package that is not there is used."""


class Missing:
    """A name from a package that is not there: it can be imported and named; an error says so when it is used."""

    def __init__(self, path: str) -> None:
        object.__setattr__(self, "_path", path)

    def __getattr__(self, name: str) -> "Missing":
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(f"{self._path}.{name}")

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return ()

    def __instancecheck__(self, instance: Any) -> bool:
        return False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and isinstance(args[0], FunctionType | type) and not kwargs:
            return args[0]  # as a decorator
        return _refuse(self)

    def __repr__(self) -> str:
        return str(self._path)


def _refuse(self: Missing, *_: Any, **__: Any) -> Any:
    raise NotAvailable(f"{self._path} is used, and {self._path.split('.')[0]} is not available here")


OPERATIONS = """
    bool len iter next getitem setitem delitem contains enter exit float int index add radd sub rsub mul rmul
    truediv rtruediv floordiv mod pow matmul rmatmul neg lt le gt ge array
"""
for _name in OPERATIONS.split():
    setattr(Missing, f"__{_name}__", _refuse)


class Swallow:
    """Takes every use without doing anything."""

    def __getattr__(self, name: str) -> "Swallow":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> "Swallow":
        return self

    def __iter__(self) -> Iterator["Swallow"]:
        return iter((self, self))  # figure, axes = plt.subplots()

    def __getitem__(self, key: Any) -> "Swallow":
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __setattr__(self, name: str, value: Any) -> None:
        pass

    def __enter__(self) -> "Swallow":
        return self

    def __exit__(self, *_: Any) -> None:
        pass


def passing(*args: Any, **kwargs: Any) -> Any:
    """tqdm(x) is x, and @jit and @jit(nopython=True) leave a function as it is."""
    if args and not isinstance(args[0], str):
        return args[0]
    return passing if kwargs or args else iter(())


class StandIn(ModuleType):
    """A module in place of one that is not there."""

    def __init__(self, name: str, notice: Notice) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.__dict__["_notice"] = notice

    def __repr__(self) -> str:
        return self.__name__

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        package = self.__name__.split(".")[0]
        if package in SHOWING:
            return Swallow()
        if package in PASSING:
            return range if name == "trange" else passing
        if package == "cupy" or self.__name__ in NUMPY_LIKE:
            return _cupy(name)
        if name in HELPERS:
            helper = HELPERS.get(f"{name} over columns") if package in OF_COLUMNS else None
            self._notice(f"{name} of {self.__name__} is not there; the well-known one was supplied")
            return helper or HELPERS[name]
        if name == "np" or (self.__name__ in ("jax", "autograd", "minpy") and name == "numpy"):
            return np
        return Missing(f"{self.__name__}.{name}")


def showing(value: Missing | StandIn) -> bool:
    """Whether a stand-in works as it is: for what only shows something, and for NumPy under another name."""
    top = repr(value).split(".")[0]
    return isinstance(value, StandIn) and (top in (*SHOWING, *PASSING) or repr(value) in NUMPY_LIKE)


def _cupy(name: str) -> Any:
    other = {"asnumpy": np.asarray, "get_array_module": lambda *args: np, "cuda": Swallow()}
    return other[name] if name in other else getattr(np, name)


def _from_submission() -> bool:
    """Whether the import under way is a statement of the submission."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(MARK)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers every import before Python does.

    `modules`: the siblings by dotted name, each executed by `execute(name, namespace)`. `allowed`: the packages that
    may come from `site`, the folder of installed ones.
    """

    def __init__(
        self,
        modules: dict[str, bool],
        execute: Callable[[str, dict[str, Any]], None],
        site: str,
        allowed: Sequence[str],
        notice: Notice,
    ) -> None:
        self.modules, self.execute, self.site, self.notice = modules, execute, site, notice
        self.everything = any(name in ("tensorflow", "torch", "keras") for name in allowed)
        self.allowed = frozenset(allowed) | {"scipy"}

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        top = name.split(".")[0]
        if name in self.modules:
            return importlib.machinery.ModuleSpec(name, self, is_package=self.modules[name])
        if top in ALWAYS:
            return None
        if top in sys.modules and not isinstance(sys.modules[top], StandIn) and top not in self.modules:
            return None
        if path is None and (top in self.allowed or self.everything) and top not in ("scratch", "reference"):
            spec = importlib.machinery.PathFinder.find_spec(name, [self.site])
            if spec is not None or self.everything:
                return spec
        # what installed packages look for in vain, they do without
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if _from_submission() else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        if spec.name in self.modules:
            return None
        if spec.name in NUMPY_LIKE:
            self.notice(f"{spec.name} is not available; NumPy takes its place")
        return StandIn(spec.name, self.notice)

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ in self.modules:
            self.execute(module.__name__, module.__dict__)
        elif isinstance(module, StandIn):
            # `from common.functions import *` must not replace what is there; helpers come as `supplied`
            module.__dict__["__all__"] = []


def no_input(*_: Any) -> str:
    """`input()` as the submission finds it. Raises EOFError."""
    raise EOFError("input() was called: nobody is there to answer")


def leave(*code: object) -> None:
    """`exit()` and `quit()`, which Python has only where somebody may type them."""
    raise SystemExit(*code)


def replace_builtins() -> None:
    builtins.input = no_input
    vars(builtins).update(exit=leave, quit=leave)
