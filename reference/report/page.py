"""What the template of the report reads."""

import datetime
import platform
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from markupsafe import Markup

from reference.commands.checks import Outcome
from reference.compare import Finding
from reference.pair import FRAMEWORKS, Pair
from reference.parity import CONTRACT, DERIVATIVE, DTYPES, Check
from reference.registry import family
from reference.report import nature
from reference.report.groups import Group
from reference.report.layout import counted, took
from reference.report.nature import Remark, Wide
from reference.report.plots import accuracy_plot, drift_plot
from reference.report.training import spread
from reference.training.comparison import Comparison, Plan, in_words
from reference.vote import Vote

IN_FULL = 50  # disagreements told with the vote of the other sides

Voter = Callable[[Check, Finding], Vote | None]


@dataclass(frozen=True)
class Report:
    """What a page tells. `source` is the line that says where the images came from, `command` what repeats it all."""

    outcome: Outcome
    comparisons: tuple[Comparison, ...]
    source: str
    command: str
    vote: Voter
    made: datetime.datetime = field(default_factory=lambda: datetime.datetime.now(datetime.UTC))


class Page:
    """What the template reads."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.outcome, self.comparisons = report.outcome, report.comparisons
        self.checks = report.outcome.checks
        asked = {(check.framework, check.dtype) for check in self.checks}
        wanted = [(judge, (dtype,)) for judge in (*FRAMEWORKS, DERIVATIVE) for dtype in DTYPES] + [(CONTRACT, DTYPES)]
        self.columns = [(judge, dtypes) for judge, dtypes in wanted if any((judge, dtype) in asked for dtype in dtypes)]

    # the answer

    @cached_property
    def wrong(self) -> list[Check]:
        return [check for check in self.checks if not check.agree]

    @property
    def verb(self) -> str:
        verb = "disagree" if self.wrong else "agree"
        return f"{verb}s" if len(self.wrong or self.checks) == 1 else verb

    @cached_property
    def apart(self) -> list[Comparison]:
        return [each for each in self.comparisons if not each.agree]

    @property
    def checked_pairs(self) -> int:
        return len({check.pair for check in self.checks})

    @property
    def implementations(self) -> str:
        names = list(self.comparisons[0].implementations) if self.comparisons else []
        return " and ".join(filter(None, [", ".join(names[:-1]), names[-1] if names else ""]))

    @property
    def is_mnist(self) -> bool:
        return all(each.plan.data.is_mnist for each in self.comparisons)

    @property
    def sources(self) -> str:
        """What became of the numbers that the sources printed."""
        if not self.is_mnist:
            return "the numbers that the sources printed are for MNIST, which this is not"
        if not any(each.full for each in self.comparisons):
            return "the schedules of the sources, and so the numbers they printed, are reached with `--full`"
        found = [each.verdict for each in self.comparisons if each.verdict]
        counts = [f"{found.count(verdict)} {verdict}" for verdict in dict.fromkeys(found)]
        return f"of the numbers that the sources printed: {', '.join(counts)}"

    @property
    def facts(self) -> dict[str, str]:
        seeds = self.comparisons[0].plan.seeds if self.comparisons else ()
        seconds = self.outcome.seconds
        return {
            "Data": self.report.source,
            "Versions": ", ".join([*self.outcome.versions, f"Python {platform.python_version()}"]),
            "Seeds": f"checks {self.outcome.seed}" + (f", training {', '.join(map(str, seeds))}" if seeds else ""),
            "The checks took": f"{seconds:,.0f} s",
            "Made": self.report.made.strftime("%Y-%m-%d %H:%M UTC"),
        }

    # training

    @property
    def trained(self) -> Iterator["Trained"]:
        return (Trained(each) for each in self.comparisons)

    # parity

    @property
    def families(self) -> list[Group]:
        return [Group(name, tuple(some)) for name, some in groupby(self.checks, key=lambda check: family(check.pair))]

    @property
    def pairs(self) -> list[tuple[Pair, str, Group]]:
        by_pair: dict[str, list[Check]] = {pair.name: [] for pair in self.outcome.pairs}
        for check in self.checks:
            by_pair[check.pair].append(check)
        return [(pair, family(pair.name), Group(pair.name, tuple(by_pair[pair.name]))) for pair in self.outcome.pairs]

    @property
    def disagreements(self) -> Iterator["Disagreement"]:
        return (
            Disagreement(check, self.report.vote if number < IN_FULL else None)
            for number, check in enumerate(self.wrong)
        )

    # what is not exact by nature

    ceiling = nature.CEILING

    @property
    def twins(self) -> list[Remark]:
        return nature.twins(self.outcome.pairs, self.checks)

    @property
    def notes(self) -> list[Remark]:
        return nature.notes(self.outcome.pairs)

    @property
    def left_out(self) -> list[Remark]:
        return nature.left_out(self.outcome.pairs)

    @property
    def wide(self) -> list[Wide]:
        return nature.wide(self.checks)

    # how to repeat

    @property
    def commands(self) -> list[tuple[str, str]]:
        judges = dict.fromkeys(judge for judge, _ in self.columns)
        only = [] if set(FRAMEWORKS) <= set(judges) else [word for judge in judges for word in ("--framework", judge)]
        same = [*only, "--seed", str(self.outcome.seed)]
        listed = [("All of it", self.report.command), ("The checks", command_line(["parity", *same]))]
        if self.outcome.pairs:
            one = command_line(["parity", self.outcome.pairs[0].name, *same])
            listed.append(("The checks of one pair", one))
        if self.comparisons and self.comparisons[0].plan.seeds[0] == 0:  # as it always is for this command
            listed.append(("The training of one model", command_line(_train(self.comparisons[0].plan))))
        return [*listed, ("To go on with a run that was stopped", f"{self.report.command} --resume")]


def _train(plan: Plan) -> list[str]:
    """The arguments that train this model alone in the same way."""
    words = ["train", plan.recipe.name]
    words += ["--full"] if plan.epochs == plan.recipe.epochs else ["--epochs", str(plan.epochs)]
    words += ["--seeds", str(len(plan.seeds))]
    words += ["--data", str(plan.folder)] if plan.folder else []
    if set(plan.frameworks) != set(FRAMEWORKS):
        words += [word for name in plan.frameworks for word in ("--framework", name)]
    return words


class Trained:
    """One model."""

    def __init__(self, each: Comparison) -> None:
        self.each = each
        self.name, self.agree = each.plan.recipe.name, each.agree
        self.printed = each.source.after(each.plan.epochs)
        self.verdict, self.remark, self.quantity = each.verdict, each.source.remark, each.source.quantity
        self.seeds = len(each.plan.seeds)
        self.curve = bool(each.source.printed) or each.plan.epochs > 1
        drifts = each.lockstep.drift.items()
        self.words = [in_words(name, drift) for name, drift in drifts]
        self.chaotic = each.agree and any(drift.first is not None for _, drift in drifts)

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        """Implementation, test accuracy, final cost, time."""
        each = self.each
        return [
            (
                name,
                spread(*each.finals(name, "test_accuracy")),
                f"{each.finals(name, 'cost')[0]:.4f}",
                took(each.seconds(name)),
            )
            for name in each.implementations
        ]

    @property
    def facts(self) -> str:
        plan = self.each.plan
        recipe, epochs = plan.recipe, min(plan.epochs, plan.recipe.epochs)
        options = ", ".join(f"{key} {value:g}" for key, value in recipe.optimizer_options.items())
        return " · ".join(
            [
                f"{recipe.optimizer.__name__} ({options})",
                f"batches of {recipe.batch_size}",
                counted(plan.epochs, "epoch") + ("" if epochs == recipe.epochs else f" of {recipe.epochs}"),
                counted(self.each.lockstep.steps, "step"),
                counted(len(plan.seeds), "seed"),
            ]
        )

    @property
    def accuracy_plot(self) -> Markup:
        return Markup(accuracy_plot(self.each))

    @property
    def drift_plot(self) -> Markup:
        return Markup(drift_plot(self.each))


class Disagreement:
    """One check that disagrees, with the vote of the other sides on each of its quantities."""

    def __init__(self, check: Check, vote: Voter | None) -> None:
        self.check, self._vote = check, vote
        self.right = [finding for finding in check.findings if finding.agree]

    @property
    def wrong(self) -> Iterator[tuple[Finding, Vote | None]]:
        for finding in self.check.findings:
            if not finding.agree:
                yield finding, self._vote(self.check, finding) if self._vote else None


def command_line(arguments: Sequence[str]) -> str:
    """What to type for `crosscheck` with these arguments."""
    return shlex.join(["crosscheck", *arguments])
