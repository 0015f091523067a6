"""Random weights: whether they are drawn from the distribution that was asked for, or from which other."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from reference.homework.recipes.judging import as_array
from reference.homework.verdict import Cause, Quantity
from reference.pair import Array

# The largest distance of a sample's distribution from its own is below 2.6 / sqrt(n) in all but 3 of a million draws
# (Kolmogorov); the deviation of n normal numbers is off by 5 of its own deviations as rarely.
DISTANCE = 2.6
DEVIATIONS = 5.0


@dataclass(frozen=True)
class Draw:
    """A distribution: uniform within +-size (or from 0 to size), or normal with deviation `size`."""

    kind: Literal["uniform", "positive", "normal"]
    size: float

    def fits(self, w: Array) -> bool:
        """Whether the elements of w may have been drawn from it."""
        if not self.size:
            return False
        z = np.sort(w.astype(np.float64).ravel()) / self.size
        if self.kind != "normal":
            # float32 rounds the bound itself
            within = abs(z).max() <= 1 + 1e-6 and abs(z).max() >= 1 - 25 / z.size
            share = z if self.kind == "positive" else (z + 1) / 2
        else:
            within = abs(z.std() - 1) <= DEVIATIONS / math.sqrt(2 * z.size)
            share = np.array([0.5 + 0.5 * math.erf(each / math.sqrt(2)) for each in z])
        steps = np.arange(1, z.size + 1) / z.size
        return bool(within and np.abs(steps - share).max() <= DISTANCE / math.sqrt(z.size))

    def __str__(self) -> str:
        kind = {"uniform": f"uniform within ±{self.size:.4g}", "positive": f"uniform from 0 to {self.size:.4g}"}
        return kind.get(self.kind, f"normal with deviation {self.size:.4g}")


@dataclass(frozen=True)
class Other:
    """A distribution that is drawn from by mistake."""

    id: str
    draw: Draw
    sentence: str


def judge_draw(
    name: str, value: object, shape: tuple[int, ...], asked: Draw, others: list[Other]
) -> tuple[Quantity, list[Cause]]:
    """Whether a weight has its shape and its distribution."""
    w = as_array(value)
    if isinstance(w, str):
        return Quantity(name, False, problem=w), []
    causes = []
    if w.shape != shape:
        if w.T.shape == shape:
            causes.append(Cause("transposed", f"{name} is transposed.", True, f"Give it the shape {shape}."))
        return Quantity(name, False, problem=f"has shape {w.shape}, expected {shape}"), causes
    if asked.fits(w):
        return Quantity(name, True), []
    deviation = float(w.std())
    problem = f"is not {asked}: its deviation is {deviation:.4g}, its largest element {abs(w).max():.4g}"
    causes = [Cause(o.id, f"{name}: {o.sentence}", True, f"It should be {asked}.") for o in others if o.draw.fits(w)]
    return Quantity(name, False, problem=problem), causes[:1]


def merge_causes(causes: list[Cause]) -> tuple[Cause, ...]:
    """The same mistake in several weights told once: "U: ..." and "W: ..." become "U, W: ..."."""
    merged: dict[tuple[str, str], list[Cause]] = {}
    for cause in causes:
        merged.setdefault((cause.id, cause.sentence.split(": ", 1)[-1]), []).append(cause)
    return tuple(
        each[0] if len(each) == 1 else Cause(id_, f"{', '.join(c.sentence.split(': ')[0] for c in each)}: {said}", True)
        for (id_, said), each in merged.items()
    )


def judge_zeros(values: Mapping[str, tuple[object, tuple[int, ...]]]) -> Iterator[Quantity]:
    """Whether arrays are zeros of their shapes."""
    for name, (value, shape) in values.items():
        zeros = as_array(value)
        if isinstance(zeros, str):
            yield Quantity(name, False, problem=zeros)
        elif zeros.shape != shape:
            yield Quantity(name, False, problem=f"has shape {zeros.shape}, expected {shape}")
        else:
            yield Quantity(name, not zeros.any(), problem="is not zero" if zeros.any() else "")


def uniform(gain: float, fan: float) -> Draw:
    """Uniform within +-sqrt(gain / fan)."""
    return Draw("uniform", math.sqrt(gain / fan))


def usual(n_in: int, n_out: int) -> list[Other]:
    """The distributions that are taken for each other, with what each is called."""
    return [
        Other("glorot_uniform", uniform(6, n_in + n_out), "the bound is sqrt(6 / (n_in + n_out)), Glorot's."),
        Other("he_uniform", uniform(6, n_in), "the bound is sqrt(6 / n_in), He's."),
        Other("fan_out", uniform(6, n_out), "the bound is sqrt(6 / n_out): the wrong fan."),
        Other("glorot_normal", Draw("normal", math.sqrt(2 / (n_in + n_out))), "it is normal with Glorot's deviation."),
        Other("he_normal", Draw("normal", math.sqrt(2 / n_in)), "it is normal with the deviation sqrt(2 / n_in)."),
        Other("fan_out_normal", Draw("normal", math.sqrt(2 / n_out)), "its deviation has the wrong fan, n_out."),
        Other("fan_out_normal", Draw("normal", math.sqrt(1 / n_out)), "its deviation has the wrong fan, n_out."),
        Other("xavier_normal", Draw("normal", math.sqrt(1 / n_in)), "it is normal with the deviation 1 / sqrt(n_in)."),
        Other("fans_added", Draw("normal", math.sqrt(1 / (n_in + n_out))), "the deviation is 1 / sqrt(n_in + n_out)."),
        Other("lecun_uniform", uniform(3, n_in), "the bound is sqrt(3 / n_in)."),
        Other("no_root", Draw("uniform", 6 / (n_in + n_out)), "the square root in the bound is missing."),
        Other("positive_only", Draw("positive", 1), "it is uniform from 0 to 1, never negative."),
        Other("not_scaled", Draw("normal", 1), "it is normal with deviation 1, not scaled."),
        Other("small_normal", Draw("normal", 0.01), "it is normal with deviation 0.01."),
        Other("not_scaled", Draw("uniform", 1), "it is uniform within ±1, not scaled."),
        Other("positive_only", Draw("positive", math.sqrt(6 / (n_in + n_out))), "it is never negative."),
    ]
