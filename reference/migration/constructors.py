"""How a twin is made, in words of its framework: read off the builder while it builds, so nothing is written twice."""

import functools
import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass
from types import SimpleNamespace
from typing import Any

from reference.frameworks import framework
from reference.migration.literals import NoWords, literal, parameters_of, same
from reference.migration.operations import operations
from reference.migration.recording import Calls, recording
from reference.pair import Pair

# where the public names of each framework are; the first that has the object gives its name
PLACES = {
    "torch": ("nn", "optim", "optim.lr_scheduler", "nn.init", "nn.functional", ""),
    "keras": (
        "layers",
        "losses",
        "optimizers",
        "optimizers.schedules",
        "initializers",
        "callbacks",
        "activations",
        "ops",
        "",
    ),
}
GLUE = "reference.migration.glue."
# where an array lies and in what dtype is no property of a layer; a seed and a name are the user's own
LEFT_OUT = {"device", "dtype", "seed", "name", "size_average", "reduce"}
# what the user has at hand when an optimizer or a schedule is made
AT_HAND = {"params", "optimizer"}


@dataclass(frozen=True)
class Constructor:
    """How one twin is made. `code` is an expression that makes it, needing the modules in `imports`.

    `called` is the class or function of the framework (or of the glue) in it, with its arguments; None where the
    twin is a few operations. `shown` says in short what `code` makes, where `code` only names the pair.
    """

    code: str
    imports: tuple[str, ...] = ()
    called: Any = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    shown: str = ""

    @property
    def glue(self) -> str:
        """The name to import where it is from the glue."""
        module = getattr(self.called, "__module__", "")
        return f"{module}.{self.called.__name__}" if module.startswith(GLUE) else ""


def constructor(pair: Pair, options: SimpleNamespace, name: str, dtype: str = "float64") -> Constructor | None:
    """How the twin of a pair in the framework called `name` is made; None where it has none."""
    twin, adapter = pair.twin(name), framework(name)
    if twin.build is None:
        return None
    with recording() as calls:
        made = complete(pair, options, name, dtype, adapter)
    writer = _Writer(name, calls, set(pair.cases[0].inputs))
    call, imports = twin_call(pair, options, name), twin_imports(pair, options)
    try:
        found = writer.constructor(made)
    except NoWords:
        pass
    else:
        if pair.kind in ("schedule", "initializer") or _makes(found, dtype):
            return found
        return Constructor(call, imports, found.called, found.arguments, found.code)
    if pair.kind == "network":
        return Constructor(call, imports, shown=call)
    for function, given in calls.functions:
        if pair.kind == "initializer" and function is not None:
            words = {key: value for key, value in given.items() if isinstance(value, bool | int | float | str)}
            said = ", ".join(["w", *(f"{key}={value!r}" for key, value in words.items())])
            return Constructor(call, imports, function, words, f"torch.nn.init.{function.__name__}({said})")
    if hasattr(made, "parametrizations"):  # PyTorch has made it one of another class, which nobody calls
        return Constructor(call, imports, shown=operations(twin.build, options) or call)
    # an operation or two around a class or function of the framework's own, or of the glue
    inside = [*_held(made), *(each for each, _, _ in calls.made.values() if type(each).__name__ not in _BESIDE)]
    for each in inside:
        try:
            found = writer.constructor(each)
        except NoWords:
            continue
        return Constructor(call, imports, found.called, found.arguments, found.code)
    return Constructor(call, imports, shown=operations(twin.build, options) or call)


# made on the way, and not what a twin is about
_BESIDE = {"DTypePolicy", "no_grad", "InputLayer", "SGD", "Generator"}


