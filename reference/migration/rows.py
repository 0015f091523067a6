"""What the migration reference says of one pair, or of one fact."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from reference.migration.defaults import Argument
from reference.migration.measure import Shown

Verdict = Literal["exact", "exact with glue", "not exact"]
EXACT, GLUE, NOT = "exact", "exact with glue", "not exact"


def percent(share: float) -> str:
    """A share of something in words."""
    return f"{100 * share:,.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"


@dataclass(frozen=True)
class Weight:
    """Where one weight lies in both frameworks: its name, its axes, the order of its gates."""

    keras: str
    keras_axes: str
    keras_gates: str
    torch: str
    torch_axes: str
    torch_gates: str


@dataclass(frozen=True)
class Row:
    """One row. `error` is in `unit`; None where there is nothing to compare number by number.

    `shown` are differences that were measured, `code` has the code to port by target, `code_error` how far source and
    target were apart when it ran, in ulp of the largest element; None where it has no output.
    """

    pair: str
    topic: str
    kind: str
    keras: str
    torch: str
    verdict: str
    error: float | None
    executed: bool
    unit: str = "ulp"
    measured: str = ""
    weights: tuple[Weight, ...] = ()
    arguments: tuple[Argument, ...] = ()
    initial: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    beware: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()
    glue: tuple[str, ...] = ()
    code: Mapping[str, str] = field(default_factory=dict)
    code_error: Mapping[str, float | None] = field(default_factory=dict)
    fact: str = ""
    says: str = ""
    naive: str = ""
    naive_in: str = ""
    share: float | None = None
    damage: str = ""

    @property
    def max_ulp(self) -> float | None:
        return self.error if self.unit == "ulp" else None

    def document(self) -> dict[str, Any]:
        """The row as JSON has it."""
        return {
            "pair": self.pair,
            "topic": self.topic,
            "keras": self.keras,
            "torch": self.torch,
            "verdict": self.verdict,
            "max_ulp": self.max_ulp,
            "executed": self.executed,
            "fact": self.fact,
            "says": self.says,
            "naive": self.naive,
            "damage": self.damage,
        }
