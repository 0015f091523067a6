"""The Python file that a user names to build models: `--arch FILE`. It is run, so it must be trusted; weights are not.

It defines what is needed of

    def torch_module():   # -> a torch.nn.Module
    def keras_model():    # -> a built Keras model
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from reference.errors import RequestError
from reference.frameworks import set_up_when_imported
from reference.migration.models import framework_of

BUILDERS = {"torch": "torch_module", "keras": "keras_model"}
KINDS = {"torch": "a torch.nn.Module", "keras": "a Keras model"}


def load(path: Path) -> ModuleType:
    """Run a Python file. Raises RequestError in one line, whatever goes wrong in it."""
    if path.is_dir():
        raise RequestError(f"{path} is a folder, expected a Python file")
    if not path.is_file():
        raise RequestError(f"there is no file {path}")
    spec = importlib.util.spec_from_file_location(f"crosscheck_arch_{path.stem}", path)
    if path.suffix != ".py" or spec is None or spec.loader is None:
        raise RequestError(f"{path} is no Python file, expected one that ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    # files beside it are found, as when Python runs it, but hide nothing that is installed
    if (folder := str(path.resolve().parent)) not in sys.path:
        sys.path.append(folder)
    writes_none, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # nothing is written beside the file
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise RequestError(f"{path} does not run: {_line(error)}") from error
    finally:
        sys.dont_write_bytecode = writes_none
    return module


def build(arch: Path | None, framework: str, what_for: str) -> Any:
    """The model of a framework that the file builds. Raises RequestError where it builds none."""
    name = BUILDERS[framework]
    if arch is None:
        raise RequestError(f"{what_for} has weights only: name a Python file with `def {name}()` by --arch FILE")
    with set_up_when_imported():
        make = getattr(load(arch), name, None)
        if not callable(make):
            raise RequestError(f"{arch} has no function {name}(), which {what_for} needs")
        try:
            model = make()
        except (Exception, SystemExit) as error:
            raise RequestError(f"{name}() of {arch} does not run: {_line(error)}") from error
    if framework_of(model) != framework:
        raise RequestError(f"{name}() of {arch} gave {type(model).__name__}, expected {KINDS[framework]}")
    if framework == "keras" and not model.weights:
        raise RequestError(f"{name}() of {arch} gave a model that is not built: begin it with keras.Input(shape)")
    return model


def _line(error: BaseException) -> str:
    first = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}"[:200]
