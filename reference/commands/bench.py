"""crosscheck bench: how long a training step takes."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from reference.bench.names import MODES
from reference.commands.options import json_option
from reference.errors import RequestError


@click.command("bench")
@click.argument("workloads", nargs=-1, metavar="[WORKLOAD...]")
@click.option(
    "--dtype",
    "dtypes",
    multiple=True,
    type=click.Choice(["float64", "float32"]),
    default=("float32",),
    show_default=True,
    help="May be repeated.",
)
@click.option(
    "--threads",
    multiple=True,
    type=click.Choice(["1", "all"]),
    default=("1",),
    show_default=True,
    help="How many for NumPy and for each framework; may be repeated.",
)
@click.option(
    "--framework",
    "frameworks",
    multiple=True,
    type=click.Choice(list(MODES)),
    help="Against these only; may be repeated.",
)
@click.option(
    "--mode",
    "modes",
    multiple=True,
    type=click.Choice([mode for each in MODES.values() for mode in each]),
    help="Only these; may be repeated.",
)
@click.option("--memory", is_flag=True, help="Also the peak memory of a step, each in a process of its own.")
@click.option("--peers", is_flag=True, help="Also MyGrad and autograd, where they are installed.")
@json_option
def command(
    workloads: tuple[str, ...],
    dtypes: tuple[str, ...],
    threads: tuple[str, ...],
    frameworks: tuple[str, ...],
    modes: tuple[str, ...],
    memory: bool,
    peers: bool,
    json_file: Path | None,
) -> int:
    """Time one training step of each workload in NumPy, PyTorch (eager, channels last for images, compiled), TensorFlow
    (a function, XLA) and Keras (train_on_batch), in turns, each verified against NumPy first."""
    from reference.bench.document import kernels, processor, table, to_json
    from reference.bench.measure import ROUNDS, Task
    from reference.bench.peers import PEERS, missing_peers
    from reference.bench.processes import timings
    from reference.bench.workloads import workloads_of
    from reference.frameworks import require_each
    from reference.report.console import console, progress_bar
    from reference.report.json import write_json

    recipes = workloads_of(workloads)
    names = require_each(_asked(frameworks or tuple(MODES), modes))
    counts = {"1": 1, "all": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1}
    kinds = [(dtype, counts[count]) for count in threads for dtype in dtypes]
    tasks = [Task(recipe, *kind, names, modes, peers) for kind in kinds for recipe in recipes]
    out = console()
    if peers and (missing := missing_peers()):
        out.print(f" not installed: {', '.join(missing)}  (pip install {' '.join(missing)})")
    with progress_bar("timing", len(tasks) * ROUNDS, "rounds") as advance:
        done = list(timings(tasks, memory, advance))
    for dtype, count in kinds:
        out.print(f" {dtype}, {count} thread{'s' if count > 1 else ''} each", style="bold")
        out.print(table([each for each in done if (each.dtype, each.threads) == (dtype, count)]), "")
    for each in done:
        if others := [f"{name} {each.ms[name]:#.3g} ms" for name in PEERS if name in each.ms]:
            out.print(f" {each.name}, {each.dtype}: {', '.join(others)}")
    for reason in dict.fromkeys(f"{mode}: {why}" for each in done for mode, why in each.left_out.items()):
        out.print(f" left out: {reason}", style="dim")
    out.print(f" medians of {ROUNDS} interleaved rounds; of peak: of the speed of NumPy's product of large matrices")
    out.print(f" {processor()} · {kernels()} · {', '.join(done[0].versions)}")
    if json_file is not None:
        write_json(json_file, to_json(done))
    return 0


def _asked(frameworks: Sequence[str], modes: Sequence[str]) -> list[str]:
    """The frameworks that have one of the modes, if any are named."""
    asked = [name for name in frameworks if not modes or set(modes) & set(MODES[name])]
    if not asked:
        named = " ".join(f"--framework {name}" for name in frameworks)
        theirs = ", ".join(mode for name in frameworks for mode in MODES[name])
        raise RequestError(f"{named} has no --mode {modes[0]}, expected one of {theirs}")
    return asked
