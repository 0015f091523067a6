"""crosscheck bench: how long a training step takes."""

from pathlib import Path

import click

from reference.commands.options import json_option


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
    "--framework",
    "frameworks",
    multiple=True,
    type=click.Choice(["torch", "keras"]),
    help="Against these only; may be repeated.",
)
@json_option
def command(
    workloads: tuple[str, ...], dtypes: tuple[str, ...], frameworks: tuple[str, ...], json_file: Path | None
) -> int:
    """Time one training step of each model in NumPy, PyTorch (eager) and Keras (compiled), interleaved, one thread."""
    from rich.table import Table

    from reference.bench import ROUNDS, machine, measure, to_json
    from reference.frameworks import framework
    from reference.report.console import console, progress_bar
    from reference.report.json import write_json
    from reference.training.comparison import recipes_of

    recipes = recipes_of(workloads)
    names = frameworks or ("torch", "keras")
    for name in names:
        framework(name)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 1))
    for heading in ("ms a step", "batch", "scratch", *names, "scratch/torch", "scratch/best"):
        table.add_column(heading, justify="left" if heading == "ms a step" else "right", no_wrap=True)
    done = []
    with progress_bar("timing", len(recipes) * len(dtypes) * ROUNDS) as advance:
        for recipe in recipes:
            for dtype in dtypes:
                each = measure(recipe, names, dtype, advance)
                done.append(each)
                times = [f"{each.ms[name]:.2f}" for name in ("scratch", *names)]
                to_torch = f"{each.ratio_to('torch'):.2f}" if "torch" in each.ms else ""
                name = recipe.name if len(dtypes) == 1 else f"{recipe.name} {dtype}"
                table.add_row(name, str(each.batch_size), *times, to_torch, f"{each.ratio_to_best:.2f}")
    out, facts = console(), machine()
    out.print(table)
    out.print(f"\n {', '.join(dtypes)}, one thread each, medians of {ROUNDS} interleaved rounds")
    out.print(f" {facts['processor']} · {facts['blas']} · {', '.join(framework(n).version() for n in names)}")
    if json_file is not None:
        write_json(json_file, to_json(done, names))
    return 0
