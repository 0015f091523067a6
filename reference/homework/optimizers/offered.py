"""What an optimizer offers beside its rule, asked once its steps are right: weight decay, a rate that decays."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reference.homework.attempt import OWN_MISTAKES
from reference.homework.isolation.process import Failure
from reference.homework.optimizers import decay, rate_decay
from reference.homework.optimizers.plan import Code
from reference.homework.optimizers.rules import Rule
from reference.homework.optimizers.settings import EXPLICIT, roles
from reference.homework.optimizers.walks import Held
from reference.homework.verdict import SymbolReport

if TYPE_CHECKING:
    from reference.homework.optimizers.examination import OptimizerExamination


def offered(examination: "OptimizerExamination", code: Code, held: Held) -> SymbolReport | None:
    """Wrong where what is offered follows no rule; the convention of a right one is put down."""
    rule, pair = held.rule, examination.pair
    decaying = _asked(examination, code, held, decay.SETTING, decay.decayed(rule), decay.mistaken(rule))
    if decaying is not None or not _reads(code, rate_decay.SETTING):
        return decaying
    slowed = [
        *rate_decay.slowed(rule, pair, counted=bool(code.after)),
        *(_called_lr_decay(each) for each in decay.decayed(rule)),
    ]
    return _asked(examination, code, held, rate_decay.SETTING, slowed, rate_decay.mistaken(rule, pair))


def _asked(
    examination: "OptimizerExamination",
    code: Code,
    held: Held,
    setting: str,
    rules: Iterable[Rule],
    mistakes: Iterable[Rule],
) -> SymbolReport | None:
    """A right walk once more with a setting that did nothing in it."""
    if examination.settings.get(setting) != 0.0:
        return None
    remark = REMARKS[setting]
    walk = examination.walk(replace(code, asked=setting), [held.walk.form], held.walk.first, "d", examination.seed + 2)[
        0
    ]
    if isinstance(walk.stuck, Failure) and walk.stuck.type in OWN_MISTAKES:
        return examination.said("crashed", f"{remark}: {walk.stuck.type}: {walk.stuck.message}")
    if walk.stuck:
        return None
    given = {**examination.settings, setting: EXPLICIT[setting]}
    found = examination.hold(walk, [*rules], given)
    if found.right:
        examination.beside.append(found.rule.said.removeprefix(held.rule.said).lstrip("; "))
        return None
    causes = [rule.cause for rule in mistakes if examination.hold(walk, [rule], given).right][:1]
    where = next((name for name in code.before if _reads(code, setting, (name,))), "")
    return examination.said("wrong", remark, found, tuple(examination.cause(each, method=where) for each in causes))


REMARKS = {decay.SETTING: "with weight decay", rate_decay.SETTING: "with a rate that decays"}


def _called_lr_decay(rule: Rule) -> Rule:
    """A rule with weight decay whose setting is called as that of the rate's may be: decay."""
    needs = tuple(rate_decay.SETTING if name == decay.SETTING else name for name in rule.needs)
    return replace(rule, make=lambda lr_decay, **o: rule.make(weight_decay=lr_decay, **o), needs=needs)


def _reads(code: Code, setting: str, methods: Sequence[str] | None = None) -> bool:
    """Whether what is called at a step reads the setting: a rate that decays by epochs is moved by another method."""
    names = {name for name, role in roles((*code.making, *code.call.parameters), code.pair).items() if role == setting}
    called = (*code.before, *code.after) if methods is None else methods
    nodes = [method.node for name, method in code.subject.methods.items() if name in called]
    inner = [n for node in (nodes if methods else [*nodes, code.call.node]) for n in ast.walk(node)]
    return any(getattr(n, "attr", getattr(n, "id", "")).lstrip("_") in names for n in inner)
