"""What of a submission is judged together: a class with its methods, or the functions that belong together."""

import ast
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reference.homework.attempt import IT, OUT
from reference.homework.methods import Method, handed_back, method_of, name_of
from reference.homework.reading.functions import callable_functions, methods_in, static_functions
from reference.homework.reading.submission import Submission, Symbol
from reference.homework.roles import Parameter, fields, means, parameters, plain

# likeliest first
FORWARD = (
    r"forward",
    r"call",
    r"fwd|fprop|forward(pass|prop|propagation|propogation|propagate)",
    r"forward\w*",
    r"feedforward|ff",
    r"loss|calc(ulate)?|cost|error|value",
    r"predict|activate|activation|apply|compute|run|propagate|function|fn|func|f",
    r"get\w*|output|transform|encode",
)
BACKWARD = (
    r"backward",
    r"back(prop|propagate|propagation|propogation|pass|wardpass|wardprop|wardpropagation)?|bprop|bwd",
    r"backward\w*|feedback(ward)?",
    r"grad(ient)?s?",
    r"derivative|deriv|prime|diff|df|dfunction|delta|derive|d",
    r"grad\w*|back\w*",
)
# names of a derivative, and what they are made of: "relu_grad", "dsigmoid_du", "tanh_prime"
DERIVATIVE = (
    r"d(?P<a>[a-z0-9]+?)(d[a-z])?|(?P<b>[a-z0-9]+?)(grad(ient)?|prime|deriv(ative|ated)?|backward|"
    r"backwards|back|bwd|diff|d|dash)|(grad(ient)?|deriv(ative)?(of)?|backward|diff)(?P<c>[a-z0-9]+)"
)


@dataclass(frozen=True)
class Subject:
    """A class or a group of functions to be judged. `methods` holds everything a class can do, by name.

    Of a function that is several in one, `kind` is how the parameter that says which is called, and what it is given.
    `trees`: its file.
    """

    symbol: Symbol
    forward: Method | None
    backward: Method | None
    init: tuple[Parameter, ...] = ()
    methods: Mapping[str, Method] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    partner: Symbol | None = None
    closure: bool = False
    kind: tuple[str, str] = ("", "")
    trees: tuple[ast.Module, ...] = ()

    @property
    def name(self) -> str:
        return self.symbol.name

    @property
    def called(self) -> str:
        """What it is called: its name without that of the class it is in, or the word that says what it is."""
        return self.kind[1] or self.symbol.name.rpartition(".")[2]

    @property
    def is_class(self) -> bool:
        return self.symbol.kind == "class"

    @property
    def made(self) -> bool:
        """Whether it has to be made first: a class, or a function that returns functions."""
        return self.is_class or self.closure

    @property
    def handed(self) -> tuple[Parameter, ...]:
        """The parameters of its forward pass."""
        return self.forward.parameters if self.forward else ()

    def is_handed(self, names: str) -> bool:
        """Whether its forward pass has a parameter of such a name."""
        return any(means(p.name, names) for p in self.handed)

    @property
    def given(self) -> tuple[Parameter, ...]:
        """Those of its constructor too."""
        return (*self.init, *self.handed)

    @property
    def nodes(self) -> list[ast.AST]:
        """Its code, with the methods that it inherits."""
        return [*(method.node for method in self.methods.values()), self.symbol.node]

    @property
    def operations(self) -> list[str]:
        """The methods of a class, and the names that stand for one: `__radd__ = __add__`."""
        named = [n for node in self.symbol.node.body if isinstance(node, ast.Assign) for n in node.targets]
        return [*self.methods, *(n.id for n in named if isinstance(n, ast.Name))]

    @property
    def set_attributes(self) -> set[str]:
        """The attributes that a class assigns to."""
        nodes = [n for each in self.nodes for n in ast.walk(each)]
        return {n.attr for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)}

    def target(self, method: Method) -> str:
        """What a call of a method or function names: what the forward pass returned, the object, or a function."""
        if method.handed_back:
            return OUT + method.path
        return IT + method.path if self.made else method.name.partition("[")[0]

    def cell_of(self, method: Method) -> int | None:
        """The cell that a method or function is defined in."""
        if self.partner is not None and method.node is self.partner.node:
            return self.partner.cell
        return self.symbol.added_in.get(method.name, self.symbol.cell)

    @property
    def unfinished(self) -> str:
        """What shows that it is not finished, "" where nothing does."""
        return self.symbol.unfinished or (self.partner.unfinished if self.partner else "")


