"""The search for causes has one budget for all of a comparison; when it is over that is told."""

import itertools
from typing import Any

import torch
from planted import residual, torch_residual
from ported_models import Torch, example, made
from torch import nn

from reference.migration.budget import Budget
from reference.migration.comparison import compare
from reference.migration.subjects import Subject
from reference.report.porting import print_compared


def strange() -> Any:
    """What nobody knows in two places, so that everything would be tried."""
    return Torch(
        lambda m, x: m.c(x + m.b(m.a(x).relu() ** 2)) ** 2, a=nn.Linear(6, 6), b=nn.Linear(6, 6), c=nn.Linear(6, 6)
    )


def searched(seconds: float) -> tuple[Any, Budget, list[str]]:
    """With a clock that goes on by a second whenever it is looked at."""
    a, b = made(residual, strange, torch_residual)
    shown: list[str] = []
    ticks = itertools.count()
    budget = Budget(seconds, lambda: float(next(ticks)), shown.append)
    return compare(Subject(a, "A"), Subject(b, "B"), example=example(a), budget=budget), budget, shown


def test_the_search_ends_when_its_time_is_over(capsys: Any) -> None:
    found, budget, shown = searched(9)
    assert found.unexplained
    assert found.ended
    assert budget.tries == 8
    assert shown == [f"{n} tries, {9 - n} s left" for n in range(1, 9)]
    assert "the search for causes ended early, after 9 s and 8 tries" in found.notes
    print_compared(found)
    said = capsys.readouterr().out
    assert "no cause that was tried reproduces this" in said
    assert "ended early, after 9 s and 8 tries" in said


def test_a_search_that_ends_by_itself_says_nothing(capsys: Any) -> None:
    found, budget, shown = searched(1e9)
    assert found.unexplained
    assert not found.ended
    assert budget.tries == len(shown) > 100
    print_compared(found)
    said = capsys.readouterr().out
    assert "no cause that is known reproduces this" in said
    assert "early" not in said


def test_nothing_stays_changed_where_a_search_ends() -> None:
    a, b = made(residual, strange, torch_residual)
    before = {key: value.clone() for key, value in b.state_dict().items()}
    for seconds in range(1, 60, 7):
        ticks = itertools.count()
        budget = Budget(seconds, lambda ticks=ticks: float(next(ticks)))
        compare(Subject(a, "A"), Subject(b, "B"), example=example(a), budget=budget)
        assert all(torch.equal(value, before[key]) for key, value in b.state_dict().items())
        assert "forward" not in vars(b)


def test_a_cause_that_is_found_in_time_is_told() -> None:
    wrong = lambda: Torch(  # noqa: E731
        lambda m, x: m.c(x + m.b(m.a(x).tanh())), a=nn.Linear(6, 6), b=nn.Linear(6, 6), c=nn.Linear(6, 6)
    )
    a, b = made(residual, wrong, torch_residual)
    found = compare(Subject(a, "A"), Subject(b, "B"), example=example(a), budget=Budget(1e9))
    assert [each.name for each in found.causes] == ["activation"]
    assert not found.ended
