"""Parity: one check of a pair against one judge, and all checks."""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.asking import asked_once
from reference.compare import Finding, allowed_ulp, compare
from reference.contract import contract_findings
from reference.edges import every_case
from reference.frameworks import framework
from reference.initializer_check import initializer_findings
from reference.optimizer_check import optimizer_findings
from reference.pair import FRAMEWORKS, Array, Case, Pair
from reference.schedule_check import schedule_findings
from reference.sides import Side, derivative_sides, generator, make_arrays, own_side, prepare, scratch_side, twin_side

DTYPES = ("float64", "float32")
# the judges beside the frameworks: the derivative of `forward`, and the contract of a layer
DERIVATIVE, CONTRACT = "derivative", "contract"
JUDGES = (*FRAMEWORKS, DERIVATIVE, CONTRACT)

# In float32 a layer may be no further from the float64 truth than this multiple of what the framework is; as far as
# float64 twins may differ, in units of the dtype's eps, is always near enough.
FLOAT32_MULTIPLE = 4.0
# A framework that is further off than this many times the allowed error is wrong itself and excuses nothing.
WORST = 100.0
# How often a twin, or a layer in longer numbers, is asked again with its inputs rounded anew.
ROUNDINGS = 4

# Central differences of order h**4 with h = 1e-3 leave about 1e-11: h**4 = 1e-12 times a fifth derivative that can
# be tens, and eps / h = 2e-13. In ulp of float64; looser than 1e-12 for this reason.
CENTRAL_ALLOWED = 1e-9 / float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Check:
    """What one judge said of one case of a pair in one dtype. `device` is the options that say where it computed."""

    pair: str
    framework: str
    dtype: str
    case: str
    findings: tuple[Finding, ...]
    seed: int
    device: str = ""

    @property
    def agree(self) -> bool:
        return all(finding.agree for finding in self.findings)

    @property
    def command(self) -> str:
        """What repeats this check alone."""
        judge = f"--framework {self.framework} --dtype {self.dtype}"
        return f"crosscheck parity {self.pair} {judge} --seed {self.seed} --case {self.case}{self.device}"


Findings = Callable[[Pair, Case, str, str, int, Callable[..., Any] | None], Sequence[Finding]]


def check(
    pair: Pair,
    case: Case,
    judge: str,
    dtype: str = "float64",
    seed: int = 0,
    layer: Callable[..., Any] | None = None,
) -> Check:
    """Compare one case of a pair with one judge. `layer` puts another class in the place of the pair's own."""
    if judge in FRAMEWORKS:
        framework(judge)  # a missing one is no disagreement
    return Check(pair.name, judge, dtype, case.name, tuple(findings_of(pair, case, judge, dtype, seed, layer)), seed)


def findings_of(
    pair: Pair, case: Case, judge: str, dtype: str, seed: int, layer: Callable[..., Any] | None = None
) -> Sequence[Finding]:
    """What `check` finds; a framework that is asked elsewhere (see `reference.asking`) need not be here."""
    compare_kind = _FINDINGS.get(pair.kind, layer_findings)
    try:
        findings = compare_kind(pair, case, judge, dtype, seed, layer)
    except Exception as error:
        # a foreign layer that breaks disagrees; one of our own that breaks is a defect that must be seen
        if layer is None:
            raise
        return [Finding("run", False, problem=f"{type(error).__name__}: {error}")]
    if judge in FRAMEWORKS:
        return [_demonstrated(f, case) if f.name in case.differs else f for f in findings]
    return findings


