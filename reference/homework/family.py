"""A family of things students write: the pair it is held to, and how it is called, laid out and named."""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reference.homework.isolation.process import Worker
from reference.homework.problem import Layout, Problem, Scheme
from reference.homework.roles import Parameter, Roles, means
from reference.homework.subject import Subject
from reference.homework.verdict import Quantity, SymbolReport

if TYPE_CHECKING:
    from reference.homework.attempt import Attempt
    from reference.homework.trying import Trying

# what an input, a cotangent and the like are called anywhere
COTANGENT = (
    r"d(a|out|z|y|h|o|output|lda|ldy|ldz|ldh|ldout|lastlayer|loss|ly|l|x|next|v|hidden|top|activation|"
    r"pool|conv|flat)?[0-9]?(next|prev|out|out1)?|grad\w*|dout\w*|upstream\w*|outputgradients?|"
    r"outputerror|outputgrad|error|err|delta\w*|d[a-z]out|dvalues|dinputs?|back|g|gy|loss|lossgrad\w*|eta|"
    r"e|chain\w*|outgrads?|dlastlayer|dnext|da\w*|dz\w*|dh\w*|dy\w*|dl\w*|dl|da|lgrad"
)
INPUT = (
    r"x|inputs?|inp|in|inputdata|data|a|xs|xin|xt|xbatch|aprev|ain|image|images|img|features|z|u|v|t|val|"
    r"value|values|arr|array|logits?|h|prev|previous|xprev|activations?|pre|signal|s|n|net|matrix|"
    r"feature(map)?s?"
)
OUTPUT = r"z|y|y?preds?|predictions?|out|outputs?|a|h|s|o|act(ivation)?|yhat|result"
CACHE = (
    r"cache|caches|memory|saved|ctx|context|tape|stored|residuals?|params?|parameters|state|store|"
    r"hiddens?|hs|states|history"
)
# what an operation of automatic differentiation is handed to keep things in, forward and backward
HANDED = r"ctx"
# a pattern that no name fits
NEVER = r"(?!)"
RATE = r"lr|learning_?rate|alpha|eta|lrate|stepsize|rate|learnrate"

# Stand-ins handed to constructors of any layer
COMMON_ROLES: Roles = {
    "optimizer": r"opt\w*|sgd|adam\w*|updater|solver",
    "initializer": r"init\w*|\w*initiali[sz]er\w*|winit|weightinit\w*|weight(s)?initiali[sz]er",
    "training": r"train\w*|istrain\w*|trainflg|trainflag|training",
    "testing": r"(is)?(test|eval(uat\w*)?|infer(ence)?)(ing|mode|time|flg|flag|phase)*|use(running|global|moving)\w*",
    "mode": r"mode|phase",
    "lr": RATE,
}


@dataclass(frozen=True)
class Doubt:
    """What else was asked of a submission whose output and gradients are right, and how that is said.

    What is `noted` is no mistake, and said whatever else is found. `cause`: its words in the catalogue, if it is known.
    """

    remark: str
    quantities: tuple[Quantity, ...]
    conventions: tuple[str, ...] = ()
    noted: str = ""
    cause: str = ""


@dataclass(frozen=True, eq=False)
class Family:
    """How one kind of code is recognised, asked and read.

    `classes` and `functions` are patterns of names; `rank` puts more telling ones first. `problems(subject, seed)`
    gives what is asked, in several forms of which one must be right; `variants` are then asked in the same reading,
    and `doubts` of one that is right so far. `layouts`, `schemes` and `values` say how data and weights may lie and
    what a constructor may be given; `roles` how its parameters are called. A family that is no function with a
    gradient, such as an optimizer, is examined by `examine` in its own way. `equal(problem, seed)` gives problems in
    which sizes are equal that should not need to be, for a backward pass that breaks off where they are not. `asked`
    is the pair that a person said it is, "" where its names say so. `single(subject, seed)` asks for one sample,
    of what is written for no more, as `of_one` says of some that it is.
    """

    name: str
    classes: str
    functions: str
    problems: Callable[[Subject, int], Iterable[Problem]] = lambda subject, seed: ()
    variants: Callable[[Subject, int, Problem], Sequence[Problem]] = lambda subject, seed, base: ()
    pairs: tuple[str, ...] = ()
    rank: int = 0
    layouts: Callable[[Problem], Sequence[Layout]] = lambda problem: (Layout(),)
    schemes: Callable[[Problem], Sequence[Scheme]] = lambda problem: (Scheme(),)
    values: Callable[[Problem, Layout], Mapping[str, Sequence[Any]]] = lambda problem, layout: {}
    roles: Roles = field(default_factory=dict)
    inputs: Roles = field(default_factory=lambda: {"x": INPUT})
    wildcards: tuple[str, ...] = ()
    derivative: bool = False
    reductions: Callable[[Problem], Mapping[str, float]] = lambda problem: {
        "gradients averaged over the batch": 1 / problem.batch
    }
    scales: Callable[[Problem], Mapping[str, float]] | None = None
    input_scales: Callable[[Problem], Mapping[str, float]] | None = None
    loose: float = 0.0
    targets: str = ""
    extras: Roles = field(default_factory=dict)
    looks: Callable[[Subject], bool] = lambda subject: False
    loss: bool = False
    gradient: str = ""
    same_output: str = ""
    doubts: Callable[["Trying", "Attempt"], Iterator[Doubt]] = lambda trying, attempt: iter(())
    examine: Callable[[Worker, Subject, "Family", int], SymbolReport] | None = None
    equal: Callable[[Problem, int], Sequence[Problem]] = lambda problem, seed: ()
    asked: str = ""
    single: Callable[[Subject, int], Sequence[Problem]] | None = None
    of_one: Callable[[Subject], bool] = lambda subject: False


def number_given(subject: Subject, names: str, usual: float) -> float:
    """An option such as a slope: the default that the submission gives it, else the usual one."""
    given = [p.default for p in _takes(subject, names) if isinstance(p.default, int | float)]
    return float(given[0]) if given else usual


def numbers_named(subject: Subject, names: str, usual: float) -> list[float]:
    """What such an option may be: its default; of code without a parameter for it the usual one, then its numbers."""
    if _takes(subject, names):
        return [number_given(subject, names, usual)]
    nodes = [n for each in subject.nodes for n in ast.walk(each) if isinstance(n, ast.Constant)]
    written = [n.value for n in nodes if isinstance(n.value, float)]
    return list(dict.fromkeys([usual, *(v for v in written if 0 < v < 10 and v != 1)]))[:4]


def another_number(subject: Subject, names: str, now: float) -> float | None:
    """Another value for such an option, unlike any default; None where it cannot be given to all that need it.

    A function's derivative that is handed neither the option nor what the function kept can know only the default.
    """
    backward = subject.backward
    hands_on = r"|".join((names, CACHE))
    if not _takes(subject, names) or (
        backward and not subject.made and not any(means(p.name, hands_on) for p in backward.parameters)
    ):
        return None
    return 0.31 if now < 0.2 else 0.63 * now


def _takes(subject: Subject, names: str) -> list[Parameter]:
    """The parameters of a constructor, or of a forward pass, that have such a name."""
    return [p for p in subject.given if means(p.name, names)]
