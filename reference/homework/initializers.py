"""Initializers are examined by what they draw: deviation, mean and bound of large weights, against scratch's."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.diagnosis.sentences import worded
from reference.homework.attempt import OWN_MISTAKES
from reference.homework.family import Family
from reference.homework.initializer_draws import Drawn, Refused, draw_method, draws, options, settings
from reference.homework.isolation.process import Failure, Worker
from reference.homework.optimizers.settings import numbers_in
from reference.homework.subject import Subject
from reference.homework.verdict import Cause, Quantity, SymbolReport
from reference.pair import Array
from scratch.initializers import TRUNCATED_DEVIATION, VarianceScaling, fans

# standard errors that a mean or a deviation may be away
ERRORS = 5.5
# the largest of some 50,000 normal numbers, in deviations
NORMAL_TAIL = (3.2, 6.5)
# orthogonal to rounding, also where that was in float32
PRODUCTS = 1e-5
# of a default that is an expression
USUAL_GAINS = (1.0, math.sqrt(2), 5 / 3)
LAYOUTS = {
    "dense": ("(in, out)", "(out, in)"),
    "convolution": ("HWIO", "OIHW"),
    "kernel of a sequence": ("kernels (k, in, out) only", "kernels (out, in, k) only"),
}


@dataclass(frozen=True)
class Law:
    """What weights are drawn from: `scale` / fan is their variance, with the fan that `mode` says; or fixed numbers."""

    pair: str
    distribution: str = "normal"
    scale: float = 0.0
    mode: str = "fan_in"
    deviation: float = 0.0
    mean: float = 0.0
    said: str = ""

    def sigma(self, shape: tuple[int, ...]) -> float:
        """The deviation of weights of this shape."""
        if not self.scale:
            return self.deviation
        law = VarianceScaling(self.scale, self.mode)  # type: ignore[arg-type]
        return math.sqrt(law.variance(shape))


GLOROT = Law("glorot_normal", scale=1, mode="fan_avg")
HE, XAVIER = Law("he_normal", scale=2), Law("xavier_normal", scale=1)
LECUN = Law("lecun_normal", scale=1)
LAWS: Mapping[str, Sequence[Law]] = {
    "he": (HE, Law("he_uniform", "uniform", 2)),
    "xavier": (XAVIER, GLOROT, Law("glorot_uniform", "uniform", 1, "fan_avg")),
    "glorot": (GLOROT, Law("glorot_uniform", "uniform", 1, "fan_avg")),
    "lecun": (LECUN, Law("lecun_uniform", "uniform", 1)),
}


def examine_initializer(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on an initializer of the laws that its name, or each word it chooses by, stands for."""
    chosen = _chosen(subject, family) or [("", "", family.name)]
    reports = []
    for parameter, word, kind in chosen:
        # a word that names a family without numbers of its own means the numbers given
        laws = _laws(worker, subject, kind, family.name if not word else "")
        if laws:
            reports.append(_examined(worker, subject, laws, (parameter, word)))
    worst = ("wrong", "crashed", "unfinished", "unsupported", "correct")
    report = min(reports, key=lambda r: worst.index(r.verdict))
    first = reports[0]
    name = family.name if family.name == "gaussian" else first.pair
    return replace(report, pair=name if len(reports) > 1 else report.pair)


def _chosen(subject: Subject, family: Family) -> list[tuple[str, str, str]]:
    """What can be chosen by a word; in one that is named after a law only its distribution can."""
    found = options(subject)
    if family.name == "gaussian":
        return found
    base = family.name.partition("_")[0]
    shapes = {"normal": "normal", "gaussian": "normal", "uniform": "uniform"}
    return [(name, word, f"{base}_{shapes[word]}") for name, word, _ in found if word in shapes and base in LAWS]


