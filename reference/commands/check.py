"""crosscheck check: one submission, explained."""

from pathlib import Path

import click

from reference.commands.options import json_option, lang_option, require_apart, seed_option

MOST_SECONDS = 3600.0


def _finite(ctx: click.Context, param: click.Parameter, seconds: float) -> float:
    if not 0.1 <= seconds <= MOST_SECONDS:  # nan is neither
        raise click.BadParameter(f"{seconds:g} is not in the range 0.1<=x<={MOST_SECONDS:g}.")
    return seconds


@click.command("check")
@click.argument("target", metavar="FILE[::SYMBOL]")
@click.option("--as", "pair", metavar="PAIR", default="", help="What the symbol is, where its name does not say so.")
@click.option("--cell", type=click.IntRange(min=1), metavar="N", help="The definitions of this notebook cell count.")
@click.option(
    "--framework",
    type=click.Choice(["torch", "keras"]),
    help="Have the expected values confirmed by this framework, on the same inputs.",
)
@click.option(
    "--adapter",
    "adapter_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="How to call it, where that cannot be told; see crosscheck adapter.",
)
@click.option(
    "--time",
    "seconds",
    type=float,
    callback=_finite,
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="What one call may take.",
)
@click.option("--hint", is_flag=True, help="Point to a mistake without giving the answer.")
@lang_option
@seed_option
@json_option
def command(
    target: str,
    pair: str,
    cell: int | None,
    framework: str | None,
    adapter_file: Path | None,
    seconds: float,
    hint: bool,
    lang: str,
    seed: int,
    json_file: Path | None,
) -> int:
    """Check a .py or .ipynb file as it is: every layer, function and optimizer in it that is known here.

    The file's definitions run in a process of their own, without network and without its training loops. Exit
    status 0 if all is right, 1 if something is not or cannot be told.
    """
    from reference.homework.isolation.sandbox import Limits, started_ahead

    file, _, symbol = target.partition("::")
    require_apart((Path(file), adapter_file), json=json_file)
    with started_ahead() as started:  # before NumPy and all that judges is imported
        from reference.diagnosis.sentences import spoken
        from reference.homework.adapter import read_adapter
        from reference.homework.check import check_submission
        from reference.report.homework import print_submission
        from reference.report.homework_json import check_document
        from reference.report.json import write_json
        from reference.report.terminal import progress

        with progress(None, "checking"):
            report = check_submission(
                Path(file),
                symbol,
                pair,
                cell,
                seed,
                Limits(seconds=seconds),
                framework=framework or "",
                adapter=read_adapter(adapter_file) if adapter_file else None,
                started=started,
            )
    report = spoken(report, lang, hint=hint)
    if json_file is not None:
        write_json(json_file, check_document(report))
    print_submission(report, told=bool(pair))
    return 0 if report.right else 1
