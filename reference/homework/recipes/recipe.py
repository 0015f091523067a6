"""What a recipe is: a question that has no pair of its own, and how its answer is judged."""

import functools
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reference.homework.isolation.process import Limits, Stopped, Worker
from reference.homework.reading.source import read_submission
from reference.homework.reading.submission import Submission, Symbol
from reference.homework.recipes.bench import Bench, Missing, Raised, blank, empty, extended
from reference.homework.recipes.judging import Judgement
from reference.homework.verdict import Cause, Quantity, SymbolReport

NO_MORE = Limits()

# how the problem of a quantity begins that the submission does not give
NOTHING = ("is None", "is missing")


@dataclass(frozen=True)
class Recipe:
    """A question. `judge` works on the submission in its process and gives the verdict.

    `symbols` are the names that the answer may have, `methods` what of a class is asked about; both are empty for an
    answer at top level. `right` are correct versions of other functions it may call, by name: an answer is judged with
    the submission's own first, and with these where that goes wrong, so that each question costs its points once.
    `extend` may add definitions to the submission; `limits` is the least it needs.
    """

    name: str
    title: str
    judge: Callable[[Bench], Judgement]
    symbols: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    right: Mapping[str, str] = field(default_factory=dict)
    extend: Callable[[Submission], Submission] | None = None
    limits: Limits = NO_MORE

    @property
    def system(self) -> str:
        return self.name.split("/")[0]

    def check(
        self, path: Path, seed: int = 0, limits: Limits | None = None, allow: tuple[str, ...] = ()
    ) -> SymbolReport:
        """The verdict on a file. Raises RequestError for one that cannot be read."""
        from reference.homework.recipes import of_system

        return check_all(path, [each.name for each in of_system(self.system)], seed, limits, allow)[self.name]


def check_all(
    path: Path, names: Sequence[str], seed: int = 0, limits: Limits | None = None, allow: tuple[str, ...] = ()
) -> dict[str, SymbolReport]:
    """The verdicts of several recipes of one system, by name, from one process. Raises RequestError.

    What was found is kept while the file stays the same, so a question after the other costs nothing more.
    """
    path = Path(path)
    state = path.stat() if path.is_file() else None
    stamp = (state.st_mtime_ns, state.st_size) if state else ()
    return dict(_checked(path, tuple(names), seed, limits, tuple(allow), stamp))


@functools.lru_cache(maxsize=16)
def _checked(
    path: Path, names: tuple[str, ...], seed: int, limits: Limits | None, allow: tuple[str, ...], stamp: tuple[int, ...]
) -> dict[str, SymbolReport]:
    from reference.homework.recipes import find

    recipes = [find(name) for name in names]
    submission = read_submission(path)
    for extend in dict.fromkeys(recipe.extend for recipe in recipes if recipe.extend):
        submission = extend(submission)
    least = [recipe.limits for recipe in recipes]
    room = replace(
        limits or Limits(),
        seconds=max((limits or Limits()).seconds, *(each.seconds for each in least if each is not NO_MORE), 0.0),
        memory_mb=max((limits or Limits()).memory_mb, *(each.memory_mb for each in least)),
        processes=max((limits or Limits()).processes, *(each.processes for each in least)),
    )
    try:
        with Worker(submission, room, allow, seed) as worker:
            return {recipe.name: _with_right_helpers(recipe, submission, worker, seed) for recipe in recipes}
    except Stopped as stop:
        said = f"The file could not be loaded: {stop.detail}."
        return {r.name: SymbolReport(r.name.split("/")[1], "crashed", r.name, remark=said) for r in recipes}


def _with_right_helpers(recipe: Recipe, submission: Submission, worker: Worker, seed: int) -> SymbolReport:
    """The verdict; where it is not correct, whether only the functions that it calls are to blame."""
    report = _report(recipe, submission, worker, seed)
    others = {name: text for name, text in recipe.right.items() if name not in recipe.symbols}
    if report.verdict not in ("wrong", "crashed") or not others:
        return report
    with Worker(extended(submission, others), worker.limits, worker.allow, seed) as second:
        again = _report(recipe, submission, second, seed)
    if again.verdict != "correct":
        # what is wrong with right helpers too is its own; more of it means that it was written for its helpers
        return again if again.verdict == "wrong" and _errors(again) <= _errors(report) else report
    return replace(again, remark=f"Right with correct versions of what it calls in the file. {again.remark}".strip())


