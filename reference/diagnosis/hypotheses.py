"""All that may be wrong with a layer: mistakes written by hand first, then every mutant of its code."""

import functools
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from reference.diagnosis.bench import HAND, PLAIN, WORDED, Hypothesis, changed
from reference.diagnosis.constants import of_constants
from reference.diagnosis.earlier import of_calls
from reference.diagnosis.evidence import Evidence
from reference.diagnosis.mutants import Mutant, mutants
from reference.diagnosis.one_layer import of_layers
from reference.diagnosis.products import of_products
from reference.diagnosis.variants import all_variants
from reference.diagnosis.variants.activations import of_activation
from reference.diagnosis.worded import kebab, named
from scratch.activations import Activation
from scratch.convolution import Conv2D
from scratch.dense import Dense
from scratch.losses import Loss

LEFT_OUT, ONES = "activation-missing-backward", "(1 (the activation is left out)) * dz"


def hypotheses(evidence: Evidence) -> tuple[Hypothesis, ...]:
    """What may be wrong with the layer that the evidence is about."""
    made = evidence.pair.layer(**evidence.case.options)
    used: list[type] = list(dict.fromkeys(type(each) for each in layers_of(made)))
    found: Iterator[Hypothesis] = (one for cls in used for one in of_class(cls))
    found = itertools.chain(found, of_layers(evidence, of_class))
    if {Dense, Conv2D} & set(used):  # in a network a slope of 1 is a layer that the way back leaves out
        found = (replace(h, id=LEFT_OUT) if h.facts.get("said") == ONES else h for h in found)
    return (*of_calls(evidence), *of_constants(evidence), *of_products(evidence), *found)


def layers_of(layer: Any) -> Iterator[Any]:
    """A layer of scratch's, or a form of one, and those that it holds; of a layer that wraps others these alone."""
    if type(layer).__module__.startswith("scratch.") or isinstance(layer, Activation | Loss):
        yield layer
    for value in vars(layer).values():
        for each in value if isinstance(value, list | tuple) else (value,):
            if hasattr(each, "__dict__") and type(each).__module__.startswith(("scratch.", "reference.homework")):
                yield from layers_of(each)


@functools.cache
def of_class(cls: Any) -> tuple[Hypothesis, ...]:
    """What may be wrong with a layer of this class."""
    written = [
        v for v in all_variants() if issubclass(cls, v.owner) and all(_reaches(cls, v.owner, m) for m in v.methods)
    ]
    if issubclass(cls, Activation):
        written += of_activation(cls)
    by_hand = [changed(v.id, v, {"owner": cls.__name__, **v.facts}, HAND) for v in written]
    return (*by_hand, *(_of_mutant(mutant) for mutant in mutants(cls)))


def _reaches(cls: type, owner: type, method: str) -> bool:
    """Whether the method of a class is the one of `owner`, and none of a class between."""
    between = cls.__mro__[: cls.__mro__.index(owner)]
    return not any(method in vars(one) for one in between)


def _of_mutant(mutant: Mutant) -> Hypothesis:
    id, worded = named(mutant)
    facts: Mapping[str, str] = {
        "owner": mutant.owner,
        "method": mutant.method,
        "before": mutant.before,
        "after": mutant.after,
        "name": kebab(mutant.owner),
        "said": mutant.after,
        "right": mutant.before,
    }
    return changed(id, mutant, facts, WORDED if worded else PLAIN)