def layer_findings(
    pair: Pair, case: Case, judge: str, dtype: str, seed: int, layer: Callable[..., Any] | None
) -> list[Finding]:
    """Output and gradients of a layer against a twin, the derivative, or the contract."""
    prepared = prepare(pair, case, seed)
    arrays = prepared.arrays
    if judge == CONTRACT:
        return contract_findings(pair, case, prepared, dtype, layer)
    allowed = allowed_ulp(arrays.longest)
    got = own_side(pair, case, seed, dtype) if layer is None else scratch_side(pair, case, arrays, dtype, layer)
    if judge == DERIVATIVE:
        got, want, lengths = derivative_sides(pair, case, arrays, got, layer)
        scale = {name: prepared.amplification[name] * lengths[name] for name in want}
        if pair.derivative == "central":
            allowed = CENTRAL_ALLOWED
        return [compare(name, got[name], want[name], allowed, scale=scale[name]) for name in want]
    truth = _truth(pair, case, seed, judge)
    if got["y"].shape != truth["y"].shape:
        return [compare("y", got["y"], truth["y"], allowed)]
    names = [name for name in truth if not case.only or name in case.only]
    moved = prepared.sensitivity if dtype == "float32" else prepared.amplification
    scale = {name: moved.get(name, 0.0) for name in names}

    def findings(allowed: float) -> list[Finding]:
        return [compare(name, got[name], truth[name], allowed, dtype, scale[name]) for name in names]

    found = findings(allowed)
    # what rounding excuses beside, the twin's own too, can only be more, so it is asked only where that matters
    if all(finding.agree for finding in found):
        return found
    if dtype == "float32":
        rounding = _rounding(pair, case, seed) if case.smooth else {}
        scale |= {name: max(scale[name], rounding.get(name, 0.0)) for name in names}
        twin = _rounded(pair, case, seed, judge)
        error = max(compare(name, twin[name], truth[name], allowed, scale=scale[name]).ulp for name in names)
        allowed = max(allowed, FLOAT32_MULTIPLE * min(error, WORST * allowed))
    elif case.smooth:
        unsteady = _unsteadiness(pair, case, seed, judge)
        scale |= {name: max(scale[name], min(unsteady[name], WORST * _largest(truth[name]))) for name in names}
    return findings(allowed)


@functools.lru_cache(maxsize=64)
def _rounding(pair: Pair, case: Case, seed: int) -> dict[str, float]:
    """How far rounding every operation moves each quantity, in units of eps: float64 against NumPy's longer numbers.

    Float32 cannot be measured by itself, and no other inputs show what is lost in 1 - h**2 of a saturated tanh. Nothing
    is told of a layer that does not compute in such numbers, or where longdouble is no longer than float64.
    """
    arrays, eps = prepare(pair, case, seed).arrays, float(np.finfo(np.float64).eps)
    moved: dict[str, float] = {}
    for trial in range(ROUNDINGS):  # by chance what is rounded may be all but exact
        nudged = arrays.nudged(case, generator(trial, pair.name, case.name))
        try:
            short, long = (scratch_side(pair, case, nudged, dtype) for dtype in ("float64", "longdouble"))
        except (TypeError, ValueError):
            return {}
        moved = {name: max(moved.get(name, 0.0), _largest(w - long[name]) / eps) for name, w in short.items()}
    return moved


@asked_once(64)
def _unsteadiness(pair: Pair, case: Case, seed: int, judge: str) -> dict[str, float]:
    """How far a twin moves in float64 when what it is given is rounded anew, in units of eps.

    Its functions are not exact: TensorFlow's tanh is off by up to 4 units in the last place, where 1 - h**2 of a
    saturated h cancels all but a few of them.
    """
    truth, eps = _truth(pair, case, seed, judge), float(np.finfo(np.float64).eps)
    arrays = prepare(pair, case, seed).arrays
    rounded = [arrays.nudged(case, generator(trial, pair.name, case.name), eps) for trial in range(ROUNDINGS)]
    sides = [twin_side(pair, case, each, "float64", judge) for each in rounded]
    return {name: max(_largest(side[name] - value) for side in sides) / eps for name, value in truth.items()}


def twin_findings(pair: Pair, case: Case, judge: str, seed: int) -> list[Finding]:
    """What a twin makes of float32 against what it makes of float64: how far off a device is that rounds more."""
    prepared, truth = prepare(pair, case, seed), _truth(pair, case, seed, judge)
    single, allowed = _rounded(pair, case, seed, judge), FLOAT32_MULTIPLE * allowed_ulp(prepared.arrays.longest)
    found = [
        compare(f"{name} of {judge}", single[name], want, allowed, "float32", prepared.sensitivity.get(name, 0.0))
        for name, want in truth.items()
        if name not in case.differs and (not case.only or name in case.only)
    ]
    return [replace(finding, whose=f"{judge} in float32") for finding in found]


