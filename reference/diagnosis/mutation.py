"""scripts/mutation: how strong the parity suite is.

Exit status: 0 every mutant is killed or known to be equivalent, 1 some survive, 2 the request cannot be carried out.
"""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from reference.cli import end
from reference.commands.checks import select
from reference.commands.options import jobs_option, json_option
from reference.diagnosis.strength import Planted, Verdict, planted, sampled, verdicts
from reference.registry import family
from reference.report.console import console, progress_bar
from reference.report.json import write_json
from reference.report.layout import table

SCHEMA = "crosscheck.mutation/1"
SHOWN = 30


@click.command("mutation")
@click.argument("names", nargs=-1, metavar="[PAIR]...")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="So many of the mutants, always the same.")
@jobs_option
@json_option
def command(names: tuple[str, ...], sample: int | None, jobs: int, json_file: Path | None) -> int:
    """Plant every single change in the code of layers, losses and optimizers, and see which the suite kills.

    PAIR is a pair, or a pattern such as 'conv*', whose own code is changed; all pairs without.
    """
    start = time.monotonic()
    asked = {pair.name for pair in select(names)}
    changes = sampled([each for each in planted(select(())) if each.home in asked], sample)
    found = []
    with progress_bar("mutants", len(changes)) as advance:
        for verdict in verdicts(changes, jobs):
            found.append(verdict)
            advance(1)
    document = summary(changes, found)
    if json_file is not None:
        write_json(json_file, document)
    _print(changes, found, document, time.monotonic() - start)
    return 1 if document["survived"] else 0


def summary(changes: Sequence[Planted], found: Sequence[Verdict]) -> dict[str, Any]:
    """What is written to a file."""
    states = Counter(verdict.state for verdict in found)
    by_id = {verdict.mutant: verdict for verdict in found}
    survived = [change for change in changes if by_id[change.mutant.id].state == "survived"]
    return {
        "schema": SCHEMA,
        "mutants": len(changes),
        "killed": states["killed"],
        "equivalent": states["equivalent"],
        "survived": [
            {
                "id": change.mutant.id,
                "kind": change.mutant.kind,
                "line": change.mutant.line,
                "before": change.mutant.before,
                "after": change.mutant.after,
                "pairs": [pair.name for pair, _ in change.candidates],
            }
            for change in survived
        ],
    }


def _print(changes: Sequence[Planted], found: Sequence[Verdict], document: dict[str, Any], seconds: float) -> None:
    out = console()
    state = {verdict.mutant: verdict.state for verdict in found}
    killed, survived = document["killed"], document["survived"]
    share = killed / (killed + len(survived)) if killed or survived else 1.0
    out.print(
        f" {killed:,} of {len(changes):,} mutants killed · {document['equivalent']:,} equivalent · "
        f"{len(survived):,} survive · {share:.2%} · {seconds:.0f} s\n"
    )
    families: dict[str, Counter[str]] = {}
    for change in changes:
        families.setdefault(family(change.home), Counter())[state[change.mutant.id]] += 1
    rows = [
        [name, *(f"{count[each]:,}" if count[each] else "" for each in ("killed", "equivalent", "survived"))]
        for name, count in families.items()
    ]
    table(out, ["family", "killed", "equivalent", "survived"], rows)
    for change in survived[:SHOWN]:
        out.print(f"\n survives: {change['id']} (line {change['line']})", markup=False, soft_wrap=True)
        out.print(f"   {change['before']}\n   -> {change['after']}", markup=False, soft_wrap=True)
    if len(survived) > SHOWN:
        out.print(f"\n and {len(survived) - SHOWN:,} more: see --json FILE")


if __name__ == "__main__":
    try:
        status = command.main(prog_name="scripts/mutation", standalone_mode=False)
    except Exception as error:
        status = end(error)
    except KeyboardInterrupt as error:
        status = end(error)
    sys.exit(status)