def _held(made: Any, depth: int = 3) -> Iterator[Any]:
    """What a function has around it: the objects and functions that it passes its arguments to."""
    if isinstance(made, functools.partial):
        yield made
        around: Sequence[Any] = (made.func, *made.args, *made.keywords.values())
    else:
        around = [cell.cell_contents for cell in getattr(made, "__closure__", None) or ()]
    for each in around:
        if callable(each) and not inspect.isclass(each):
            if getattr(each, "__module__", "").startswith(GLUE) and "<" not in getattr(each, "__qualname__", "<"):
                yield each
            if not inspect.isfunction(each) and not isinstance(each, functools.partial):
                yield each
            if depth:
                yield from _held(each, depth - 1)


TWIN = "from reference.migration import twin"


def twin_call(pair: Pair, options: SimpleNamespace, name: str) -> str:
    """The expression that makes any twin, with the options that are not the layer's defaults."""
    words = (f"{key}={literal(value)}" for key, value in _given(pair, options).items())
    return f"twin({', '.join([repr(pair.name), repr(name), *words])})"


def twin_imports(pair: Pair, options: SimpleNamespace) -> tuple[str, ...]:
    """What the expression needs: the function, and the schedules that a schedule is made of."""
    given = _given(pair, options).values()
    values = [each for value in given for each in (value if isinstance(value, tuple) else (value,))]
    own = {f"from {type(each).__module__} import {type(each).__name__}" for each in values if is_dataclass(each)}
    return (TWIN, *sorted(own))


def _given(pair: Pair, options: SimpleNamespace) -> dict[str, Any]:
    """The options that are not the layer's defaults."""
    defaults = vars(pair.options(SimpleNamespace(options={})))  # type: ignore[arg-type]
    return {key: value for key, value in vars(options).items() if key not in defaults or defaults[key] != value}


def complete(pair: Pair, options: SimpleNamespace, name: str, dtype: str, adapter: Any) -> Any:
    """The twin; an optimizer or schedule of PyTorch is made once it has what it steps."""
    twin = pair.twin(name)
    if name == "keras" and pair.kind in ("optimizer", "schedule"):
        import keras

        from reference.frameworks.keras import float_type

        with float_type(dtype):
            return twin.build(keras, options)  # type: ignore[misc]
    made = adapter.build(twin, options, dtype)
    if name == "torch" and pair.kind in ("optimizer", "schedule"):
        import torch

        parameters = [torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))]
        return made(parameters if pair.kind == "optimizer" else torch.optim.SGD(parameters, lr=options.lr))
    if pair.kind == "initializer":
        (shape,) = (spec.shape for spec in pair.cases[0].inputs.values())
        adapter.draw(twin, options, shape, 0)
        return made(0) if name == "keras" else made
    return made


def _makes(found: Constructor, dtype: str) -> bool:
    """Its code makes something. What is not at the top of a module, or wants each option told, does not."""
    import torch

    from reference.frameworks.keras import float_type
    from reference.frameworks.torch import made_as

    names: dict[str, Any] = {"params": [torch.nn.Parameter(torch.zeros(2))]}
    try:
        with made_as(dtype), float_type(dtype):
            exec("\n".join(found.imports), names)
            eval(found.code, names)
    except (TypeError, AttributeError, KeyError):
        return False
    return True


