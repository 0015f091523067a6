"""Small networks as a whole: the layers they are made of are inferred from their numbers, then gradients judged."""

import ast
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reference.homework.attempt import Attempt
from reference.homework.examination import Examination, plain_report
from reference.homework.family import Family
from reference.homework.judge import Judged
from reference.homework.network_calls import (
    NetworkJudge,
    NetworkTrying,
    called,
    layer_template,
    names_of,
    schemes,
    weight_keys,
)
from reference.homework.network_forms import Form, ask, convolutional
from reference.homework.network_losses import allowed, told
from reference.homework.process import Worker
from reference.homework.roles import means
from reference.homework.subject import Method, Subject
from reference.homework.verdict import SymbolReport, Verdict

FORWARD = (
    r"forward\w*|feedforward|ff|fprop|call",
    r"predict\w*|query|infer\w*|think|(get)?scores?|output|activate|compute\w*|run|evaluate",
    r"loss",
)
BACKWARD = (
    r"\w*back_?prop\w*|back\w*|bprop",
    r"(?!.*(num|check))(compute|calc|get|calculate)?grad(ient)?s?\w*",
    r"loss",
    r"train(step|onbatch|batch|one)?|update(weights|params)?|learn",
)
# layers that are none of those asked about
OTHERS = r"leaky|elu\b|dropout|batch_?norm|layer_?norm|residual|swish|gelu|softplus|maxout|recurrent|lstm|\bgru\b"
SIZES = {1: (5, 4), 2: (5, 7, 4), 3: (5, 7, 6, 4), 4: (5, 7, 6, 3, 4)}
OTHER_SIZES = {1: (3, 6), 2: (3, 4, 6), 3: (3, 4, 5, 6), 4: (3, 4, 7, 5, 6)}


def examine_network(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on a network; what a family of a lower rank says where it is none."""
    said: list[SymbolReport] = []
    for forward in _forwards(subject):
        found = _Network(worker, replace(subject, forward=forward), family, seed)
        rights = found.right_forms()
        if rights:
            said = _judged(found, rights)
            break
        said.append(found.without())
    if not said:
        return plain_report(subject, "unsupported", "it has no method or function that looks like a forward pass")
    best = max(said, key=_merit)
    return best if best.verdict != "unsupported" else _as_other(worker, subject, family, seed) or best


def _judged(found: "_Network", rights: Sequence[Attempt]) -> list[SymbolReport]:
    """The reports on each way to ask for its gradients; of several activations, on the one that is wrong."""
    reports = []
    subject = found.subject
    assert subject.forward is not None
    for backward in _backwards(subject, subject.forward):
        examined = _Network(found.trying.worker, replace(subject, backward=backward), found.family, found.seed)
        worst = min((examined.gradients(right) for right in rights), key=_merit)
        several = " and with ".join(right.problem.facts["form"].hidden for right in rights)
        more = (f"the same with {several}",) if len(rights) > 1 and worst.verdict == "correct" else ()
        reports.append(replace(worst, conventions=(*worst.conventions, *more)))
    return reports or [found.forward_only(rights[0])]


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


def _forwards(subject: Subject) -> Iterator[Method]:
    """The methods that may be the forward pass, likeliest first."""
    found = [subject.forward] if not subject.made and subject.forward is not None else []
    for pattern in FORWARD if subject.made else ():
        found += [method for name, method in subject.methods.items() if means(name, pattern) and not method.stub]
    for method in found:
        wanted = called(method)
        roles = [p.role for p in wanted.parameters]
        if "x" in roles and all(role not in ("", "t") for role in roles):
            yield wanted


def _backwards(subject: Subject, forward: Method) -> Iterator[Method]:
    """The methods or functions that may give the gradients."""
    if not subject.made:
        if subject.backward is not None:
            yield called(subject.backward, forward)
        return
    for pattern in BACKWARD:
        for name, method in subject.methods.items():
            if not means(name, pattern) or method.stub:
                continue
            tuples = [n for n in ast.walk(method.node) if isinstance(n, ast.Return) and isinstance(n.value, ast.Tuple)]
            if pattern != "loss" or tuples:
                yield called(method, forward, cotangent=True)


class _Network(Examination):
    """One way to call a network."""

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
        return self._right(ask(form, self.seed), self.attempts)

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
        numbers = re.findall(r"(?i)\b(?:w|weights?|theta)_?(\d)\b", symbol.source + (partner.source if partner else ""))
        if numbers:
            return [min(int(max(numbers)), max(SIZES))]
        return (3, 2) if not self.subject.is_class or len(self.subject.init) < 3 else (2, 3)

    def without(self) -> SymbolReport:
        """No form has its output."""
        report = self._without(self.attempts)
        if report.verdict != "wrong":
            return report
        text = "its output is that of none of the usual networks: dense layers with ReLU, sigmoid or tanh between"
        return replace(plain_report(self.subject, "unsupported", text), pair=self.family.name)

    # ---- whether its gradients are right

    def forward_only(self, right: Attempt) -> SymbolReport:
        self.form = right.problem.facts["form"]
        return self._said("correct", "its forward pass only: it has no gradients", self.judge.forward(right), right)

    def gradients(self, right: Attempt) -> SymbolReport:
        """The verdict, with the loss that explains most of the gradients."""
        form: Form = right.problem.facts["form"]
        report = self._explained(right)
        if report.verdict == "wrong" and form.batch > 1 and self._one_at_a_time():
            single = self.right(replace(form, batch=1))
            if single is not None:
                found = self._explained(single)
                return replace(found, remark=", ".join(filter(None, ["one sample at a time", found.remark])))
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
        return max(reports, key=_merit)

    def _losses(self, right: Attempt) -> Sequence[str]:
        assert self.subject.backward is not None
        if "dy" in names_of(self.subject.backward):
            return ("",)
        return allowed(right.problem.facts["form"], told(self.calls, right, self.seed))

    def _one_at_a_time(self) -> bool:
        """Whether the backward pass has no thought of several samples, and something goes through them."""
        backward = self.subject.backward
        assert backward is not None
        own = ast.unparse(backward.node)
        loops = r"for\s+\(?\s*\w+\s*,\s*\w+\s*\)?\s+in|for\s+\w+\s+in\s+range\(\w*(len|num|n_|m\b|\.shape)"
        return not re.search(r"sum\(|mean\(|\.shape\[[01]\]|average\(", own) and bool(re.search(loops, self.source))

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
        top = f"{form.output} at the end" if form.output != "identity" else "no activation at the end"
        loss = f"gradients of {form.loss}" if form.loss else ""
        pair = "cnn" if form.filters else self.family.name
        return replace(report, pair=pair, conventions=tuple(filter(None, (kind, top, loss, *report.conventions))))


def _alike(attempt: Attempt) -> tuple[tuple[int, ...], str, int]:
    form: Form = attempt.problem.facts["form"]
    return form.sizes, form.output, form.batch


def _merit(report: SymbolReport) -> tuple[int, int, int]:
    order = ("unsupported", "crashed", "unfinished", "wrong", "correct")
    return order.index(report.verdict), sum(q.agree for q in report.quantities), len(report.causes)