def subjects(submission: Submission) -> Iterator[Subject]:
    """The subjects of a submission in the order of their definition."""
    functions = {name: s for name, s in submission.symbols.items() if s.kind == "function"}
    alone = {subject.name: subject for subject in _function_subjects(functions)}
    for name, symbol in submission.symbols.items():
        if symbol.kind == "class":
            subject = class_subject(submission, symbol)
            inside = list(_function_subjects(static_functions(symbol))) if subject.forward is None else []
            yield from (replace(each, trees=submission.trees) for each in inside or [subject])
        elif name in alone:
            yield replace(alone[name], trees=submission.trees)


def _function_subjects(functions: Mapping[str, Symbol]) -> Iterator[Subject]:
    """Functions, each with the one that gives its derivative."""
    paired: dict[str, str] = {}
    again: dict[str, str] = {}  # a second backward pass or derivative, and the forward pass it belongs to
    for name in functions:
        stem = re.sub(r"(?i)(?<=backward)_?(alt\w*|v?2|vectori[sz]ed|fast|simplified)$", "", name)
        if (stem != name and (base := _derives(stem, functions))) or (
            (base := _derives(name, functions)) and base in paired
        ):
            again[name] = base
        elif base:
            paired[base] = name
    taken = set(paired.values())
    nodes = {n: s.node for n, s in functions.items() if isinstance(s.node, ast.FunctionDef)}
    for name, symbol in functions.items():
        if name in again:
            yield replace(function_subject(functions[again[name]], symbol), symbol=symbol, partner=None)
        elif name not in taken:
            partner = functions.get(paired.get(name, ""))
            yield closure_subject(symbol) or function_subject(symbol, partner, nodes)


def class_subject(submission: Submission, symbol: Symbol) -> Subject:
    """A class with what it inherits from classes of the same submission."""
    nodes: list[ast.FunctionDef] = []
    for owner in _ancestors(submission, symbol):
        nodes += methods_in(owner)
    methods: dict[str, Method] = {}
    callable_here = callable_functions(submission)
    for node in nodes:
        methods[node.name] = method_of(node, True, callable_here)
    init = methods.pop("__init__", None)
    forward = _find(methods, FORWARD, "forward") or methods.get("__call__")
    # Nielsen's delta(z, a, y) is the error of the layer before, not the gradient of what forward was given
    left = {n: m for n, m in methods.items() if m is not forward and (plain(n) != "delta" or len(m.parameters) < 3)}
    backward = _find(left, BACKWARD, "backward") or (handed_back(forward) if forward else None)
    stored = [
        n.attr
        for node in nodes
        for n in ast.walk(node)
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "self"
    ]
    making = init.parameters if init else fields(symbol.node)
    return Subject(symbol, forward, backward, making, methods, tuple(dict.fromkeys(stored)))


def only_inherited(submission: Submission, subject: Subject) -> bool:
    """Whether a class leaves methods to the classes that inherit from it: it calls them, or they are not written."""
    called = {
        n.func.attr
        for n in ast.walk(subject.symbol.node)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and ast.unparse(n.func.value) == "self"
    }
    heirs = [s for s in submission.symbols.values() if s is not subject.symbol and s.kind == "class"]
    given = {n.name for s in heirs if subject.symbol in _ancestors(submission, s) for n in methods_in(s)}
    left = subject.symbol.unfinished_methods.keys() if subject.symbol.unfinished else set()
    return bool((called - subject.methods.keys() - subject.set_attributes) & given or left & given)


