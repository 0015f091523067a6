"""What `crosscheck port` and `crosscheck compare` say."""

import itertools
import math
from typing import TYPE_CHECKING, Any

from rich.table import Table

from reference.report.console import console

if TYPE_CHECKING:
    from reference.migration.comparison import Compared
    from reference.migration.pairing import Cause
    from reference.migration.port import Ported


def print_port(ported: "Ported", source: str, target: str, why: str) -> None:
    """The layers that were moved, and how far the two models are apart; `why` is the command that tells more."""
    out = console()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 1))
    for heading in ("pair", "from", "to"):
        table.add_column(heading, overflow="fold")
    for row in ported.layers:
        table.add_row(*row)
    out.print(table)
    for note in ported.notes:
        out.print(f" note  {note}", markup=False)
    name = max(ported.differences, key=lambda key: ported.differences[key])
    said = f"{len(ported.differences)} outputs, gradients and buffers compared, at most {ported.worst:.1e} apart"
    out.print(f"\n {said} ({name}; allowed {ported.limit:g})", markup=False)
    if ported.agree:
        out.print(f" {target} written", markup=False)
        return
    out.print(f" they disagree: {target} not written. This tells why:", markup=False)
    out.print(f" {why}", markup=False, soft_wrap=True)


def port_document(ported: "Ported", source: str, target: str) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "schema": "crosscheck.port/1",
        "source": source,
        "target": target,
        "agree": ported.agree,
        "written": ported.agree,
        "limit": ported.limit,
        "layers": [dict(zip(("pair", "source", "target"), row, strict=True)) for row in ported.layers],
        "differences": {k: v if math.isfinite(v) else None for k, v in ported.differences.items()},
        "notes": list(ported.notes),
    }


def _without_layer(cause: "Cause") -> tuple[str, str]:
    return cause.name, cause.text.replace(cause.layer, "") if cause.layer else cause.text


def print_compared(compared: "Compared") -> None:
    """Where two models first differ, and why."""
    out = console()
    if compared.equal:
        out.print(f" equal: {compared.layers} layers with weights, outputs, gradients and buffers")
    elif not compared.same:
        far = f", {compared.apart:.1e} of the largest element apart" if math.isfinite(compared.apart) else ""
        out.print(f" B differs from A: first {compared.place}{far}", markup=False)
    for each in compared.unmatched if not compared.same else ():
        out.print(f" {each.text}", markup=False)
    # what is wrong in the same way in several layers is told once
    for _, several in itertools.groupby(compared.causes, key=_without_layer):
        cause, *more = several
        out.print(f" cause  {cause.name}", markup=False)
        out.print(f"        {cause.text}", markup=False)
        if more:
            out.print(f"        and so in {', '.join(repr(each.layer) for each in more)}", markup=False)
    if compared.unexplained and compared.unmatched and not compared.causes:
        out.print(" whether that is all that is wrong was not shown: what is behind it differs too", markup=False)
    elif compared.unexplained:
        rest = "what is left" if compared.causes else "this"
        known = "was tried" if compared.ended else "is known"
        out.print(f" no cause that {known} reproduces {rest}", markup=False)
    for line in compared.training:
        start = "same in inference, differs" if compared.same else "differs"
        out.print(f" {start} in training: {line}", markup=False)
    for note in compared.notes:
        out.print(f" note   {note}", markup=False)


def compare_document(compared: "Compared", a: str, b: str) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "schema": "crosscheck.compare/1",
        "a": a,
        "b": b,
        "equal": compared.equal,
        "place": compared.place,
        "apart": compared.apart if math.isfinite(compared.apart) else None,
        "causes": [{"name": c.name, "layer": c.layer, "text": c.text} for c in compared.causes],
        "unexplained": compared.unexplained,
        "ended": compared.ended,
        "training": list(compared.training),
        "unmatched": [{"model": u.model, "layer": u.layer, "text": u.text} for u in compared.unmatched],
        "notes": list(compared.notes),
    }
