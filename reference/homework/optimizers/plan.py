"""How an optimizer is called: what makes it, which of its methods takes a step, and what each parameter is given."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reference.homework.methods import Method
from reference.homework.optimizers.forms import LAYER, Form
from reference.homework.optimizers.settings import roles
from reference.homework.roles import Parameter, means, parameters, plain
from reference.homework.subject import Subject

PARAMS = (
    r"params?|parameters?|weights?|ws?|theta\w*|variables|vars?|x|ps?|network|paramlist|trainable\w*|tensors?|wb|"
    r"paramsdict|oldw|layers|model|net"
)
GRADS = (
    r"\w*grads?|\w*gradients?|grad\w*|d(w|params?|x|theta|p|parameters?|weights?|b)s?|gs?|derivatives?|nabla\w*|dl?dw"
)
PAIRS = r"grads?(and)?(vars?|variables|params?|weights?)"
SWAPPED = r"(vars?|variables|params?|weights?)(and)?grads?"
KEY = r"key|name|k|id|paramname|layername|paramid|idx|index|paramkey"
COUNT = r"t|i|n|k|iter\w*|numiter\w*|steps?|epochs?|epochnum|timestep|\w*counter|count|globalstep|tstep"
# counts whose first value nobody says: from 0 as well as from 1
FREE_COUNT = r"i|k|iter\w*|step|epochs?|epochnum"
CONFIG = (
    r"config|cfg|state|opt(im(izer)?)?(state|config|params)|optstate|cache|memory|hyper\w*|settings|options|paramstate"
)
# by how many the gradients, which are sums, are divided
SAMPLES = r"(mini)?batch_?size|n_?samples|num_?samples|bs"
# the layers that the weights are of, a list or their number
LAYERS = r"(nn|net(work)?|model)?(arch\w*|layersizes|layerdims)|nn(layers)?"
DEPTH = r"(n|num|number)?(of)?layers?(n|num|number)?|depth|l"
BEFORE, AFTER = r"pre(update|step)\w*|before(update|step)\w*", r"post(update|step)\w*|after(update|step)\w*"
UPDATE = (
    r"update", r"step", r"update(params?|parameters?|weights?|layers?)\w*", r"(apply|optimi[sz]e|minimi[sz]e)\w*",
    r"update\w*", r"call", r"(do|take|perform)?step\w*|get\w*update\w*|run|train(step)?|descend|move",
)  # fmt: skip


@dataclass(frozen=True)
class Code:
    """An optimizer's code: what makes it, and what is called at each step.

    `target` is the end of the path of what is called: ".update", or "" where the object itself is. `before` and `after`
    are methods without parameters that are called at each step: pre_update_params. `asked` is a setting that any
    optimizer may offer, where it is asked for that.
    """

    subject: Subject
    making: tuple[Parameter, ...]
    call: Method
    pair: str
    nodes: Sequence[ast.AST]
    target: str = ""
    made: bool = True
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    asked: str = ""


def code_of(subject: Subject, pair: str, nodes: Sequence[ast.AST]) -> Code | None:
    """How an optimizer is made and called; None where nothing in it looks like a step."""
    if subject.is_class:
        call = _stepping(subject)
        target = f".{call.name}" if call is not None and call.name != "__call__" else ""
        if call is None:
            return None
        free = [name for name, method in subject.methods.items() if not any(p.required for p in method.parameters)]
        before, after = (tuple(n for n in free if re.fullmatch(p, plain(n))) for p in (BEFORE, AFTER))
        return Code(subject, subject.init, call, pair, nodes, target, True, before, after)
    whole = subject.forward
    assert whole is not None
    for inner in whole.node.body:
        if isinstance(inner, ast.FunctionDef) and inner.name in whole.returns:
            return Code(subject, whole.parameters, Method(inner.name, parameters(inner), inner), pair, nodes)
    return Code(subject, (), whole, pair, nodes, made=False)


def _stepping(subject: Subject) -> Method | None:
    for pattern in UPDATE:
        for name, method in subject.methods.items():
            if re.fullmatch(pattern, plain(name)) and not method.stub:
                return method
    return subject.methods.get("__call__")


@dataclass(frozen=True)
class Part:
    """What a parameter is: "params", "grads", "count", "key", "config", "layers", "depth", "state", or a setting.

    "pairs" and "swapped": gradients with their weights, and weights with their gradients. "handed": one weight, or the
    gradient of one. "samples": of how many the gradients are sums.
    """

    parameter: Parameter
    role: str
    setting: bool = False


def planned(code: Code, wanted: Sequence[Parameter], form: Form, step: bool) -> list[Part]:
    """What each parameter of the constructor, or of a step, is; those that are left at their default are left out.

    Raises LookupError for a required parameter that is not understood.
    """
    handed = [*(place.gradient for place in form.places if form.holds), *(name for name, _ in form.named)]
    first = [Part(parameter, "handed") for parameter in wanted if step and parameter.name in handed]
    wanted = [parameter for parameter in wanted if not step or parameter.name not in handed]
    settings = roles(wanted, code.pair)
    left = ["params", "grads"] if step and not form.holds else [] if form.named else ["params"]
    if step and any(means(p.name, PARAMS) or means(p.name, LAYER) for p in code.making):
        left = left[1:]
    found = [*_parts(wanted, settings, left, step), *first]
    if code.made and (odd := [part.parameter.name for part in found if part.role == "state"]):
        raise LookupError(f"its parameter '{odd[0]}' is not understood")
    return found


def _parts(wanted: Sequence[Parameter], settings: dict[str, str], left: list[str], step: bool) -> Iterator[Part]:
    for parameter in wanted:
        name, required = parameter.name, parameter.required
        role = _weights_or_gradients(parameter, left)
        if role in ("pairs", "swapped"):
            left.clear()
        elif role:
            left.remove(role)
        if role:
            yield Part(parameter, role)
        elif name in settings:
            yield Part(parameter, settings[name], setting=True)
        elif step and required and means(name, SAMPLES):
            yield Part(parameter, "samples")
        elif step and required and means(name, COUNT):
            yield Part(parameter, "count")
        elif step and required and means(name, KEY):
            yield Part(parameter, "key")
        elif step and required and not left and means(name, LAYERS):
            yield Part(parameter, "layers")
        elif step and required and not left and means(name, DEPTH):
            yield Part(parameter, "depth")
        elif step and means(name, CONFIG) and (parameter.keys or not required):
            yield Part(parameter, "config")
        elif required and left:
            yield Part(parameter, left.pop(0))
        elif required and step:
            yield Part(parameter, "state")
        elif required:
            raise LookupError(f"its parameter '{name}' is not understood")


def _weights_or_gradients(parameter: Parameter, left: Sequence[str]) -> str:
    """Which of the two a parameter is by its name, "" where the name does not say."""
    if "grads" in left and means(parameter.name, PAIRS):
        return "pairs"
    if "grads" in left and means(parameter.name, SWAPPED):
        return "swapped"
    for role, pattern in (("grads", GRADS), ("params", PARAMS)):
        if role in left and parameter.required and means(parameter.name, pattern):
            return role
    return "params" if "params" in left and parameter.required and means(parameter.name, LAYER) else ""


def settings_of(code: Code) -> dict[str, str]:
    """The settings that the code can be given, by the names of parameters and of keys in a dict of settings."""
    wanted = (*code.making, *code.call.parameters)
    found = roles(wanted, code.pair)
    if any(means(p.name, CONFIG) for p in code.call.parameters):
        found |= config_of(code)
    return found


def config_of(code: Code) -> dict[str, str]:
    """The keys that the code reads from a dict of settings, and the settings they are."""
    texts = [n.value for each in code.nodes for n in ast.walk(each) if isinstance(n, ast.Constant)]
    keys = [text for text in texts if isinstance(text, str) and text.isidentifier()]
    return roles([Parameter(key, False) for key in dict.fromkeys(keys)], code.pair)
