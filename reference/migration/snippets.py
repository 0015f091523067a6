"""Code that carries a layer from one framework to the other, written from the slots of its pair; and run."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.frameworks import framework, resolve
from reference.migration.constructors import Constructor, constructor
from reference.migration.layouts import arranged, inverse, moved
from reference.pair import FRAMEWORKS, Array, Case, Pair, Slot, Twin, lay_out
from reference.sides import Arrays, arrays_of

SEED = 7


@dataclass(frozen=True)
class Snippet:
    """A piece of code in three parts: imports, what there is, and what is made of it.

    The inputs are NumPy arrays as in scratch, batch first and channels last. Where there are outputs to compare,
    `y` is what `source` and `z` is what `target` makes of them, both laid out as in scratch.
    """

    to: str
    imports: str
    source: str
    port: str

    def __str__(self) -> str:
        return f"{self.imports}\n\n{self.source}\n\n{self.port}\n"


def snippet(pair: Pair, case: Case, to: str, made: Mapping[str, Constructor]) -> Snippet:
    """The code that ports a pair on the options of a case."""
    start = FRAMEWORKS[1 - FRAMEWORKS.index(to)]
    if pair.kind in ("optimizer", "schedule", "initializer"):
        imports = _imports([*made[start].imports, *made[to].imports])
        return Snippet(to, imports, f"source = {made[start].code}", f"target = {made[to].code}")
    arrays = arrays_of(pair, case, SEED)
    weights = {**arrays.params, **arrays.buffers}
    source, target = pair.twin(start), pair.twin(to)
    lines = _weights(start, to, source, target, weights)
    before = [f"source = {made[start].code}"]
    before += ["source.eval()"] if start == "torch" and _is_module(pair, case, "torch") else []
    before += [
        f"y = {_call(start, 'source', source, arrays)}  # which makes the weights"
        if start == "keras" and weights
        else f"y = {_call(start, 'source', source, arrays)}"
    ]
    after = [f"target = {made[to].code}"]
    if to == "torch":
        after += ["target.eval()"] if _is_module(pair, case, "torch") else []
        frozen = [
            f"    {_attribute('target', name)}.requires_grad_(False).zero_()"
            for name in target.frozen
            if _has(pair, case, name)
        ]
        after += ["with torch.no_grad():", *(f"    {line}" for line in lines), *frozen] if lines or frozen else []
        after += [f"z = {_call(to, 'target', target, arrays)}"]
    else:
        after += [f"{_call(to, 'target', target, arrays, bare=True)}  # which makes the weights"] if lines else []
        after += [*lines, f"z = {_call(to, 'target', target, arrays)}"]
    code = "\n".join([*before, *after])
    named = [*made[start].imports, *made[to].imports, "import keras", "import torch"]
    named += ["import numpy as np"] if "np." in code else []
    named += ["from einops import rearrange"] if "rearrange(" in code else []
    return Snippet(to, _imports(named), "\n".join(before), "\n".join(after))


def _imports(lines: list[str]) -> str:
    return "\n".join(sorted(dict.fromkeys(lines), key=lambda line: (line.startswith("from"), line)))


def _is_module(pair: Pair, case: Case, name: str) -> bool:
    return hasattr(_built(pair, case, name), "eval")


def _has(pair: Pair, case: Case, path: str) -> bool:
    try:
        return resolve(_built(pair, case, "torch"), path) is not None
    except (AttributeError, IndexError):
        return False


def _built(pair: Pair, case: Case, name: str) -> Any:
    return framework(name).build(pair.twin(name), pair.options(case), "float64")


def _attribute(owner: str, path: str) -> str:
    """What stands at a dotted path, as it is written in Python."""
    return owner + "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in path.split("."))


def _call(name: str, called: str, twin: Twin, arrays: Arrays, bare: bool = False) -> str:
    """The call with the inputs; `bare` leaves out bringing the output back to scratch's layout."""
    make = "torch.tensor" if name == "torch" else "keras.ops.convert_to_tensor"
    words = [f"{make}({arranged(x, twin.layout.get(x, ''))})" for x in arrays.inputs]
    call = f"{called}({', '.join(words)})"
    if bare:
        return call
    call += ".detach().numpy()" if name == "torch" else ".numpy()"
    layout = twin.layout.get("y", "")
    return inverse(call, Slot("y", layout), arrays.dy.shape) if layout else call


