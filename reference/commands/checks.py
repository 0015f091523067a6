"""Carrying out parity checks for a command: which pairs, cases and judges, here or spread over processes."""

import difflib
import fnmatch
import importlib.metadata
import math
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reference.errors import RequestError

if TYPE_CHECKING:
    from reference.pair import Pair
    from reference.parity import Check, Request

DEFAULT_DRAWS = 6

# What a check costs, very roughly and in seconds; only the order of work and its distribution depend on it.
COST = {"optimizer": 0.15, "initializer": 0.06, "network": 0.05}
USUAL_COST = 0.004
# Another process imports NumPy and both frameworks first, so it is started for as much work as that only.
WORTH_A_PROCESS = 6.0


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

    found: dict[str, Pair] = {}
    for name in names:
        matching = fnmatch.filter(pairs(), name) if set(name) & set("*?[") else [find(name).name]
        if not matching:
            raise UnknownPair(f"no pair matches '{name}'.  (crosscheck list)")
        found |= {match: find(match) for match in matching}
    return tuple(found.values()) if names else tuple(pairs().values())


def select_judges(names: Sequence[str]) -> tuple[str, ...]:
    """The judges with these names, all for "all" or none. Raises MissingFramework for one that is not installed."""
    from reference.frameworks import FRAMEWORKS, MissingFramework, framework, installed
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
    from reference.frameworks import FRAMEWORKS

    return tuple(f"{name} {importlib.metadata.version(name).split('+')[0]}" for name in FRAMEWORKS if name in judges)


def require_case(request: "Request") -> None:
    """Raise RequestError unless some pair of a request has the case it names."""
    from reference.vote import find_case

    if not request.case or any(find_case(pair, request.case, request.seed) for pair in request.pairs):
        return
    names = list(dict.fromkeys(case.name for pair in request.pairs for case in pair.cases))
    close = difflib.get_close_matches(request.case, names, n=3, cutoff=0.5) or names[:3]
    whose = request.pairs[0].name if len(request.pairs) == 1 else f"any of {len(request.pairs)} pairs"
    raise RequestError(
        f"no case of {whose} is called '{request.case}'. Close: {', '.join(close)}, and random0, random1, ..."
    )


def cost(pair: "Pair", request: "Request") -> float:
    """Roughly how many seconds the checks of a pair take."""
    cases = 1 if request.case else len(pair.cases) + (request.draws if pair.draw else 0)
    return cases * len(request.dtypes) * len(request.judges) * check_cost(pair)


def check_cost(pair: "Pair") -> float:
    """Roughly how many seconds one check of a pair takes."""
    return COST.get(pair.kind, USUAL_COST)


def run(request: "Request", jobs: int | None = None) -> Iterator["Check"]:
    """The checks of a request as they are done; over as many processes as there are cores and enough work for."""
    total = sum(cost(pair, request) for pair in request.pairs)
    workers = jobs or min(len(os.sched_getaffinity(0)), math.ceil(total / WORTH_A_PROCESS))
    heaviest_first = sorted(request.pairs, key=lambda pair: -cost(pair, request))
    workers = min(workers, len(heaviest_first))
    task = replace(request, pairs=())
    if workers <= 1:
        for pair in request.pairs:
            yield from _checks_of(pair.name, task)
    else:
        yield from _spread([pair.name for pair in heaviest_first], task, workers)


def _checks_of(name: str, request: "Request") -> Iterator["Check"]:
    """The checks of one pair. `request` holds no pairs, so that it can be sent to another process."""
    from reference.parity import run_checks
    from reference.registry import find
    from reference.vote import find_case

    pair = find(name)
    if request.case:
        case = find_case(pair, request.case, request.seed)
        pair = replace(pair, cases=(case,) if case else (), draw=None)
    try:
        yield from run_checks(replace(request, pairs=(pair,)))
    except (RequestError, ImportError):
        raise
    except Exception as error:  # some errors of the frameworks cannot be sent between processes
        raise RuntimeError(f"{name} could not be checked: {type(error).__name__}: {error}") from error


def _all_checks_of(name: str, request: "Request") -> list["Check"]:
    return list(_checks_of(name, request))


def _spread(names: Sequence[str], request: "Request", workers: int) -> Iterator["Check"]:
    context = multiprocessing.get_context("spawn")  # the frameworks' threads do not survive a fork
    with ProcessPoolExecutor(workers, context, _start_worker) as pool:
        try:
            for done in as_completed([pool.submit(_all_checks_of, name, request) for name in names]):
                yield from done.result()
        except BaseException as error:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.terminate()
            if isinstance(error, BrokenProcessPool):
                raise RequestError(
                    f"one of {workers} processes was ended from outside, perhaps for want of memory. Try --jobs 1"
                ) from error
            raise


def _start_worker() -> None:
    """A worker keeps silent, uses one core, and leaves Ctrl-C to its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    for library in ("OMP", "OPENBLAS", "MKL", "TF", "TF_NUM_INTEROP", "TF_NUM_INTRAOP"):
        name = f"{library}_THREADS" if library.startswith("TF_") else f"{library}_NUM_THREADS"
        os.environ[name] = "1"
