"""Where results and progress go."""

import contextlib
from collections.abc import Callable, Iterable, Iterator

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.segment import Segment

from reference.visible import visible

WIDEST = 100


class SafeConsole(Console):
    """One whose styles reach the terminal, and nothing else that steers it: what a text holds of that is shown."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The pieces of what is printed."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


def console() -> Console:
    """Standard output, as wide as the terminal up to WIDEST; 80 columns where there is none."""
    made = SafeConsole(highlight=False)
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
