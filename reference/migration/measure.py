"""How far the twins of a pair are from each other, on the parity cases of the pair: the same arrays through both."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from reference import optimizer_check, schedule_check
from reference.compare import Finding, allowed_ulp, compare
from reference.frameworks import framework
from reference.initializer_check import STANDARD_ERRORS, chance_of, sample_findings
from reference.pair import FRAMEWORKS, Array, Case, Pair, Slot
from reference.parity import check
from reference.sides import prepare, twin_side

SEED = 7
ULP, ERRORS = "ulp", "standard errors"


@dataclass(frozen=True)
class Shown:
    """What a case demonstrates: in which framework a quantity differs, by what share of its largest element."""

    case: str
    framework: str
    quantity: str
    share: float
    reason: str


@dataclass(frozen=True)
class Measured:
    """PyTorch against Keras in float64.

    `error` is the largest over `quantities` compared quantities of `cases` cases, at `worst`, in units of the last
    place of the largest element; of initializers, which draw other numbers, in standard errors of the statistics
    compared. None where no case can be asked of both. `share` is the largest difference as a share of the largest
    element, `allowed` whether every one is what two right implementations may be apart.
    """

    error: float | None
    unit: str
    cases: int
    quantities: int
    worst: str
    share: float
    allowed: bool
    shown: tuple[Shown, ...]


def measure(pair: Pair, seed: int = SEED) -> Measured:
    """Run the declared cases of a pair through both twins."""
    both = [case for case in pair.cases if _asks_both(pair, case)]
    found = [(case.name, finding) for case in both for finding in _findings(pair, case, seed)]
    unit = ERRORS if pair.kind == "initializer" and getattr(pair.layer, "same", "") != "values" else ULP
    shown = tuple(_shown(pair, seed))
    if not found:
        return Measured(None, unit, len(both), 0, "", 0.0, False, shown)
    told = [one for one in found if unit == ULP or one[1].allowed == STANDARD_ERRORS]
    case, worst = max(told, key=lambda one: one[1].ulp)
    return Measured(
        worst.ulp,
        unit,
        len(both),
        len(found),
        f"{worst.name} of {case}",
        max(finding.max_rel for _, finding in found),
        all(finding.agree for _, finding in found),
        shown,
    )


def _asks_both(pair: Pair, case: Case) -> bool:
    """The case stands for the twins themselves, in both frameworks."""
    built = all(pair.twin(name).build is not None for name in FRAMEWORKS)
    return built and case.frameworks == FRAMEWORKS and not case.differs and not case.twins


def _findings(pair: Pair, case: Case, seed: int) -> list[Finding]:
    """Keras as it is against PyTorch as what is wanted."""
    if pair.kind == "initializer":
        return sample_findings(pair, case, "keras", seed, _torch_draw(pair, case, seed))
    if pair.kind == "schedule":
        rates = {name: schedule_check.rates(pair, case, seed, name) for name in FRAMEWORKS}
        return [compare("lr", rates["keras"], rates["torch"], 2 * allowed_ulp(schedule_check.STEPS))]
    if pair.kind == "optimizer":
        keras, torch = (optimizer_check.twin_course(pair, case, seed, name, "float64") for name in ("keras", "torch"))
        course = optimizer_check.course_of(pair, case, seed)
        scale, length = course.amplification, course.length
    else:
        prepared = prepare(pair, case, seed)
        keras, torch = (twin_side(pair, case, prepared.arrays, "float64", name) for name in ("keras", "torch"))
        scale, length = prepared.amplification, prepared.arrays.longest
    names = [name for name in torch if not case.only or name in case.only]
    # each may be as far from the truth as is allowed, and so twice that from the other
    return [compare(n, keras[n], torch[n], 2 * allowed_ulp(length), scale=scale.get(n, 0.0)) for n in names]


def _torch_draw(pair: Pair, case: Case, seed: int) -> Array:
    """What PyTorch's twin of an initializer draws, laid out as in scratch."""
    (shape,) = (spec.shape for spec in case.inputs.values())
    slot = pair.torch.slots.get("w", Slot("")) if len(shape) > 1 else Slot("")
    laid_out = slot.to_twin(np.empty(shape)).shape
    drawn = framework("torch").draw(pair.torch, pair.options(case), laid_out, chance_of(pair, case, seed))
    return slot.to_scratch(drawn, shape)


def _shown(pair: Pair, seed: int) -> Iterator[Shown]:
    """The demonstrated differences."""
    for case in pair.cases:
        if not case.differs:
            continue
        (name,) = case.frameworks
        findings = [f for f in check(pair, case, name, "float64", seed).findings if f.name in case.differs]
        worst = max(findings, key=lambda finding: finding.max_rel)
        yield Shown(case.name, name, worst.name, worst.max_rel, case.reason)