def _weights(start: str, to: str, source: Twin, target: Twin, weights: Mapping[str, Array]) -> list[str]:
    """A line for each weight of the target."""
    parts: dict[str, list[tuple[int, str]]] = {}
    for key, array in weights.items():
        here, there = source.slots[key], target.slots[key]
        held = ".detach().numpy()" if start == "torch" else ".numpy()"
        value = _attribute("source", here.name) + held
        second = here.name.replace("bias_ih", "bias_hh")
        if second in source.frozen:  # zero in parity; in a trained model the two are added
            value = f"({value} + {_attribute('source', second)}{held})"
        if here.part[1] > 1:
            value = f"np.split({value}, {here.part[1]})[{here.part[0]}]"
        parts.setdefault(there.name, []).append((there.part[0], moved(value, here, there, array.shape)))
    lines = []
    for name, some in parts.items():
        values = [value for _, value in sorted(some)]
        value = values[0] if len(values) == 1 else f"np.concatenate([{', '.join(values)}])"
        place = _attribute("target", name)
        lines.append(f"{place}.copy_(torch.tensor({value}))" if to == "torch" else f"{place}.assign({value})")
    return lines


def run(pair: Pair, case: Case, code: Snippet) -> float | None:
    """Run a snippet in float64 with random weights in its source; how far y and z are apart, in ulp of the largest.

    None for what has no output to compare: optimizers, schedules and initializers are made only.
    """
    import torch

    from reference.frameworks.keras import float_type
    from reference.frameworks.torch import made_as

    start = FRAMEWORKS[1 - FRAMEWORKS.index(code.to)]
    names: dict[str, Any] = {}
    bare = pair.kind in ("optimizer", "schedule", "initializer")
    if not bare:
        arrays = arrays_of(pair, case, SEED)
        names = {name: np.array(x) for name, x in arrays.inputs.items()}
    elif pair.kind != "initializer":
        names["params"] = [torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))]
        names["optimizer"] = torch.optim.SGD(names["params"], lr=0.1)
    with made_as("float64"), float_type("float64"):
        exec(code.imports, names)
        exec(code.source, names)
        if not bare:
            _fill(start, names["source"], pair.twin(start), arrays)
            exec(code.source.splitlines()[-1], names)  # again, with these weights
        exec(code.port, names)
    if "z" not in names:
        return None
    y, z = np.asarray(names["y"]), np.asarray(names["z"])
    if y.shape != z.shape:
        return math.inf
    scale = float(np.abs(y[np.isfinite(y)]).max(initial=0.0)) or 1.0
    return float(np.nanmax(np.where(y == z, 0.0, np.abs(y - z)), initial=0.0)) / (
        scale * float(np.finfo(np.float64).eps)
    )


def _fill(name: str, made: Any, twin: Twin, arrays: Arrays) -> None:
    """Give the weights of a twin the values of a case, and others to those that parity keeps at zero."""
    rng = np.random.default_rng(SEED)
    for path, value in lay_out(twin.slots, {**arrays.params, **arrays.buffers}).items():
        weight = resolve(made, path)
        if name == "torch":
            framework("torch").set(made, path, value)  # type: ignore[attr-defined]
        else:
            weight.assign(value)
    if name == "torch":
        for path in twin.frozen:
            try:
                shape = tuple(resolve(made, path).shape)
            except AttributeError:  # an option leaves it out
                continue
            framework("torch").set(made, path, rng.standard_normal(shape))  # type: ignore[attr-defined]


def example(pair: Pair) -> Case:
    """The case whose options the code shows: the first that stands for both twins."""
    plain = [case for case in pair.cases if case.frameworks == FRAMEWORKS and not case.differs]
    return (plain or list(pair.cases))[0]


def constructors(pair: Pair, case: Case) -> dict[str, Constructor]:
    """How each twin is made on the options of a case, where there is one."""
    found = {name: constructor(pair, pair.options(case), name) for name in FRAMEWORKS}
    return {name: made for name, made in found.items() if made is not None}
