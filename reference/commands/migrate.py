"""crosscheck migrate"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reference.commands.options import jobs_option, json_option, require_apart
from reference.errors import RequestError

if TYPE_CHECKING:
    from reference.migration.build import Reference

TARGETS = ("torch", "keras")


@click.command("migrate")
@click.argument("name", required=False)
@click.option("--to", "target", type=click.Choice(TARGETS), help="Moving to this framework.")
@click.option("--code", is_flag=True, help="Print the code that carries NAME across, and nothing else.")
@click.option("--html", "folder", type=click.Path(path_type=Path), metavar="DIR", help="Write the reference as a site.")
@click.option("--markdown", type=click.Path(path_type=Path), metavar="FILE", help="Write it as Markdown.")
@jobs_option
@json_option
def command(
    name: str | None,
    target: str | None,
    code: bool,
    folder: Path | None,
    markdown: Path | None,
    jobs: int,
    json_file: Path | None,
) -> int:
    """Show what in PyTorch corresponds to what in Keras, and how far the two are apart.

    NAME is a pair (crosscheck list) or a class or function of a framework, such as nn.Conv2d or keras.layers.Dense;
    without it, all pairs and the facts beside them. Every row is measured as it is shown: both twins run the cases of
    the parity suite, and the code to carry weights across is run.
    """
    from reference.migration import facts
    from reference.registry import pairs
    from reference.report.json import write_json

    if code and name is None:
        raise RequestError("--code needs the NAME of a pair.  (crosscheck list)")
    about: list[str] = []
    if name is not None and name not in pairs():
        try:
            name = _pair_of(name)
        except RequestError:
            about = [] if code or name in _with_pairs() else facts.about(name)
            if not about:
                raise
    for path, option in ((folder, "--html"), (markdown, "--markdown")):
        _writable(path, option)
    require_apart((), markdown=markdown, json=json_file)
    made = _build(name, jobs, about)
    if json_file is not None:
        write_json(json_file, {"schema": "crosscheck.migrate/1", "rows": [row.document() for row in made.rows]})
    if folder is not None:
        from reference.report.migration_site import write_site

        write_site(folder, made)
    if markdown is not None:
        from reference.report.html import write_named
        from reference.report.migration_markdown import as_markdown

        write_named(markdown, as_markdown(made), "--markdown")
    if about and name is not None:
        from reference.report.migration import print_facts

        print_facts(made, name)
    else:
        _print(made, name, target, code, folder)
    return 1 if made.wrong else 0


def _pair_of(name: str) -> str:
    """The pair that a class or function of a framework belongs to. Raises RequestError where it is none or several."""
    import difflib

    from reference.migration.class_names import pairs_with, plain, same_name
    from reference.migration.facts import facts
    from reference.registry import pairs
    from reference.report.terminal import progress

    if name in facts():
        raise _unknown(name)
    if (found := same_name(name)) is not None:
        return found
    # a word in small letters beside a pair's is a slip
    if name == plain(name) and difflib.get_close_matches(name, pairs(), n=1, cutoff=0.8):
        raise _unknown(name)
    with progress(None, "looking for it in the frameworks"):
        several = pairs_with(name)
    if not several:
        raise _unknown(name)
    if len(several) > 1:
        raise RequestError(
            f"'{name}' is in the twins of {len(several)} pairs: {', '.join(several)}. Name one:  "
            f"crosscheck migrate {several[0]}"
        )
    return several[0]


def _with_pairs() -> set[str]:
    """The facts that are shown with a pair."""
    from reference.migration.facts import facts

    return {name for name, fact in facts().items() if fact.pair}


def _unknown(name: str) -> RequestError:
    """An error with the names of pairs, and of facts, that are near."""
    import difflib

    from reference.migration.class_names import close_names
    from reference.migration.facts import facts
    from reference.registry import UnknownPair, find

    if name in facts():
        pair = facts()[name].pair
        hint = f"it is a fact about {pair}:  crosscheck migrate {pair}" if pair else "it is on the page of --html"
        return RequestError(f"no pair is called '{name}'; {hint}")
    about = [facts()[each].pair for each in difflib.get_close_matches(name, facts(), n=3, cutoff=0.7)]
    try:
        find(name)
    except UnknownPair as error:
        said = str(error)
    near = [each for each in dict.fromkeys([*about, *close_names(name)]) if each and each not in said]
    if not near:
        return RequestError(said)
    joined = ", " if "Close: " in said else ". Close: "
    return RequestError(said.replace(".  (", f"{joined}{', '.join(near)}.  ("))


def _writable(path: Path | None, option: str) -> None:
    """Raise RequestError unless it can be written to; now, not after minutes of work."""
    if path is None:
        return
    if option == "--html" and path.exists() and not path.is_dir():
        raise RequestError(f"--html {path} is a file, expected a folder. Name another")
    if option == "--markdown" and path.is_dir():
        raise RequestError(f"--markdown {path} is a folder, expected a file. Name a file in it")
    folder = path.resolve() if option == "--html" else path.resolve().parent
    made = []
    try:
        # the folder is made when there is something to put in it
        missing = [each for each in (folder, *folder.parents) if not each.exists()] if option == "--html" else []
        for each in reversed(missing):
            each.mkdir()
            made.append(each)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise RequestError(f"{option} {path} cannot be written: {why}. Name another") from None
    finally:
        for each in reversed(made):
            each.rmdir()


def _build(name: str | None, jobs: int, about: list[str]) -> "Reference":
    from reference.migration.build import build, everything
    from reference.migration.facts import facts
    from reference.report.console import progress_bar

    names, fact_names = everything()
    if about:
        names, fact_names = [], about
    elif name is not None:
        names, fact_names = [name], [each for each, fact in facts().items() if fact.pair == name]
    with progress_bar("measuring", len(names) + sum(bool(facts()[each].keras) for each in fact_names)) as advance:
        return build(names, fact_names, jobs, advance)


def _print(made: "Reference", name: str | None, target: str | None, code: bool, folder: Path | None) -> None:
    from reference.report import migration

    if name is None:
        migration.print_reference(made)
        if folder is not None:
            click.echo(f"\n site: {folder / 'index.html'}")
    elif code:
        migration.print_code(made.pairs[0], target)
    else:
        migration.print_pair(made, target)
