"""Single changes to a function: what people really write in the place of what is right.

A rule takes a site and gives what may stand there instead, with the kind of the change. Rules for expressions are
here and in `expressions`, those for statements in `statements`.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from reference.diagnosis import arithmetic, calls, statements
from reference.diagnosis.sites import FunctionNode, Path, Site, sites

RULES = (*arithmetic.RULES, *calls.RULES, *statements.RULES)


@dataclass(frozen=True)
class Change:
    """`new` at `path`. `before` and `after` are source text, of one line where they are expressions."""

    kind: str
    path: Path
    new: ast.AST
    line: int
    before: str
    after: str


def changes(function: FunctionNode) -> Iterator[Change]:
    """Every change of a function, no two of them with the same result."""
    for site in sites(function):
        before = ast.unparse(site.node)
        seen = {before}
        for kind, new in _changed(site):
            after = ast.unparse(new)
            if after not in seen:
                seen.add(after)
                yield Change(kind, site.path, new, getattr(site.node, "lineno", function.lineno), before, after)


def _changed(site: Site) -> Iterator[tuple[str, ast.AST]]:
    for rule in RULES:
        yield from rule(site)
