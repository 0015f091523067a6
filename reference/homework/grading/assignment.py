"""Assignments: what is asked, how it is checked, and what it is worth. One TOML file each.

`find("rnn-mnist")` gives a shipped one, `find("my/homework.toml")` one's own. A mistake in a file is told in one line
that names the file, the table and the key.
"""

import difflib
import hashlib
import math
import re
import secrets
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from reference.errors import RequestError
from reference.homework.grading.table import Table

Tolerance = Literal["exact", "float32", "rough"]
Visibility = Literal["visible", "hidden", "after_due_date", "after_published"]

SHIPPED = Path(__file__).parent / "assignments"
TEMPLATE = Path(__file__).parent / "assignment_template.toml"

# The largest relative error, over the largest element, that still counts as right. The checker's own limit, some ulp of
# float64, is "exact". float32: answers computed in float32 (eps 1.2e-7) through reductions of some hundred terms.
# rough: answers that differ by design, a logarithm clipped at 1e-8, a numerical derivative.
LIMITS: Mapping[Tolerance, float] = {"exact": 0.0, "float32": 1e-4, "rough": 1e-2}

MOST_SECONDS = 600.0


@dataclass(frozen=True)
class Question:
    """One question: what is looked for in a submission, what it is held to, and its points.

    `tag` finds the notebook cell by words of its first line; `symbol` is the class or function in it. An answer with
    several `recipes` is right if it is for all of them. `partial` is points for each quantity ("dw") or part
    ("forward") that is right in an answer that is not; `even` shares them out.
    """

    id: str
    points: float
    title: str = ""
    symbol: str = ""
    tag: str = ""
    pair: str = ""
    recipes: tuple[str, ...] = ()
    partial: Mapping[str, float] = field(default_factory=dict)
    even: bool = False
    tolerance: Tolerance = "exact"
    seconds: float = 10.0

    @property
    def held_to(self) -> str:
        """The pair or the recipes."""
        return self.pair or ", ".join(self.recipes)

    @property
    def name(self) -> str:
        """What people call it: "Q2 Forward propagation"."""
        return " ".join(filter(None, [self.id, self.title or self.symbol]))


@dataclass(frozen=True)
class Assignment:
    """Questions that belong together. `seed` is not for students' eyes; `fingerprint` changes with the file."""

    name: str
    title: str
    questions: tuple[Question, ...]
    seed: int = 0
    allow: tuple[str, ...] = ()
    visibility: Visibility = "visible"
    leaderboard: bool = False
    file: str = ""
    fingerprint: str = ""

    @property
    def max(self) -> float:
        return sum(question.points for question in self.questions)

    def only(self, ids: Sequence[str]) -> "Assignment":
        """The same with these questions only; all of them without any. Raises RequestError for an unknown one."""
        known = [question.id for question in self.questions]
        for one in ids:
            if one not in known:
                raise RequestError(f"{self.name} has no question '{one}', expected one of {', '.join(known)}")
        if not ids:
            return self
        mark = hashlib.sha256(f"{self.fingerprint} {sorted(ids)}".encode()).hexdigest()
        return replace(self, questions=tuple(q for q in self.questions if q.id in ids), fingerprint=mark)


