"""Training comparisons in the terminal."""

import math

from rich.console import Console

from reference.report.layout import counted, facts, paragraph, table, took
from reference.training.comparison import Comparison, in_words

FITS = 20  # a verdict no longer than this stands beside the printed number


def print_comparison(out: Console, each: Comparison) -> None:
    """The answer, then why: accuracies and costs by implementation, the source's numbers, the lockstep."""
    out.print()
    facts(
        out,
        [
            each.plan.recipe.name,
            counted(len(each.implementations), "implementation"),
            counted(len(each.plan.seeds), "seed"),
            counted(each.lockstep.steps, "step"),
        ],
    )
    rows = []
    for name in each.implementations:
        accuracy, cost = each.finals(name, "test_accuracy"), each.finals(name, "cost")
        rows.append([name, spread(*accuracy), f"{cost[0]:.4f}", took(each.seconds(name)), ""])
    printed = each.source.after(each.plan.epochs)
    beside = each.verdict if len(each.verdict) <= FITS else ""
    if printed is not None:
        rows.append(["source printed", f"{printed:.4f}", "", "", beside])
    table(out, ["", "test accuracy", "final cost", "time", ""], rows, right=(1, 2, 3))
    remarks = [f"{each.verdict[0].upper()}{each.verdict[1:]}."] if printed is not None and not beside else []
    remarks += [each.source.remark] if each.source.remark else []
    if remarks:
        paragraph(out, " ".join(remarks), " ")
    out.print()
    for name, drift in each.lockstep.drift.items():
        paragraph(out, f"{in_words(name, drift)} (float64).", " ")


def spread(mean: float, deviation: float) -> str:
    """A mean with its deviation, where it has one."""
    return f"{mean:.4f}" if math.isnan(deviation) else f"{mean:.4f} ± {deviation:.4f}"
