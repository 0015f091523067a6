"""crosscheck list"""

from pathlib import Path

import click

from reference.commands.options import json_option


@click.command("list")
@json_option
def command(json_file: Path | None) -> None:
    """Show the pairs and their twins."""
    from reference.registry import pairs
    from reference.report.json import pairs_document, write_json
    from reference.report.terminal import print_list

    found = list(pairs().values())
    if json_file is not None:
        write_json(json_file, pairs_document(found))
    print_list(found)
