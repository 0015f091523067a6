"""Options that several commands share."""

import os
from pathlib import Path

import click

from reference.report.json import require_writable

DEFAULT_SEED = 7


def _checked(ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
    if path is not None:
        require_writable(path)  # now, not after a minute of work
    return path


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
    type=click.IntRange(min=0),
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
