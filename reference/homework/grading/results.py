"""Results on disk, in SQLite, so that grading goes on where it was interrupted."""

import contextlib
import importlib.metadata
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from reference.errors import RequestError
from reference.homework.grading.assignment import Assignment
from reference.homework.grading.collect import HandIn
from reference.homework.grading.grade import Answer, Graded

_TABLE = """
create table if not exists results (
    digest text not null,       -- of the submission's files
    fingerprint text not null,  -- of the assignment
    version text not null,      -- of crosscheck
    hint integer not null,
    lang text not null,         -- of what is said
    path text not null,
    assignment text not null,
    points real not null,
    max real not null,
    seconds real not null,
    answers text not null,      -- JSON
    at text not null default current_timestamp,
    primary key (digest, fingerprint, version, hint, lang)
)
"""


class Results:
    """What has been graded for one assignment. Each result is safe on disk when `keep` returns."""

    def __init__(self, connection: sqlite3.Connection, assignment: Assignment, hint: bool, lang: str) -> None:
        self._connection, self._assignment, self._asked = connection, assignment, (hint, lang)

    def kept(self, hand_in: HandIn) -> Graded | None:
        """The result of the same files for the same assignment by the same version; None if there is none."""
        row = self._connection.execute(
            "select seconds, answers from results "
            "where digest = ? and fingerprint = ? and version = ? and hint = ? and lang = ?",
            self._key(hand_in),
        ).fetchone()
        if row is None:
            return None
        answers = tuple(Answer(**answer) for answer in json.loads(row[1]))
        return Graded(hand_in.path, answers, row[0], kept=True)

    def keep(self, hand_in: HandIn, graded: Graded) -> None:
        answers = json.dumps([asdict(answer) for answer in graded.answers], ensure_ascii=False)
        told = (graded.path, self._assignment.name, graded.points, graded.max, graded.seconds, answers)
        with self._connection:
            self._connection.execute(
                "insert or replace into results (digest, fingerprint, version, hint, lang, path, assignment, points, "
                "max, seconds, answers) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                self._key(hand_in) + told,
            )

    def _key(self, hand_in: HandIn) -> tuple[str, str, str, bool, str]:
        return hand_in.digest, self._assignment.fingerprint, importlib.metadata.version("crosscheck"), *self._asked


@contextlib.contextmanager
def open_results(path: Path, assignment: Assignment, hint: bool = False, lang: str = "en") -> Iterator[Results]:
    """The results in a file, which is made where it is not there. Raises RequestError where it cannot be used."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=30)
    except (OSError, sqlite3.Error) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise RequestError(f"--results {path} cannot be opened: {why}. Name another file") from error
    with contextlib.closing(connection):
        try:
            connection.execute(_TABLE)
            yield Results(connection, assignment, hint, lang)
        except sqlite3.Error as error:
            raise RequestError(f"--results {path} cannot be used: {error}. Name another file") from error
