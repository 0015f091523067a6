"""Whether what a submission computed is right: each quantity found, compared and, where it differs, located."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from reference.homework.agreement import compare, far
from reference.homework.attempt import Attempt, Place
from reference.homework.candidates import Candidates
from reference.homework.gathering import gathered, owners
from reference.homework.returned import results
from reference.homework.scales import as_known, as_much, of_gradients
from reference.homework.trees import leaves
from reference.homework.verdict import Quantity
from reference.pair import Array
from reference.sides import gradient_name

# gradients are often clipped, to one of these
CLIPS = (1.0, 5.0, 10.0)


@dataclass
class Judged:
    """The quantities of an attempt, and the conventions that were recognised on the way.

    `factor` is what a loss is scaled by, `scales` what is said of each scale that comes to as much here: of the output,
    and of each input's gradient.
    """

    quantities: list[Quantity] = field(default_factory=list)
    conventions: list[str] = field(default_factory=list)
    arrays: dict[str, tuple[Array, Array]] = field(default_factory=dict)
    factor: float = 1.0
    scales: dict[str, list[str]] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)

    def add(self, quantity: Quantity) -> None:
        """One quantity more; none of the same name twice."""
        if all(quantity.name != other.name for other in self.quantities):
            self.quantities.append(quantity)

    @property
    def names(self) -> set[str]:
        return {quantity.name for quantity in self.quantities}

    @property
    def score(self) -> tuple[int, int]:
        """How many agree, and how many were found at all."""
        return sum(q.agree for q in self.quantities), len(self.quantities)

    @property
    def right(self) -> bool:
        return bool(self.quantities) and all(q.agree for q in self.quantities)


class Judge(Candidates):
    """Judges attempts of one subject as one family."""

    def forward(self, attempt: Attempt, like: Judged | None = None) -> Judged:
        """The output alone; that of a loss scaled as in `like`, where that is given."""
        judged = Judged()
        part = self.subject.forward.name if self.subject.forward else ""
        want = attempt.problem.want["y"]
        if attempt.y is None:
            problem = _stopped(attempt, ("init", "weights", "forward")) or f"{part} returned {_shape_of(attempt.value)}"
            problem += "" if attempt.failure else f", expected {attempt.layout.shape('y', want.shape)}"
            judged.quantities.append(Quantity("y", False, part=part, problem=problem))
            return judged
        noise = attempt.problem.noise.get("y", 0.0)
        scales = self.family.scales(attempt.problem) if self.family.scales else {"": 1.0}
        scales = as_known(like.scales.get("y", []) if like else [], scales)
        tried = [
            (said, compare("y", attempt.y, want * scale, noise, part, self.family.loose))
            for said, scale in scales.items()
        ]
        said, best = min(tried, key=lambda one: (not one[1].agree, one[1].max_rel))
        if not best.agree:
            said, best = tried[0]
        judged.quantities.append(best)
        judged.conventions += [said] if said else []
        judged.factor = scales[said]
        judged.scales["y"] = as_much(scales, said)
        judged.arrays["y"] = (attempt.y, want * judged.factor)
        judged.quantities += self._beside(attempt, part, judged.arrays)
        return judged

    def cut_short(self, attempt: Attempt) -> Judged | None:
        """What is wrong where the output is right as far as it goes, and ends too early; None for any other."""
        want, got = attempt.layout.to_submission("y", attempt.problem.want["y"]), attempt.value
        if isinstance(want, list) or not isinstance(got, np.ndarray) or got.ndim != want.ndim:
            return None
        short = [(m, n) for m, n in zip(got.shape, want.shape, strict=True) if m != n]
        # along a single index any step fits: it may be another stride
        if not short or any(m > n or m < 2 for m, n in short):
            return None
        start = want[tuple(slice(n) for n in got.shape)]
        if not compare("y", got, start, attempt.problem.noise.get("y", 0.0), loose=self.family.loose).agree:
            return None
        problem = (
            f"returned an array of shape {got.shape}, expected {want.shape}: what is there is right, the end is missing"
        )
        return Judged(
            [Quantity("y", False, part=self.subject.forward.name if self.subject.forward else "", problem=problem)]
        )

    def _beside(self, attempt: Attempt, part: str, arrays: dict[str, tuple[Array, Array]]) -> Iterator[Quantity]:
        """What is returned beside the output, such as the state of a cell; put into `arrays` too."""
        value, lay, y = attempt.value, attempt.layout, attempt.problem.want["y"]
        names = self.subject.forward.returns if self.subject.forward else ()
        items = results(value, names) if isinstance(value, dict | tuple) else []
        outputs = [lay.from_submission("y", each, y.shape) for each in items]
        near = {k: far(got, y) for k, got in enumerate(outputs) if got is not None}
        taken = min(near, key=lambda k: near[k], default=None)
        rest = [each for k, each in enumerate(items) if k != taken]
        for name in attempt.problem.facts.get("outputs", ()):
            want = attempt.problem.want[name]
            found = [got for each in rest if (got := lay.from_submission(name, each, want.shape)) is not None]
            if found:
                arrays[name] = min(found, key=lambda got: far(got, want)), want
                yield compare(name, *arrays[name], 0.0, part, self.family.loose)

    def whole(self, attempt: Attempt, like: Judged | None = None) -> Judged:
        """The output and every gradient."""
        judged = self.forward(attempt, like)
        backward = self.subject.backward
        if backward is None:
            if self.family.loss and isinstance(attempt.value, tuple | list | dict):
                attempt.returned = attempt.value
                self._weights(attempt, judged, like)
                self._inputs(attempt, judged, self.subject.forward.name if self.subject.forward else "", like)
            return judged
        if attempt.at == "backward":
            problem = _stopped(attempt, ("backward",))
            judged.quantities.append(Quantity("dx", False, part=backward.name, problem=problem))
            return judged
        self._weights(attempt, judged, like)
        self._inputs(attempt, judged, backward.name, like)
        return judged

    def _weights(self, attempt: Attempt, judged: Judged, like: Judged | None) -> None:
        places = judged.places = self.places_of(attempt)
        found: dict[str, tuple[Array, Array, str]] = {}
        flat = np.append(attempt.problem.flat(_gradients(attempt)), 0.0)
        last = self.subject.backward or self.subject.forward
        part = last.name if last else ""
        for name, place in places.items():
            want = flat[place.ids]
            candidate = self._candidate(attempt, name, place, want)
            if isinstance(candidate, Quantity):
                for owner in owners(attempt.problem, name, place):
                    judged.add(replace(candidate, name=gradient_name(owner), part=part))
            elif candidate is not None:
                found[name] = (candidate.array, want, candidate.said)
            elif _stays(attempt, name) and not all(_stays(attempt, other) for other in attempt.places):
                found[name] = (np.zeros_like(want), want, "")
        # where some weights have a gradient, one without is forgotten
        for name in [n for n, p in places.items() if found and n not in found and flat[p.ids].any()]:
            for owner in owners(attempt.problem, name, places[name]):
                if gradient_name(owner) not in {quantity.name for quantity in judged.quantities}:
                    judged.add(Quantity(gradient_name(owner), False, part=part, problem="no gradient of it was found"))
        unreduced = {name for name, (_, _, said) in found.items() if said}
        summed = like is not None and not any(said in like.conventions for _, _, said in found.values())
        if unreduced and (summed or len(unreduced) < len(found)):
            for name in unreduced:
                problem = f"it is not summed over the samples, as {'before' if summed else 'the others are'}"
                for owner in owners(attempt.problem, name, places[name]):
                    judged.add(Quantity(gradient_name(owner), False, part=part, problem=problem))
                del found[name]
        noise = attempt.problem.noise
        label, factor, clip = self._reduction(attempt, found)
        missed = {quantity.name for quantity in judged.quantities}
        for name, (got, want, said) in gathered(attempt.problem, places, found).items():
            if gradient_name(name) in missed:
                continue
            want = np.clip(want * factor, -clip, clip) if clip else want * factor
            loud = max((n for key, n in noise.items() if key.startswith("d")), default=0.0) * factor
            quantity = compare(gradient_name(name), got, want, loud, part, self.family.loose)
            judged.quantities.append(quantity)
            judged.arrays[gradient_name(name)] = (got, want)
            judged.conventions += [said] if said else []
        if found and label:
            judged.conventions.append(label)
        if clip:
            judged.conventions.append(f"gradients clipped to ±{clip:g}")

    def _reduction(self, attempt: Attempt, found: Mapping[str, tuple[Array, Array, str]]) -> tuple[str, float, float]:
        """What the gradients were divided by, and what they were clipped to, as far as it explains most of them."""
        options = [(label, factor, 0.0) for label, factor in self.reductions(attempt).items()]
        options += [("", 1.0, clip) for clip in CLIPS]

        def agreeing(option: tuple[str, float, float]) -> int:
            _, factor, clip = option
            wants = {n: np.clip(w * factor, -clip, clip) if clip else w * factor for n, (_, w, _) in found.items()}
            return sum(compare(n, found[n][0], want, loose=self.family.loose).agree for n, want in wants.items())

        return max(options, key=agreeing)

    def reductions(self, attempt: Attempt) -> Mapping[str, float]:
        """What gradients may be divided by, by what is said of it; the first where several explain as many."""
        known = {"": 1.0, **self.family.reductions(attempt.problem)}
        with_rate = {
            ", ".join(filter(None, [said, f"a learning rate of {rate:g}"])): factor * rate
            for rate in attempt.rates
            for said, factor in known.items()
        }
        return {**known, **with_rate}

    def _inputs(self, attempt: Attempt, judged: Judged, part: str, like: Judged | None) -> None:
        """The gradients of the inputs; a loss's may be that of the sum where the loss is a mean."""
        scales = self.family.input_scales(attempt.problem) if self.family.input_scales else {"": 1.0}
        if self.family.loss:
            together = attempt.back is None  # returned with the loss, it is that one's
            scales = of_gradients(attempt.problem, judged.factor, together)
            if self.family.scales and not judged.right:  # what the gradient is to be scaled by is not known then
                scales = dict(self.family.scales(attempt.problem))
        first = next(iter(attempt.problem.arrays.inputs), "") if self.family.loss else "x"
        for name in attempt.problem.arrays.inputs:
            key = gradient_name(name)
            if key not in attempt.problem.want:
                continue
            said_as = self.family.gradient or key
            allowed = as_known(like.scales.get(key, []) if like else [], scales)
            want = attempt.problem.want[key]
            noise = attempt.problem.noise.get(key, 0.0)
            found = [
                (said, got, want * scale)
                for got in self._input_candidates(attempt, name, want)
                for said, scale in allowed.items()
            ]
            if found:
                said, got, scaled = min(found, key=lambda one: far(one[1], one[2]) / (np.abs(one[2]).max() or 1.0))
                quantity = compare(said_as, got, scaled, noise, part, self.family.loose)
                if not quantity.agree:
                    said, got, scaled = found[0]
                    quantity = compare(said_as, got, scaled, noise, part, self.family.loose)
                judged.quantities.append(quantity)
                judged.arrays[said_as] = (got, scaled)
                judged.scales[key] = as_much(allowed, said)
                judged.conventions += [said] if said else []
            elif name == first and self.subject.backward and (problem := self._no_input_gradient(attempt)):
                judged.quantities.append(Quantity(said_as, False, part=part, problem=problem))

    def _no_input_gradient(self, attempt: Attempt) -> str:
        """What to say where no gradient of the input was found; "" where those of the weights are all there is."""
        assert self.subject.backward is not None
        shaped = [leaf for leaf in leaves(attempt.returned) if isinstance(leaf.array, np.ndarray)]
        if attempt.returned is None:
            return "" if attempt.scheme.entries else f"{self.subject.backward.name} returned nothing"
        if len(shaped) == 1 and not attempt.layout.steps and attempt.returned is not None:
            name, x = next(iter(attempt.problem.arrays.inputs.items()))
            wanted = attempt.layout.shape(name, x.shape)
            return f"{self.subject.backward.name} returned {_shape_of(attempt.returned)}, expected {wanted}"
        return ""


def _stays(attempt: Attempt, name: str) -> bool:
    """Whether a weight is the same after the backward pass."""
    if name not in attempt.places:
        return False
    path = attempt.places[name].leaf.path
    return any(leaf.path == path and np.array_equal(leaf.array, attempt.given[name]) for leaf in leaves(attempt.kept))


def _gradients(attempt: Attempt) -> dict[str, Array]:
    return {name: attempt.problem.want[gradient_name(name)] for name in attempt.problem.arrays.params}


def _shape_of(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return "nothing" if value is None else f"a {type(value).__name__}"


def _stopped(attempt: Attempt, at: Sequence[str]) -> str:
    if attempt.failure is None or attempt.at not in at:
        return ""
    return attempt.failure.said
