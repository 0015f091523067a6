"""Optimizers are examined by their steps: several, with weights of different and of equal shape, against scratch's."""

import ast
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reference.diagnosis.sentences import worded
from reference.homework.attempt import OWN_MISTAKES
from reference.homework.family import Family
from reference.homework.isolation.process import Failure, Globals, Result, Worker
from reference.homework.optimizers.calls import Session, Stuck
from reference.homework.optimizers.decay import NAMES, SETTING, decayed
from reference.homework.optimizers.forms import BATCH, Form, Place
from reference.homework.optimizers.mistakes import MISTAKES
from reference.homework.optimizers.objects import forms, numbers_kept
from reference.homework.optimizers.offered import offered
from reference.homework.optimizers.plan import FREE_COUNT, KEY, SAMPLES, Code, code_of, settings_of
from reference.homework.optimizers.rules import RULES, Rule, followed
from reference.homework.optimizers.settings import DECAYS, SWITCHES, completed, known, numbers_in, roles
from reference.homework.optimizers.walks import Held, Steps, Walk, compared, gradient, narrowed
from reference.homework.raised import not_written
from reference.homework.reading.submission import Symbol
from reference.homework.roles import means
from reference.homework.subject import Subject
from reference.homework.verdict import Cause, SymbolReport

# what is wrong from some step on shows late: where an average is begun anew, or a count runs out
STEPS = 24


