"""Mutants that no check can tell from the right code, each with the reason; they are listed in equivalent.toml."""

import functools
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from reference.diagnosis.mutants import Mutant


@dataclass(frozen=True)
class Rule:
    """Mutants that compute the same, and why. Each field but the reason is a regular expression; all must match.

    `where` is "Class.method", `before` and `after` are the changed code, `statement` is all of the changed statement.
    """

    reason: str
    where: str = ".*"
    kind: str = ".*"
    before: str = ".*"
    after: str = ".*"
    statement: str = ".*"

    def matches(self, mutant: Mutant) -> bool:
        texts = (f"{mutant.owner}.{mutant.method}", mutant.kind, mutant.before, mutant.after)
        patterns = (self.where, self.kind, self.before, self.after)
        if not all(re.fullmatch(p, text, re.DOTALL) for p, text in zip(patterns, texts, strict=True)):
            return False
        return self.statement == ".*" or bool(re.fullmatch(self.statement, mutant.statement, re.DOTALL))


@functools.cache
def rules() -> Sequence[Rule]:
    """The rules, in the order of the file."""
    text = resources.files("reference.diagnosis").joinpath("equivalent.toml").read_text(encoding="utf-8")
    return tuple(Rule(**each) for each in tomllib.loads(text)["equivalent"])


def reason_of(mutant: Mutant) -> str:
    """Why a mutant computes the same as the right code; "" where nothing is known."""
    return next((rule.reason for rule in rules() if rule.matches(mutant)), "")
