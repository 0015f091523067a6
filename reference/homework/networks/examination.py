"""Small networks as a whole: the layers they are made of are inferred from their numbers, then gradients judged."""

import ast
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reference.homework.attempt import Attempt
from reference.homework.examination import Examination, not_asked_for, plain_report
from reference.homework.family import Family
from reference.homework.isolation.process import Worker
from reference.homework.judge import Judged
from reference.homework.networks.calls import NetworkJudge, NetworkTrying, layer_template, schemes, weight_keys
from reference.homework.networks.forms import FOLLOWING, Form, ask, convolutional, is_such
from reference.homework.networks.layers import NetworkDiagnosis
from reference.homework.networks.learners import as_learner
from reference.homework.networks.learning import odd_learning
from reference.homework.networks.losses import Told, allowed, odd_loss, told
from reference.homework.networks.methods import BACKWARD, backwards, forwards, names_of
from reference.homework.networks.mistakes import mistaken
from reference.homework.networks.penalties import odd_penalty
from reference.homework.networks.updates import odd_update
from reference.homework.roles import means
from reference.homework.subject import Subject
from reference.homework.verdict import Quantity, SymbolReport, Verdict

SIZES = {1: (5, 4), 2: (5, 7, 4), 3: (5, 7, 6, 4), 4: (5, 7, 6, 3, 4)}
OTHER_SIZES = {1: (3, 6), 2: (3, 4, 6), 3: (3, 4, 5, 6), 4: (3, 4, 7, 5, 6)}


