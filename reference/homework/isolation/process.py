"""The parent's side of the process apart: starts it, hands it steps, checks what comes back."""

import contextlib
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from reference.homework.isolation import sandbox
from reference.homework.isolation.pipe import Pipe, Stopped
from reference.homework.isolation.sandbox import Limits
from reference.homework.isolation.worker.steps import (
    Call,
    Failure,
    Get,
    Globals,
    New,
    Result,
    Seed,
    Set,
    SetGlobal,
    Snapshot,
    Step,
)
from reference.homework.isolation.worker.values import Name, Opaque, Ref, Stub
from reference.homework.reading.missing import defined_names, looked_up
from reference.homework.reading.submission import Submission, Unit
from reference.homework.verdict import Note

__all__ = [
    "Call",
    "Failure",
    "Get",
    "Globals",
    "Limits",
    "Name",
    "New",
    "Opaque",
    "Ref",
    "Result",
    "Seed",
    "Set",
    "SetGlobal",
    "Snapshot",
    "Step",
    "Stopped",
    "Stub",
    "Worker",
]

MAX_RESTARTS = 4
STARTING = 5.0  # seconds that the interpreter and NumPy may take on a busy machine


class Worker:
    """One submission, loaded in a process of its own, which starts at once and is waited for where it is needed first.

    After a stop the next run starts it afresh. The first may have been `started` ahead. `notes`: what failed while it
    was loaded, and what was supplied; `names`: the top-level names it has then; `tried`: what it tried and may not, in
    words; `fenced`: what holds it.
    """

    def __init__(
        self,
        submission: Submission,
        limits: Limits | None = None,
        allow: Sequence[str] = (),
        seed: int = 0,
        started: sandbox.Started | None = None,
    ) -> None:
        self.submission = submission
        self.limits = limits or Limits()
        self.allow = tuple(allow)
        self.seed = seed
        self.tried: tuple[str, ...] = ()
        self._started = started
        self.fenced = started.fence if started else sandbox.fence()
        self._notes: tuple[Note, ...] = ()
        self._names: frozenset[str] = frozenset()
        self._skip: dict[int, Note] = {}
        self._pipe: Pipe | None = None
        self._is_loaded = False

    @property
    def notes(self) -> tuple[Note, ...]:
        self._require_loaded()
        return self._notes

    @property
    def names(self) -> frozenset[str]:
        self._require_loaded()
        return self._names

    def __enter__(self) -> Self:
        with contextlib.suppress(Stopped):  # what ended it so early is said where it is waited for
            self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process and everything it has started."""
        if self._pipe is not None:
            self._pipe.close()
        self._pipe, self._is_loaded = None, False

    def run(self, steps: Sequence[Step]) -> list[Result | Failure]:
        """Carries out steps, up to the first that fails and is not optional. Raises Stopped."""
        pipe = self._require_loaded()
        results: list[Result | Failure] = []
        try:
            pipe.send([[type(step).__name__, dict(vars(step))] for step in steps])
            for said, body in pipe.answers(self.limits.seconds):
                if said == "step" and not _over(steps, results):
                    results.append(_outcome(*body))
                elif said == "done" and _over(steps, results):
                    self._tried(body)
                    return results
                else:
                    raise ValueError("in another order than it was asked")
        except Stopped as stopped:
            stopped.results = results
            self.close()
            raise
        except (TypeError, ValueError) as error:
            self.close()
            raise Stopped("exit", f"it answered something else than results ({error})") from None
        raise AssertionError("answers end with Stopped")

    def _start(self) -> Pipe:
        """A new process, which begins to load the submission."""
        started, self._started = self._started or sandbox.start(self.fenced, self.allow), None
        self._pipe = pipe = Pipe(started)
        pipe.send(self._load())
        return pipe

    def _require_loaded(self) -> Pipe:
        """The process once it has loaded the submission.

        A statement that ends or hangs the process is left out, and it is started again. Raises Stopped.
        """
        if self._pipe is not None and self._is_loaded:
            return self._pipe
        for _ in range(MAX_RESTARTS):
            index = -1
            try:
                pipe = self._pipe or self._start()
                for said, body in pipe.answers(self.limits.seconds + STARTING):
                    if said == "at" and isinstance(body, int):
                        index = body
                    elif said == "loaded":
                        self._loaded(body)
                        return pipe
            except Stopped as stopped:
                self.close()
                if index < 0 and self.fenced == "bubblewrap" and stopped.reason == "exit":
                    self.fenced = "limits only"  # nothing of the submission has run: bubblewrap does not work here
                    continue
                if not 0 <= index < len(self.submission.units) or index in self._skip:
                    raise
                unit = self.submission.units[index]
                self._skip[index] = _note_on(unit, f"could not be executed: {stopped.detail}")
        raise Stopped("exit", "its top-level statements end the process again and again")

    def _load(self) -> dict[str, Any]:
        """What the process is told of the submission."""
        code = self.submission
        return {
            "units": [dict(vars(unit)) for unit in code.units],
            "supplied": [name for name, _ in code.supplied],
            "modules": {
                module.name: {
                    "units": [dict(vars(unit)) for unit in module.units],
                    "supplied": [name for name, _ in module.supplied],
                    "is_package": module.is_package,
                    "file": module.path.name,
                }
                for module in code.modules
            },
            "used": sorted(looked_up([*code.units, *(unit for module in code.modules for unit in module.units)])),
            "package": code.package,
            "file": code.path.name,
            "skip": list(self._skip),
            "seed": self.seed,
            "allow": list(self.allow),
            "site": str(sandbox.SITE),
            "readable": sandbox.readable(self.allow),
            "output_kb": self.limits.output_kb,
            "memory_mb": self.limits.memory_mb,
            "seconds": self.limits.seconds,
        }

    def _loaded(self, body: Any) -> None:
        supplied = [note for _, note in self.submission.supplied]
        try:
            units = {(unit.cell, unit.line): unit for unit in self.submission.units}
            failed = [
                _note_on(units[cell, line], str(text)) if (cell, line) in units else Note(str(text), cell, line)
                for text, cell, line in body["notes"]
            ]
            self._names = frozenset(map(str, body["names"]))
            self._tried(body["tried"])
        except (TypeError, KeyError, ValueError):
            raise Stopped("exit", "it answered something else than what it had loaded") from None
        self._is_loaded = True
        self._notes = tuple(dict.fromkeys([*self.submission.notes, *supplied, *failed, *self._skip.values()]))

    def _tried(self, words: Any) -> None:
        if isinstance(words, list):
            self.tried = tuple(dict.fromkeys([*self.tried, *(str(word)[:200] for word in words)]))[:100]


def _over(steps: Sequence[Step], results: Sequence[Result | Failure]) -> bool:
    """Whether all steps have a result, up to the first that failed and is not optional."""
    failed = bool(results) and isinstance(results[-1], Failure) and not steps[len(results) - 1].optional
    return failed or len(results) == len(steps)


def _note_on(unit: Unit, text: str) -> Note:
    """What there is to say of a statement that was not executed."""
    return Note(text, unit.cell, unit.line, frozenset(defined_names([unit])))


def _outcome(kind: str, fields: dict[str, Any]) -> Result | Failure:
    """A result as the process told it. TypeError, ValueError where it is none."""
    fields = {**fields, "stdout": str(fields["stdout"]), "warnings": tuple(map(str, fields["warnings"]))}
    fields["seconds"] = float(fields["seconds"])
    if kind == "Result":
        for key in ("mutated", "aliased"):
            fields[key] = tuple(item if isinstance(item, int) else str(item) for item in fields[key])
        return Result(**fields)
    if kind != "Failure":
        raise ValueError(f"an unknown kind of result: {kind!r}")
    for key in ("type", "message", "file"):
        fields[key] = str(fields[key])
    fields["trace"] = tuple((str(function), cell, line) for function, cell, line in fields["trace"])
    return Failure(**fields)