def _largest(array: Array) -> float:
    return float(np.abs(array[np.isfinite(array)]).max(initial=0.0))


@asked_once(512)
def _truth(pair: Pair, case: Case, seed: int, judge: str) -> Side:
    """What a twin says in float64; asked again in the float32 check, and for every wrong layer put in the place."""
    return twin_side(pair, case, prepare(pair, case, seed).arrays, "float64", judge)


@asked_once(64)
def _rounded(pair: Pair, case: Case, seed: int, judge: str) -> Side:
    """What a twin says in float32."""
    return twin_side(pair, case, prepare(pair, case, seed).arrays, "float32", judge)


def _demonstrated(finding: Finding, case: Case) -> Finding:
    """A quantity declared to differ agrees with the declaration when it does."""
    least = case.differs[finding.name]
    if finding.max_rel >= least:
        return replace(finding, agree=True, reason=f"differs as declared: {case.reason}")
    return replace(
        finding, agree=False, problem=f"was declared to differ by {least:.0e}, differs by {finding.max_rel:.0e}"
    )


_FINDINGS: dict[str, Findings] = {
    "optimizer": optimizer_findings,
    "schedule": schedule_findings,
    "initializer": initializer_findings,
}


def judges_of(pair: Pair, case: Case, dtype: str) -> list[str]:
    """The judges that can be asked about a case."""
    # a learning rate is a number of Python
    if dtype != "float64" and (pair.kind == "schedule" or not case.single):
        return []
    asked = [name for name in case.frameworks if pair.twin(name).likeness != "none"]
    if pair.kind in _FINDINGS:
        return asked
    beside = [DERIVATIVE] * (case.smooth and dtype == "float64") + [CONTRACT]
    return asked + [judge for judge in beside if judge in case.beside]


def drawn(pair: Pair, index: int, seed: int) -> Case:
    """The random case number `index` of a pair, from its space of options; called "random<index>"."""
    assert pair.draw is not None
    rng = generator(seed, pair.name, f"random{index}")
    while True:
        case = replace(pair.draw(rng), name=f"random{index}")
        try:
            if pair.kind not in _FINDINGS:
                make_arrays(pair, case, seed)
        except ValueError:  # options that do not go together: the layer itself says so
            continue
        return case


def cases_of(pair: Pair, draws: int, seed: int) -> Iterator[Case]:
    """The declared cases of a pair, those at their edges, then `draws` random ones."""
    yield from every_case(pair)
    if pair.draw is not None:
        for index in range(draws):
            yield drawn(pair, index, seed)


@dataclass(frozen=True)
class Request:
    """Which checks: of these pairs, by these judges, in these dtypes, on `draws` random cases beside the declared.

    `device` is where PyTorch's twins compute. `tf32` lets a GPU round the factors of float32 products, and has what
    PyTorch itself makes of float32 compared too.
    """

    pairs: tuple[Pair, ...]
    judges: tuple[str, ...] = JUDGES
    dtypes: tuple[str, ...] = DTYPES
    draws: int = 0
    seed: int = 0
    case: str = ""
    device: str = "cpu"
    tf32: bool = False


def run_checks(request: Request) -> Iterator[Check]:
    """All checks of a request, one after the other. Raises RequestError for a device that is not there."""
    if request.device != "cpu":
        from reference.frameworks.torch import use_device

        use_device(request.device, request.tf32)
    for pair in request.pairs:
        for case in cases_of(pair, request.draws, request.seed):
            if request.case and case.name != request.case:
                continue
            for dtype in request.dtypes:
                for judge in judges_of(pair, case, dtype):
                    if judge in request.judges:
                        checked = check(pair, case, judge, dtype, request.seed)
                        yield _on_device(checked, pair, case, request) if judge == "torch" else checked


def _on_device(checked: Check, pair: Pair, case: Case, request: Request) -> Check:
    """A check by PyTorch where the request has it compute."""
    findings = checked.findings
    if request.tf32 and checked.dtype == "float32" and pair.kind not in _FINDINGS:
        findings += tuple(twin_findings(pair, case, checked.framework, request.seed))
    where = f" --device {request.device}" if request.device != "cpu" else ""
    return replace(checked, findings=findings, device=where + " --tf32" * request.tf32)
