"""What an answer is worth, and that the checker is asked for the right thing."""

from pathlib import Path
from typing import Any

import pytest
from class_work import ASSIGNMENT, GOOD, PARTIAL, RIGHT, fake, hand_in, notebook, worth, wrong

from reference.errors import RequestError
from reference.homework.grading.assignment import Assignment, Question
from reference.homework.grading.collect import HandIn
from reference.homework.grading.grade import grade, judge, together
from reference.homework.verdict import Cause, Quantity, SubmissionReport, SymbolReport


@pytest.mark.parametrize(
    ("report", "given", "points"),
    [
        (SymbolReport("Dense", "correct"), {}, 10),
        (SymbolReport("Dense", "correct"), {"partial": PARTIAL}, 10),
        (wrong("dw"), {}, 0),
        (wrong("dw"), {"partial": PARTIAL}, 7),
        (wrong("y", "dw"), {"partial": PARTIAL}, 3),
        (wrong("y", "dw", "db"), {"partial": PARTIAL}, 0),
        (wrong("dx"), {"partial": PARTIAL}, 7),  # all that is named is right, and it is wrong still
        (wrong("dx"), {"partial": {"forward": 4.0, "backward": 4.0}}, 4),
        (wrong("dx"), {"even": True}, 7.5),
        (wrong("y", "dx", "dw"), {"even": True}, 2.5),
        (wrong(), {"even": True}, 8),  # wrong in something that is no number
        (SymbolReport("Dense", "unfinished", quantities=RIGHT[:1]), {"even": True}, 5),
        (SymbolReport("Dense", "unfinished", quantities=RIGHT[:1]), {"partial": PARTIAL}, 4),
        (SymbolReport("Dense", "unfinished"), {"even": True}, 0),
        (SymbolReport("Dense", "crashed", quantities=(RIGHT[0], Quantity("dx", False, 1.0))), {"even": True}, 3.33),
        (SymbolReport("Dense", "crashed", quantities=RIGHT[:1]), {"partial": PARTIAL}, 4),
        (SymbolReport("Dense", "unsupported", quantities=RIGHT), {"partial": PARTIAL}, 0),
    ],
)
def test_points(report: SymbolReport, given: dict[str, Any], points: float) -> None:
    answer = worth(report, **given)
    assert (answer.points, answer.max) == (points, 10)
    assert answer.full == (report.verdict == "correct")


def test_points_for_gradients_are_for_an_answer_that_has_some() -> None:
    forward_only = SymbolReport("Dense", "correct", quantities=RIGHT[:1])
    assert worth(forward_only, partial=PARTIAL).points == 4
    assert worth(forward_only, partial={"y": 4.0, "dw": 6.0}).points == 4
    assert worth(forward_only, partial={"forward": 10.0}).points == 10
    assert worth(forward_only).points == worth(forward_only, even=True).points == 10
    no_dx = SymbolReport("Dense", "correct", quantities=(RIGHT[0], *RIGHT[2:]))
    assert worth(no_dx, partial={"y": 4.0, "dx": 6.0}).points == 10  # the first layer needs none


def test_a_part_is_known_by_what_it_does_too() -> None:
    report = wrong("dw", parts={"forward": "affine_forward", "backward": "affine_backward"})
    renamed = tuple(Quantity(q.name, q.agree, part=report.parts[q.part]) for q in report.quantities)
    report = SymbolReport("affine_forward", "wrong", parts=report.parts, quantities=renamed)
    for name in ("forward", "affine_forward"):
        assert worth(report, partial={name: 4.0}).points == 4


def test_an_answer_to_several_recipes_is_the_worst_of_them() -> None:
    right = SymbolReport("softmax", "correct", quantities=(Quantity("p", True, part="softmax"),))
    slip = Cause("missing_term", "h[t-1] is missing.", True)
    bad = SymbolReport("forward", "wrong", quantities=(Quantity("h", False, 0.1, part="forward"),), causes=(slip,))
    partial = {"softmax": 3.0, "forward": 7.0}
    for reports in ([right, bad], [bad, right]):
        answer = worth(together(reports), partial=partial)
        assert (answer.verdict, answer.points, answer.sentence) == ("wrong", 3, "h[t-1] is missing.")
    assert worth(together([right, right]), partial=partial).points == 10


def test_a_quantity_compared_twice_counts_if_right_both_times() -> None:
    report = SymbolReport("Dense", "wrong", quantities=(Quantity("dw", True), Quantity("dw", False, 1.0)))
    assert worth(report, partial={"dw": 3.0}).points == 0


@pytest.mark.parametrize(
    ("error", "tolerance", "verdict"),
    [
        (0.0, "exact", "wrong"),  # it disagrees in something that was not measured
        (0.0, "rough", "wrong"),
        (1e-6, "exact", "wrong"),
        (1e-6, "float32", "correct"),
        (1e-3, "float32", "wrong"),
        (1e-3, "rough", "correct"),
        (0.1, "rough", "wrong"),
        (float("nan"), "rough", "wrong"),
        (float("inf"), "rough", "wrong"),
    ],
)
def test_tolerance(error: float, tolerance: str, verdict: str) -> None:
    report = SymbolReport("Dense", "wrong", quantities=(Quantity("y", True), Quantity("dw", False, error)))
    assert worth(report, tolerance=tolerance).verdict == verdict


