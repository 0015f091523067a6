"""The whole reference: the rows of the pairs and of the facts, made by several processes."""

import importlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reference.frameworks import framework
from reference.frameworks.imports import uncompiled
from reference.migration.facts import Fact, facts
from reference.migration.rows import Row
from reference.pair import FRAMEWORKS
from reference.processes import deaf_children, hear_the_parent, spread_over
from reference.registry import find, pairs

Advance = Callable[[float], None]
PAIR, FACT = "pair", "fact"


@dataclass(frozen=True)
class Reference:
    """All rows, the pairs' first, and what made them. `wrong` names the facts that are not as they are said to be."""

    pairs: tuple[Row, ...]
    facts: tuple[Row, ...]
    versions: tuple[str, ...]
    seconds: float

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.pairs + self.facts

    @property
    def wrong(self) -> list[str]:
        return [row.fact for row in self.facts if row.verdict == "wrong"]

    @property
    def pitfalls(self) -> list[tuple[Fact, Row]]:
        """The most damaging pitfalls in their order, with the rows that ran them."""
        named = {row.fact: row for row in self.facts}
        found = [(fact, named[fact.name]) for fact in facts().values() if fact.pitfall and fact.name in named]
        return sorted(found, key=lambda one: one[0].pitfall)

    def facts_of(self, pair: str) -> list[Row]:
        return [row for row in self.facts if row.pair == pair]

    @property
    def loose(self) -> list[Row]:
        """The facts that belong to no pair."""
        return [row for row in self.facts if not row.pair]


def build(
    names: Sequence[str], fact_names: Sequence[str], jobs: int, advance: Advance = lambda done: None
) -> Reference:
    """The rows of these pairs and facts. A fact without code of its own has what its pair measured."""
    start = time.monotonic()
    coded = [name for name in fact_names if facts()[name].keras]
    wanted = list(dict.fromkeys([*names, *(facts()[name].pair for name in fact_names if name not in coded)]))
    units = [(PAIR, name) for name in wanted if name] + [(FACT, name) for name in coded]
    # the slow ones first, so that no process is left alone with one at the end
    units.sort(key=lambda unit: _cost(*unit), reverse=True)
    made = dict(zip(units, _run(units, jobs, advance), strict=True))
    rows = [made[FACT, name] if name in coded else _by_pair(facts()[name], made) for name in fact_names]
    versions = tuple(framework(name).version() for name in FRAMEWORKS)
    return Reference(tuple(made[PAIR, name] for name in names), tuple(rows), versions, time.monotonic() - start)


def _cost(kind: str, name: str) -> int:
    if kind == FACT:
        return 1 if facts()[name].topic == "training" else 0
    return {"optimizer": 3, "schedule": 1}.get(find(name).kind, 2)


def _run(units: Sequence[tuple[str, str]], jobs: int, advance: Advance) -> list[Row]:
    if jobs == 1 or len(units) < 20:
        return [_counted(_row(unit), advance) for unit in units]
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with spread_over(jobs, hear_the_parent) as pool:
        with deaf_children():
            rows = pool.map(_row, units)
        return [_counted(row, advance) for row in rows]


def _counted(row: Row, advance: Advance) -> Row:
    advance(1)
    return row


def _row(unit: tuple[str, str]) -> Row:
    # what makes rows imports both frameworks
    kind, name = unit
    module = importlib.import_module("reference.migration.table")
    with uncompiled():
        row: Row = module.pair_row(name) if kind == PAIR else module.fact_row(facts()[name])
    return row


def _by_pair(fact: Fact, made: dict[tuple[str, str], Row]) -> Row:
    pair = made.get((PAIR, fact.pair)) if not fact.reason else None
    return Row(
        pair=fact.pair,
        topic=fact.topic,
        kind=FACT,
        keras=pair.keras if pair else "",
        torch=pair.torch if pair else "",
        verdict=fact.verdict,
        error=pair.error if pair else None,
        executed=bool(pair and pair.executed),
        unit=pair.unit if pair else "ulp",
        measured=f"the cases of {fact.pair}" if pair else f"not run: {fact.reason}",
        fact=fact.name,
        says=fact.says,
    )


def everything() -> tuple[list[str], list[str]]:
    """The names of all pairs and of all facts."""
    return list(pairs()), list(facts())