class _Writer:
    """Writes expressions for objects of one framework."""

    def __init__(self, name: str, calls: Calls, inputs: set[str]) -> None:
        self.name, self.calls, self.inputs = name, calls, inputs
        self.imports: list[str] = []

    def constructor(self, made: Any) -> Constructor:
        self.imports = []
        code = self.expression(made)
        if isinstance(made, functools.partial):
            called, arguments = made.func, dict(made.keywords)
        elif id(made) in self.calls.made:
            called, arguments = type(made), self.arguments(made)[1]
        else:
            called, arguments = made, {}
        imports = tuple(dict.fromkeys(self.imports))
        return Constructor(code, imports, called, arguments, self.own_class(made))

    def own_class(self, made: Any) -> str:
        """The framework's own class in words, where one of the glue only calls it otherwise; "" elsewhere."""
        if not hasattr(made, "own_class_with") or made.not_in_own_class & self.inputs:
            return ""
        glue = [base for base in type(made).__mro__ if base.__module__.startswith(GLUE)]
        own = next(base for base in type(made).__mro__ if base not in glue)
        positional, keywords = self.arguments(made)
        options = {name for base in glue for name in getattr(vars(base).get("__init__"), "__kwdefaults__", None) or ()}
        if any(keywords.get(name) for name in options - {"sequences"}):
            return ""  # one that the framework has not; to take the last of a sequence is the caller's own line
        kept = {name: value for name, value in keywords.items() if name not in options} | made.own_class_with
        words = [*map(self.expression, positional), *self.keyword_words(own, kept)]
        return f"{self.named(own)}({', '.join(words)})"

    def expression(self, value: Any, name: str = "") -> str:
        if name in AT_HAND:
            return name
        if id(value) in self.calls.made:
            positional, keywords = self.arguments(value)
            if type(value).__name__ == "Functional" or (type(value).__name__ == "Sequential" and not positional):
                layers = keywords.get("layers")
                if layers is None:
                    raise NoWords
                return f"{self.named(type(value))}([{', '.join(map(self.expression, layers))}])"
            words = [*map(self.expression, positional), *self.keyword_words(type(value), keywords)]
            return f"{self.named(type(value))}({', '.join(words)})"
        if isinstance(value, functools.partial) and not value.args:
            words = [f"{name}={self.expression(given)}" for name, given in value.keywords.items()]
            function = self.named(value.func)
            if not words:
                return function
            self.imports.append("import functools")
            return f"functools.partial({', '.join([function, *words])})"
        if isinstance(value, list) and value and all(type(each).__name__ == "Parameter" for each in value):
            return "params"
        if isinstance(value, list | tuple) and any(id(each) in self.calls.made for each in value):
            return f"[{', '.join(map(self.expression, value))}]"
        if callable(value) and type(value).__init__ is object.__init__ and type(value).__module__.startswith(self.name):
            return f"{self.named(type(value))}()"
        if callable(value) and not inspect.isclass(value):
            return self.named(value)
        return literal(value)

    def keyword_words(self, made: type, keywords: Mapping[str, Any]) -> list[str]:
        """What must be given, by position as long as nothing before it is left out; the rest by name."""
        words, by_name = [], False
        own = list(inspect.signature(made).parameters)
        order = list(dict.fromkeys([*own, *(p.name for p in parameters_of(made))]))
        required_names = {p.name for p in parameters_of(made) if p.default is p.empty and p.kind != p.KEYWORD_ONLY}
        for name in sorted(keywords, key=lambda name: order.index(name) if name in order else len(order)):
            required = name in required_names and name in own
            word = self.expression(keywords[name], name)
            words.append(word if required and not by_name else f"{name}={word}")
            by_name = by_name or not required
        return words

    def arguments(self, made: Any) -> tuple[list[Any], dict[str, Any]]:
        """The arguments it was made with, without those that are the defaults."""
        _, positional, keywords = self.calls.made[id(made)]
        defaults = {p.name: p.default for p in parameters_of(type(made))}
        kept = {
            name: value
            for name, value in keywords.items()
            if name not in LEFT_OUT and not (name in defaults and same(defaults[name], value))
        }
        return positional, kept

    def named(self, function: Any) -> str:
        """The public name of a class or function."""
        module = getattr(function, "__module__", None) or ""
        name = getattr(function, "__name__", "")
        if module.startswith(GLUE) and "<" not in function.__qualname__:
            self.imports += [f"import {module}", "from reference.migration import glue"]
            return f"{module.removeprefix('reference.migration.')}.{name}"
        root = sys.modules[self.name]
        for place in PLACES[self.name]:
            found = root
            for part in filter(None, place.split(".")):
                found = getattr(found, part)
            if getattr(found, name, None) is function:
                self.imports.append(f"import {self.name}")
                return ".".join(filter(None, (self.name, place, name)))
        raise NoWords(f"{module}.{name}")
