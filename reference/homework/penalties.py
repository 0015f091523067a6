"""Whether a layer that takes the factor of a penalty on its weights has that penalty's slope in its gradients."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from reference.homework.attempt import IT, Attempt
from reference.homework.doubts import Right, Wrong
from reference.homework.isolation.process import Call, New, Ref, Result
from reference.homework.judge import Judged
from reference.homework.roles import means, plain
from reference.homework.subject import class_subject
from reference.homework.trying import Trying
from reference.homework.verdict import Quantity
from reference.pair import Array
from reference.sides import gradient_name

FACTOR = r"(?!.*(norm|rate))\w*(regulari\w*|reg|l1|l2|lambd\w*|weight_?decay)\w*"
LOSS = r"(calc\w*|get)?(reg(ulari[sz](ation|er))?|penalty|l1|l2)(loss|cost|penalty|term)?"
PENALTY = 0.3
CLOSE = 1e-4  # in float32 too; a mistake is a factor


@dataclass(frozen=True)
class Share:
    """What a gradient gains: `times` the weight or the sign of it, as `kind` says."""

    times: float
    kind: str


def penalised_wrongly(right: Right) -> Wrong | None:
    """Wrong where what a gradient gains is no multiple of the weight, or of its sign, or is not that of its own loss.

    The loss is asked where a class of the file gives that of a layer. What gains nothing may do it elsewhere.
    """
    attempt, trying = right.attempt, right.trying
    if right.back is None or not attempt.places or not trying.subject.is_class:
        return None
    for name in _factors(trying):
        trying.settings = {name: PENALTY}
        again = trying.run(attempt.reading, attempt.problem, right.back)
        trying.settings = {}
        if again is None or again.failure is not None:
            continue
        found = _odd(right, again, name, *_losses(trying))
        if found is not None:
            part = trying.subject.backward.name if trying.subject.backward else ""
            others = [q for q in right.judged.quantities if q.name != found[0]]
            quantity = Quantity(found[0], False, part=part, problem=found[1])
            judged = Judged([*others, quantity], right.judged.conventions)
            return Wrong(f"with {name} {PENALTY:g}", judged, again, told=True)
    return None


def _factors(trying: Trying) -> Iterator[str]:
    """The parameters of the constructor that are one, and 0 where nothing is said."""
    for p in trying.subject.init:
        number = isinstance(p.default, int | float) and not isinstance(p.default, bool)
        if not p.required and number and p.default == 0 and means(p.name, FACTOR):
            yield p.name


def _odd(right: Right, again: Attempt, name: str, *losses: float) -> tuple[str, str] | None:
    """The gradient that gains what it should not, and what; None where there is none."""
    after = right.judge.whole(again).arrays
    gained: list[tuple[str, Share, Array]] = []
    for weight, w in right.attempt.problem.arrays.params.items():
        key = gradient_name(weight)
        if key not in after or key not in right.judged.arrays:
            continue
        change = after[key][0] - right.judged.arrays[key][0]
        w = next((m for m in (w, w.T) if m.shape == change.shape), w)
        if w.size != change.size or not change.any():
            continue
        share = _share(change.ravel(), w.ravel())
        wanted = "sign" if re.search("l1", plain(name)) else "weight" if re.search("l2", plain(name)) else ""
        if share is None or (wanted and share.kind != wanted):
            kind = "of the sign of the weight" if wanted == "sign" else "of the weight"
            return key, f"what the penalty adds is no multiple {kind}"
        if share.times < 0:
            return key, "what the penalty adds has the wrong sign: the weight would grow"
        gained.append((key, share, w))
    whole = sum(s.times * (np.abs(w).sum() if s.kind == "sign" else (w * w).sum() / 2) for _, s, w in gained)
    if gained and len(losses) == 1 and losses[0] and not np.isclose(losses[0], whole, rtol=CLOSE):
        return gained[0][0], f"what the penalty adds is {whole / losses[0]:.4g} times the slope of its own loss"
    return None


def _share(change: Array, w: Array) -> Share | None:
    """How a change goes along the weight or its sign."""
    for kind, way in (("weight", w), ("sign", np.sign(w))):
        times = float(change @ way / (way @ way))
        if np.abs(change - times * way).max() <= CLOSE * np.abs(change).max():
            return Share(times, kind)
    return None


def _losses(trying: Trying) -> list[float]:
    """What the file's own losses say that the penalty of the layer is; one number where they agree."""
    submission, found = trying.worker.submission, []
    for name, symbol in submission.symbols.items():
        if symbol.kind != "class" or name == trying.subject.name:
            continue
        subject = class_subject(submission, symbol)
        for method in subject.methods.values():
            if means(method.name, LOSS) and len(method.parameters) == 1 and not any(p.required for p in subject.init):
                made = New(name, (), {}, bind="penalty")
                call = Call(f"penalty{method.path}", (Ref(IT),), optional=True)
                done = trying.worker.run([made, call])
                found += [float(d.value) for d in done[1:] if isinstance(d, Result) and np.size(d.value) == 1]
    return list(dict.fromkeys(found))