def test_a_wide_tolerance_excuses_no_other_fault() -> None:
    missing = SymbolReport("Dense", "wrong", quantities=(Quantity("dw", False, 0.0, problem="it has shape (4, 7)"),))
    mutates = SymbolReport("Dense", "wrong", remark="It changes its input.", quantities=(Quantity("y", True),))
    assert worth(missing, tolerance="rough").verdict == worth(mutates, tolerance="rough").verdict == "wrong"


def test_a_crash_is_not_excused_by_a_tolerance() -> None:
    report = SymbolReport("Dense", "crashed", quantities=(Quantity("dw", False, 0.0),))
    assert worth(report, tolerance="rough").verdict == "crashed"


@pytest.mark.parametrize(
    ("what", "verdict", "said"),
    [
        ("raise", "unsupported", "The checker failed at it (ZeroDivisionError), which is no fault of the answer."),
        ("stop", "crashed", "It was stopped: it did not end within 10 seconds."),
        ("request", "unsupported", "a.py is not a notebook"),
    ],
)
def test_what_goes_wrong_costs_its_own_points_only(tmp_path: Path, what: str, verdict: str, said: str) -> None:
    done = grade(hand_in(tmp_path, f"{GOOD}# Q1: {what}"), ASSIGNMENT, fake)
    assert [(a.points, a.verdict) for a in done.answers] == [(0, verdict), (5, "correct")]
    assert done.answers[0].sentence == said
    assert done.points == 5


def test_a_missing_answer_is_unfinished(tmp_path: Path) -> None:
    done = grade(hand_in(tmp_path, "x = 1  # Q1: request"), ASSIGNMENT, fake)
    assert done.answers[0].verdict == "unfinished"
    assert str(tmp_path) not in done.answers[0].sentence


def test_the_instructors_own_folders_are_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(path: Path, question: Question, assignment: Assignment) -> SymbolReport:
        raise RequestError(f"{path.absolute()} has 60 MB, more than the 50 that are read")

    hand_in(tmp_path, GOOD)
    monkeypatch.chdir(tmp_path)
    done = grade(HandIn("a.py", (Path("a.py"),)), ASSIGNMENT, refuses)
    assert done.answers[0].sentence == "a.py has 60 MB, more than the 50 that are read"


def test_an_empty_file_is_unfinished(tmp_path: Path) -> None:
    def refuses(path: Path, question: Question, assignment: Assignment) -> SymbolReport:
        raise RequestError(f"{path} is empty")

    done = grade(hand_in(tmp_path, ""), ASSIGNMENT, refuses)
    assert [(a.verdict, a.sentence) for a in done.answers] == [("unfinished", "a.py is empty")] * 2


# the checker is asked for the right thing


def test_the_judge_asks_for_the_symbol_in_the_tagged_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def check_submission(path: Path, **given: Any) -> SubmissionReport:
        asked.update(given)
        return SubmissionReport(str(path), (SymbolReport("other", "wrong"), SymbolReport("relu", "correct")))

    monkeypatch.setattr("reference.homework.check.check_submission", check_submission)
    tag = "#Course1 Step2 QuestionNumber3 0123abc\n"
    path = tmp_path / "a.ipynb"
    path.write_text(notebook("def relu(x): return 0", f"{tag}def helper(): pass\ndef relu(x): return x", "relu(3)"))
    question = Question("Q", 5.0, tag="Step2 QuestionNumber3", pair="relu", seconds=4.0)
    assert judge(path, question, ASSIGNMENT).symbol == "relu"
    assert (asked["symbol"], asked["pair"], asked["cell"], asked["seed"]) == ("relu", "relu", 2, 271828)
    assert asked["limits"].seconds == 4.0


def test_an_answer_outside_of_its_tagged_cell_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def check_submission(path: Path, **given: Any) -> SubmissionReport:
        asked.update(given)
        return SubmissionReport(str(path), (SymbolReport("relu", "correct"),))

    monkeypatch.setattr("reference.homework.check.check_submission", check_submission)
    path = tmp_path / "a.ipynb"
    path.write_text(notebook("#Step2 QuestionNumber3\nprint(1)", "def relu(x): return x"))
    judge(path, Question("Q", 5.0, tag="QuestionNumber3", symbol="relu", pair="relu"), ASSIGNMENT)
    assert asked["cell"] is None


@pytest.mark.parametrize(
    ("cell", "said"),
    [("#Step2 QuestionNumber30\ndef relu(x): pass", "no cell begins with"), ("#QuestionNumber3\n", "defines no class")],
)
def test_a_tag_that_finds_nothing_is_told(tmp_path: Path, cell: str, said: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(notebook(cell))
    with pytest.raises(RequestError, match=said):
        judge(path, Question("Q", 5.0, tag="QuestionNumber3", pair="relu"), ASSIGNMENT)


def test_a_limit_costs_nothing_and_is_said() -> None:
    cause = Cause(
        "pool-ties-all", "not for equal maxima: all of it.", True, "not for equal maxima: hm.", limit="equal maxima"
    )
    report = SymbolReport("Pool", "correct", remark="not for equal maxima", causes=(cause,))
    answer = worth(report, partial=PARTIAL)
    assert (answer.points, answer.verdict, answer.cause) == (10, "correct", "")
    assert answer.sentence == "not for equal maxima; not for equal maxima: all of it."
