"""Homework as it is handed in: every submission gets its true verdict, found independently of the checker."""

import functools
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reference.diagnosis.remarks import EXCEPTION, prose, remark
from reference.diagnosis.sentences import catalogue
from reference.homework.check import check_submission
from reference.homework.isolation.process import Limits
from reference.homework.verdict import SymbolReport

FOLDER = Path(__file__).parent / "submissions"
Entry = dict[str, Any]
LIMITS = Limits(seconds=30)
REMARKS = ("once only: ", "right over columns", "not where shapes are broadcast")


def entries() -> Iterator[tuple[str, Entry]]:
    for manifest in sorted(FOLDER.glob("*/expected.toml")):
        for entry in tomllib.loads(manifest.read_text(encoding="utf-8"))["submission"]:
            yield manifest.parent.name, entry


def trials() -> Iterator[Any]:
    for group, entry in entries():
        place = f"{group}-{entry['file']}"
        yield pytest.param(group, entry, id=f"{place}-{entry['symbol']}", marks=pytest.mark.xdist_group(place))


@functools.cache
def whole(path: Path) -> Mapping[str, SymbolReport]:
    """The reports on all that a file defines, as on a file that is handed in; a process for each takes longest here."""
    return {report.symbol: report for report in check_submission(path, limits=LIMITS).symbols}


def judged(group: str, entry: Entry) -> SymbolReport:
    path, symbol = FOLDER / group / entry["file"], entry["symbol"]
    return whole(path).get(symbol) or check_submission(path, symbol, limits=LIMITS).symbols[0]


@pytest.mark.parametrize(("group", "entry"), list(trials()))
def test_verdict(group: str, entry: Entry) -> None:
    report = judged(group, entry)
    said = f"{report.verdict}: {report.remark} {[q for q in report.quantities if not q.agree]}"
    if entry["verdict"] != "correct":
        assert report.verdict != "correct", f"a wrong one passes: {entry.get('mistake', '')}"
    assert report.verdict == entry["verdict"], said
    if report.verdict == "correct" and entry["pair"]:  # what a wrong one was meant to be, numbers cannot always tell
        assert report.pair == entry["pair"]
    if entry.get("wrong"):
        named = {plain(quantity.name.split()[0]) for quantity in report.quantities if not quantity.agree}
        assert named & {plain(name) for name in (*entry["wrong"], *entry.get("either", ()))}, said
    if "diagnosis" in entry and "undiagnosed" not in entry:
        assert [cause.id for cause in report.causes][:1] == [entry["diagnosis"]], report.causes
    assert entry.get("remark", "") in report.remark
    for text in (report.remark, *report.conventions, *(quantity.problem for quantity in report.quantities)):
        assert remark(text, "ja") != text or not prose(text) or EXCEPTION.match(text), f"in English only: {text}"
    if report.verdict == "correct":
        for said in REMARKS:  # neither forgotten nor said of one that does not deserve it
            assert (said in report.remark) == (said in entry.get("remark", "")), report.remark
        proved = [cause.id for cause in report.causes if cause.reproduces]
        assert proved == ([entry["diagnosis"]] if "diagnosis" in entry else [])
        for cause in report.causes:  # only of what it is said not to be right for
            assert cause.limit
            assert cause.limit in report.remark
            assert cause.sentence.startswith(f"not for {cause.limit}: ")
            assert f"limit/{cause.limit}" in catalogue()


def plain(name: str) -> str:
    """A quantity without the number of its layer: dw2 and 1.w are dw."""
    return re.sub(r"\d+$", "", re.sub(r"^\d+\.", "d", name))


def test_there_are_enough_of_each() -> None:
    verdicts = Counter(entry["verdict"] for _, entry in entries())
    assert verdicts.total() >= 500
    assert verdicts["correct"] >= 150
    assert verdicts["wrong"] >= 150


def test_causes_are_found() -> None:
    """Of what is labelled with a cause, which `test_verdict` asserts, few are left undiagnosed."""
    labelled = [entry for _, entry in entries() if "diagnosis" in entry]
    assert len(labelled) >= 120
    assert sum("undiagnosed" in entry for entry in labelled) <= 0.1 * len(labelled)


def test_every_described_implementation_is_covered() -> None:
    """Lines 2 to 69 of the list that the corpus is modelled on."""
    covered = {line for _, entry in entries() for line in entry.get("covers", ())}
    assert covered >= set(range(2, 70))


def test_every_wrong_operation_of_an_engine_is_told() -> None:
    """And none that is right, or is made of the wrong ones."""
    report = check_submission(FOLDER / "kinds" / "engine_two_wrong.py", "TwoWrong").symbols[0]
    assert {q.name for q in report.quantities if not q.agree} == {"d(a.tanh())/da", "d(a.exp())/da"}
