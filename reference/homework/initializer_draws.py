"""How an initializer of a submission is asked for weights, and what it draws."""

import ast
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.homework.isolation.process import Call, Failure, New, Seed, Step, Worker
from reference.homework.methods import Method
from reference.homework.roles import Parameter, means, plain
from reference.homework.subject import Subject
from reference.pair import Array

Shape = tuple[int, ...]
# sizes large enough for a deviation to be known within a percent, and unlike each other
DENSE: tuple[Shape, ...] = ((400, 150), (90, 500))
CONVOLUTION: tuple[Shape, ...] = ((5, 4, 40, 70),)
SEQUENCE: Shape = (6, 80, 90)
LAYERS = (300, 180, 240)
SIGMA, LOW, HIGH = 0.073, -0.31, 0.23
DRAW = (
    r"w", r"weights?", r"call", r"init\w*", r"(draw|sample|generate|create|make|get)\w*", r"w\w?|\w*weights?\w*|kernel",
)  # fmt: skip
IN = (
    r"(n|num|dim|size|d|fan)*(in|input|inputs|prev|previous|from|fanin|rows?)\w*|"
    r"n?_?(nodes|units|neurons|hidden)?(1|prev)|\w+(in|1|prev)|m"
)
OUT = (
    r"(n|num|dim|size|d|fan)*(out|output|outputs|next|to|cur|fanout|cols?|columns?)\w*|"
    r"n?_?(nodes|units|neurons|hidden)?(2|next)|\w+(out|2)|k"
)
SHAPE = r"shape|size|s|dims?|wshape|weightshape|kernelshape|tensorshape"
LAYER_SIZES = r"(layers?|nn|network|net)(dims?|dimensions?|sizes?|nodes|units)?|dims|sizes|architecture|arch|structure"
SETTINGS: Mapping[str, tuple[str, Any]] = {
    "sigma": (r"sigma|s|std|stddev|stdev|sd|scale|deviation|weightinitstd|weightscale|standarddeviation", SIGMA),
    "mean": (r"mean|mu|loc", 0.0),
    "low": (r"low|minval|min|a|lower", LOW),
    "high": (r"high|maxval|max|b|upper", HIGH),
    "seed": (r"seed|rngseed|randomseed|randomstate", 5),
}
# which of several initializers a word in the code stands for
WORDS = {
    "xavier": r"\w*(xav|glorot)\w*|tanh|sigmoid",
    "he": r"he(_?(normal|uniform|init))?|\w*kaiming\w*|relu",
    "lecun": r"lecun\w*",
    "uniform": r"uniform",
    "gaussian": r"sig(ma)?|simple|normal|gauss\w*|std|random\w*|small|default",
}
OPTION = r"\w*(type|mode|method|kind|name|scheme|strategy|activation|how|init)"


@dataclass(frozen=True)
class Drawn:
    """One weight drawn. `shapes` are the ways to read the shape asked for, each as (*kernel, n_in, n_out)."""

    array: Array
    kind: str
    shapes: tuple[Shape, ...]


@dataclass(frozen=True)
class Style:
    """How sizes are handed over: "fans", "shape", "both", "sizes" (one by one) or "layers"."""

    kind: str
    call: Method | None
    option: tuple[str, str] = ("", "")
    making: bool = False


class Refused(Exception):
    """An initializer that could not be asked: with what it failed with, or in words."""

    def __init__(self, why: Failure | str) -> None:
        super().__init__(str(why))
        self.why = why


def draw_method(subject: Subject) -> Method | None:
    """What draws a weight: the function itself, or a method of the class."""
    if not subject.is_class:
        return subject.forward
    for pattern in DRAW:
        for name, method in subject.methods.items():
            if re.fullmatch(pattern, plain(name)) and not method.stub:
                return method
    return None


def settings(subject: Subject) -> dict[str, Any]:
    """The numbers of a distribution that the code lets be given, by the names of its parameters."""
    call = draw_method(subject)
    wanted = (*subject.init, *(call.parameters if call else ()))
    found: dict[str, Any] = {}
    for role, (pattern, value) in SETTINGS.items():
        for parameter in wanted:
            sizes = parameter.required and role in ("low", "high") and len(plain(parameter.name)) == 1
            if means(parameter.name, pattern) and not sizes and role not in found:
                found[role] = value
    return found


def options(subject: Subject) -> list[tuple[str, str, str]]:
    """The initializers that the code chooses from by a word: the parameter, the word, and what it stands for."""
    call = draw_method(subject)
    nodes = [subject.symbol.node, *([call.node] if call else [])]
    words = {
        inner.value: None
        for node in nodes
        for outer in ast.walk(node)
        if isinstance(outer, ast.Compare | ast.Dict | ast.match_case)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
    }
    wanted = (*subject.init, *(call.parameters if call else ()))
    chooser = next((p.name for p in wanted if means(p.name, OPTION) and (p.required or isinstance(p.default, str))), "")
    meant = [(chooser, word, kind) for word in words for kind, p in WORDS.items() if re.fullmatch(p, plain(word))]
    return meant if chooser else []


def draws(worker: Worker, subject: Subject, option: tuple[str, str] = ("", "")) -> Iterator[list[Drawn]]:
    """The weights drawn, in each style of asking that runs, likeliest first. Raises Refused where none does."""
    call = draw_method(subject)
    if call is None:
        raise Refused("it has no method that looks like one that draws weights: W, initialize, ...")
    failed: Failure | str = ""
    ran = False
    for kind in _styles(call):
        try:
            found = _drawn(worker, subject, Style(kind, call, option))
        except Refused as refused:
            failed = failed or refused.why
            continue
        ran = True
        yield found
        if kind != "fans" and _only_sequences(worker):
            array = _array(_asked(worker, subject, Style(kind, call, option), SEQUENCE), SEQUENCE)
            yield [Drawn(array, "kernel of a sequence", (SEQUENCE, (SEQUENCE[2], SEQUENCE[1], SEQUENCE[0])))]
    if not ran:
        raise Refused(failed or "its parameters are not understood")