def _laws(worker: Worker, subject: Subject, kind: str, name: str) -> list[Law]:
    """The laws that a kind of initializer may follow, those of its name first: "he_uniform" is one only."""
    given = settings(subject)
    if kind in ("gaussian", "random_normal"):
        numbers = [n for n in numbers_in([subject.symbol.node], {}) if n > 0]
        sigmas = [given["sigma"]] if "sigma" in given else [*numbers, 1.0]
        return [Law("gaussian", deviation=sigma, mean=given.get("mean", 0.0)) for sigma in sigmas]
    if kind in ("random_uniform", "uniform"):
        numbers = numbers_in([subject.symbol.node], {})
        low = given.get("low", -max(numbers, default=1.0))
        high = given.get("high", max(numbers, default=1.0))
        return [Law("random_uniform", "uniform", deviation=(high - low) / math.sqrt(12), mean=(high + low) / 2)]
    if kind == "truncated_normal":
        sigmas = [given["sigma"]] if "sigma" in given else [*numbers_in([subject.symbol.node], {}), 1.0]
        law = Law("truncated_normal", "truncated", mean=given.get("mean", 0.0))
        return [replace(law, deviation=sigma * TRUNCATED_DEVIATION) for sigma in sigmas if sigma > 0]
    if kind == "orthogonal":
        taken = [p.default for p in (*subject.init, *subject.given) if p.name == "gain"]
        known = [float(gain) for gain in taken if isinstance(gain, int | float)]
        gains = known or (USUAL_GAINS if taken else [1.0])
        return [Law("orthogonal", "orthogonal", deviation=gain) for gain in gains]
    base, _, shape = kind.partition("_")
    laws = [law for law in LAWS[base] if not shape or law.distribution == shape]
    return [
        *laws,
        *(replace(law, distribution="truncated", said="truncated") for law in laws if law.distribution == "normal"),
    ]


def _examined(worker: Worker, subject: Subject, laws: Sequence[Law], option: tuple[str, str]) -> SymbolReport:
    word = f"'{option[1]}'" if option[1] else ""
    best: tuple[float, Law, list[Quantity], list[str], tuple[Cause, ...]] | None = None
    try:
        for drawn in draws(worker, subject, option):
            for law in laws:
                for reading, said in _readings(drawn):
                    found = _compared(drawn, law, reading)
                    away = sum(q.max_rel / q.allowed for q in found if not q.agree)
                    if best is None or away < best[0]:
                        causes = tuple(_causes(subject.name, drawn, laws[0], reading)) if away else ()
                        best = away, law, found, [law.said, *said, word], causes
    except Refused as refused:
        return _refused(subject, laws[0], refused, word)
    assert best is not None
    away, law, found, said, causes = best
    verdict = "wrong" if away else "correct"
    # a wrong one is named after the first law: which of them was meant cannot be told
    pair = law.pair if not away else laws[0].pair
    return _report(
        subject, verdict, pair, tuple(found), tuple(filter(None, said)), f"for {word}" if word and away else "", causes
    )


def _readings(drawn: Sequence[Drawn]) -> Iterator[tuple[list[tuple[int, ...]], list[str]]]:
    """The ways to read all shapes: one for dense weights, one for convolutions."""
    ways = {each.kind: len(each.shapes) for each in drawn}
    for chosen in itertools.product(*map(range, ways.values())):
        places = dict(zip(ways, chosen, strict=True))
        said = [LAYOUTS[kind][places[kind]] for kind, several in ways.items() if several > 1]
        yield [each.shapes[places[each.kind]] for each in drawn], said


def _compared(drawn: Sequence[Drawn], law: Law, shapes: Sequence[tuple[int, ...]]) -> list[Quantity]:
    """Deviation, mean and bound where they are farthest from the law's."""
    found: dict[str, Quantity] = {}
    for each, shape in zip(drawn, shapes, strict=True):
        for quantity in _of(each.array, law, law.sigma(shape)):
            before = found.get(quantity.name)
            if before is None or quantity.max_rel / quantity.allowed > before.max_rel / before.allowed:
                found[quantity.name] = quantity
    return list(found.values())


def _of(w: Array, law: Law, sigma: float) -> Iterator[Quantity]:
    """The three quantities of one weight."""
    if not np.isfinite(w).all():
        yield Quantity("deviation", False, np.inf, 1.0, (), math.nan, sigma, problem="not every number is finite")
        return
    if law.distribution == "orthogonal":
        yield _products(w, law.deviation)
        return
    flatness = {"uniform": 0.8, "normal": 2.0}.get(law.distribution, 1.5)  # of a variance: kurtosis - 1
    error = ERRORS * math.sqrt(flatness / w.size) / 2
    deviation, mean = float(w.std()), float(w.mean())
    yield _quantity("deviation", deviation, sigma, abs(deviation - sigma) / max(sigma, 1e-300), error)
    unit = max(deviation, 1e-300)
    yield _quantity("mean", mean, law.mean, abs(mean - law.mean) / unit, ERRORS / math.sqrt(w.size))
    yield _bound(w - mean, law, sigma, deviation)