def examine_network(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on a network; what a family of a lower rank says where it is none."""
    said: list[SymbolReport] = []
    for forward in forwards(subject):
        found = _Network(worker, replace(subject, forward=forward), family, seed)
        rights = found.right_forms()
        if rights:
            said = _judged(found, rights)
            break
        said.append(found.without())
    if not said and subject.forward is not None and subject.forward.stub:
        return plain_report(subject, "unfinished", f"{subject.forward.name} is not written")
    none = plain_report(subject, "unsupported", "it has no method or function that looks like a forward pass")
    best = max(said, key=_merit, default=none)
    other = _as_other(worker, subject, family, seed) if best.verdict == "unsupported" else None
    if other is None and best.verdict == "unsupported":  # one that only learns and predicts
        other = as_learner(worker, subject, family, seed)
    if other is None or not family.asked:
        return other or best
    return not_asked_for(subject, other.pair, family.asked) if other.verdict == "correct" else best


def _judged(found: "_Network", rights: Sequence[Attempt]) -> list[SymbolReport]:
    """The reports on each way to ask for its gradients; of several activations, on the one that is wrong."""
    reports = []
    subject = found.subject
    assert subject.forward is not None
    for backward in backwards(subject, subject.forward):
        examined = _Network(found.trying.worker, replace(subject, backward=backward), found.family, found.seed)
        worst = min((examined.gradients(right) for right in rights), key=_merit)
        several = " and with ".join(right.problem.facts["form"].hidden for right in rights)
        more = (f"the same with {several}",) if len(rights) > 1 and worst.verdict == "correct" else ()
        reports.append(replace(worst, conventions=(*worst.conventions, *more)))
    if reports:
        return reports
    blank = [m for n, m in subject.methods.items() if m.stub and any(means(n, p) for p in BACKWARD if p != "loss")]
    if blank:
        return [replace(found.forward_only(rights[0]), verdict="unfinished", remark=f"{blank[0].name} is not written")]
    learner = as_learner(found.trying.worker, subject, found.family, found.seed)
    return [learner or found.forward_only(rights[0])]


def _as_other(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport | None:
    """What the families with less telling names say."""
    from reference.homework.families import families

    for other in families():
        pattern = other.classes if subject.made else other.functions
        if other.rank < family.rank and other.examine is None and means(subject.name, pattern):
            report = Examination(worker, subject, other, seed).report()
            if report.verdict != "unsupported":
                return report
    return None


class _Network(Examination):
    """One way to call a network."""

    judge: NetworkJudge

    def __init__(self, worker: Worker, subject: Subject, family: Family, seed: int) -> None:
        family = replace(family, schemes=lambda asked: schemes(asked, given=not subject.made))
        super().__init__(worker, subject, family, seed)
        self.source = "\n".join(unit.source for unit in worker.submission.units)
        nodes = [ast.parse(unit.source) for unit in worker.submission.units]
        self.trying = self.calls = NetworkTrying(worker, subject, family)
        self.judge = judge = NetworkJudge(subject, family)
        self.calls.keys = judge.keys = weight_keys(nodes)
        self.calls.template = layer_template(nodes)
        self.attempts: list[Attempt] = []
        self.form = Form()
        self.told: dict[str, Told] | None = None

    # ---- which layers it has

    def right_forms(self) -> list[Attempt]:
        """The forward pass in the form whose output is the submission's; in several where it is told which to take."""
        found: list[Attempt] = []
        for form in self._forms():
            if found and (form.sizes, form.output, form.batch) != _alike(found[0]):
                continue
            if right := self.right(form):
                found.append(right)
                if not self.calls.template and "activation" not in (right.init.given if right.init else {}):
                    break
        return found

    def right(self, form: Form) -> Attempt | None:
        """The forward pass in this form, if its output is the submission's."""
        self.form = form
        if self.calls.template:
            self.trying.broken.clear()  # other words among the same sizes may run
        # one that gives its cost too is handed targets, in the form that its gradients are asked for later
        costs = "t" in names_of(self.subject.forward)
        loss = FOLLOWING[form.output][0] if costs else ""
        for indices in (False, True) if costs and loss == "cross-entropy" else (False,):
            for attempt in self.trying.readings(ask(replace(form, loss=loss, indices=indices), self.seed)):
                self.attempts.append(attempt)
                if self.judge.forward(attempt).right:
                    return attempt
        return None

    def _forms(self) -> Iterator[Form]:
        text = self.source
        bias = bool(re.search(r"(?i)\bb\d?\b|bias|[\"']b", text))
        hidden = sorted(("sigmoid", "relu", "tanh"), key=lambda name: name not in text.lower())
        if self.subject.is_class and re.search(r"(?i)conv|cnn|filters?|kernel", self.subject.symbol.source):
            for base in self._convolutional(bias):
                for output, inner in itertools.product(("softmax", "sigmoid", "identity"), ("relu", "sigmoid", "tanh")):
                    yield replace(base, output=output, hidden=inner)
            return
        for batch, depth in itertools.product((9, 1), self._depths()):
            for output, inner in itertools.product(
                ("softmax", "sigmoid", "identity"), hidden if depth > 1 else ["relu"]
            ):
                if batch > 1 or not any(attempt.y is not None for attempt in self.attempts):
                    yield Form(SIZES[depth], inner, output, bias=bias, batch=batch)

    def _convolutional(self, bias: bool) -> Iterator[Form]:
        """Forms with convolutions that its weights, as it makes them, have the shapes of."""
        for side, padding in ((14, 0), (12, 1)):  # that leave images of even sides, without and with padding
            asked = Form((0, 7, 4), filters=(2, 3), bias=bias, batch=3, side=side, padding=padding)
            asked = replace(asked, sizes=(asked.left**2 * 3, 7, 4))
            given, shapes = self.calls.probed(ask(asked, self.seed))
            sides = [side] if given & {"side", "image"} else [28, 32, 14, 8]
            for other, same, pool in itertools.product(sides, (False, True), (True, False)):
                if (form := convolutional(asked, shapes, other, same, pool)) is not None:
                    yield form

    def _depths(self) -> Sequence[int]:
        """How many layers it may have: as many as it has numbered weights, else what it is given."""
        symbol, partner = self.subject.symbol, self.subject.partner
        inherited = [ast.unparse(method.node) for method in self.subject.methods.values()] if self.subject.made else []
        own = "\n".join([symbol.source, partner.source if partner else "", *inherited])
        numbers = re.findall(r"(?i)\b(?:w|weights?|theta)_?(\d)\b", own)
        if numbers:
            return [min(int(max(numbers)), max(SIZES))]
        return (3, 2) if not self.subject.is_class or len(self.subject.init) < 3 else (2, 3)

    def without(self) -> SymbolReport:
        """No form has its output."""
        report = self._without(self.attempts)
        if report.verdict != "wrong":
            return report
        part = self.subject.forward.name if self.subject.forward else ""
        for attempt in self.attempts if re.search(r"tanh|maximum|relu|exp\(|sigmoid", self.source) else ():
            if (found := mistaken(attempt, part)) is not None:
                self.form = attempt.problem.facts["form"]
                said = self._said("wrong", "", self.judge.forward(attempt), attempt)
                return replace(said, quantities=(found[0],), causes=(found[1],), explainer=None)
        text = "its output is that of none of the usual networks: dense layers with ReLU, sigmoid or tanh between"
        return replace(plain_report(self.subject, "unsupported", text), pair=self.family.name)

    # ---- whether its gradients are right

    def forward_only(self, right: Attempt) -> SymbolReport:
        self.form = replace(right.problem.facts["form"], loss="")
        return self._said("correct", "its forward pass only: it has no gradients", self.judge.forward(right), right)

    def gradients(self, right: Attempt) -> SymbolReport:
        """The verdict, with the loss that explains most of the gradients."""
        form: Form = right.problem.facts["form"]
        report = self._explained(right)
        if report.verdict == "correct" and self.told == {} and self.subject.is_class:
            text = "its loss is none of the usual ones of this output, and not what the gradients are of"
            odd = Quantity("loss", False, part="loss", problem=text)
            return replace(report, verdict="wrong", quantities=(*report.quantities, odd))
        arrived = all(not quantity.problem for quantity in report.quantities)
        if report.verdict == "wrong" and form.batch > 1 and not arrived and self._one_at_a_time():
            single = self.right(replace(form, batch=1))
            if single is not None:
                found = self._explained(single)
                return _remarked(found, "one sample at a time")
        return report

    def _explained(self, right: Attempt) -> SymbolReport:
        form: Form = right.problem.facts["form"]
        reports = []
        for loss in self._losses(right):
            for indices in (False, True) if loss == "cross-entropy" else (False,):
                self.form = replace(form, loss=loss, indices=indices)
                attempt = self.trying.run(right.reading, ask(self.form, self.seed))
                if attempt is not None and attempt.failure is None:
                    reports.append(self._whole(attempt))
                    if reports[-1].verdict == "correct":
                        return reports[-1]
        if not reports:
            self.form = replace(form, loss="")
            assert self.subject.forward is not None
            text = f"{self.subject.forward.name} takes targets in a form that is not understood"
            return self._said("unsupported", text, self.judge.forward(right), right)
        best = max(reports, key=_merit)
        return replace(best, rivals=tuple(r for r in reports if r is not best and _merit(r) == _merit(best)))

    def _confirmed(self, attempt: Attempt, back: int | None, judged: Judged) -> SymbolReport:
        """What is right on the first problem is asked for other sizes; then its loss."""
        report = super()._confirmed(attempt, back, judged)
        if report.verdict != "correct" or back is None:
            return report
        odd = odd_loss(attempt, judged) or odd_penalty(self.calls, attempt, judged)
        odd = odd or odd_update(self.calls, attempt, judged, self.told)
        odd = odd or (odd_learning(self.calls, attempt, judged, self.told) if self.form.batch == 1 else None)
        if odd is not None:
            judged.quantities = [*(q for q in judged.quantities if q.name != odd.name), odd]
            return replace(self._said("wrong", "", judged, attempt), explainer=None)
        form = self.form
        if form.filters:
            return report
        self.form = replace(form, sizes=OTHER_SIZES[form.depth], batch=8 if form.batch > 1 else 1)
        other = self.trying.run(attempt.reading, ask(self.form, self.seed), back)
        if other is None or other.failure is not None:
            return replace(report, remark="for sizes that it was written for only") if other else report
        again = self.judge.whole(other)
        return report if again.right else self._said("wrong", "with other sizes", again, other)

    def _losses(self, right: Attempt) -> Sequence[str]:
        assert self.subject.backward is not None
        if "dy" in names_of(self.subject.backward):
            return ("",)
        form: Form = right.problem.facts["form"]
        self.told = told(self.calls, right, self.seed)
        self.judge.averaged = any(each.over % form.batch == 0 for each in (self.told or {}).values())
        return allowed(form, self.told)

    def _one_at_a_time(self) -> bool:
        """Whether the backward pass has no thought of several samples, and something goes through them."""
        backward = self.subject.backward
        assert backward is not None
        own = ast.unparse(backward.node)
        loops = r"for\s+\(?\s*\w+\s*,\s*\w+\s*\)?\s+in|for\s+\w+\s+in\s+range\(\w*(len|num|n_|m\b|\.shape)"
        return not re.search(r"sum\(|mean\(|\.shape\[[01]\]|average\(", own) and bool(re.search(loops, self.source))

    def _explainer(self, judged: Judged, attempt: Attempt) -> NetworkDiagnosis:
        return NetworkDiagnosis(self.subject, self.trying, self.judge, judged, attempt, self.seed)

    def _said(
        self, verdict: Verdict, remark: str, judged: Judged | None = None, attempt: Attempt | None = None
    ) -> SymbolReport:
        report = super()._said(verdict, remark, judged, attempt)
        if judged is None or attempt is None:
            return report
        form = self.form
        kind = f"{len(form.sizes) - 1} dense layers, {form.hidden} between"
        if form.filters:
            kind = f"{len(form.filters)} convolutions and {kind}"
        if (asked := self.family.asked) and not is_such(form, asked):
            return not_asked_for(self.subject, f"a network of {kind}", asked)
        top = f"{form.output} at the end" if form.output != "identity" else "no activation at the end"
        loss = f"gradients of {form.loss}" if form.loss else ""
        pair = "cnn" if form.filters else self.family.name
        return replace(report, pair=pair, conventions=tuple(filter(None, (kind, top, loss, *report.conventions))))


def _alike(attempt: Attempt) -> tuple[tuple[int, ...], str, int]:
    form: Form = attempt.problem.facts["form"]
    return form.sizes, form.output, form.batch


def _remarked(report: SymbolReport, remark: str) -> SymbolReport:
    """The report, and those that fit as well, with a remark more."""
    rivals = tuple(_remarked(each, remark) for each in report.rivals)
    return replace(report, remark=", ".join(filter(None, [remark, report.remark])), rivals=rivals)


def _merit(report: SymbolReport) -> tuple[int, int]:
    order = ("unsupported", "crashed", "unfinished", "wrong", "correct")
    return order.index(report.verdict), sum(q.agree for q in report.quantities)
