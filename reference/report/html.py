"""The result of `crosscheck run` as one HTML file that needs nothing else: style, curves and script are in it."""

import contextlib
import datetime
import os
import platform
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path

import jinja2
from markupsafe import Markup

from reference.commands.checks import Outcome
from reference.compare import FLOAT64_CEILING, Finding
from reference.errors import RequestError
from reference.pair import FRAMEWORKS, Case, Pair
from reference.parity import CONTRACT, DERIVATIVE, DTYPES, Check
from reference.registry import family, find
from reference.report.layout import counted, short
from reference.report.plots import accuracy_plot, drift_plot
from reference.report.training import spread
from reference.training.comparison import Comparison, Plan, in_words
from reference.vote import Vote

IN_FULL = 50  # disagreements told with the vote of the other sides
EPS = 2.0**-52

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


def write_report(path: Path, report: Report) -> None:
    """Write the page, all of it or nothing. Raises RequestError where it cannot be written."""
    write_whole(path, render(report))


def write_whole(path: Path, text: str) -> None:
    """Write to a file beside `path`, which then takes its place. Raises RequestError where that cannot be done."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise RequestError(f"{path} cannot be written: {why}. Name another folder with --out") from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def render(report: Report) -> str:
    """The page."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(counted=counted, short=short, style=_style, prose=_prose, telling=_telling)
    return environment.get_template("report.html").render(page=_Page(report))


