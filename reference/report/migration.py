"""What `crosscheck port` and `crosscheck compare` say."""

import math
from typing import TYPE_CHECKING, Any

from rich.table import Table

from reference.report.console import console

if TYPE_CHECKING:
    from reference.migration.port import Ported


def print_port(ported: "Ported", source: str, target: str) -> None:
    """The layers that were moved, and how far the two models are apart."""
    out = console()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 1))
    for heading in ("pair", "from", "to"):
        table.add_column(heading, overflow="fold")
    for row in ported.layers:
        table.add_row(*row)
    out.print(table)
    for note in ported.notes:
        out.print(f" note  {note}", markup=False)
    if not ported.differences:
        out.print(f"\n {target} written")
        return
    name = max(ported.differences, key=lambda key: ported.differences[key])
    said = f"{len(ported.differences)} outputs, gradients and buffers compared, at most {ported.worst:.1e} apart"
    out.print(f"\n {said} ({name}; allowed {ported.limit:g})", markup=False)
    out.print(
        f" {target} written" if ported.agree else f" they disagree: {target} not written. Ask crosscheck compare why",
        markup=False,
    )


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