def _errors(report: SymbolReport) -> int:
    return sum(not quantity.agree for quantity in report.quantities)


def _report(recipe: Recipe, submission: Submission, worker: Worker, seed: int) -> SymbolReport:
    """The verdict on one question."""
    bench = Bench(submission, worker, (seed, zlib.crc32(recipe.name.encode())))
    asked = recipe.name.split("/")[1]
    symbol: Symbol | None = None
    try:
        if recipe.symbols:
            symbol = bench.symbol(*recipe.symbols)
            if symbol.broken or (symbol.unfinished and symbol.name not in worker.names):
                return _unreadable(recipe, symbol)
        judged = recipe.judge(bench)
    except Missing as error:
        return SymbolReport(asked, "unfinished", pair=recipe.name, remark=sentence(f"{error} in the file"))
    except Raised as error:
        failure = error.failure
        problem = f"raises {failure.type}: {failure.message}".rstrip(": ")
        place = dict(zip(("cell", "line"), error.place, strict=True))
        judged = Judgement("crashed", (Quantity(asked, False, problem=problem),), remark=f"It {problem}.")
        return _finished(recipe, symbol, judged, asked, place)
    except Stopped as stop:
        judged = Judgement("crashed", remark=f"It was stopped: {stop.detail}.")
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # what it returns is nothing that the recipe was written for
        judged = Judgement(
            "unsupported", remark=f"What it returns is not understood ({type(error).__name__}: {error})."
        )
    return _finished(recipe, symbol, judged, asked)


def _finished(
    recipe: Recipe, symbol: Symbol | None, judged: Judgement, asked: str, place: Mapping[str, int | None] | None = None
) -> SymbolReport:
    """The report; what fails or gives nothing while a blank is left in it is unfinished."""
    remark, verdict = judged.remark, judged.verdict
    nothing = all(quantity.problem == "is None" for quantity in judged.quantities) and judged.quantities
    if symbol is not None and verdict != "correct":
        methods = recipe.methods or ("",)
        reasons = [empty(symbol, method) for method in methods]
        if verdict == "crashed" or any(quantity.problem.startswith(NOTHING) for quantity in judged.quantities):
            reasons += [blank(symbol, method) for method in methods]
        if nothing:
            reasons.append("it returns nothing")
        if reason := next(filter(None, reasons), ""):
            verdict, remark = "unfinished", sentence(reason)
    at_top = {"cell": judged.cell, "line": judged.line}
    where = place if place and place["line"] is not None else _where(symbol) if symbol else at_top
    return SymbolReport(
        symbol.name if symbol else asked,
        verdict,
        recipe.name,
        where["cell"],
        where["line"],
        {asked: ".".join([symbol.name, *recipe.methods[:1]])} if symbol else {},
        judged.conventions,
        () if verdict == "unfinished" else judged.quantities,
        () if verdict == "unfinished" else tuple(_worded(cause) for cause in judged.causes),
        remark,
    )


def _worded(cause: Cause) -> Cause:
    """A cause as it is said. A recipe gives it what is done wrong and, as its hint, what to do instead.

    That is the answer, so all of it is the sentence, and the hint is what is done wrong.
    """
    return replace(cause, sentence=f"{cause.sentence} {cause.hint}".strip(), hint=cause.sentence)


def _unreadable(recipe: Recipe, symbol: Symbol) -> SymbolReport:
    """The report on a symbol that does not compile."""
    place = _where(symbol)
    if symbol.unfinished:
        said = sentence(blank(symbol))
        return SymbolReport(symbol.name, "unfinished", recipe.name, place["cell"], place["line"], remark=said)
    said = sentence(symbol.broken or "it could not be executed")
    return SymbolReport(symbol.name, "crashed", recipe.name, place["cell"], place["line"], remark=said)


def sentence(text: str) -> str:
    """With a capital at its beginning, unless a name of the code stands there, and a full stop at its end."""
    named = re.match(r"(d[xywhbz]|d[A-Z]\w*|\w*[_\d]\w*|\w+\()\b", text)
    return (text[:1] if named else text[:1].upper()) + text[1:].rstrip(".") + "."


def _where(symbol: Symbol | None) -> dict[str, int | None]:
    return {"cell": symbol.cell if symbol else None, "line": symbol.line if symbol else None}
