"""Each row is made by running it: the cases of a pair and its code through both twins, the code of a fact."""

import functools
import math
import re
from collections.abc import Iterator

from reference.migration.constructors import Constructor
from reference.migration.defaults import arguments, initial
from reference.migration.facts import LIMIT, Fact
from reference.migration.facts.evaluate import Outcome, evaluate
from reference.migration.measure import Measured, measure
from reference.migration.rows import EXACT, GLUE, NOT, Row, Weight, percent
from reference.migration.snippets import constructors, example, run, snippet
from reference.pair import FRAMEWORKS, Pair, Slot
from reference.registry import family, find
from reference.sides import arrays_of

NOT_LAYERS = ("optimizer", "schedule", "initializer")


@functools.cache
def pair_row(name: str) -> Row:
    """The row of the pair called `name`."""
    pair = find(name)
    case = example(pair)
    made = constructors(pair, case)
    measured = measure(pair)
    code, errors = {}, {}
    if len(made) == len(FRAMEWORKS):
        for to in FRAMEWORKS:
            written = snippet(pair, case, to, made)
            code[to], errors[to] = str(written), run(pair, case, written)
    classes = {side: each.called for side, each in made.items() if each.called is not None}
    both = [classes["keras"], classes["torch"]] if len(classes) == len(FRAMEWORKS) else []
    return Row(
        pair=name,
        topic=family(name),
        kind=pair.kind,
        keras=_words(pair, "keras", made),
        torch=_words(pair, "torch", made),
        verdict=_verdict(pair, made, measured),
        error=measured.error,
        executed=measured.quantities > 0 or bool(measured.shown),
        unit=measured.unit,
        measured=_measured(measured),
        weights=tuple(_weights(pair)) if pair.kind not in NOT_LAYERS else (),
        arguments=tuple(arguments(*both)) if both else (),
        initial=tuple(initial(classes["keras"])) if "keras" in classes and pair.kind == "layer" else (),
        frozen=pair.torch.frozen + pair.keras.frozen,
        beware=tuple(_beware(pair)),
        shown=measured.shown,
        glue=tuple(dict.fromkeys(each.glue for each in made.values() if each.glue)),
        code=code,
        code_error=errors,
    )


def _words(pair: Pair, name: str, made: dict[str, Constructor]) -> str:
    if name not in made:
        return f"none: {pair.twin(name).reason}"
    # a function with some of its arguments given
    return re.sub(r"^functools\.partial\(([\w.]+), (.*)\)$", r"\1(..., \2)", made[name].shown or made[name].code)


def _verdict(pair: Pair, made: dict[str, Constructor], measured: Measured) -> str:
    likeness = {pair.twin(name).likeness for name in FRAMEWORKS}
    if likeness & {"inexact", "none"} or not measured.allowed:
        return NOT
    return GLUE if "composed" in likeness or any(each.glue for each in made.values()) else EXACT


def _measured(measured: Measured) -> str:
    if measured.error is None:
        return "no case can be asked of both"
    return f"{measured.quantities} quantities of {measured.cases} cases, the worst {measured.worst}"


def _beware(pair: Pair) -> Iterator[str]:
    for name in FRAMEWORKS:
        if reason := pair.twin(name).reason:
            yield f"{'PyTorch' if name == 'torch' else 'Keras'}: {reason}"
    yield from pair.notes


def _weights(pair: Pair) -> Iterator[Weight]:
    arrays = arrays_of(pair, example(pair), 7)
    for key, array in {**arrays.params, **arrays.buffers}.items():
        keras, torch = pair.keras.slots.get(key), pair.torch.slots.get(key)
        if keras is None or torch is None:
            continue
        (k_axes, k_gates), (t_axes, t_gates) = (
            _lies(mine, other, array.shape) for mine, other in ((keras, torch), (torch, keras))
        )
        yield Weight(_named(keras), k_axes, k_gates, _named(torch), t_axes, t_gates)


def _named(slot: Slot) -> str:
    place, count = slot.part
    return f"{slot.name}[{place} of {count}]" if count > 1 else slot.name


def _lies(slot: Slot, other: Slot, shape: tuple[int, ...]) -> tuple[str, str]:
    """The axes of a slot as a shape in words, and its gates."""
    side = slot.axes.split("->")[1] if slot.axes else other.axes.split("->")[0]
    gates = slot.blocks.split("->")[1].strip() if slot.blocks else other.blocks.split("->")[0].strip()
    count = len(gates.split())
    words, inside = [], []
    for token in side.replace("(", "( ").replace(")", " )").split():
        if token == "(":
            inside = [""]
        elif token == ")":
            words.append("·".join(inside[1:]))
            inside = []
        else:
            word = str(count) if token == "gate" and count else token
            (inside if inside else words).append(word)
    return f"({', '.join(words)})" if words else str(shape), gates


def fact_row(fact: Fact) -> Row:
    """The row of a fact that has code, which is run; its verdict is "wrong" where it is not as it is said to be."""
    outcome = evaluate(fact)
    # what agrees as a share, as samples do, is told as a share: its distance in ulp means nothing
    in_ulp = math.isfinite(outcome.ulp) and (outcome.ulp <= LIMIT or not fact.within)
    values = f"{outcome.keras} and {outcome.torch}" if outcome.keras and fact.verdict == NOT else ""
    return Row(
        pair=fact.pair,
        topic=fact.topic,
        kind="fact",
        keras=fact.keras,
        torch=fact.torch,
        verdict=fact.verdict if outcome.holds else "wrong",
        error=outcome.ulp if in_ulp else None,
        executed=True,
        measured=values or fact.why,
        fact=fact.name,
        says=fact.says,
        naive=fact.naive,
        naive_in=fact.naive_in,
        share=outcome.share if math.isfinite(outcome.share) else None,
        damage=_damage(fact, outcome),
    )


def _damage(fact: Fact, outcome: Outcome) -> str:
    if not fact.naive:
        return ""
    right = outcome.keras if fact.naive_in == "keras" else outcome.torch
    # the number given is the value's, the damage that of the value or of a gradient, whichever is further off
    before = "; the value is" if fact.gradient else ":"
    said = f"{before} {outcome.naive} instead of {right}" if outcome.naive and right else ""
    if not math.isfinite(outcome.damage):
        return f"another kind of result{said}"
    of = " of the largest element, gradients included" if fact.gradient else " of the largest element"
    return f"off by {percent(outcome.damage)}{of}{said}"
