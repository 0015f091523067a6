"""What `crosscheck compare` is given: a Python file that has a model, or a weight file with the file that builds it.

A Python file is run, so it must be trusted; what it makes is made in float64. It defines `model`, or a function of that
name that makes it. It may define

    loss(y, t)       in PyTorch's order; a Keras loss is called in Keras' order, (t, y)
    optimizer        an optimizer of PyTorch with the model's weights, or one of Keras
    predict(x)       what is done at inference, with arrays of the framework
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from reference.errors import RequestError
from reference.frameworks import set_up_when_imported
from reference.migration import arch, files
from reference.migration.models import framework_of


@dataclass(frozen=True)
class Subject:
    """A model, and what it is trained with where that is known."""

    model: Any
    name: str = ""
    loss: Any = None
    optimizer: Any = None
    predict: Any = None
    notes: tuple[str, ...] = ()


def read(where: str, architecture: Path | None) -> Subject:
    """The subject at FILE or FILE:NAME. Raises RequestError where there is none."""
    path, name = _split(where)
    if path.suffix != ".py":
        model, notes = files.load(path, architecture)
        return Subject(model, where, notes=tuple(notes))
    with _in_float64():
        module = arch.load(path)
        model = _model(module, name or "model", path)
    loss, optimizer, predict = (getattr(module, each, None) for each in ("loss", "optimizer", "predict"))
    return Subject(model, where, loss, optimizer, predict)


@contextlib.contextmanager
def _in_float64() -> Iterator[None]:
    """Models made inside compute in float64 unless they say otherwise: a small mistake then shows above rounding."""
    with contextlib.ExitStack() as stack:

        def then(name: str) -> None:
            if name == "keras":
                from reference.frameworks.keras import float_type

                stack.enter_context(float_type("float64"))
            else:
                from reference.frameworks.torch import made_as

                stack.enter_context(made_as("float64"))

        with set_up_when_imported(then):
            yield


def path_of(where: str) -> Path:
    """The file in FILE or FILE:NAME. Raises RequestError where there is none."""
    path = _split(where)[0]
    if path.is_dir():
        raise RequestError(f"{path} is a folder, expected a Python file or one of weights")
    if not path.is_file():
        raise RequestError(f"there is no file {path}")
    return path


def _split(where: str) -> tuple[Path, str]:
    path, colon, name = where.rpartition(":")
    return (Path(path), name) if colon and name.isidentifier() and not Path(where).exists() else (Path(where), "")


def _model(module: ModuleType, name: str, path: Path) -> Any:
    found = getattr(module, name, None)
    if found is None:
        raise RequestError(f"{path} defines no '{name}': expected a model, or a function that makes one")
    if framework_of(found) is None and callable(found):
        try:
            found = found()
        except (Exception, SystemExit) as error:
            line = " ".join(str(error).split())[:150]
            raise RequestError(f"{name}() of {path} does not run: {type(error).__name__}: {line}") from error
    if framework_of(found) is None:
        raise RequestError(f"'{name}' of {path} is {type(found).__name__}, expected a model")
    return found
