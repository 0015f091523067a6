"""Objects of a submission made from the names of their constructor's parameters."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reference.homework.reading.submission import Symbol
from reference.homework.recipes.bench import Bench

# what a parameter is, by its name in lower case without underscores
ROLES = {
    "n_in": r"nfeatures?|nnodes1|nin|ninputs?|inputsize|indim|nnode1|n1|inputdim|nfeat",
    "n_out": r"nnodes2?|nout|noutputs?|nhidden|hiddensize|outdim|outputsize|nnode2?|n2|nunits|units|hiddendim",
    "batch": r"batchsize|nbatch|batch|nsamples",
    "steps": r"nsequences?|nseq|seqlength|nsteps|timesteps?|seqlen|sequencelength|nsequence",
    "initializer": r"init|initializer|initialiser|weightinit",
    "optimizer": r"optim|optimizer|optimiser|opt",
    "activation": r"activation|activator|function|func|act|f|activationfunction",
    "W_x": r"wx",
    "W_h": r"wh",
    "B": r"b|bias",
    "h_0": r"h0?|hprev|h0|state|hs|hiddenstate|initialstate|hinit",
    "lr": r"lr|learningrate|alpha|eta",
    "epochs": r"epochs?|nepochs?|niter|numepochs?|iterations?|maxepoch",
    "classes": r"nclasses|nclass|classes|nlabels",
    "weight_type": r"weighttype|type|kind|mode|method|initializertype",
    "sigma": r"sigma|std|scale|wstd",
    "verbose": r"verbose",
    "seed": r"seed|randomstate",
}


class Unclear(Exception):
    """A parameter that must be given and whose name says nothing."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of a method. `role` is what its name says, "" where that is nothing."""

    name: str
    role: str
    required: bool


def parameters(symbol: Symbol, method: str) -> list[Parameter] | None:
    """The parameters of a method without self; None where the class has no such method of its own."""
    found = [n for n in symbol.node.body if isinstance(n, ast.FunctionDef) and n.name == method]
    if not found:
        return None
    spec = found[-1].args
    names = [a.arg for a in (*spec.posonlyargs, *spec.args)][1:]
    optional = len(spec.defaults)
    positional = [(name, index < len(names) - optional) for index, name in enumerate(names)]
    keywords = [(a.arg, d is None) for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)]
    return [Parameter(name, role_of(name), required) for name, required in (*positional, *keywords)]


def role_of(name: str) -> str:
    plain = name.replace("_", "").lower()
    return next((role for role, pattern in ROLES.items() if re.fullmatch(pattern, plain)), "")


def arguments(symbol: Symbol, values: Mapping[str, Any], always: Sequence[str] = ()) -> dict[str, Any]:
    """What to hand to the constructor: every required parameter, and the optional ones with a role in `always`.

    Raises Unclear for a required one without a value.
    """
    given: dict[str, Any] = {}
    for parameter in parameters(symbol, "__init__") or []:
        wanted = parameter.required or parameter.role in always
        if wanted and parameter.role in values:
            given[parameter.name] = values[parameter.role]
        elif parameter.required:
            raise Unclear(f"what {symbol.name}(..., {parameter.name}) should be is not clear")
    return given


def has_method(bench: Bench, symbol: Symbol, *names: str) -> str:
    """The first of these methods that a class, or one that it is made from, has; "" for none."""
    classes = [symbol]
    for base in getattr(symbol.node, "bases", []):
        if isinstance(base, ast.Name) and base.id in bench.submission.symbols:
            classes.append(bench.submission.symbols[base.id])
    own = {n.name for each in classes for n in each.node.body if isinstance(n, ast.FunctionDef)}
    return next((name for name in names if name in own), "")
