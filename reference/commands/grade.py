"""crosscheck grade: an assignment, many submissions, points."""

import tempfile
from pathlib import Path

import click

from reference.commands.options import jobs_option, json_option, lang_option, require_apart
from reference.visible import visible

UNFENCED = "bubblewrap is not installed or does not work here: submissions run under resource limits and seccomp only."
FORMATS = ("text", "json", "gradescope", "junit", "csv")


@click.command("grade")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False), metavar="PATH...")
@click.option("--assignment", "-a", "name", required=True, metavar="NAME|FILE", help="See crosscheck assignment list.")
@click.option("--question", "questions", multiple=True, metavar="ID", help="Only this question; may be repeated.")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="What is printed."
)
@click.option("--out", type=click.Path(path_type=Path), metavar="PATH", help="Write that to a file instead.")
@click.option(
    "--results",
    "results_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("crosscheck-out/results.sqlite"),
    show_default=True,
    metavar="FILE",
    help="Results are kept here, and an interrupted run goes on from them.",
)
@click.option("--again", is_flag=True, help="Grade what has been graded before too.")
@click.option("--one", is_flag=True, help="Each PATH is one submission, whatever it holds.")
@click.option("--hint", is_flag=True, help="Feedback stops short of the answer.")
@lang_option
@jobs_option
@click.option("--scheduler", default="", metavar="ADDRESS", help="Spread the work over a Dask scheduler instead.")
@json_option
def command(
    paths: tuple[Path, ...],
    name: str,
    questions: tuple[str, ...],
    form: str,
    out: Path | None,
    results_file: Path,
    again: bool,
    one: bool,
    hint: bool,
    lang: str,
    jobs: int,
    scheduler: str,
    json_file: Path | None,
) -> int:
    """Grade submissions: notebooks, Python files, folders and zip files of them.

    In a folder or a zip file each file, folder and zip file is one submission; files that others import belong to
    those. Exit status 0 if all have all points, else 1.
    """
    from reference.homework.grading.assignment import find
    from reference.homework.grading.collect import collect
    from reference.homework.grading.grade import judge
    from reference.homework.grading.grade_all import grade_all
    from reference.homework.grading.possible import require_known
    from reference.homework.grading.results import open_results
    from reference.homework.isolation.sandbox import fence
    from reference.report.grade import Speed
    from reference.report.grade_output import require_place, show
    from reference.report.homework_json import grade_document
    from reference.report.json import write_json
    from reference.report.terminal import progress

    assignment = find(name).only(questions)
    require_known(assignment)
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as folder:
        ignored: list[str] = []
        hand_ins = collect(paths, Path(folder), one, lambda what, why: ignored.append(f"{what} ({why})"))
        if ignored:
            click.echo(visible(f"ignored: {', '.join(ignored)}"), err=True)
        require_place(form, out, len(hand_ins))
        read = [*paths, *(file for each in hand_ins for file in (Path(each.path), *each.files)), Path(assignment.file)]
        require_apart(read, results=results_file, json=json_file, out=out if form != "gradescope" else None)
        if not scheduler and fence() != "bubblewrap":  # on a scheduler the machines that grade decide
            click.echo(UNFENCED, err=True)
        with (
            open_results(results_file, assignment, hint, lang) as results,
            progress(len(hand_ins), "grading") as step,
        ):
            speed = Speed()
            grading = grade_all(
                hand_ins,
                assignment,
                judge,
                results,
                jobs=jobs,
                again=again,
                hint=hint,
                lang=lang,
                scheduler=scheduler,
                advance=lambda graded: step(1, speed.after(graded)),
            )
    if json_file is not None:
        write_json(json_file, grade_document(grading))
    show(grading, form, out, results_file)
    return 0 if all(graded.full for graded in grading.submissions) else 1
