"""Carrying out parity checks for a command: which pairs, cases and judges, here or spread over processes."""

import atexit
import contextlib
import difflib
import fnmatch
import gc
import math
import os
import signal
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reference.errors import RequestError

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from multiprocessing.queues import SimpleQueue

    from reference.pair import Pair
    from reference.parity import Check, Request

# the declared cases alone are nearly 19,000 checks
DEFAULT_DRAWS = 0

# What a check costs, very roughly and in seconds; only the order of work and its distribution depend on it.
COST = {"optimizer": 0.06, "schedule": 0.04, "network": 0.025, "initializer": 0.01}
USUAL_COST = 0.005
# Another process imports NumPy and both frameworks first, so it is started for as much work as that only.
WORTH_A_PROCESS = 6.0
# read by NumPy and the frameworks when they are imported
ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
)


@dataclass(frozen=True)
class Outcome:
    """All checks of a request, in the order of the pairs, and what there is to say about how they were made."""

    checks: tuple["Check", ...]
    pairs: tuple["Pair", ...]
    versions: tuple[str, ...]
    seed: int
    seconds: float


def select(names: Sequence[str]) -> tuple["Pair", ...]:
    """The pairs with these names, where "conv*" stands for several; all without any. Raises UnknownPair."""
    from reference.registry import UnknownPair, find, pairs

    found: set[str] = set()
    for name in names or ["*"]:
        matching = fnmatch.filter(pairs(), name) if set(name) & set("*?[") else [find(name).name]
        if not matching:
            raise UnknownPair(f"no pair matches '{name}'.  (crosscheck list)")
        found |= set(matching)
    return tuple(pair for name, pair in pairs().items() if name in found)


def select_judges(names: Sequence[str]) -> tuple[str, ...]:
    """The judges with these names, all for "all" or none. Raises MissingFramework for one that is not installed."""
    from reference.frameworks import MissingFramework, framework, installed
    from reference.pair import FRAMEWORKS
    from reference.parity import JUDGES

    asked = tuple(judge for judge in JUDGES if not names or "all" in names or judge in names)
    for name in FRAMEWORKS:
        if name in asked and name not in installed():
            left = " ".join(f"--framework {judge}" for judge in JUDGES if judge in {*asked, *installed()} - {name})
            try:
                framework(name)
            except MissingFramework as missing:
                raise MissingFramework(f"{missing}, or leave it out: {left}") from None
    return asked


def versions(judges: Sequence[str]) -> tuple[str, ...]:
    """ "torch 2.13.0" for each framework among the judges; it need not be imported for that."""
    import importlib.metadata

    from reference.pair import FRAMEWORKS

    return tuple(f"{name} {importlib.metadata.version(name).split('+')[0]}" for name in FRAMEWORKS if name in judges)


def require_device(device: str, tf32: bool, judges: Sequence[str]) -> None:
    """Raise RequestError unless PyTorch is asked and has this device."""
    if device == "cpu":
        if tf32:
            raise RequestError("--tf32 is about products on a GPU: add --device cuda, or leave it out")
        return
    if "torch" not in judges:
        raise RequestError(f"--device {device} is about PyTorch, which is not asked: add --framework torch")
    from reference.frameworks.torch import use_device

    use_device(device, tf32)


def require_case(request: "Request") -> None:
    """Raise RequestError unless some pair of a request has the case it names."""
    from reference.edges import every_case
    from reference.vote import find_case

    if not request.case or any(find_case(pair, request.case, request.seed) for pair in request.pairs):
        return
    names = list(dict.fromkeys(case.name for pair in request.pairs for case in every_case(pair)))
    close = difflib.get_close_matches(request.case, names, n=3, cutoff=0.5) or names[:3]
    whose = request.pairs[0].name if len(request.pairs) == 1 else f"any of {len(request.pairs)} pairs"
    raise RequestError(
        f"no case of {whose} is called '{request.case}'. Close: {', '.join(close)}, and random0, random1, ..."
    )


def cost(pair: "Pair", request: "Request") -> float:
    """Roughly how many seconds the checks of a pair take."""
    from reference.edges import every_case
    from reference.parity import judges_of

    declared, drawn = every_case(pair), (pair.cases[0],) * (request.draws if pair.draw else 0)
    asked = [judges_of(pair, case, dtype) for case in (*declared, *drawn) for dtype in request.dtypes]
    checks = sum(judge in request.judges for judges in asked for judge in judges)
    return (checks / len(asked) if request.case else checks) * check_cost(pair)


def check_cost(pair: "Pair") -> float:
    """Roughly how many seconds one check of a pair takes."""
    return COST.get(pair.kind, USUAL_COST)


