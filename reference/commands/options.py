"""Options that several commands share."""

import os
from collections.abc import Iterable
from pathlib import Path

import click

from reference.errors import RequestError
from reference.report.json import require_writable

DEFAULT_SEED = 7
SEEDS = click.IntRange(0, 2**32 - 1)  # what NumPy's generators take, and both frameworks'


def _checked(ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
    if path == Path("-"):
        raise RequestError("--json - would be a file called -. Name another, /dev/stdout for standard output")
    if path is not None:
        require_writable(path)  # now, not after a minute of work
    return path


def require_apart(read: Iterable[Path | None], **written: Path | None) -> None:
    """Raise RequestError if an option names a file to write that is read, or that another option names too."""
    taken = {os.path.realpath(path): path for path in read if path is not None}
    for option, path in written.items():
        if path is None:
            continue
        if (place := os.path.realpath(path)) in taken:
            lost = taken[place]
            raise RequestError(f"--{option} {path} is {lost}, which would be lost. Name another file")
        taken[place] = path


json_option = click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    callback=_checked,
    help="Write the results to FILE too.",
)
seed_option = click.option(
    "--seed",
    type=SEEDS,
    default=DEFAULT_SEED,
    show_default=True,
    metavar="S",
    help="All random numbers depend on it.",
)
lang_option = click.option(
    "--lang", type=click.Choice(["en", "ja"]), default="en", show_default=True, help="The language of what is wrong."
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    show_default="number of cores",
    metavar="N",
    help="Processes to spread the work over.",
)
