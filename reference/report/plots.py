"""The curves of the report, as SVG that stands in the page: the page's style sheet gives colours and fonts."""

import io
import itertools
import math
import re
import statistics
from typing import Any

from reference.frameworks.imports import quiet_stderr
from reference.training.comparison import Comparison, looks
from reference.training.drift import PARTED

# it looks for a folder of its own, and tells where the home cannot be written to
with quiet_stderr():
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

# Matplotlib is given these colours, and the page has a variable for each: so the curves follow its light and dark.
INKS = {
    "scratch": "#0000a1",
    "torch": "#0000a2",
    "keras": "#0000a3",
    "printed": "#0000a4",
    "ink": "#0000b1",
    "rule": "#0000b2",
    "alarm": "#0000b3",
}
# wide below, narrow above, so that curves which coincide are all seen
WIDTHS = {"scratch": 6.0, "torch": 3.2, "keras": 1.2}
MARKERS = {"scratch": ("o", 8.0), "torch": ("s", 5.0), "keras": ("D", 2.4)}
LEAST = 1e-17  # below it, and 0, lie on the axis
SETTINGS: Any = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "crosscheck",
    "font.size": 8.5,
    "font.family": ["sans-serif"],
    "text.color": INKS["ink"],
    "axes.labelcolor": INKS["ink"],
    "axes.edgecolor": INKS["rule"],
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": INKS["rule"],
    "grid.linewidth": 0.5,
    "xtick.color": INKS["rule"],
    "ytick.color": INKS["rule"],
    "xtick.labelcolor": INKS["ink"],
    "ytick.labelcolor": INKS["ink"],
    "legend.frameon": False,
    "legend.handlelength": 2.2,
    "legend.columnspacing": 1.2,
    "legend.borderpad": 0.0,
}
SIZE = (4.6, 2.9)  # inches
_serial = itertools.count(1)


def accuracy_plot(each: Comparison) -> str:
    """Test accuracy after every epoch, the mean over seeds with its range; what the source printed as crosses."""
    with rc_context(SETTINGS):
        figure, axes = _axes()
        for name in each.implementations:
            by_seed = [[epoch.test_accuracy for epoch in one.epochs[name]] for one in each.runs[1:]]
            epochs = [epoch.epoch for epoch in each.runs[1].epochs[name]]
            by_epoch = list(zip(*by_seed, strict=True))
            means = [statistics.fmean(values) for values in by_epoch]
            marker, size = MARKERS[name]
            axes.errorbar(
                epochs,
                means,
                yerr=[
                    [mean - min(values) for mean, values in zip(means, by_epoch, strict=True)],
                    [max(values) - mean for mean, values in zip(means, by_epoch, strict=True)],
                ],
                color=INKS[name],
                linewidth=WIDTHS[name],
                elinewidth=1.0 if len(by_seed) > 1 else 0.0,
                marker=marker,
                markersize=size,
                label=name,
                solid_capstyle="round",
            )
        source = each.source
        if source.printed:
            axes.plot(
                range(source.first, source.first + len(source.printed)),
                source.printed,
                "x",
                color=INKS["printed"],
                markersize=6.0,
                markeredgewidth=1.6,
                label="source printed",
                zorder=4,
            )
        axes.set_xlabel("epoch")
        axes.set_ylabel("test accuracy")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.margins(0.06, 0.08)
        return _svg(figure, axes, f"Test accuracy of {each.plan.recipe.name} by epoch")


def drift_plot(each: Comparison) -> str:
    """The largest difference of any weight from scratch's so far, after each step, both on logarithmic scales."""
    with rc_context(SETTINGS):
        figure, axes = _axes()
        highest = 1e-10
        for number, (name, drift) in enumerate(each.lockstep.drift.items()):
            points = [(step, max(apart, LEAST)) for step, apart in looks(drift) if math.isfinite(apart)]
            steps, apart = [step for step, _ in points], [value for _, value in points]
            highest = max([highest, *apart])
            axes.plot(steps, apart, color=INKS[name], linewidth=2.6 - 1.4 * number, label=name, zorder=3 + number)
            if drift.first is not None and math.isfinite(drift.first["difference"]):
                _mark_parting(axes, name, number, drift.first["step"], drift.first["difference"])
        axes.axhline(PARTED, color=INKS["alarm"], linewidth=1.0, linestyle=(0, (4, 3)))
        axes.annotate(
            "1e-12",
            (1, PARTED),
            xycoords=("axes fraction", "data"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="right",
            color=INKS["alarm"],
        )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlim(0.9, each.lockstep.steps * 1.15)
        axes.set_ylim(LEAST / 2, highest * 30)
        axes.set_xlabel("step")
        axes.set_ylabel("largest difference of a weight")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.yaxis.set_major_locator(LogLocator(numticks=8))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0e}"))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_minor_formatter(NullFormatter())
        return _svg(figure, axes, f"Drift of the weights of {each.plan.recipe.name} by step")


def _mark_parting(axes: Any, name: str, number: int, step: int, apart: float) -> None:
    axes.plot([step], [apart], "o", color=INKS[name], markerfacecolor="none", markersize=8, zorder=6)
    # the curves rise to the right, so the corner above on the left is free; one line for each
    axes.annotate(
        f"{name} parts at step {step:,}",
        (0, 1),
        xycoords="axes fraction",
        xytext=(8, -8 - 14 * number),
        textcoords="offset points",
        va="top",
        color=INKS["ink"],
        zorder=7,
    )


def _axes() -> tuple[Figure, Any]:
    figure = Figure(SIZE, layout="constrained")
    FigureCanvasSVG(figure)
    return figure, figure.add_subplot()


def _svg(figure: Figure, axes: Any, title: str) -> str:
    handles, labels = axes.get_legend_handles_labels()
    if labels:
        order = sorted(range(len(labels)), key=lambda i: (*INKS, labels[i]).index(labels[i]))  # the source last
        handles, labels = [handles[i] for i in order], [labels[i] for i in order]
        figure.legend(handles, labels, loc="outside upper left", ncols=len(labels))
    written = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(written, format="svg", transparent=True, metadata=nothing)
    return _for_a_page(written.getvalue(), title)


def _for_a_page(svg: str, title: str) -> str:
    """`svg` without what only a file needs, with ids of its own and the page's colours."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    prefix = f"plot{next(_serial)}-"
    svg = re.sub(r'\bid="', f'id="{prefix}', svg)
    svg = re.sub(r'(url\(#|href="#)', rf"\1{prefix}", svg)
    svg = re.sub(r"font(-family)?: [^;\"]*'?sans-serif'?;?", _font, svg)
    for name, ink in INKS.items():
        svg = svg.replace(ink, f"var(--{name})")
    return re.sub(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>', rf'<svg \1 role="img" aria-label="{title}">', svg, count=1)


def _font(style: re.Match[str]) -> str:
    size = re.search(r"[\d.]+px", style[0])
    return f"font-size: {size[0]};" if size else ""
