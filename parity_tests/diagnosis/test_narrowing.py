"""Facts about wrong numbers: each is said where it holds, and not where it does not."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import reference
from reference.diagnosis.narrowing import narrowed
from reference.diagnosis.sentences import catalogue, stated
from reference.pair import Array

AXES = ["@sample", "@row", "@column"]
SHAPE = (4, 5, 6)
ALLOWED = 1e-9


def facts(change: Callable[[Array], None], x: Array | None = None) -> dict[str, dict[str, str]]:
    """What is said of random numbers that were changed in place."""
    want = np.random.default_rng(5).normal(size=SHAPE)
    got = want.copy()
    change(got)
    return {fact.id: dict(fact.facts) for fact in narrowed("dx", got, want, ALLOWED, AXES, x)}


def moved(*place: object) -> Callable[[Array], None]:
    def change(got: Array) -> None:
        got[place] += np.random.default_rng(6).normal(size=got[place].shape)

    return change


ALL = slice(None)
PLACES = [
    (moved(ALL, slice(2, None)), "narrow-from", {"axis": "@row", "k": "2"}),
    (moved(slice(0, 3)), "narrow-until", {"axis": "@sample", "k": "2"}),
    (moved(ALL, ALL, 4), "narrow-at", {"axis": "@column", "k": "4"}),
    (moved(ALL, [0, -1]), "narrow-ends", {"axis": "@row"}),
]


@pytest.mark.parametrize(("change", "id", "told"), PLACES, ids=[id for _, id, _ in PLACES])
def test_where_along_an_axis(change: Callable[[Array], None], id: str, told: dict[str, str]) -> None:
    assert facts(change) == {id: {"name": "dx", **told}}


def test_only_at_the_borders() -> None:
    def change(got: Array) -> None:
        inner = got[:, 1:-1, 1:-1].copy()
        got += 1 + np.arange(6)
        got[:, 1:-1, 1:-1] = inner

    assert facts(change) == {"narrow-borders": {"name": "dx"}}


def test_scattered_ones_are_counted() -> None:
    def change(got: Array) -> None:
        got[[0, 1, 2, 3, 0, 1], [0, 1, 2, 3, 4, 1], [0, 1, 2, 3, 4, 5]] += 1

    assert facts(change) == {"narrow-elements": {"name": "dx", "count": "6", "size": "120"}}


@pytest.mark.parametrize(("sign", "where"), [("@negative", np.less), ("@positive", np.greater), ("@zero", np.equal)])
def test_which_inputs(sign: str, where: Callable[[Array, float], Array]) -> None:
    x = np.random.default_rng(7).integers(-3, 4, SHAPE).astype(float)

    def change(got: Array) -> None:
        got[where(x, 0.0)] *= 1.3

    assert facts(change, x)["narrow-where"] == {"name": "dx", "sign": sign}

    def change_more(got: Array) -> None:
        change(got)
        got[tuple(np.argwhere(~where(x, 0.0))[0])] += 1

    assert "narrow-where" not in facts(change_more, x)


def test_only_large_inputs() -> None:
    x = np.random.default_rng(8).normal(size=SHAPE) * 20

    def change(got: Array) -> None:
        got[np.abs(x) > 15] = np.nan

    assert float(facts(change, x)["narrow-beyond"]["bound"]) == pytest.approx(
        np.abs(x[np.abs(x) <= 15]).max(), rel=0.01
    )


def test_one_amount_along_an_axis() -> None:
    def change(got: Array) -> None:
        got += np.random.default_rng(9).normal(size=(4, 5, 1))

    assert facts(change) == {"narrow-offset": {"name": "dx", "axis": "@column"}}


def test_right_sums_of_wrong_numbers() -> None:
    def change(got: Array) -> None:
        away = np.random.default_rng(10).normal(size=SHAPE)
        got += away - away.mean(axis=0)

    assert facts(change) == {"narrow-sums": {"name": "dx", "axis": "@sample"}}


def test_nothing_is_said_of_what_is_wrong_throughout() -> None:
    assert facts(moved(ALL)) == {}


def test_nothing_is_said_of_what_is_right_or_has_another_shape() -> None:
    want = np.ones((2, 3))
    assert not list(narrowed("dx", want, want, ALLOWED, AXES[:2]))
    assert not list(narrowed("dx", want.T, want, ALLOWED, AXES[:2]))
    assert not list(narrowed("dx", np.full((2, 3), np.inf), np.full((2, 3), np.inf), ALLOWED, AXES[:2]))


def test_every_word_that_the_code_uses_is_in_the_catalogue() -> None:
    folder = Path(reference.__file__).parent
    used = set()
    for path in [*folder.glob("diagnosis/*.py"), *folder.glob("homework/**/*.py")]:
        if path.parent.name == "recipes":  # they have sentences of their own, and @ in the names of quantities
            continue
        used |= set(re.findall(r'"(@[\w-]+)', path.read_text(encoding="utf-8")))
        used |= set(re.findall(r'"(narrow-[\w-]+)"', path.read_text(encoding="utf-8")))
    assert len(used) > 30
    assert used <= catalogue().keys()
    assert {id for id in catalogue() if id.startswith(("@", "narrow-"))} == used


def test_words_are_in_the_language_of_the_sentence() -> None:
    told = {"name": "dw", "axis": "@axis 1", "k": "2"}
    assert "axis-1 index 2" in stated("narrow-from", told).sentence
    assert "軸 1 の添字 2" in stated("narrow-from", told, "ja").sentence
    assert "dw, db" in stated("narrow-all", {"names": "dw; db"}).sentence
