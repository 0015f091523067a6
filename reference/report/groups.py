"""Checks of one family or pair, and the quantity among them that came nearest to its limit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reference.compare import Finding
from reference.parity import Check
from reference.registry import find


@dataclass(frozen=True)
class Worst:
    """The compared quantity of some checks that came nearest to its limit."""

    finding: Finding
    check: Check

    @property
    def share(self) -> float:
        """Of what is allowed."""
        return self.finding.ulp / self.finding.allowed

    @property
    def where(self) -> str:
        return f"{self.check.framework} {self.check.dtype}"

    @property
    def unit(self) -> str:
        return "standard errors" if find(self.check.pair).kind == "initializer" else "ulp"


def _worst(checks: Iterable[Check]) -> Worst | None:
    found = (Worst(finding, check) for check in checks for finding in check.findings if measured(finding))
    return max(found, key=lambda worst: worst.share, default=None)


def measured(finding: Finding) -> bool:
    return finding.allowed > 0 and not declared(finding)


def declared(finding: Finding) -> bool:
    """Whether a quantity differs and a case says that it must."""
    return finding.agree and finding.ulp > finding.allowed


@dataclass(frozen=True)
class Group:
    """Checks of one family or one pair."""

    name: str
    checks: tuple[Check, ...]

    @property
    def pairs(self) -> int:
        return len({check.pair for check in self.checks})

    @property
    def wrong(self) -> int:
        return sum(not check.agree for check in self.checks)

    @property
    def worst(self) -> Worst | None:
        return _worst(self.checks)

    def by(self, judge: str, dtypes: Sequence[str]) -> "Group":
        """What one judge said in these dtypes."""
        asked = tuple(check for check in self.checks if check.framework == judge and check.dtype in dtypes)
        return Group(self.name, asked)
