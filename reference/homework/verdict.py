"""What is said of a submission: a verdict for each symbol, with the quantities compared and the causes found."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

from reference.diagnosis.clock import Clock

Verdict = Literal["correct", "wrong", "unfinished", "unsupported", "crashed"]


@dataclass(frozen=True)
class Note:
    """A place in a submission and what there is to say about it: a statement skipped, a helper supplied.

    `binds`: the names that a statement which was not executed would have set.
    """

    text: str
    cell: int | None = None
    line: int | None = None
    binds: frozenset[str] = frozenset()

    @property
    def place(self) -> str:
        """Where it is, in words: "cell 2, line 7"; "" where that is the whole file."""
        found = [f"{word} {n}" for word, n in (("cell", self.cell), ("line", self.line)) if n is not None]
        return ", ".join(found)


@dataclass(frozen=True)
class Quantity:
    """One compared array, `y`, `dx`, `dw`, ...: where it differs most, and both values there.

    `part` is the method or function it comes from: "forward", "backward_propagation".
    `problem` says what is wrong where numbers cannot: a shape, an exception.
    """

    name: str
    agree: bool
    max_rel: float = 0.0
    allowed: float = 0.0
    index: tuple[int, ...] = ()
    got: float = math.nan
    want: float = math.nan
    part: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Cause:
    """A mistake by name. `reproduces`: applied to the correct computation it gives the submission's numbers.

    `facts` fill its sentence in the catalogue of `reference.diagnosis.sentences`, in every language; `words` is the
    entry there. `limit` is what it was proved for alone, "stride 2", where the rest is right or does not run.
    """

    id: str
    sentence: str
    reproduces: bool
    hint: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    words: str = ""
    limit: str = ""


@dataclass(frozen=True)
class Fact:
    """What was measured of a mistake that no cause explains: "narrow-elements", with its sentence in the catalogue."""

    id: str
    sentence: str
    facts: tuple[tuple[str, str], ...] = ()


class Explainer(Protocol):
    """Looks for the reasons of a verdict. Raises Stopped where the submission does not answer in time."""

    def single(self, clock: Clock) -> tuple[Cause, ...]:
        """The mistakes that are proved, each by itself, within the time that is left."""
        ...

    def elsewhere(self, clock: Clock) -> tuple[Cause, ...]:
        """One that is proved in another reading, within what is left of the same time."""
        ...

    def double(self) -> tuple[Cause, ...]:
        """Two mistakes that are proved together, once `single` has found none. It takes longer."""
        ...

    def narrowing(self) -> tuple[Fact, ...]:
        """What narrows down a mistake without a cause."""
        ...


@dataclass(frozen=True)
class SymbolReport:
    """The verdict on one class, function, or group of functions that belong together.

    `symbol` is its name in the submission; `parts` maps what its pieces do to their names there:
    {"forward": "affine_forward", "backward": "affine_backward"}. `line` counts from 1 in the file, or in the cell
    where there are cells. `conventions` are recognised, not judged: "batch first", "gradients averaged over the batch".
    `remark` is the one sentence for people: what is missing, why it cannot be told, which options it is right for.
    A right one has causes only for what it is not right for, each with its `limit`.
    `narrowing` is what is known of a mistake where no cause is proved. Causes take time, so they are looked for by
    `explained`, when a report is the one to be given: until then it has an `explainer`. `rivals` are readings that fit
    as well: where one of them has a cause, it was the one that was meant. All that is said is in the language `lang`.
    """

    symbol: str
    verdict: Verdict
    pair: str = ""
    cell: int | None = None
    line: int | None = None
    parts: dict[str, str] = field(default_factory=dict)
    conventions: tuple[str, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    causes: tuple[Cause, ...] = ()
    remark: str = ""
    narrowing: tuple[Fact, ...] = ()
    lang: str = "en"
    explainer: Explainer | None = field(default=None, repr=False, compare=False)
    rivals: "tuple[SymbolReport, ...]" = field(default=(), repr=False, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name in the submission that this report is about."""
        return tuple(dict.fromkeys((self.symbol, *self.parts.values())))

    def __str__(self) -> str:
        from reference.report.homework import told

        return told(SubmissionReport(self.symbol, (self,)))

    def _repr_html_(self) -> str:
        from reference.report.homework_html import symbol_html

        return symbol_html(self)


@dataclass(frozen=True)
class SubmissionReport:
    """All that is said of one file. `problem` is set, and `symbols` empty, where it cannot be read at all."""

    path: str
    symbols: tuple[SymbolReport, ...] = ()
    skipped: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()
    problem: str = ""
    judge: str = "scratch"
    lang: str = "en"

    def __iter__(self) -> Iterator[SymbolReport]:
        return iter(self.symbols)

    @property
    def right(self) -> bool:
        return bool(self.symbols) and all(symbol.verdict == "correct" for symbol in self.symbols)

    def __str__(self) -> str:
        from reference.report.homework import told

        return told(self)

    def _repr_html_(self) -> str:
        from reference.report.homework_html import submission_html

        return submission_html(self)
