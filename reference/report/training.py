"""Training comparisons in the terminal."""

import math

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reference.training.comparison import Comparison, in_words


def print_comparison(out: Console, each: Comparison) -> None:
    """The answer, then why: accuracies and costs by implementation, the source's numbers, the lockstep."""
    seeds = len(each.plan.seeds)
    out.print(
        f"\n [bold]{each.plan.recipe.name}[/bold] · {len(each.implementations)} implementations · "
        f"{seeds} seed{'s' if seeds > 1 else ''} · {each.lockstep.steps:,} steps"
    )
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 1))
    table.add_column("", no_wrap=True)
    for heading in ("test accuracy", "final cost", "time"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name in each.implementations:
        accuracy, cost = each.finals(name, "test_accuracy"), each.finals(name, "cost")
        table.add_row(name, _spread(*accuracy), f"{cost[0]:.4f}", f"{each.seconds(name):.1f} s")
    printed = each.source.after(each.plan.epochs)
    if printed is not None:
        table.add_row("source printed", f"{printed:.4f}", "", _verdict(each))
    out.print(table)
    if each.source.remark:
        _say(out, each.source.remark)
    out.print()
    for name, drift in each.lockstep.drift.items():
        _say(out, f"{in_words(name, drift)} (float64).")


def _verdict(each: Comparison) -> str:
    if not each.plan.data.is_mnist:
        return "on MNIST"
    if not each.full:
        return f"after {each.plan.epochs} of {each.plan.recipe.epochs} epochs"
    if each.reproduced():
        return "reproduced"
    return "not reproducible from its own code" if each.source.stale else "not reproduced"


def _spread(mean: float, deviation: float) -> str:
    return f"{mean:.4f}" if math.isnan(deviation) else f"{mean:.4f} ± {deviation:.4f}"


def _say(out: Console, sentence: str) -> None:
    text = Text(f" {sentence}")
    for line in text.wrap(out, out.width - 2):
        out.print(f" {line.plain.strip()}")
