"""Which layer of a wrong network is wrong itself, and which inherit the error.

The gradient that a submission brings to a layer follows from the weights' gradient that it computes there, where
there are fewer samples than inputs. Each layer is then held to what it should make of what arrives at it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from reference.diagnosis.evidence import EXACTLY, Evidence, nearly
from reference.diagnosis.sentences import stated
from reference.homework.diagnosing import Diagnosis, evidence_of
from reference.homework.networks.forms import Form, Network, ask
from reference.homework.probing import of_numbers
from reference.homework.verdict import Fact
from reference.pair import Array
from scratch.layer import Layer

SAMPLES = 3  # fewer than any layer of the forms has inputs


class NetworkDiagnosis(Diagnosis):
    """Why a network was judged wrong."""

    def narrowing(self) -> tuple[Fact, ...]:
        """Where its numbers are wrong, and which layer makes them so."""
        return (*of_numbers(self.judged, self.attempt.problem), *self._layers())

    def _layers(self) -> Iterator[Fact]:
        form: Form = self.attempt.problem.facts["form"]
        form = replace(form, batch=min(form.batch, SAMPLES))
        few = self.trying.run(self.attempt.reading, ask(form, self.seed), self.attempt.number)
        if few is not None and few.failure is None:
            evidence = evidence_of(self.judge.family, self.judge.whole(few), few)
            if evidence is not None and "y" not in evidence.wrong:
                yield from of_layers(evidence, form)


def of_layers(evidence: Evidence, form: Form) -> Iterator[Fact]:
    """What a network makes of the gradient at each dense layer, from the last on. Its output must be right."""
    chain = _Chain(evidence, form)
    inherits: list[str] = []
    said = False
    for number in range(form.depth, 0, -1):
        names = [name for name in (f"dw{number}", f"db{number}") if name in evidence.wrong]
        if not names:
            continue
        found = chain.verdict(number) if number > len(form.filters) else ""
        if not found and not said and number < form.depth:
            found = "narrow-layer-from"
        if found == "inherits":
            inherits.append(str(number))
        elif found:
            said = True
            yield stated(found, {"names": "; ".join(names), "layer": str(number), "next": str(number + 1)})
    if inherits:
        yield stated("narrow-layer-inherits", {"layers": "; ".join(inherits)})


@dataclass
class _Chain:
    """The layers of a network that has run forward, and the submission's gradients of its weights."""

    evidence: Evidence
    form: Form

    def __post_init__(self) -> None:
        made = Network(self.form)
        made.load(self.evidence.arrays.params)
        made.forward(self.evidence.arrays.inputs["x"])
        self.layers: list[Layer] = made.layers.layers

    def verdict(self, number: int) -> str:
        """The id of what is to be said of a layer with wrong gradients; "inherits" where it makes no mistake."""
        arrived = self._arrived(number, self._gradient(f"dw{number}"))
        if arrived is None:
            return "" if self._input(number) is None else "narrow-layer-own"
        db = self._gradient(f"db{number}")
        if db is not None and not nearly(db, arrived.sum(axis=0), 100 * EXACTLY):
            return "narrow-layer-bias"
        if number == self.form.depth:
            return "narrow-layer-last"
        above = self._arrived(number + 1, self._gradient(f"dw{number + 1}"))
        if above is None:
            return ""
        return "inherits" if nearly(arrived, self._passed(number, above), 100 * EXACTLY) else "narrow-layer-step"

    def _gradient(self, name: str) -> Array | None:
        """A gradient as the submission has it, in the layer's layout."""
        one = self.evidence.found.get(name)
        weight = self.evidence.arrays.params.get(name[1:])
        if one is None or weight is None or one.got.size != weight.size:
            return None
        return one.back(one.got).reshape(weight.shape)

    def _input(self, number: int) -> Array | None:
        """What a dense layer was given; None where it does not tell all samples apart."""
        x: Array = self.layers[self.form.places[number - 1]].x  # type: ignore[attr-defined]
        return x if np.linalg.matrix_rank(x) == len(x) < x.shape[1] else None

    def _arrived(self, number: int, dw: Array | None) -> Array | None:
        """The gradient of a layer's output from which dw = x.T @ it; None where there is none."""
        x = self._input(number)
        if x is None or dw is None:
            return None
        dy = np.linalg.lstsq(x.T, dw, rcond=None)[0]
        return dy if nearly(x.T @ dy, dw, 100 * EXACTLY) else None

    def _passed(self, number: int, dy: Array) -> Array:
        """What should arrive at a layer where this arrives at the next one."""
        for layer in reversed(self.layers[self.form.places[number - 1] + 1 : self.form.places[number] + 1]):
            dy = layer.backward(dy)
        return dy