def closure_subject(symbol: Symbol) -> Subject | None:
    """A function that returns a forward and a backward function defined in it; None for any other."""
    assert isinstance(symbol.node, ast.FunctionDef)
    inner = {n.name: n for n in symbol.node.body if isinstance(n, ast.FunctionDef)}
    paths: dict[str, str] = {}
    for node in ast.walk(symbol.node):
        if not isinstance(node, ast.Return):
            continue
        match node.value:
            case ast.Tuple(elts=found) | ast.List(elts=found):
                paths |= {e.id: f"[{i}]" for i, e in enumerate(found) if isinstance(e, ast.Name)}
            case ast.Dict(keys=keys, values=found):
                named = zip(keys, found, strict=True)
                paths |= {
                    e.id: f"[{k.value!r}]" for k, e in named if isinstance(e, ast.Name) and isinstance(k, ast.Constant)
                }
    methods = {n: replace(method_of(inner[n], False), path=path) for n, path in paths.items() if n in inner}
    if len(methods) < 2:
        return None
    forward = _find(methods, FORWARD, "forward")
    backward = _find({n: m for n, m in methods.items() if m is not forward}, BACKWARD, "backward")
    return Subject(symbol, forward, backward, parameters(symbol.node), methods, closure=True)


def function_subject(
    symbol: Symbol, partner: Symbol | None, functions: Mapping[str, ast.FunctionDef] | None = None
) -> Subject:
    """A function, and the one that gives its derivative; `functions` are those it may call."""
    assert isinstance(symbol.node, ast.FunctionDef)
    backward = None
    if partner is not None and isinstance(partner.node, ast.FunctionDef):
        backward = replace(method_of(partner.node, False, functions), name=partner.name)
    forward = replace(method_of(symbol.node, False, functions), name=symbol.name)
    if backward is not None:
        backward = _alike(backward, forward)
    elif (inner := handed_back(forward)) is not None:
        backward = replace(inner, name=f"{forward.name}.{inner.name}")
    return Subject(symbol, forward, backward, partner=partner)


def _alike(method: Method, other: Method) -> Method:
    """A method whose parameters hold what those of the same names in another hold: params with the same keys."""
    theirs = {p.name: p for p in other.parameters}
    alike = [
        replace(p, keys=(*p.keys, *theirs[p.name].keys), guessed=(*p.guessed, *theirs[p.name].guessed))
        if p.name in theirs and (p.keys or p.guessed or theirs[p.name].keys or theirs[p.name].guessed)
        else p
        for p in method.parameters
    ]
    return replace(method, parameters=tuple(alike))


def functions_of(subject: Subject) -> dict[str, ast.FunctionDef]:
    """The functions that its code may call by name: those of its file, and its methods."""
    functions = {n.name: n for tree in subject.trees for n in tree.body if isinstance(n, ast.FunctionDef)}
    return functions | {name: method.node for name, method in subject.methods.items()}


def _ancestors(submission: Submission, symbol: Symbol) -> list[Symbol]:
    """The bases of a class that the submission defines, farthest first, then the class."""
    assert isinstance(symbol.node, ast.ClassDef)
    found: list[Symbol] = []
    for base in symbol.node.bases:
        other = submission.symbols.get(name_of(base))  # a.B is B, where the file that is a is a cell of this one
        if other is not None and other.kind == "class" and other is not symbol:
            found += _ancestors(submission, other)
    return [*found, symbol]


def _find(methods: Mapping[str, Method], patterns: Sequence[str], model: str) -> Method | None:
    """The method whose name matches the first pattern that any does; else one that is nearly spelt so."""
    own = {name: m for name, m in methods.items() if not name.startswith("__") or name == "__call__"}
    for pattern in patterns:
        for name, method in own.items():
            if re.fullmatch(pattern, plain(name)):
                return method
    close = difflib.get_close_matches(model, [plain(name) for name in own], n=1, cutoff=0.75)
    return next((m for name, m in own.items() if close and plain(name) == close[0]), None)


def _derives(name: str, functions: Mapping[str, Symbol]) -> str | None:
    """The function whose derivative or backward pass the function called `name` is."""
    match = re.fullmatch(DERIVATIVE, plain(name))
    spelled = {plain(other): other for other in functions if other != name}
    swapped = plain(name)
    for there, here in (("backward", "forward"), ("bakcward", "forward"), ("backprop", "forward"), ("back", "forward")):
        if there in swapped:
            for other in (swapped.replace(there, here), swapped.replace(there + "propagation", here + "propagation")):
                if other in spelled:
                    return spelled[other]
    if match is None:
        return None
    base = next(g for g in (match["a"], match["b"], match["c"]) if g)
    base = base.rstrip("of") if base.endswith("of") else base
    for candidate in (base, base + "function", base + "fn", base + "loss", base + "forward"):
        if candidate in spelled:
            return spelled[candidate]
    return None