def shipped() -> list[str]:
    """The names of the assignments that come with crosscheck."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def find(name: str) -> Assignment:
    """A shipped assignment by name, or one from a file. Raises RequestError."""
    return load(locate(name))


def locate(name: str) -> Path:
    """The file of an assignment, given by its name or its path. Raises RequestError."""
    if name in shipped():
        return SHIPPED / f"{name}.toml"
    path = Path(name)
    if path.is_file():
        return path
    if path.is_dir():
        inside = ", ".join(sorted(each.name for each in path.glob("*.toml")))
        there = f". It has {inside}" if inside else ""
        raise RequestError(f"{name} is a folder, expected the file of an assignment{there}")
    if path.suffix == ".toml" or len(path.parts) > 1:
        written = shlex.quote(name)
        raise RequestError(f"{name}: there is no such file. Write one with: crosscheck assignment new {written}")
    close = difflib.get_close_matches(name, shipped(), n=3, cutoff=0.4)
    hint = f"Close: {', '.join(close)}." if close else f"There are {', '.join(shipped())}, and files of one's own."
    raise RequestError(f"no assignment is called '{name}'. {hint}  (crosscheck assignment list)")


def load(path: Path) -> Assignment:
    """Read and check one file. Raises RequestError with one line that names the file, the table and the key."""
    try:
        data = path.read_bytes()
        values = tomllib.loads(data.decode("utf-8-sig"))
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise RequestError(
            f"{path} is not UTF-8 text, as TOML must be: byte {error.start}. Save it as UTF-8"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise RequestError(f"{path} is not TOML: {str(error)[:1].lower()}{str(error)[1:]}") from error
    return _assignment(path, values, hashlib.sha256(data).hexdigest())


def new(source: Path = TEMPLATE) -> str:
    """The text of a new assignment file: the commented template, or another to adapt; with a seed of its own.

    Raises RequestError for one that is no assignment.
    """
    load(source)
    text = source.read_text(encoding="utf-8-sig")
    return re.sub(r"^seed = \d+", f"seed = {secrets.randbelow(2**31)}", text, flags=re.MULTILINE)


def _assignment(path: Path, values: Mapping[str, Any], fingerprint: str) -> Assignment:
    top = Table(str(path), "top level", values)
    tables = top.tables("question")
    made = Assignment(
        name=path.stem,
        title=top.text("title"),
        seed=top.whole("seed", 0, 2**63 - 1, default=0),
        allow=top.words("allow"),
        visibility=top.choice("visibility", get_args(Visibility), default="visible"),
        leaderboard=top.flag("leaderboard"),
        file=str(path),
        fingerprint=fingerprint,
        questions=(),
    )
    tolerance = top.choice("tolerance", get_args(Tolerance), default="exact")
    seconds = top.number("seconds", 0.1, MOST_SECONDS, default=Question.seconds)
    top.close()
    questions: list[Question] = []
    for number, content in enumerate(tables, 1):
        table = Table(str(path), f"[[question]] {number}", content)
        questions.append(_question(table, number, tolerance, seconds))
        if questions[-1].id in [question.id for question in questions[:-1]]:
            table.fail("id", f"{questions[-1].id!r} is the id of an earlier question too, expected another")
    return replace(made, questions=tuple(questions))


def _question(table: Table, number: int, tolerance: Tolerance, seconds: float) -> Question:
    points = table.number("points", 0.0, 1e6)
    if points == 0:
        table.fail("points", "got 0, expected a number above 0")
    partial, even = _partial(table, points)
    made = Question(
        id=table.text("id", default=f"Q{number}"),
        points=points,
        title=table.text("title", default=""),
        symbol=table.text("symbol", default=""),
        tag=table.text("tag", default=""),
        pair=table.text("pair", default=""),
        recipes=table.texts("recipe"),
        partial=partial,
        even=even,
        tolerance=table.choice("tolerance", get_args(Tolerance), default=tolerance),
        seconds=table.number("seconds", 0.1, MOST_SECONDS, default=seconds),
    )
    table.close()
    if bool(made.pair) == bool(made.recipes):
        table.fail(
            "pair",
            f"{'both pair and recipe are' if made.pair else 'neither pair nor recipe is'} there, expected one of them",
        )
    if made.pair and not (made.symbol or made.tag):
        table.fail("symbol", "neither symbol nor tag is there, expected the name of a class or function, or a tag")
    if made.symbol and not made.symbol.isidentifier():
        table.fail("symbol", f"got {made.symbol!r}, expected the name of a class or function")
    return made


def _partial(table: Table, points: float) -> tuple[dict[str, float], bool]:
    value = table.take("partial", {})
    if value == "even":
        return {}, True
    if not isinstance(value, dict):
        table.fail("partial", f'got {value!r}, expected a table such as {{ y = 4, dw = 6 }}, or "even"')
    shares = Table(table.file, f"{table.name}, partial", value)
    made = {key: shares.number(key, 0.0, points) for key in list(value)}
    if math.fsum(made.values()) > points * (1 + 1e-9):
        table.fail(
            "partial", f"its points add up to {math.fsum(made.values()):g}, expected no more than points, {points:g}"
        )
    return made, False
