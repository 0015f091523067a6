"""The migration reference as Markdown, for a repository."""

from collections.abc import Iterator

from reference.migration.build import Reference
from reference.migration.rows import Row, percent
from reference.report.layout import short
from reference.report.migration import beware, verdict


def as_markdown(made: Reference) -> str:
    """All of it in one document."""
    return "\n".join(_lines(made)) + "\n"


def _lines(made: Reference) -> Iterator[str]:
    yield "# From Keras to PyTorch and back"
    yield ""
    yield f"Measured with {', '.join(made.versions)}. Errors are in units in the last place of the largest element."
    yield ""
    yield "## The most damaging pitfalls"
    for number, (fact, row) in enumerate(made.pitfalls, start=1):
        yield from ("", f"### {number}. {fact.title}", "", fact.says, "")
        yield from ("| | |", "|---|---|", f"| Keras | {_code(row.keras)} |", f"| right | {_code(row.torch)} |")
        yield from (f"| naive | {_code(row.naive)} |", f"| damage | {row.damage} |")
    yield from ("", "## Pairs", "", "| pair | Keras | PyTorch | verdict | error |", "|---|---|---|---|---|")
    for row in made.pairs:
        yield f"| {row.pair} | {_code(row.keras)} | {_code(row.torch)} | {verdict(row.verdict)} | {_error(row)} |"
    for row in made.pairs:
        yield from _pair(made, row)
    yield from ("", "## Facts that belong to no pair", "", *_table(made.loose))


def _pair(made: Reference, row: Row) -> Iterator[str]:
    said = [*beware(row), *row.initial]
    differing = [a for a in row.arguments if a.differs and a.keras_default and a.torch_default]
    found = made.facts_of(row.pair)
    if not (row.weights or said or differing or found):
        return
    yield from ("", f"### {row.pair}", "")
    if row.weights:
        yield from ("| Keras | axes | gates | PyTorch | axes | gates |", "|---|---|---|---|---|---|")
        for w in row.weights:
            cells = (w.keras, w.keras_axes, w.keras_gates, w.torch, w.torch_axes, w.torch_gates)
            yield f"| {' | '.join(cells)} |"
        yield ""
    yield from (f"- default: `{a.keras}` {a.keras_default}, `{a.torch}` {a.torch_default}" for a in differing)
    yield from (f"- {text}" for text in said)
    if found:
        yield from ("", *_table(found))


def _table(rows: list[Row]) -> Iterator[str]:
    yield "| fact | Keras | PyTorch | verdict | error | a naive port |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        cells = (row.says, _code(row.keras), _code(row.torch), verdict(row.verdict), _error(row), row.damage)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _code(text: str) -> str:
    return f"`{text}`" if text and "`" not in text else text


def _error(row: Row) -> str:
    if not row.executed:
        return row.measured
    if row.error is None:
        return "" if row.share is None else percent(row.share)
    return f"{short(row.error)} {row.unit}"
