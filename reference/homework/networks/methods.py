"""Which methods and functions of a small network are its forward and backward pass, and what their parameters are."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from reference.homework.family import CACHE, COTANGENT, INPUT, RATE
from reference.homework.methods import Method
from reference.homework.roles import Parameter, means, plain
from reference.homework.subject import Subject

FORWARD = (
    r"forward\w*|feedforward|ff|fprop|call",
    r"predict\w*|query|infer\w*|think|(get)?scores?|output|activate|compute\w*|run|evaluate",
    r"loss",
)
BACKWARD = (
    r"\w*back_?prop\w*|back\w*|bprop",
    r"(?!.*(num|check))(compute|calc|get|calculate)?grad(ient)?s?\w*",
    r"loss",
    r"train(step|onbatch|batch|one)?|update(weights|params)?|learn",
)
WEIGHT = r"w(eights?)?|theta|kernels?|coefs?|filters?"
BIAS = r"b(ias(es)?)?|intercepts?"
TARGET = (
    r"t|y|d|(y|t)(true|real|batch|train|onehot|enc|label)|\w*(targets?|labels?)(list|array|vector|batch)?|truth"
    r"|expected|answers?|teacher|onehot\w*|desired\w*|train\w*outputs?"
)
# what the parameters of a forward or backward pass are, most telling first
CALLED: Mapping[str, str] = {
    "forward function": r"(forward|fwd)\w*(func\w*|fn?)",
    "params": r"(net(work)?|nn|model)?param\w*|thetas?|model|net(work)?|weights(and)?bias\w*|state(dict)?",
    "ws": WEIGHT,
    "bs": BIAS,
    "architecture": r"(nn|net(work)?|model|layers?)?(arch\w*|config|spec|structure)|layers?(dims|sizes|config)?"
    r"|(hidden)?activations?",
    "cache": CACHE.replace("params?|parameters|", ""),
    "output": r"y_?(hat|pred\w*|out\w*|prob\w*)|a[l0-9]|aout|pred\w*|prob\w*|out(put)?\w*|al|scores?|logits",
    "t": TARGET,
    "lr": RATE,
    "reg": r"reg\w*|lambda?\w*|lambd|lmbda|lam|weightdecay\w*|decay|l2\w*",
    "keep": r"keepprob\w*",
    "x": r"x\w*|inputs?(list|array|vector|batch)|train\w*inputs?|" + INPUT,
}
NUMBERED = re.compile(rf"({WEIGHT}|{BIAS})(\d)")


def called(method: Method, forward: Method | None = None, cotangent: bool = False) -> Method:
    """A method whose parameters have roles; those with a default that are nothing we hand over are left out, and those
    that are what one before them is, such as data to validate with.

    `forward` is the method that was called before it. `cotangent`: it may be handed the gradient of the output.
    """
    found = [_with_role(p, forward, cotangent) for p in method.parameters]
    first = {p.role: p for p in reversed(found)}
    kept = [
        p for p in found if p.required or (p.role in ("x", "t", "params", "cache", "output") and p is first[p.role])
    ]
    if forward is None:
        kept = [p for p in kept if p.required or p.role not in ("t", "cache", "output")]
    return replace(method, parameters=tuple(kept))


def _with_role(p: Parameter, forward: Method | None, cotangent: bool) -> Parameter:
    name = plain(p.name)
    returned = [plain(each) for each in forward.returns] if forward is not None else []
    role = next((role for role, pattern in CALLED.items() if re.fullmatch(pattern, name)), "")
    if match := NUMBERED.fullmatch(name):
        role = f"weight {'b' if name.startswith(('b', 'i')) else 'w'}{match[match.lastindex or 0]}"
    elif len(returned) > 1 and name in returned:
        role = f"out {returned.index(name)}"
    elif returned == [name] and role not in ("x", "t"):
        role = "cache"
    elif forward is None and role in ("output", "cache"):
        role = "x"
    elif cotangent and re.fullmatch(rf"{COTANGENT}|d(?!ata)\w+", name) and role not in ("t", "lr"):
        role = "dy"
    return replace(p, role=role, keys=(), guessed=(), parts=())


def names_of(method: Method | None) -> set[str]:
    """The roles that a method's parameters have."""
    return {p.role for p in method.parameters} if method else set()


def forwards(subject: Subject) -> Iterator[Method]:
    """The methods that may be the forward pass, likeliest first."""
    found = [subject.forward] if not subject.made and subject.forward is not None else []
    for pattern in FORWARD if subject.made else ():
        found += [method for name, method in subject.methods.items() if means(name, pattern) and not method.stub]
    for method in found:
        wanted = called(method)
        roles = [p.role for p in wanted.parameters]
        # a function that gives the cost too is handed the targets
        costs = not subject.made and len(method.returns) > 1
        if "x" in roles and "" not in roles and ("t" not in roles or costs):
            yield wanted


def backwards(subject: Subject, forward: Method) -> Iterator[Method]:
    """The methods or functions that may give the gradients."""
    if not subject.made:
        if subject.backward is not None:
            yield called(subject.backward, forward)
        return
    for pattern in BACKWARD:
        for name, method in subject.methods.items():
            if not means(name, pattern) or method.stub:
                continue
            tuples = [n for n in ast.walk(method.node) if isinstance(n, ast.Return) and isinstance(n.value, ast.Tuple)]
            if pattern != "loss" or tuples:
                yield called(method, forward, cotangent=True)
