"""One-hot labels and accuracies: the very mistake is named, and every way to give a right one is let be."""

from pathlib import Path

import numpy as np
import pytest

from reference.homework.check import check_submission
from reference.homework.labels.predictions import FORMS, predicted

FOLDER = Path(__file__).parent / "submissions" / "kinds"
NAMED = {
    "labels_wrong.py": {
        "one_hot": "one_hot/before",
        "to_one_hot": "one_hot/greatest",
        "convert_to_one_hot": "one_hot/reshaped",
        "to_categorical": "one_hot/everywhere",
        "one_hot_encode": "one_hot/together",
        "one_hot_np": "one_hot/value",
        "make_one_hot": "one_hot/first",
        "my_one_hot": "one_hot/last",
        "get_one_hot": "one_hot/width",
        "int_to_onehot": "one_hot/inverted",
        "one_hot_y": "",
        "one_hot_labels": "",
    },
    "accuracy_wrong.py": {
        "accuracy": "accuracy/samples",
        "get_accuracy": "accuracy/elements",
        "calc_accuracy": "accuracy/skipped",
        "compute_accuracy": "accuracy/scores",
        "model_accuracy": "accuracy/errors",
        "test_accuracy": "accuracy/one-less",
        "batch_accuracy": "accuracy/shifted",
        "eval_accuracy": "accuracy/flat",
        "my_accuracy": "accuracy/classes",
        "accuracy_score": "accuracy/floor",
        "accuracy_fn": "accuracy/all",
        "binary_accuracy": "accuracy/positives",
        "class_accuracy": "accuracy/elements",
        "train_accuracy": "",
        "accuracy_np": "accuracy/signed",
        "check_accuracy": "accuracy/lowest",
        "accuracy_metric": "accuracy/one-more",
        "Accuracy": "accuracy/twice",
        "CategoricalAccuracy": "accuracy/elements",
    },
}


@pytest.mark.parametrize("file", NAMED)
def test_the_mistake_is_named(file: str) -> None:
    reports = check_submission(FOLDER / file).symbols
    assert {r.symbol: r.causes[0].words if r.causes else "" for r in reports} == NAMED[file]
    assert not any(r.verdict == "correct" for r in reports)


@pytest.mark.parametrize("binary", [False, True])
def test_what_is_asked_has_as_many_right_as_it_says(binary: bool) -> None:
    for p in predicted(0, binary=binary):
        assert p.n != p.classes
        assert len({p.n, p.hits.sum(), 0}) > 1
        chosen = p.probabilities[:, 0] > 0.5 if binary else p.probabilities.argmax(axis=1)
        assert np.array_equal(chosen == p.labels, p.hits)
    assert len({p.hits.mean() for p in predicted(0, binary=binary)}) > 4


def test_a_model_that_is_handed_over_is_no_accuracy(tmp_path: Path) -> None:
    """Nothing is said of functions that predict first: only their file knows how."""
    path = tmp_path / "work.py"
    path.write_text("def accuracy(net, x, t):\n    return (net(x) == t).mean()\ndef accuracy_of(x, t):\n    return 0\n")
    assert not check_submission(path).symbols


def test_forms_are_told_apart() -> None:
    assert len({form.said for form in FORMS}) == len(FORMS)
