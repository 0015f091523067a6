"""JSON documents of checks and of grading, to the letter."""

import json

from class_report import GRADING, REPORT

from reference.homework.verdict import Cause, Quantity, SubmissionReport, SymbolReport
from reference.report.homework_json import check_document, grade_document


def test_grade_json_to_the_letter() -> None:
    document = json.loads(json.dumps(grade_document(GRADING), allow_nan=False))
    assert list(document) == ["schema", "assignment", "seconds", "submissions"]
    assert (document["schema"], document["assignment"], document["seconds"]) == ("crosscheck.grade/1", "rnn-mnist", 2.0)
    first = document["submissions"][0]
    assert list(first) == ["path", "points", "max", "questions"]
    assert (first["path"], first["points"], first["max"]) == ("in/alice.ipynb", 14.5, 50.0)
    assert [list(each) for each in first["questions"]] == [["id", "points", "max", "verdict", "sentence"]] * 5
    assert first["questions"][3] == {
        "id": "Q4",
        "points": 4.5,
        "max": 10.0,
        "verdict": "wrong",
        "sentence": 'delta_o is <not> divided by "T" & more.',
    }


def test_check_json_to_the_letter() -> None:
    document = json.loads(json.dumps(check_document(REPORT), allow_nan=False))
    assert list(document) == ["schema", "file", "symbols"]
    assert (document["schema"], document["file"]) == ("crosscheck.check/1", "homework.ipynb")
    keys = ["symbol", "cell", "pair", "verdict", "conventions", "quantities", "causes"]
    assert [list(each) for each in document["symbols"]] == [keys] * 7
    first = document["symbols"][0]
    assert first["quantities"][1] == {
        "name": "dx",
        "agree": False,
        "max_rel": 0.4,
        "index": [2, 0],
        "got": 0.3125,
        "want": 0.75,
    }
    assert first["causes"] == [
        {
            "id": "tanh_derivative",
            "sentence": "You compute (1 - z)**2. The derivative is 1 - z**2.",
            "reproduces": True,
        }
    ]


def test_check_json_says_why_without_claiming_a_cause() -> None:
    crashed = check_document(REPORT)["symbols"][2]
    assert crashed["causes"] == [
        {"id": "crashed", "sentence": "NameError: name 'stride' is not defined (line 12).", "reproduces": False}
    ]
    assert check_document(REPORT)["symbols"][6]["causes"] == []


def test_check_json_knows_no_nan_and_no_numpy() -> None:
    import numpy as np

    quantity = Quantity("y", bool(np.bool_(False)), float("nan"), 0.0, (np.int64(3),), float("inf"), 1.0)  # type: ignore[arg-type]
    text = json.dumps(check_document(SubmissionReport("x.py", (SymbolReport("A", "wrong", quantities=(quantity,)),))))
    assert json.loads(text)["symbols"][0]["quantities"][0] == {
        "name": "y",
        "agree": False,
        "max_rel": None,
        "index": [3],
        "got": None,
        "want": 1.0,
    }


def test_check_json_of_a_file_that_cannot_be_read() -> None:
    document = check_document(SubmissionReport("x.py", problem="it is not text"))
    assert (document["symbols"], document["problem"]) == ([], "it is not text")


def test_check_json_says_for_what_alone_a_cause_holds() -> None:
    cause = Cause("pool-ties-all", "not for equal maxima: every place receives it.", True, limit="equal maxima")
    right = SymbolReport("Pool", "correct", remark="not for equal maxima", causes=(cause,))
    assert check_document(SubmissionReport("a.py", (right,)))["symbols"][0]["causes"] == [
        {"id": "pool-ties-all", "sentence": cause.sentence, "reproduces": True, "limit": "equal maxima"}
    ]


def test_a_proved_cause_comes_before_what_python_said() -> None:
    cause = Cause("product-untransposed", "dw is x @ dout.", True, limit="as many samples as inputs")
    report = SymbolReport("Affine", "crashed", remark="ValueError: shapes (6,4) and (6,3) not aligned", causes=(cause,))
    (symbol,) = check_document(SubmissionReport("work.py", (report,)))["symbols"]
    assert [(each["id"], each["reproduces"]) for each in symbol["causes"]] == [
        ("product-untransposed", True),
        ("crashed", False),
    ]
