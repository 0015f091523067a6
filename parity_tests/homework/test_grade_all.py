"""Many submissions: what is kept, in processes, on a scheduler."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from class_work import ASSIGNMENT, GOOD, SECRETS, class_of, fake, graded_by, hand_in, wrong

from reference.errors import RequestError
from reference.homework.grading import feedback
from reference.homework.grading.assignment import Assignment, Question
from reference.homework.grading.collect import HandIn, collect
from reference.homework.grading.grade import Graded, grade
from reference.homework.grading.grade_all import grade_all
from reference.homework.grading.results import open_results
from reference.homework.verdict import SymbolReport


def test_what_was_graded_is_kept(tmp_path: Path) -> None:
    hand_ins = class_of(tmp_path, a=GOOD, b=f"{GOOD}# Q1: wrong")
    results = tmp_path / "deep" / "results.sqlite"
    first, asked = graded_by(hand_ins, results)
    assert asked == ["a Q1", "a Q2", "b Q1", "b Q2"]
    second, asked = graded_by(hand_ins, results)
    assert asked == []
    assert [each.kept for each in second.submissions] == [True, True]
    assert [each.answers for each in second.submissions] == [each.answers for each in first.submissions]
    assert [each.points for each in second.submissions] == [15, 12]


def test_a_changed_file_another_assignment_and_again_are_graded_anew(tmp_path: Path) -> None:
    hand_ins = class_of(tmp_path, a=GOOD, b=f"{GOOD} ")
    results = tmp_path / "results.sqlite"
    graded_by(hand_ins, results)
    (tmp_path / "in" / "a.py").write_text(f"{GOOD}# Q2: stop")
    assert graded_by(hand_ins, results)[1] == ["a Q1", "a Q2"]
    assert len(graded_by(hand_ins, results, again=True)[1]) == 4
    other = Assignment(**{**vars(ASSIGNMENT), "fingerprint": "second"})
    assert len(graded_by(hand_ins, results, assignment=other)[1]) == 4
    assert graded_by(hand_ins, results)[1] == []


def test_each_language_is_kept_for_itself(tmp_path: Path) -> None:
    hand_ins, results = class_of(tmp_path, a=f"{GOOD}# Q1: wrong\n# Q2: raise"), tmp_path / "results.sqlite"
    (english,), (japanese,) = (graded_by(hand_ins, results, lang=lang)[0].submissions for lang in ("en", "ja"))
    assert [answer.points for answer in japanese.answers] == [answer.points for answer in english.answers]
    assert "no fault of the answer" in english.answers[1].sentence
    assert "解答の誤りではありません" in japanese.answers[1].sentence
    hand_ins = class_of(tmp_path / "more", b=f"{GOOD}# Q1: wrong")
    assert [len(graded_by(hand_ins, results, lang=lang)[1]) for lang in ("en", "ja", "en", "ja")] == [2, 2, 0, 0]


def test_where_the_checker_failed_is_graded_anew(tmp_path: Path) -> None:
    hand_ins = class_of(tmp_path, a=f"{GOOD}# Q2: raise", b=GOOD)
    results = tmp_path / "results.sqlite"
    done, _ = graded_by(hand_ins, results)
    assert done.submissions[0].answers[1].attention == feedback.FAILED
    assert graded_by(hand_ins, results)[1] == ["a Q1", "a Q2"]


def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    hand_ins = class_of(tmp_path, a=GOOD, b=f"{GOOD} ", c=f"{GOOD}  ")

    def interrupted(path: Path, question: Question, assignment: Assignment) -> SymbolReport:
        if path.stem == "c":
            raise KeyboardInterrupt
        return fake(path, question, assignment)

    results = tmp_path / "results.sqlite"
    with pytest.raises(KeyboardInterrupt):
        graded_by(hand_ins, results, judge=interrupted)
    done, asked = graded_by(hand_ins, results)
    assert asked == ["c Q1", "c Q2"]
    assert [each.kept for each in done.submissions] == [True, True, False]


def test_the_same_content_is_graded_once(tmp_path: Path) -> None:
    hand_ins = [hand_in(tmp_path / name, GOOD) for name in ("x", "y")]
    hand_ins = [HandIn(f"{n}/a.py", each.files) for n, each in enumerate(hand_ins)]
    done, asked = graded_by(hand_ins, tmp_path / "results.sqlite")
    assert asked == ["a Q1", "a Q2"]
    assert [each.path for each in done.submissions] == ["0/a.py", "1/a.py"]


def test_results_that_are_no_database_are_told(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_text("hello, I am no database at all, but long enough to be looked at" * 9)
    with (
        pytest.raises(RequestError, match=r"--results .*x\.sqlite cannot be used"),
        open_results(tmp_path / "x.sqlite", ASSIGNMENT),
    ):
        pass


def test_results_hold_no_expected_value_and_no_seed(tmp_path: Path) -> None:
    def telling(path: Path, question: Question, assignment: Assignment) -> SymbolReport:
        return wrong("dw", remark="dw is 0.123456, expected 0.654321, with seed 271828")

    graded_by(class_of(tmp_path, a=GOOD), tmp_path / "r.sqlite", judge=telling)
    with sqlite3.connect(tmp_path / "r.sqlite") as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    assert 'INSERT INTO "results"' in dump
    assert not [secret for secret in SECRETS if secret in dump]


def test_processes_give_what_one_gives(tmp_path: Path) -> None:
    hand_ins = class_of(tmp_path, a=GOOD, b=f"{GOOD}# Q1: wrong", c=f"{GOOD}# Q1: exit", d=f"{GOOD}# Q2: stop")
    seen: list[str] = []
    with open_results(tmp_path / "r.sqlite", ASSIGNMENT) as results:
        done = grade_all(hand_ins, ASSIGNMENT, fake, results, jobs=2, advance=lambda g: seen.append(Path(g.path).stem))
    by_name = {Path(each.path).stem: each for each in done.submissions}
    assert list(by_name) == ["a", "b", "c", "d"]
    assert sorted(seen) == ["a", "b", "c", "d"]
    assert {name: each.points for name, each in by_name.items()} == {"a": 15, "b": 12, "c": 0, "d": 10}
    assert {answer.attention for answer in by_name["c"].answers} == {feedback.FAILED}


def test_those_beside_one_that_ends_its_process_are_graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pool(waiting: dict[int, HandIn], task: Any, jobs: int) -> Iterator[tuple[int, Graded]]:
        """A pool that ends at once with the file `b` in it."""
        if "b" not in [each.files[0].stem for each in waiting.values()]:
            yield from ((number, task(each)) for number, each in waiting.items())

    monkeypatch.setattr("reference.homework.grading.grade_all._together", pool)
    with open_results(tmp_path / "r.sqlite", ASSIGNMENT) as results:
        hand_ins = class_of(tmp_path, a=GOOD, b=f"{GOOD} ", c=f"{GOOD}# Q1: wrong")
        done = grade_all(hand_ins, ASSIGNMENT, fake, results, jobs=2)
    assert [each.points for each in done.submissions] == [15, 0, 12]


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a Dask scheduler with a worker."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address=None
    ) as local:
        yield local.scheduler_address


def test_a_scheduler_gives_what_one_process_gives(tmp_path: Path, cluster: str) -> None:
    class_of(tmp_path, a=GOOD, main=f"import layers\n{GOOD}# Q1: wrong", layers="", c=f"{GOOD}# Q2: stop")
    (tmp_path / "in" / "broken.zip").write_text("no zip file")
    hand_ins = collect([tmp_path / "in"], tmp_path / "out")
    here = [grade(each, ASSIGNMENT, fake).answers for each in hand_ins]
    with open_results(tmp_path / "r.sqlite", ASSIGNMENT) as results:
        done = grade_all(hand_ins, ASSIGNMENT, elsewhere_only, results, scheduler=cluster)
    assert [each.answers for each in done.submissions] == here
    assert [each.points for each in done.submissions] == [15, 0, 10, 12]


def elsewhere_only(path: Path, question: Question, assignment: Assignment) -> SymbolReport:
    """A judge that is not content with the files as they lie here."""
    assert "/in/" not in str(path)
    assert (path.stem == "main") == (path.parent / "layers.py").exists()
    return fake(path, question, assignment)


def test_a_scheduler_that_does_not_answer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reference.homework.grading.scheduler.PATIENCE", "200ms")
    with (
        open_results(tmp_path / "r.sqlite", ASSIGNMENT) as results,
        pytest.raises(RequestError, match=r"--scheduler tcp://127\.0\.0\.1:9: no scheduler answers there"),
    ):
        grade_all(class_of(tmp_path, a=GOOD), ASSIGNMENT, fake, results, scheduler="tcp://127.0.0.1:9")
