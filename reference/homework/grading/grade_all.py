"""Grading many submissions, spread over processes; what was graded before is kept."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial

from reference.diagnosis.sentences import said
from reference.homework.grading.assignment import Assignment
from reference.homework.grading.collect import HandIn
from reference.homework.grading.grade import Graded, Grading, Judge, failed, grade
from reference.homework.grading.results import Results
from reference.homework.grading.scheduler import Found, Task, on_scheduler
from reference.processes import ASKED_TO_STOP, Terminated, deaf_children, hear_the_parent, raise_terminated, spread_over


def grade_all(
    hand_ins: Sequence[HandIn],
    assignment: Assignment,
    judge: Judge,
    results: Results,
    *,
    jobs: int = 1,
    again: bool = False,
    hint: bool = False,
    lang: str = "en",
    scheduler: str = "",
    advance: Callable[[Graded], None] = lambda graded: None,
) -> Grading:
    """Grade submissions in `jobs` processes, or on a Dask scheduler; `advance` is called after each.

    For that `judge` must be a function of a module. Files that have the same content are graded once.
    """
    begun = time.perf_counter()
    graded: dict[int, Graded] = {}
    alike: dict[str, list[int]] = {}
    for number, hand_in in enumerate(hand_ins):
        kept = None if again else results.kept(hand_in)
        if kept is None:
            alike.setdefault(hand_in.digest, []).append(number)
        else:
            graded[number] = kept
            advance(kept)
    same = {numbers[0]: numbers for numbers in alike.values()}
    waiting = {number: hand_ins[number] for number in same}
    task = partial(grade, assignment=assignment, judge=judge, hint=hint, lang=lang)
    spread = on_scheduler(waiting, task, scheduler) if scheduler else _spread(waiting, task, jobs)
    with contextlib.closing(spread):
        for first, found in spread:
            done = found or _ended(hand_ins[first], assignment, lang)
            if done.final:
                results.keep(hand_ins[first], done)
            for number in same[first]:
                graded[number] = Graded(hand_ins[number].path, done.answers, done.seconds)
                advance(graded[number])
    submissions = tuple(graded[number] for number in range(len(hand_ins)))
    return Grading(assignment, submissions, round(time.perf_counter() - begun, 3))


def _spread(waiting: dict[int, HandIn], task: Task, jobs: int) -> Found:
    """Carry out a task for each, as they are done. None for one that ends its process, told from the others."""
    if min(jobs, len(waiting)) <= 1:
        yield from ((number, task(hand_in)) for number, hand_in in waiting.items())
        return
    left = dict(waiting)
    for number, done in _together(left, task, jobs):
        del left[number]
        yield number, done
    for number, hand_in in left.items():  # the process of one of these ended; each gets a process of its own
        yield number, dict(_together({number: hand_in}, task, 1)).get(number)


def _together(waiting: dict[int, HandIn], task: Task, jobs: int) -> Iterator[tuple[int, Graded]]:
    """Those that could be graded before a process ended by itself."""
    with spread_over(min(jobs, len(waiting)), _start) as pool:
        try:
            with deaf_children():
                running: dict[Future[Graded], int] = {
                    pool.submit(_carried_out, task, hand_in): number for number, hand_in in waiting.items()
                }
            for future in as_completed(running):
                yield running[future], future.result()
        except BrokenProcessPool:
            return


def _carried_out(task: Task, hand_in: HandIn) -> Graded:
    """A task in one of the processes, which ends when it is told to, once the submission in it is put away."""
    try:
        return task(hand_in)
    except Terminated as told:
        os._exit(128 + told.number)


def _ended(hand_in: HandIn, assignment: Assignment, lang: str) -> Graded:
    why = said("@checker-ended", lang)
    return Graded(hand_in.path, tuple(failed(question, why) for question in assignment.questions))


def _start() -> None:
    """A process leaves Ctrl-C to its parent and prints nothing, even if it is told to stop while it starts."""
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    for number in ASKED_TO_STOP:
        signal.signal(number, raise_terminated)
    hear_the_parent()