def _only_sequences(worker: Worker) -> bool:
    """Whether the kernels in the submission are those of sequences, of three axes."""
    names = [plain(name) for name in worker.submission.symbols]
    return any("conv1d" in name for name in names) and not any("conv2d" in name for name in names)


def _styles(call: Method) -> list[str]:
    names = [p.name for p in call.parameters if p.required]
    if call.node.args.vararg is not None and not names:
        return ["sizes"]
    if any(means(name, LAYER_SIZES) for name in names) and len(names) <= 2:
        return ["layers", "shape"]
    fans = any(means(name, IN) or means(name, OUT) for name in names)
    if any(means(name, SHAPE) for name in names) and fans:
        return ["both"]
    if any(means(name, SHAPE) for name in names) or len(names) == 1:
        return ["shape"]
    return ["fans"]


def _drawn(worker: Worker, subject: Subject, style: Style) -> list[Drawn]:
    assert style.call is not None
    found: list[Drawn] = []
    if style.kind == "layers":
        value = _asked(worker, subject, style, LAYERS)
        for n_in, n_out in itertools.pairwise(LAYERS):
            found.append(Drawn(_array(value, (n_in, n_out)), "dense", ((n_in, n_out),)))
        return found
    for shape in DENSE:
        array = _array(_asked(worker, subject, style, shape), shape)
        read = (shape,) if style.kind in ("fans", "both") else (shape, shape[::-1])
        found.append(Drawn(array, "dense", read))
    if style.kind not in ("fans", "both") and _knows_kernels(style.call):
        for shape in CONVOLUTION:
            array = _array(_asked(worker, subject, style, shape), shape)
            oihw = (*shape[2:], shape[1], shape[0])
            found.append(Drawn(array, "convolution", (shape, oihw)))
    return found


def _knows_kernels(call: Method) -> bool:
    """Whether the code looks at how many axes a shape has, or at all of them."""
    for node in ast.walk(call.node):
        match node:
            case ast.Call(func=ast.Name(id="len")) | ast.Attribute(attr="prod" | "ndim" | "size") | ast.Name(id="prod"):
                return True
            case ast.Subscript(slice=ast.Constant(value=int(index))) if index >= 2:
                return True
    return False


def _asked(worker: Worker, subject: Subject, style: Style, shape: Shape) -> Any:
    """What the code draws for a shape. Raises Refused."""
    assert style.call is not None
    steps: list[Step] = [Seed(7)]
    target = style.call.name
    if subject.is_class:
        args, kwargs = _arguments(subject.init, replace(style, making=True), shape)
        steps.append(New(subject.name, args, kwargs, bind="drawer"))
        target = "drawer" if style.call.name == "__call__" else f"drawer.{style.call.name}"
    args, kwargs = _arguments(style.call.parameters, style, shape)
    if style.kind == "sizes":
        args = [*args, *shape]
    steps.append(Call(target, args, kwargs))
    last = worker.run(steps)[-1]
    if isinstance(last, Failure):
        raise Refused(last)
    return last.value


def _arguments(wanted: Sequence[Parameter], style: Style, shape: Shape) -> tuple[list[Any], dict[str, Any]]:
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    sizes = list(shape)
    for parameter in wanted:
        known, value = _value(parameter, style, shape, sizes)
        if not known and parameter.required:
            raise Refused(f"its parameter '{parameter.name}' is not understood")
        if known and parameter.required and not kwargs:
            args.append(value)
        elif known:
            kwargs[parameter.name] = value
    return args, kwargs


def _value(parameter: Parameter, style: Style, shape: Shape, sizes: list[int]) -> tuple[bool, Any]:
    """Whether it is known what a parameter is given, and what."""
    name = parameter.name
    if name == style.option[0]:
        return True, style.option[1]
    if (
        style.kind in ("shape", "layers", "both")
        and parameter.required
        and (means(name, LAYER_SIZES) or (means(name, SHAPE) and not (style.making and len(name) == 1)))
    ):
        return True, list(shape) if style.kind == "layers" else shape
    fan = 0 if means(name, IN) else 1 if means(name, OUT) else None
    if style.kind in ("fans", "both") and parameter.required and fan is not None:
        sizes[fan] = 0
        return True, shape[fan]
    for pattern, value in SETTINGS.values():
        if means(name, pattern) and (style.making or not parameter.required or len(plain(name)) > 1):
            return True, value
    if style.kind == "fans" and parameter.required and any(sizes):
        place = next(i for i, n in enumerate(sizes) if n)
        sizes[place] = 0
        return True, shape[place]
    if style.kind in ("shape", "layers") and parameter.required:
        return True, list(shape) if style.kind == "layers" else shape
    return False, None


def _array(value: Any, shape: Shape) -> Array:
    """The weight of a shape in what was returned, lying either way. Raises Refused."""
    found = [*value.values()] if isinstance(value, dict) else [*value] if isinstance(value, tuple | list) else [value]
    for array in found:
        if isinstance(array, np.ndarray) and array.shape in (shape, shape[::-1]) and array.dtype.kind == "f":
            return np.asarray(array, np.float64)
    told = [np.shape(array) for array in found if isinstance(array, np.ndarray)]
    raise Refused(f"no weight of the shape {shape} was returned, got {told or type(value).__name__}")
