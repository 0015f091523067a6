"""Small networks, recognised by their names and then by what they compute."""

from collections.abc import Mapping, Sequence
from typing import Any

from reference.homework.family import NEVER, Family
from reference.homework.networks.calls import layouts
from reference.homework.networks.examination import examine_network
from reference.homework.networks.forms import Form
from reference.homework.problem import Layout, Problem

SIZE = r"(size|dim|nodes?|units?|num|layer|neurons?|count)?s?"
COUNT = r"(n|num|size|d|dim|no)?(of)?"
ROLES = {
    "sizes": r"(layer|net(work)?)?(sizes|dims|dimensions|nodes|neurons|units|shape|structure|topology|layout)"
    r"|layers?(sizes?|dims?|nodes|units|shape|neurons)?|(nn|net)?arch(itecture)?",
    "hidden sizes": r"hidden(layers?)?(sizes|dims|units|nodes|list)(list)?|hidden(size|layer)list|hiddenlayers",
    "n_in": rf"{COUNT}(in|inputs?|x|features?){SIZE}|din?|ni|nfeatures?|i(nodes)?",
    "n_hidden": rf"{COUNT}(h|hid|hiddens?|hiddenlayer){SIZE}1?|nh(id)?|h(nodes)?|nnodes1|h1|(hidden|h){SIZE}1",
    "n_hidden2": rf"{COUNT}(h|hid|hidden|hiddenlayer){SIZE}2|nnodes2|h2",
    "n_out": rf"{COUNT}(out|outputs?|y|class(es)?|labels?){SIZE}|dout|no|c|k|o(nodes)?|classnum",
    "side": r"(image|img|input|in)_?(size|side|width|height|dim|h|w)|side",
    "image": r"(image|img|input|in)_?(shape|dims?|size)|dim",
    "filters": r"(n|num|no)?(filters?|kernels?|channels?)(num|sizes|counts?|n)?|fn",
    "kernel": r"(filter|kernel|f|k)(size|s)?|ksize",
    "scale": r"(weight)?(init)?(std|scale|sigma)",
    "reg": r"reg\w*|lambda?\w*|weightdecay\w*",
}


def _values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    form: Form = asked.facts["form"]
    sizes = form.sizes
    hidden = {"n_hidden2": [sizes[2]]} if len(sizes) > 3 else {}
    several = {"n_hidden": [sizes[1]]} if len(sizes) > 2 else {}
    images: dict[str, Sequence[Any]] = {
        "side": [form.side],
        "image": [(form.channels, form.side, form.side)],
        "filters": [form.filters],
        "kernel": [form.kernel],
    }
    return {
        **(images if form.filters else {}),
        "sizes": [list(sizes)],
        "hidden sizes": [list(sizes[1:-1]), tuple(sizes[1:-1])],
        "n_in": [sizes[0]],
        **several,
        **hidden,
        "n_out": [sizes[-1]],
        "scale": [0.5],
        "reg": [0.0],
        "activation": [form.hidden],
    }


def _reductions(asked: Problem) -> Mapping[str, float]:
    form: Form = asked.facts["form"]
    n, c = asked.batch, form.sizes[-1]
    found = {"gradients averaged over the batch": 1 / n} if n > 1 else {}
    if form.loss == "half the squared error":
        found |= {
            "the squared error without the half": 2.0,
            "the squared error without the half, averaged over the batch": 2 / n,
            "the squared error averaged over all elements": 2 / n / c,
            "half the squared error averaged over all elements": 1 / n / c,
        }
    return found


def network(name: str, classes: str, functions: str, rank: int, *pairs: str) -> Family:
    """A family of networks; structure decides, the names only who is asked."""
    no_layer = r"(?!.*(rnn|lstm|gru|recurrent|layer$|norm))"
    return Family(
        name,
        classes=no_layer + classes,
        functions=functions,
        pairs=pairs,
        rank=rank,
        layouts=layouts,
        values=_values,
        roles=ROLES,
        wildcards=("n_in", "n_hidden", "n_out"),
        reductions=_reductions,
        loose=2e-5,
        targets=r"t|y",
        examine=examine_network,
    )


TWO_LAYER_NET = network("two-layer-net", r"\w*(two|2)_?layer\w*net\w*", NEVER, 11)
SEQUENTIAL = network(
    "sequential",
    r"\w*net(work|rowk)?s?(class|model|v?\d|matrix|numpy|np|\w{0,12})?|\w*(d|m|a|b)?nn(classifier|model|scratch)?"
    r"|\w*mlp\w*|\w*multilayer\w*|model",
    r"(l|full|deep|nn|net(work)?|model|mlp|dnn|two_?layer|three_?layer|my)*"
    r"(forward|feedforward)(prop\w*|pass|nn|net|model)?",
    9,
    "sequential",
    "three-layer-mlp",
)
CNN = network("cnn", r"\w*cnn\w*|\w*conv\w*net(work)?\w*", NEVER, 10)
