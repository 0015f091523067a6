"""Weight files of PyTorch and Keras. None of them is allowed to run code.

`.keras` holds an architecture too, of Keras' own classes only; `.weights.h5`, `.pt`, `.pth` and `.safetensors` hold
weights for a model that is given. What is written is whole or not there at all.
"""

import json
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from reference.errors import RequestError
from reference.frameworks import framework
from reference.migration import arch
from reference.processes import listening
from reference.report.json import write_whole

SUFFIXES = {".keras": "keras", ".weights.h5": "keras", ".pt": "torch", ".pth": "torch", ".safetensors": "torch"}
# what stands in a .keras file beside layers; anything else could be any function of any module
TRUSTED = ("layers", "models", "initializers", "regularizers", "constraints", "dtype_policies", "optimizers", "losses")
TRUSTED_MODULES = ("keras", *(f"keras.{name}" for name in (*TRUSTED, "metrics")))
CARRY_CODE = ("Lambda", "__lambda__", "function", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer")


def suffix_of(path: Path) -> str:
    """The kind of file, by its name. Raises RequestError for another kind."""
    found = next((suffix for suffix in SUFFIXES if path.name.lower().endswith(suffix)), None)
    if found is None:
        raise RequestError(f"{path} is of a kind that is not known, expected a name that ends in {', '.join(SUFFIXES)}")
    return found


def load(path: Path, architecture: Path | None) -> tuple[Any, list[str]]:
    """The model whose weights are in a file, and what is to be known of it.

    Raises RequestError for a file that is not whole or carries code.
    """
    suffix = suffix_of(path)
    if not path.is_file():
        raise RequestError(f"there is no file {path}")
    framework(SUFFIXES[suffix])
    if suffix == ".keras":
        return _load_keras(path), []
    model = arch.build(architecture, SUFFIXES[suffix], str(path))
    if suffix == ".weights.h5":
        _read(path, "weights of Keras in HDF5", lambda: model.load_weights(path))
        return model, []
    weights = _torch_weights(path) if suffix != ".safetensors" else _safetensors(path)
    weights, notes = _without_wrappers(weights, model.state_dict(), path)
    _fill(model, weights, path)
    return model, notes


def target(path: Path, architecture: Path | None) -> Any:
    """A model for the weights that are to be written to a file. Raises RequestError where that cannot be."""
    suffix = suffix_of(path)
    if not path.resolve().parent.is_dir():
        raise RequestError(f"{path}: there is no folder {path.resolve().parent}. Make it, or name another file")
    if path.is_dir():
        raise RequestError(f"{path} is a folder, expected a file")
    framework(SUFFIXES[suffix])
    return arch.build(architecture, SUFFIXES[suffix], str(path))


def save(model: Any, path: Path) -> None:
    """Write a model's weights: whole or not at all, through links, and into what is no file as it is."""
    suffix = suffix_of(path)
    try:
        with listening(), tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / f"written{suffix}"
            _save(model, made, suffix)
            write_whole(path, made.read_bytes())
    except OSError as error:
        raise RequestError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from error


def _save(model: Any, path: Path, suffix: str) -> None:
    if suffix == ".keras":
        model.save(path)
    elif suffix == ".weights.h5":
        model.save_weights(path)
    elif suffix == ".safetensors":
        from safetensors.torch import save_model

        save_model(model, str(path))
    else:
        import torch

        torch.save(model.state_dict(), path)


def _read(path: Path, kind: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except RequestError:
        raise
    except Exception as error:  # whatever a reader says of what it cannot read
        line = " ".join(str(error).split())[:200]
        said = line if " " in line else "it is damaged, or something else"  # a key or a code is no reason
        raise RequestError(f"{path} cannot be read as {kind}: {said}") from error


def _require_whole(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        if bad := opened.testzip():
            raise ValueError(f"{bad} in it is damaged")


# ---- Keras


def _load_keras(path: Path) -> Any:
    import keras

    def config() -> Any:
        _require_whole(path)
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.read("config.json"))

    _require_own_classes(_read(path, "a .keras file", config), path)
    return _read(path, "a .keras file", lambda: keras.models.load_model(path, compile=False, safe_mode=True))


def _require_own_classes(config: Any, path: Path) -> None:
    """Raise RequestError unless everything in a model's configuration is a class of Keras that carries no code."""
    if isinstance(config, list):
        for each in config:
            _require_own_classes(each, path)
    if not isinstance(config, dict):
        return
    name, module = config.get("class_name"), config.get("module")
    if name in CARRY_CODE:
        raise RequestError(
            f"{path} carries code, in a {name}, and is not opened. Save its weights (.weights.h5) and build it by "
            "--arch"
        )
    if isinstance(name, str) and module is not None and module not in TRUSTED_MODULES:
        raise RequestError(
            f"{path} names '{module}.{name}', which is no class of Keras' layers, and is not opened. Save its weights "
            "(.weights.h5) and build it by --arch"
        )
    if isinstance(name, str) and config.get("registered_name") not in (None, name, f"keras>{name}", ""):
        raise RequestError(
            f"{path} has a class of its own, '{config['registered_name']}', and is not opened. Save its weights "
            "(.weights.h5) and build it by --arch"
        )
    for each in config.values():
        _require_own_classes(each, path)


# ---- PyTorch


def _torch_weights(path: Path) -> Mapping[str, Any]:
    import pickle

    import torch

    def read() -> Any:
        if zipfile.is_zipfile(path):
            _require_whole(path)
        try:
            return torch.load(path, map_location="cpu", weights_only=True)
        except pickle.UnpicklingError as error:
            if "global" in str(error).lower() or "unsupported" in str(error).lower():
                raise RequestError(
                    f"{path} carries more than weights, objects whose code would be run, and is not opened. Save "
                    "model.state_dict() instead"
                ) from error
            raise

    found = _read(path, "weights of PyTorch", read)
    for key in ("state_dict", "model_state_dict", "model"):
        if isinstance(found, dict) and isinstance(found.get(key), dict):
            found = found[key]
    if not isinstance(found, dict) or not found or not all(isinstance(v, torch.Tensor) for v in found.values()):
        raise RequestError(f"{path} holds {type(found).__name__}, expected a dict of tensors: model.state_dict()")
    return found


def _safetensors(path: Path) -> Mapping[str, Any]:
    from safetensors.torch import load_file

    found: Mapping[str, Any] = _read(path, "safetensors", lambda: load_file(path))
    return found


def _without_wrappers(
    weights: Mapping[str, Any], own: Mapping[str, Any], path: Path
) -> tuple[Mapping[str, Any], list[str]]:
    """The weights without what torch.compile and DataParallel put into their names, unless the model has it too."""
    notes = []
    for mark, whose, most in (("_orig_mod.", "torch.compile", -1), ("module.", "DataParallel", 1)):
        if any(mark in name for name in own) or not any(mark in name for name in weights):
            continue
        if whose == "DataParallel" and not all(name.startswith(mark) for name in weights):
            continue
        weights = {name.replace(mark, "", most): value for name, value in weights.items()}
        notes.append(f"the names in {path} have '{mark}', of {whose}, which is left out")
    return weights, notes


def _fill(model: Any, weights: Mapping[str, Any], path: Path) -> None:
    own = model.state_dict()
    shared = _shared(own)
    missing = [name for name in own if name not in weights and not shared[name] & weights.keys()]
    for names, what in ((missing, "has no"), ([n for n in weights if n not in own], "has a weight nobody uses,")):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise RequestError(f"{path} {what} '{names[0]}'{more}; is torch_module() the model it was saved from?")
    for name, value in weights.items():
        if value.shape != own[name].shape:
            raise RequestError(
                f"'{name}' in {path} has shape {tuple(value.shape)}, that of torch_module() {tuple(own[name].shape)}"
            )
    model.load_state_dict(dict(weights), strict=False)


def _shared(own: Mapping[str, Any]) -> dict[str, set[str]]:
    """For every weight the names that it has, which are several where it is tied."""
    places: dict[Any, set[str]] = {}
    for name, value in own.items():
        places.setdefault((value.data_ptr(), value.shape), set()).add(name)
    return {name: places[value.data_ptr(), value.shape] for name, value in own.items()}
