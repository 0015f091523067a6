"""crosscheck train: the models learn side by side."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reference.commands.options import jobs_option, json_option

if TYPE_CHECKING:
    from reference.training.comparison import Comparison

DEFAULT_SEEDS, FULL_SEEDS = 1, 3


@click.command("train")
@click.argument("models", nargs=-1, metavar="[MODEL...]")
@click.option(
    "--data", "folder", type=click.Path(path_type=Path), metavar="FOLDER", help="With MNIST (else CROSSCHECK_DATA)."
)
@click.option("--epochs", type=click.IntRange(min=1), metavar="N", help="Epochs of each run; 1 unless given.")
@click.option("--full", is_flag=True, help=f"The schedules of the sources, on {FULL_SEEDS} seeds unless given.")
@click.option("--seeds", type=click.IntRange(min=1), metavar="N", help="Runs in float32, with seeds 0 to N - 1.")
@click.option(
    "--framework",
    "frameworks",
    multiple=True,
    type=click.Choice(["torch", "keras"]),
    help="Train beside these only; may be repeated.",
)
@click.option("--resume", is_flag=True, help="Go on with runs that were interrupted.")
@jobs_option
@json_option
def command(
    models: tuple[str, ...],
    folder: Path | None,
    epochs: int | None,
    full: bool,
    seeds: int | None,
    frameworks: tuple[str, ...],
    resume: bool,
    jobs: int,
    json_file: Path | None,
) -> int:
    """Train the source systems in NumPy, PyTorch and Keras from the same weights on the same batches.

    In float64 all weights are compared after every step; in float32 costs and accuracies are compared over seeds.
    """
    if full and epochs is not None:
        raise click.UsageError("--full and --epochs were both given, expected one of them")
    from reference.report.console import console, progress_bar
    from reference.report.json import write_json
    from reference.report.training import print_comparison
    from reference.training.comparison import make_plans, to_json
    from reference.training.parallel import train

    plans = make_plans(
        models,
        folder,
        frameworks or ("torch", "keras"),
        seeds or (FULL_SEEDS if full else DEFAULT_SEEDS),
        None if full else epochs or 1,
    )
    out = console()
    out.print(f" {plans[0].data.source}")
    done = []
    steps = sum(len(plan.runs()) * plan.steps for plan in plans)
    with progress_bar("training", steps, "steps") as advance:
        for comparison in train(plans, resume=resume, jobs=jobs, advance=advance):
            done.append(comparison)
            print_comparison(out, comparison)
            if json_file is not None:
                write_json(json_file, to_json(done))
    say_unkept(done)
    return 0 if all(each.agree for each in done) else 1


def say_unkept(comparisons: Sequence["Comparison"]) -> None:
    """One line for each reason why runs are not on disk."""
    from reference.cli import say

    for line in dict.fromkeys(run.unkept for each in comparisons for run in each.runs if run.unkept):
        say(line)