def outcome_of(request: "Request", jobs: int | None, start: float) -> Outcome:
    """All checks of a request carried out, with a bar; `start` is when the command began."""
    from reference.registry import find
    from reference.report.terminal import progress

    found = []
    total = sum(cost(pair, request) for pair in request.pairs)
    with progress(total, "checking") as advance, contextlib.closing(run(request, jobs)) as running:
        for check in running:
            found.append(check)
            advance(check_cost(find(check.pair)), check.pair)
    place = {pair.name: number for number, pair in enumerate(request.pairs)}
    found.sort(key=lambda check: place[check.pair])  # processes finish in any order
    seconds = time.monotonic() - start
    return Outcome(tuple(found), request.pairs, versions(request.judges), request.seed, seconds)


def run(request: "Request", jobs: int | None = None) -> Generator["Check", None, None]:
    """The checks of a request as they are done; over as many processes as there are cores and enough work for."""
    from threadpoolctl import threadpool_limits

    total = sum(cost(pair, request) for pair in request.pairs)
    workers = jobs or min(_cores(), math.ceil(total / WORTH_A_PROCESS))
    heaviest_first = sorted(request.pairs, key=lambda pair: -cost(pair, request))
    workers = min(workers, len(heaviest_first))
    task = replace(request, pairs=())
    if workers <= 1:
        with threadpool_limits(1):  # on small arrays threads wait for each other most of the time
            for pair in request.pairs:
                yield from _checks_of(pair.name, task)
    else:
        yield from _spread([pair.name for pair in heaviest_first], task, workers)


def _checks_of(name: str, request: "Request") -> Iterator["Check"]:
    """The checks of one pair. `request` holds no pairs, so that it can be sent to another process."""
    from reference.edges import every_case
    from reference.parity import run_checks
    from reference.registry import find
    from reference.vote import find_case

    pair = find(name)
    if request.case:
        case, declared = find_case(pair, request.case, request.seed), every_case(pair)
        # a random one beside the declared: the first of these is asked more than others
        pair = replace(pair, cases=pair.cases if case is None or case in declared else (*pair.cases, case), draw=None)
    try:
        yield from run_checks(replace(request, pairs=(pair,)))
    except (RequestError, ImportError):
        raise
    except Exception as error:  # some errors of the frameworks cannot be sent between processes
        raise RuntimeError(f"{name} could not be checked: {type(error).__name__}: {error}") from error


def _spread(names: Sequence[str], request: "Request", workers: int) -> Iterator["Check"]:
    import multiprocessing
    from concurrent.futures import as_completed
    from concurrent.futures.process import BrokenProcessPool

    from reference.processes import deaf_children, spread_over

    begun = multiprocessing.get_context("spawn").SimpleQueue()
    with spread_over(workers, _start_worker, begun, gc.get_threshold()) as pool:
        with deaf_children():
            running = [pool.submit(_all_checks_of, name, request) for name in names]
        started = multiprocessing.active_children()
        latest: dict[int, str] = {}
        try:
            for done in as_completed(running):
                latest |= _read(begun)
                yield from done.result()
        except BrokenProcessPool as error:
            latest |= _read(begun)
            raise RequestError(_ended(started, latest)) from error


def _read(begun: "SimpleQueue[tuple[int, str]]") -> dict[int, str]:
    """What each process began last, by its id."""
    found = {}
    while not begun.empty():
        process, name = begun.get()
        found[process] = name
    return found


def _ended(processes: "Sequence[BaseProcess]", latest: dict[int, str]) -> str:
    """Which process ended by itself, at what, and what may help; the pool has terminated the others."""
    for process in processes:
        process.join(timeout=5)
        if process.exitcode and process.exitcode != -signal.SIGTERM:
            name = latest.get(process.pid or 0, "")
            what = f"signal {-process.exitcode}" if process.exitcode < 0 else f"status {process.exitcode}"
            if process.exitcode == -signal.SIGKILL:
                return f"a process was killed while it checked {name}, perhaps for want of memory. Try --jobs 1"
            return (
                f"a process crashed with {what} while it checked {name or 'nothing yet'}, in NumPy or a framework. "
                f"Find the case with: crosscheck parity {name} --jobs 1"
            )
    return "a process was ended from outside. Try --jobs 1"


_begun: "SimpleQueue[tuple[int, str]] | None" = None  # in a worker, where it says what it begins


def _all_checks_of(name: str, request: "Request") -> list["Check"]:
    if _begun is not None:
        _begun.put((os.getpid(), name))
    return list(_checks_of(name, request))


def _start_worker(begun: "SimpleQueue[tuple[int, str]]", collects: tuple[int, int, int]) -> None:
    """A worker keeps silent, uses one core, leaves Ctrl-C to its parent, and looks for garbage as seldom as that one,
    not at all in the end."""
    from reference.processes import hear_the_parent

    global _begun
    _begun = begun
    gc.set_threshold(*collects)
    atexit.register(gc.freeze)
    hear_the_parent()
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    # what XLA compiles here, Keras' convolutions in groups, runs once
    os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true")


def _cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