def examine_optimizer(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on an optimizer."""
    return OptimizerExamination(worker, subject, family.name, seed).report()


def examine_any_optimizer(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on an optimizer whose name says nothing: as the one that it follows, or that its settings say."""
    code = code_of(subject, "adam", ())
    wanted = (*code.making, *code.call.parameters) if code else ()
    betas = {"beta_1", "beta_2"} <= set(known(roles(wanted, "adam"), "adam", wanted))
    pairs: tuple[str, ...] = (
        ("adam", "amsgrad", "adamax") if betas else ("sgd", "momentum", "nesterov", "adagrad", "rmsprop")
    )
    if not betas:
        pairs = tuple(sorted(pairs, key=lambda pair: -len(roles(wanted, pair))))
    reports = [OptimizerExamination(worker, subject, pair, seed).report() for pair in pairs]
    return next((report for report in reports if report.verdict == "correct"), reports[0])


class OptimizerExamination:
    def __init__(self, worker: Worker, subject: Subject, pair: str, seed: int) -> None:
        self.worker, self.subject, self.seed = worker, subject, seed
        self.nodes = _nodes(worker, subject)
        self.pair = pair
        self.code = code_of(subject, self.pair, self.nodes)
        wanted = (*self.code.making, *self.code.call.parameters) if self.code else ()
        if pair == "sgd" and "momentum" in roles(wanted, "sgd").values():
            self.pair = "momentum"
            self.code = code_of(subject, self.pair, self.nodes)
        self.settings = known(settings_of(self.code), self.pair, wanted) if self.code else {}
        self.beside: list[str] = []
        self.numbers = numbers_in(self.nodes, self._constants())

    def report(self) -> SymbolReport:
        if self.code is None:
            return self.said("unsupported", "it has no method that looks like a step: update, step, ...")
        best: Held | None = None
        walks: list[Walk] = []
        for walk in self._walks(self.code):
            walks.append(walk)
            if walk.stuck:
                continue
            held = self.hold(walk, RULES[self.pair])
            if not held.right:
                held = self._written_decay(walk) or held
            if held.right:
                return offered(self, self.code, held) or self._switched() or self._apart(self.code, held)
            # weights that stay as they are may only be held in another form
            if best is None or (not walk.moved, held.quantity.max_rel) < (not best.walk.moved, best.quantity.max_rel):
                best = held
            if walk.form.named:  # its parameters say what each is
                break
        return self._wrong(best) if best is not None else self._stuck(walks)

    # ---- walking

    def _walks(self, code: Code) -> Iterator[Walk]:
        """The optimizer walking in each form that it may want."""
        wanted = (*code.making, *code.call.parameters)
        free = any(p.required and means(p.name, FREE_COUNT) for p in code.call.parameters)
        kept = numbers_kept(symbol.node for symbol in self.worker.submission.symbols.values())
        for number, form in enumerate(forms(self.subject, self.nodes, wanted, kept)):
            for first in (1, 0) if free else (1,):
                yield self.walk(code, [form], first, f"a{number}{first}", self.seed)[0]

    def walk(self, code: Code, walked: Sequence[Form], first: int, base: str, seed: int) -> list[Walk]:
        """Optimizers that step in turn, each with weights of its own."""
        walks = [Walk(form, first) for form in walked]
        try:
            crews = [self._crew(code, walk, f"{base}_{i}_", seed + i) for i, walk in enumerate(walks)]
            for step in range(STEPS):
                for walk, crew in zip(walks, crews, strict=True):
                    now: dict[str, Any] = {}
                    for name, session in crew.items():
                        got = session.step({place: walk.grads[step][name + place] for place in session.weights})
                        now |= {name + place: array for place, array in got.items()}
                    walk.steps.append(now)
        except Stuck as stuck:
            walks[0].stuck = stuck.why
        return walks

    def _crew(self, code: Code, walk: Walk, base: str, seed: int) -> dict[str, Session]:
        """One optimizer for all weights; one for each where it takes one array, unless it is told which."""
        random = np.random.default_rng([seed, 11])
        shapes: dict[str, tuple[int, ...]] = {"": (3, 4)}
        if walk.form.single:
            shapes = {"W1": (3, 4), "b1": (4,), "W2": (3, 4), "b2": (4,)}
        told = any(p.required and means(p.name, KEY) for p in code.call.parameters)
        crew: dict[str, Session] = {}
        for name, shape in shapes.items():
            form = replace(walk.form, places=(Place("", "", shape),)) if name else walk.form
            weights = {place.weight: random.normal(size=place.shape) for place in form.places}
            maker = next(iter(crew.values())).base if told and crew else ""
            crew[name] = Session(self.worker, code, form, base + name, weights, walk.first, maker, name)
            crew[name].start()
            walk.weights |= {name + place: array for place, array in weights.items()}
        shaped = {name: array.shape for name, array in walk.weights.items()}
        walk.grads = [{name: gradient(random, shape) for name, shape in shaped.items()} for _ in range(STEPS)]
        return crew

    # ---- judging

    def hold(self, walk: Walk, rules: Sequence[Rule], given: Mapping[str, Any] | None = None) -> Held:
        """The walk held to the rule that it follows best, with the settings `given`, its own unless said otherwise."""
        best: Held | None = None
        told = self.code is not None and any(p.required and means(p.name, SAMPLES) for p in self.code.call.parameters)
        for share in (1 / BATCH,) if told else (1.0, 1 / BATCH) if walk.form.extra else (1.0,):
            grads = [{name: share * g for name, g in each.items()} for each in walk.grads]
            for rule in rules:
                for settings in completed(self.settings if given is None else given, rule.needs, self.numbers):
                    want = followed(rule(settings), walk.weights, grads)
                    held = Held(
                        walk, rule, share, compared(walk, want, self.code.call.name if self.code else ""), settings
                    )
                    if held.right:
                        return held
                    if best is None or held.quantity.max_rel < best.quantity.max_rel:
                        best = held
        assert best is not None
        return best

    def _switched(self) -> SymbolReport | None:
        """A right optimizer that can be told to be another, by a switch: wrong where it is not that other one then."""
        for switch, pairs in SWITCHES.items():
            if switch in self.settings and self.pair in pairs:
                report = OptimizerExamination(self.worker, self.subject, switch, self.seed).report()
                if report.verdict != "correct":
                    return replace(report, remark=f"with {switch} switched on")
        return None

    def _written_decay(self, walk: Walk) -> Held | None:
        """The walk held to rules with a weight decay whose rate stands in the code; None where none fits."""
        names = {getattr(n, "attr", getattr(n, "id", "")) for node in self.nodes for n in ast.walk(node)}
        if self.pair in DECAYS or SETTING in self.settings or not any(means(name, NAMES) for name in names):
            return None
        held = self.hold(walk, [each for rule in RULES[self.pair] for each in decayed(rule)])
        return held if held.right else None

    # ---- saying

    def _apart(self, code: Code, held: Held) -> SymbolReport:
        """A right walk: right too while another optimizer of its kind steps?"""
        if code.made:
            walks = self.walk(code, [held.walk.form, held.walk.form], held.walk.first, "b", self.seed + 1)
            again = [self.hold(walk, [held.rule]) for walk in walks if not walks[0].stuck]
            wrong = [each for each in again if not each.right]
            if wrong:
                told = "Two optimizers made by it share their state: only the first of them is right."
                return self.said("wrong", told, wrong[0], (self.cause("shared_state", reproduces=False),))
            if not again:
                return self._stuck(walks)
        return self.said("correct", "", held)

    def _wrong(self, best: Held) -> SymbolReport:
        held = self.hold(best.walk, RULES[self.pair])
        report = self.said("wrong", "", held, tuple(self._causes(best.walk)))
        return report if report.causes else replace(report, narrowing=tuple(narrowed(held.walk, self._wanted(held))))

    def _wanted(self, held: Held) -> Steps:
        """The weights after each step by the rule that a walk is held to."""
        grads = [{name: held.share * g for name, g in each.items()} for each in held.walk.grads]
        return followed(held.rule(held.settings), held.walk.weights, grads)

    def _causes(self, walk: Walk) -> Iterator[Cause]:
        """The mistakes that give these very numbers."""
        for rule in MISTAKES.get(self.pair, []):
            if self.hold(walk, [rule]).right:
                yield self.cause(rule.cause)
                return
        if not walk.moved:
            yield self.cause("overwritten/weights", reproduces=False)
            return
        up = replace(walk, steps=[{n: 2 * walk.weights[n] - w for n, w in now.items()} for now in walk.steps])
        if self.hold(up, RULES[self.pair]).right:
            yield self.cause("sign/ascent")

    def cause(self, words: str, *, reproduces: bool = True, method: str = "") -> Cause:
        call, symbol = method or (self.code.call.name if self.code else ""), self.subject.symbol
        place = f"{symbol.name}.{call}" if symbol.kind == "class" and call else symbol.name
        return worded(words, {"place": place}, reproduces=reproduces)

    def _stuck(self, walks: Sequence[Walk]) -> SymbolReport:
        """No form of weights and gradients ran: the code's own mistake, or something that is not understood."""
        failures = [walk.stuck for walk in walks if isinstance(walk.stuck, Failure)]
        own = [failure for failure in failures if failure.trace and failure.type in OWN_MISTAKES]
        # the first form is the likeliest: what is missing there is missing from the code
        if own and len(own) == len(walks) and not _ours(own[0]):
            if missing := not_written(own[0]):
                return self.said("unfinished", missing)
            place = f" (line {own[0].line})" if own[0].line else ""
            return self.said("crashed", f"{own[0].type}: {own[0].message}{place}")
        told = [walk.stuck for walk in walks if isinstance(walk.stuck, str)]
        why = told[0] if told else f"{failures[0].type}: {failures[0].message}" if failures else "nothing ran"
        tried = ", ".join(dict.fromkeys(walk.form.said for walk in walks))
        return self.said("unsupported", f"it could not be called ({why}); tried: {tried}")

    def said(self, verdict: str, remark: str, held: Held | None = None, causes: tuple[Cause, ...] = ()) -> SymbolReport:
        symbol = self.subject.symbol
        conventions: list[str] = []
        if held is not None:
            conventions = [held.walk.form.said, held.rule.said if held.right else ""]
            conventions += ["gradients averaged over the batch in the optimizer"] * (held.share != 1)
            conventions += self.beside if held.right else []
            conventions += ["no epsilon"] * (held.settings.get("epsilon") == 0)
        return SymbolReport(
            symbol.name,
            verdict,  # type: ignore[arg-type]
            pair=self.pair,
            cell=symbol.cell,
            line=symbol.line,
            parts={"step": self.code.call.name} if self.code else {},
            conventions=tuple(filter(None, conventions)),
            quantities=(held.quantity,) if held else (),
            causes=causes,
            remark=remark,
        )

    def _constants(self) -> Mapping[str, Any]:
        """The numbers at top level that the code reads."""
        names = {n.id for node in self.nodes for n in ast.walk(node) if isinstance(n, ast.Name)}
        done = self.worker.run([Globals(sorted(names & self.worker.names), optional=True)])[0]
        return done.value if isinstance(done, Result) and isinstance(done.value, dict) else {}


def _nodes(worker: Worker, subject: Subject) -> list[ast.AST]:
    """The code of a subject, with that of the classes it inherits from."""
    found: list[ast.AST] = []
    waiting: list[Symbol] = [subject.symbol]
    while waiting:
        node = waiting.pop().node
        if node in found:
            continue
        found.append(node)
        bases = node.bases if isinstance(node, ast.ClassDef) else []
        waiting += [s for b in bases if isinstance(b, ast.Name) and (s := worker.submission.symbols.get(b.id))]
    return found


def _ours(failure: Failure) -> bool:
    """Whether what is missing is missing from what the code was handed: an attribute that no dict is meant to have."""
    missing = re.search(r"'([\w.]+)' object has no attribute '(\w+)'", failure.message)
    if missing is None or missing[1] not in ("types.SimpleNamespace", "dict", "list", "str", "float", "numpy.ndarray"):
        return False
    return missing[1] != "dict" or not difflib.get_close_matches(missing[2], dir(dict), 1, 0.8)
