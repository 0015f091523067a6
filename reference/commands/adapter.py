"""crosscheck adapter: a commented template that says how to call what cannot be told."""

from pathlib import Path

import click


@click.command("adapter")
@click.argument("target", metavar="FILE[::SYMBOL]")
def command(target: str) -> int:
    """Print an adapter for a submission: which pair each symbol is, and what its parameters are.

    Redirect it to a file, correct it, and give it to crosscheck check --adapter.
    """
    from reference.homework.adapter import template
    from reference.homework.reading.source import read_submission

    file, _, symbol = target.partition("::")
    click.echo(template(read_submission(Path(file)), symbol), nl=False)
    return 0