def _products(w: Array, gain: float) -> Quantity:
    """The products of a weight's columns, or of its rows if it is wide: gain squared each with itself, else 0.

    A kernel is a matrix by its last axis, or by its first.
    """
    found = []
    for matrix in (w.reshape(-1, w.shape[-1]), w.reshape(w.shape[0], -1)):
        tall = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T
        away = np.abs(tall.T @ tall - gain**2 * np.eye(tall.shape[1]))
        worst = int(away.argmax())
        got, own = float((tall.T @ tall).flat[worst]), worst % (tall.shape[1] + 1) == 0
        found.append(_quantity("products", got, gain**2 if own else 0.0, float(away.max()) / gain**2, PRODUCTS))
    return min(found, key=lambda quantity: quantity.max_rel)


def _quantity(name: str, got: float, want: float, away: float, allowed: float) -> Quantity:
    return Quantity(name, away <= allowed, away, allowed, (), got, want)


def _bound(w: Array, law: Law, sigma: float, deviation: float) -> Quantity:
    """The largest number: in deviations, so that a wrong scale is said once, with the deviation."""
    got = float(np.abs(w).max())
    in_units = got / max(deviation, 1e-300)
    if law.distribution == "normal":
        low, high = NORMAL_TAIL
        # what is given for an expectation is the middle; only what lies outside is away
        away = max(low - in_units, in_units - high, 0.0)
        return Quantity("bound", away == 0, away, 1.0, (), got, 4.2 * sigma)
    want = math.sqrt(3) if law.distribution == "uniform" else 2 / TRUNCATED_DEVIATION
    away = min(abs(in_units - want) / want, abs(float(np.abs(w + law.mean).max()) / sigma - want) / want)
    return Quantity("bound", away <= 0.02, away, 0.02, (), got, want * sigma)


def _causes(place: str, drawn: Sequence[Drawn], law: Law, reading: Sequence[tuple[int, ...]]) -> Iterator[Cause]:
    """A mistake that gives the deviations drawn."""
    got = np.array([each.array.std() for each in drawn])
    # a deviation drawn from n normal numbers is off by 1 / sqrt(2 n) of itself
    near = ERRORS / math.sqrt(2 * min(each.array.size for each in drawn))
    sigma = np.array([law.sigma(shape) for shape in reading])
    if not law.scale or np.allclose(got, sigma, rtol=near):
        return
    n_in, n_out = np.array([fans(shape) for shape in reading], dtype=float).T
    drawn_shapes = [each.array.shape for each in drawn]
    others, first = (np.array(sizes) for sizes in zip(*((math.prod(s[1:]), s[0]) for s in drawn_shapes), strict=True))
    known = {
        f"wrong_fan/outputs-for-{law.mode}": np.sqrt(law.scale / n_out),
        f"wrong_fan/inputs-for-{law.mode}": np.sqrt(law.scale / n_in),
        "wrong_fan/axes": np.sqrt(law.scale / {"fan_in": others, "fan_out": first}.get(law.mode, (others + first) / 2)),
        "rescaled/variance": sigma**2,
        "rescaled/root-of-n": law.scale / np.sqrt(n_in),
        "rescaled/root-of-scale": math.sqrt(law.scale) / n_in,
    }
    for words, deviation in known.items():
        if np.allclose(got, deviation, rtol=near):
            yield worded(words, {"place": place, "scale": f"{law.scale:g}"})
            return


def _refused(subject: Subject, law: Law, refused: Refused, word: str) -> SymbolReport:
    why = refused.why
    if isinstance(why, Failure):
        own = bool(why.trace) and why.type in OWN_MISTAKES
        place = f" (line {why.line})" if why.line else ""
        told = f"{why.type}: {why.message}{place}"
        return _report(
            subject, "crashed" if own else "unsupported", law.pair, remark=told + (f" for {word}" if word else "")
        )
    return _report(subject, "unsupported", law.pair, remark=why)


def _report(
    subject: Subject,
    verdict: str,
    pair: str,
    quantities: tuple[Quantity, ...] = (),
    conventions: tuple[str, ...] = (),
    remark: str = "",
    causes: tuple[Cause, ...] = (),
) -> SymbolReport:
    symbol, call = subject.symbol, draw_method(subject)
    parts: dict[str, str] = {"draw": call.name} if call else {}
    place: dict[str, Any] = {"cell": symbol.cell, "line": symbol.line, "parts": parts}
    told = {"conventions": conventions, "quantities": quantities, "causes": causes, "remark": remark}
    return SymbolReport(symbol.name, verdict, pair=pair, **place, **told)  # type: ignore[arg-type]
