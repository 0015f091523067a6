"""Where results and progress go."""

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

WIDEST = 100


def console() -> Console:
    """Standard output, as wide as the terminal up to WIDEST; 80 columns where there is none."""
    made = Console(highlight=False)
    if not made.is_terminal:
        made.width = 80
    made.width = min(made.width, WIDEST)
    return made


@contextlib.contextmanager
def progress_bar(label: str, total: float, unit: str = "") -> Iterator[Callable[[float], None]]:
    """A bar on standard error with the remaining time, where that is a terminal; call it with what has been done."""
    columns = (
        TextColumn(f" {label}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} " + unit),
        TimeRemainingColumn(),
    )
    errors = Console(stderr=True)
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.advance(task, done)
