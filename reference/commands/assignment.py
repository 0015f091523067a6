"""crosscheck assignment: list, show and write assignments."""

import contextlib
import shlex
from pathlib import Path

import click

from reference.commands.options import json_option, require_apart
from reference.errors import RequestError


@click.group("assignment")
def command() -> None:
    """List, show and write assignments for crosscheck grade."""


@command.command("list")
@json_option
def list_command(json_file: Path | None) -> None:
    """Show the assignments that come with crosscheck."""
    from reference.homework.grading.assignment import find, shipped
    from reference.report.assignment import assignment_document, print_assignments
    from reference.report.console import console
    from reference.report.json import write_json

    found = [find(name) for name in shipped()]
    if json_file is not None:
        documents = [assignment_document(each) for each in found]
        write_json(json_file, {"schema": "crosscheck.assignments/1", "assignments": documents})
    print_assignments(console(), found)


@command.command("show")
@click.argument("name", metavar="NAME|FILE")
@json_option
def show_command(name: str, json_file: Path | None) -> None:
    """Show the questions of an assignment; a file is checked thereby."""
    from reference.homework.grading.assignment import find
    from reference.homework.grading.possible import require_known
    from reference.report.assignment import assignment_document, print_assignment
    from reference.report.console import console
    from reference.report.json import write_json

    found = find(name)
    require_apart((Path(found.file),), json=json_file)
    require_known(found)
    if json_file is not None:
        write_json(json_file, {"schema": "crosscheck.assignment/1", **assignment_document(found)})
    print_assignment(console(), found)


@command.command("new")
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
@click.option("--from", "source", metavar="NAME|FILE", help="Begin with a copy of this assignment.")
def new_command(file: Path | None, source: str | None) -> None:
    """Write a commented assignment to FILE, else to standard output; with a seed of its own."""
    from reference.homework.grading.assignment import TEMPLATE, locate, new

    text = new(locate(source) if source else TEMPLATE)
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise RequestError(f"{file} is there already and is left alone. Name another file") from error
    except OSError as error:
        with contextlib.suppress(OSError):  # no half of it is left
            file.unlink()
        raise RequestError(f"{file} cannot be written: {(error.strerror or str(error)).lower()}") from error
    click.echo(f" {file}\n grade with it: crosscheck grade PATH... --assignment {shlex.quote(str(file))}")
