"""crosscheck run: the main job."""

import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reference.commands import checks
from reference.commands.options import DEFAULT_SEED, SEEDS, jobs_option, json_option, require_apart
from reference.commands.train import DEFAULT_SEEDS, FULL_SEEDS, say_unkept
from reference.errors import RequestError

if TYPE_CHECKING:
    from reference.training.comparison import Comparison, Plan

# reference.pair has these too, but imports NumPy
FRAMEWORKS = ("torch", "keras")
OUT = Path("crosscheck-out")


@click.command("run")
@click.option("--full", is_flag=True, help=f"Train by the sources' schedules on {FULL_SEEDS} seeds; else one epoch.")
@click.option(
    "--data", "folder", type=click.Path(path_type=Path), metavar="FOLDER", help="With MNIST (else CROSSCHECK_DATA)."
)
@click.option(
    "--seed",
    type=SEEDS,
    metavar="S",
    help=f"All random numbers depend on it.  [default: {DEFAULT_SEED} for the checks, 0 for training]",
)
@click.option(
    "--framework",
    "frameworks",
    multiple=True,
    type=click.Choice(FRAMEWORKS),
    help="Compare with this only; may be repeated.",
)
@click.option("--resume", is_flag=True, help="Go on with a training that was interrupted.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", default=OUT, show_default=True, help="For the report."
)
@jobs_option
@json_option
def command(
    full: bool,
    folder: Path | None,
    seed: int | None,
    frameworks: tuple[str, ...],
    resume: bool,
    out: Path,
    jobs: int,
    json_file: Path | None,
) -> int:
    """Do it all: the checks of every pair, a training comparison of every model, and a report to look at.

    Leaves report.html, parity.json and train.json in the folder DIR.
    """
    from reference.cli import say, stopped
    from reference.frameworks import require_each
    from reference.report.terminal import progress
    from reference.training.comparison import make_plans

    arguments = ["run", *(["--full"] if full else [])]
    arguments += ["--data", str(folder)] if folder else []
    arguments += ["--seed", str(seed)] if seed is not None else []
    arguments += [word for name in frameworks for word in ("--framework", name)]
    arguments += ["--out", str(out)] if out != OUT else []
    try:
        require_apart([out / name for name in ("report.html", "parity.json", "train.json")], json=json_file)
        _make_folder(out)
        names = require_each(frameworks or FRAMEWORKS)
        with progress(1, "loading the frameworks and the data"):
            plans = make_plans(
                (),
                folder,
                names,
                FULL_SEEDS if full else DEFAULT_SEEDS,
                None if full else 1,
                seed or 0,
            )
        click.echo(f" {plans[0].data.source}")
        return _run(plans, DEFAULT_SEED if seed is None else seed, resume, jobs, out, json_file, arguments)
    except KeyboardInterrupt as error:
        from reference.report.page import command_line

        say(f"stopped. To go on: {command_line([*arguments, '--resume'])}")
        return stopped(error)


def _make_folder(out: Path) -> None:
    """Raise RequestError unless files can be written there; now, not after minutes of work."""
    if out.exists() and not out.is_dir():
        raise RequestError(f"--out {out} is a file, expected a folder. Name another")
    probe = out / ".writable"
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise RequestError(f"--out {out} cannot be written to: {why}. Name another folder") from error


def _run(
    plans: Sequence["Plan"],
    seed: int,
    resume: bool,
    jobs: int,
    out: Path,
    json_file: Path | None,
    arguments: Sequence[str],
) -> int:
    import json

    from reference.report.html import write_named, write_report
    from reference.report.json import parity_document, write_json
    from reference.report.page import Report, command_line
    from reference.report.terminal import print_parity, progress
    from reference.training.comparison import to_json
    from reference.vote import vote_on

    vote = cache(vote_on)  # the terminal and the report ask for the same votes
    outcome = _check(plans[0].frameworks, seed, jobs)
    print_parity(outcome, vote)
    comparisons = _train(plans, resume, jobs)
    parity = parity_document(outcome.checks, seed, outcome.seconds)
    train = to_json(comparisons)
    page = out / "report.html"
    with progress(1, "writing the report"):
        for name, document in (("parity.json", parity), ("train.json", train)):
            write_named(out / name, json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
        report = Report(outcome, tuple(comparisons), plans[0].data.source, command_line(arguments), vote)
        write_report(page, report)
    if json_file is not None:
        write_json(json_file, {"schema": "crosscheck.run/1", "parity": parity, "train": train, "report": str(page)})
    click.echo(f"\n report: {page}")
    agree = all(check.agree for check in outcome.checks) and all(each.agree for each in comparisons)
    return 0 if agree else 1


def _check(frameworks: Sequence[str], seed: int, jobs: int) -> checks.Outcome:
    """All checks of all pairs by these frameworks and the other judges."""
    from reference.parity import CONTRACT, DERIVATIVE, Request

    start = time.monotonic()
    judges = (*frameworks, DERIVATIVE, CONTRACT)
    request = Request(checks.select(()), judges, draws=checks.DEFAULT_DRAWS, seed=seed)
    return checks.outcome_of(request, jobs, start)


def _train(plans: Sequence["Plan"], resume: bool, jobs: int) -> list["Comparison"]:
    """All models, each printed as soon as it is done."""
    from reference.report.console import console, progress_bar
    from reference.report.training import print_comparison
    from reference.training.parallel import train

    done = []
    steps = sum(len(plan.runs()) * plan.steps for plan in plans)
    with progress_bar("training", steps, "steps") as advance:
        for comparison in train(plans, resume=resume, jobs=jobs, advance=advance):
            done.append(comparison)
            print_comparison(console(), comparison)
    say_unkept(done)
    return done
