"""What may be wrong between two models of Keras: a layer that is another one, or has other options, or is not there.

Each is a repair of B: the layer computes what A's does, with B's weights.
"""

import contextlib
import inspect
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from reference.migration.models import Step
from reference.migration.pairing import Cause, Pairing, Place, Repaired, Undo

# how weights start and what they are drawn to is no part of what a layer computes; nor what it is called
SILENT = ("name", "dtype", "trainable", "seed", "initializer", "regularizer", "constraint", "batch_shape")
MOST = 6  # layers that are repaired at one place


@dataclass(frozen=True)
class Repair:
    """A layer of B, how it is to be called in the place of its own `call`, and what is wrong with it, in words."""

    cause: str
    text: str
    layer: Any
    instead: Callable[[Callable[..., Any]], Callable[..., Any]]

    def apply(self) -> Undo:
        return called_instead(self.layer, self.instead(self.layer.call))


def called_instead(layer: Any, call: Callable[..., Any]) -> Undo:
    """Have a layer of Keras compute something else; how to undo it."""
    before = vars(layer).get("call")
    # not setattr: Keras would track it
    object.__setattr__(layer, "call", call)

    def undo() -> None:
        object.__delattr__(layer, "call")
        if before is not None:
            object.__setattr__(layer, "call", before)

    return undo


def replaced(pairing: Pairing, place: Place) -> Repaired | None:
    """As few repairs as make two models of Keras agree where they did not: one, or several at once."""
    if (pairing.a.framework, pairing.b.framework) != ("keras", "keras") or place.rank > len(pairing.moves):
        return None
    repairs = list(itertools.islice(_repairs(pairing, place), MOST))
    for count in range(1, len(repairs) + 1):
        for some in itertools.combinations(repairs, count):
            if not pairing.budget.one_more():
                return None
            with contextlib.ExitStack() as stack:
                for repair in some:
                    stack.callback(repair.apply())
                if pairing.agrees(place, 1):
                    text = f"{pairing.said(place)}: {'; '.join(repair.text for repair in some)}"
                    return [Cause(some[0].cause, text, some[0].layer.name)], stack.pop_all().close
    return None


def _repairs(pairing: Pairing, place: Place) -> Iterator[Repair]:
    """What differs between the layers that the place is between, the first of them too; the last first."""
    mine, theirs = (_between(pairing, place, side) for side in (0, 1))
    found: list[Repair] = []
    kinds = [[type(step.layer).__name__ for step in steps] for steps in (mine, theirs)]
    for tag, i, up_to, j, end in SequenceMatcher(a=kinds[0], b=kinds[1], autojunk=False).get_opcodes():
        both = list(zip(mine[i:up_to], theirs[j:end], strict=False))
        if tag == "equal":
            found += [
                repair for x, y in both for repair in (_other_options(x.layer, y.layer), _mask(y.layer)) if repair
            ]
        else:
            found += [_other_layer(x.layer, y.layer) for x, y in both if _same_weights(x.layer, y.layer)]
            found += _missing([step.layer for step in mine[i + len(both) : up_to]], theirs, j + len(both))
            found += [_superfluous(step.layer) for step in theirs[j + len(both) : end]]
    yield from reversed(found)


def _between(pairing: Pairing, place: Place, side: int) -> Sequence[Step]:
    """The calls from the last layer with weights before the place on."""
    steps, units = pairing.runs[side].steps, [(m.source, m.target)[side].name for m in pairing.moves]
    here = units[place.unit] if place.unit < len(units) else None
    stop = next((i for i, step in enumerate(steps) if step.name == here), len(steps))
    start = max((i for i, step in enumerate(steps[:stop]) if step.name in units), default=0)
    return steps[start:stop]


def _other_options(mine: Any, theirs: Any) -> Repair | None:
    has, wanted = (dict(_options(layer.get_config())) for layer in (theirs, mine))
    wrong = [name for name in wanted if name in has and has[name] != wanted[name]]
    if not wrong or not _same_weights(mine, theirs):
        return None
    told = ", ".join(f"its {name} is {has[name]!r}, A's is {wanted[name]!r}" for name in wrong)
    return Repair(wrong[0].rpartition(".")[2], f"layer '{theirs.name}': {told}", theirs, lambda own: _as(mine, theirs))


def _options(config: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """The options of a layer by name, those of a layer or function in it too."""
    for name, value in config.items():
        if any(name.endswith(word) for word in SILENT):
            continue
        inner = value.get("config") if isinstance(value, dict) else None
        if isinstance(inner, dict):
            yield f"{before}{name}", value.get("class_name")
            yield from _options(inner, f"{before}{name}.")
        else:
            yield f"{before}{name}", inner if isinstance(value, dict) else value


def _mask(layer: Any) -> Repair | None:
    """Attention that sees later steps in the one model, not in the other: an option of its call."""
    if "use_causal_mask" not in inspect.signature(layer.call).parameters:
        return None
    text = f"layer '{layer.name}': one model's attention is causal (use_causal_mask=True), the other's sees all steps"

    def instead(own: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, use_causal_mask: bool = False, **options: Any) -> Any:
            return own(*given, use_causal_mask=not use_causal_mask, **options)

        return call

    return Repair("causal mask", text, layer, instead)


def _other_layer(mine: Any, theirs: Any) -> Repair:
    text = f"B has {_said(theirs)}, A {_said(mine)}"
    return Repair("another layer", text, theirs, lambda own: _as(mine, theirs))


def _missing(layers: Sequence[Any], theirs: Sequence[Step], at: int) -> Iterator[Repair]:
    """Layers that A has at a place and B has not: behind the layer before it, else before the one after it."""
    if not layers or not theirs:
        return
    text = f"A has {' and '.join(map(_said, layers))}, B does not"
    behind = at > 0
    layer = theirs[at - 1 if behind else 0].layer

    def instead(own: Callable[..., Any]) -> Callable[..., Any]:
        def call(x: Any, *more: Any, **options: Any) -> Any:
            if behind:
                return _chain(layers, own(x, *more, **options))
            return own(_chain(layers, x), *more, **options)

        return call

    yield Repair("missing layer", f"{text}, {'behind' if behind else 'before'} layer '{layer.name}'", layer, instead)


def _chain(layers: Sequence[Any], x: Any) -> Any:
    for layer in layers:
        x = _as(layer, None)(x)
    return x


def _superfluous(layer: Any) -> Repair:
    text = f"B has {_said(layer)}, A does not; leave this out"
    return Repair("superfluous layer", text, layer, lambda own: lambda x, *more, **options: x)


def _said(layer: Any) -> str:
    return f"{type(layer).__name__} '{layer.name}'"


def _same_weights(mine: Any, theirs: Any) -> bool:
    return [tuple(v.shape) for v in mine.variables] == [tuple(v.shape) for v in theirs.variables]


def _as(mine: Any, theirs: Any) -> Callable[..., Any]:
    """The call of A's layer with the weights of B's, in full precision."""
    import keras

    from reference.migration.models.keras_precision import in_full_precision

    known = inspect.signature(mine.call).parameters

    def call(*given: Any, **options: Any) -> Any:
        pairs = list(zip(mine.variables, [] if theirs is None else theirs.variables, strict=False))
        scope = keras.StatelessScope(state_mapping=[(v, w.value) for v, w in pairs])
        with in_full_precision(mine, set()), scope:
            y = mine.call(*given, **{name: value for name, value in options.items() if name in known})
        for v, w in pairs:
            if not v.trainable:  # running moments
                w.assign(scope.get_current_value(v))
        return y

    return call