def _style() -> Markup:
    return Markup(Path(__file__).with_name("report.css").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Worst:
    """The compared quantity of some checks that came nearest to its limit."""

    finding: Finding
    check: Check

    @property
    def share(self) -> float:
        """Of what is allowed."""
        return self.finding.ulp / self.finding.allowed

    @property
    def where(self) -> str:
        return f"{self.check.framework} {self.check.dtype}"

    @property
    def unit(self) -> str:
        return "standard errors" if find(self.check.pair).kind == "initializer" else "ulp"


def _worst(checks: Iterable[Check]) -> Worst | None:
    found = (Worst(finding, check) for check in checks for finding in check.findings if _measured(finding))
    return max(found, key=lambda worst: worst.share, default=None)


def _measured(finding: Finding) -> bool:
    return finding.allowed > 0 and not _declared(finding)


def _declared(finding: Finding) -> bool:
    """Whether a quantity differs and a case says that it must."""
    return finding.agree and finding.ulp > finding.allowed


@dataclass(frozen=True)
class Group:
    """Checks of one family or one pair."""

    name: str
    checks: tuple[Check, ...]

    @property
    def pairs(self) -> int:
        return len({check.pair for check in self.checks})

    @property
    def wrong(self) -> int:
        return sum(not check.agree for check in self.checks)

    @property
    def worst(self) -> Worst | None:
        return _worst(self.checks)

    def by(self, judge: str, dtypes: Sequence[str]) -> "Group":
        """What one judge said in these dtypes."""
        asked = tuple(check for check in self.checks if check.framework == judge and check.dtype in dtypes)
        return Group(self.name, asked)


@dataclass(frozen=True)
class Wide:
    """Limits of a pair that are wider than FLOAT64_CEILING: how many, the widest, and the largest error found there.

    `allowed` is 0 where nothing was off, so that the limit is not known as a share of the largest element.
    """

    pair: str
    count: int
    of: int
    judges: str
    allowed: float
    found: float


@dataclass(frozen=True)
class Remark:
    """What there is to know of some pairs."""

    pairs: str
    about: str
    texts: tuple[str, ...]


class _Page:
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
            return "the schedules of the sources, and so the numbers they printed, are reached with --full"
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
    def trained(self) -> Iterator["_Trained"]:
        return (_Trained(each) for each in self.comparisons)

    # parity

    @property
    def families(self) -> list[Group]:
        return [Group(name, tuple(some)) for name, some in groupby(self.checks, key=lambda check: family(check.pair))]

    @property
    def pairs(self) -> list[tuple[Pair, str, Group]]:
        by_pair: dict[str, list[Check]] = {pair.name: [] for pair in self.outcome.pairs}
        for check in self.checks:
            by_pair[check.pair].append(check)
        return [(find(name), family(name), Group(name, tuple(some))) for name, some in by_pair.items()]

    @property
    def disagreements(self) -> Iterator["_Disagreement"]:
        return (
            _Disagreement(check, self.report.vote if number < IN_FULL else None)
            for number, check in enumerate(self.wrong)
        )

    # what is not exact by nature

    @property
    def twins(self) -> list[Remark]:
        shown = self._shown()
        return [
            Remark(pair.name, f"{name}: {_LIKENESS[twin.likeness]}", (twin.reason + shown.get((pair.name, name), ""),))
            for pair in self.outcome.pairs
            for name in FRAMEWORKS
            if (twin := pair.twin(name)).likeness != "exact"
        ]

    def _shown(self) -> dict[tuple[str, str], str]:
        """By pair and framework, the largest difference that a case was made to show."""
        largest: dict[tuple[str, str], Finding] = {}
        for check in self.checks:
            for finding in filter(_declared, check.findings):
                place = check.pair, check.framework
                largest[place] = max(largest.get(place, finding), finding, key=lambda found: found.max_rel)
        return {place: f" ({found.name} differs by {100 * found.max_rel:.2g} %)" for place, found in largest.items()}

    @property
    def notes(self) -> list[Remark]:
        return _together(("", note, pair.name) for pair in self.outcome.pairs for note in pair.notes)

    @property
    def left_out(self) -> list[Remark]:
        return _together(
            (_left_out(case), case.reason, pair.name)
            for pair in self.outcome.pairs
            for case in pair.cases
            if case.reason
        )

    @property
    def wide(self) -> list[Wide]:
        found = []
        for pair, _, group in self.pairs:
            in_float64 = [check for check in group.checks if check.dtype == "float64"]
            loose = [
                (check.framework, finding)
                for check in in_float64
                for finding in check.findings
                if finding.reason and not _declared(finding)
            ]
            if not loose:
                continue
            # an error is max_rel of the largest element and ulp of the unit that `allowed` counts
            allowed = [f.allowed * f.max_rel / f.ulp for _, f in loose if f.ulp]
            found.append(
                Wide(
                    pair.name,
                    len(loose),
                    sum(_measured(finding) for check in in_float64 for finding in check.findings),
                    ", ".join(dict.fromkeys(judge for judge, _ in loose)),
                    max(allowed, default=0.0),
                    max(finding.max_rel for _, finding in loose),
                )
            )
        return found

    @property
    def ceiling(self) -> str:
        return f"{FLOAT64_CEILING:.0e}"

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


_LIKENESS = {"composed": "composed", "inexact": "differs", "none": "no counterpart"}


def _left_out(case: Case) -> str:
    if case.differs:
        return f"shows that {case.frameworks[0]} differs in {', '.join(case.differs)}"
    missing = [name for name in FRAMEWORKS if name not in case.frameworks]
    said = [f"only {', '.join(case.only)}"] if case.only else []
    return ", ".join(said + [f"not in {name}" for name in missing])


def _together(remarks: Iterable[tuple[str, str, str]]) -> list[Remark]:
    """(about, text, pair): the pairs of which the same is said, and all that is said of them, made one."""
    pairs: dict[tuple[str, str], list[str]] = {}
    for about, text, pair in remarks:
        named = pairs.setdefault((about, text), [])
        if pair not in named:
            named.append(pair)
    texts: dict[tuple[str, str], list[str]] = {}
    for (about, text), named in pairs.items():
        texts.setdefault((", ".join(named), about), []).append(text)
    return [Remark(named_together, about, tuple(said)) for (named_together, about), said in texts.items()]


class _Trained:
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
                f"{each.seconds(name):,.1f} s",
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


class _Disagreement:
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


def _telling(mine: float, other: float) -> str:
    """A format that shows two digits more than it takes to tell two values apart."""
    digits = next((n for n in range(2, 15) if f"{mine:.{n}g}" != f"{other:.{n}g}"), 15)
    return f"%.{digits + 2}g"


def _prose(text: str) -> Markup:
    """`text` with what stands between backticks set as code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 and number + 1 < len(parts) else part
        for number, part in enumerate(parts)
    )
