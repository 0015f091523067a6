"""Predictions with their labels, in the forms in which a function is handed them, and the mistakes in counting them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.pair import Array

# samples, classes, and how many of them are predicted rightly: shares that two digits of a percentage hold
SIZES = ((20, 4, 13), (25, 3, 8), (10, 5, 7), (50, 6, 31), (4, 5, 4), (20, 3, 11))


@dataclass(frozen=True)
class Predicted:
    """Scores (n, classes) or (n, 1), as probabilities and before the softmax or the sigmoid, and labels (n,)."""

    probabilities: Array
    logits: Array
    labels: Array

    @property
    def n(self) -> int:
        return len(self.labels)

    @property
    def classes(self) -> int:
        return self.logits.shape[1]

    @property
    def chosen(self) -> Array:
        """The class of the highest score, or of two the one on whose side the score is."""
        if self.classes == 1:
            return (self.logits[:, 0] > 0).astype(int)
        return np.asarray(self.logits.argmax(axis=1))

    @property
    def one_hot(self) -> Array:
        return np.eye(self.classes)[self.labels]

    @property
    def chosen_one_hot(self) -> Array:
        return np.eye(self.classes)[self.chosen]

    @property
    def hits(self) -> Array:
        """Which are right, (n,)."""
        return self.chosen == self.labels


def predicted(seed: int, *, binary: bool) -> list[Predicted]:
    """One of each of SIZES."""
    found = []
    rng = np.random.default_rng([seed, 11])
    for n, classes, right in SIZES:
        labels = rng.permutation(np.arange(n) % (2 if binary else classes))
        hit = rng.permutation(np.arange(n) < right)
        if binary:
            z = rng.uniform(0.3, 3.0, (n, 1)) * np.where(hit == labels, 1, -1)[:, None]
            found.append(Predicted(1 / (1 + np.exp(-z)), z, labels))
            continue
        z = rng.normal(size=(n, classes))
        best = np.where(hit, labels, (labels + rng.integers(1, classes, n)) % classes)
        z[np.arange(n), best] = z.max(axis=1) + rng.uniform(0.1, 2.0, n)
        shares = np.exp(z)
        found.append(Predicted(shares / shares.sum(axis=1, keepdims=True), z, labels))
    return found


@dataclass(frozen=True)
class Form:
    """How predictions and labels are handed over. `scores` where classes must still be chosen from them."""

    said: str
    make: Callable[[Predicted], tuple[Any, Any]]
    scores: bool = True
    one_hot: bool = False
    columns: bool = False
    binary: bool = False


FORMS = (
    Form("scores and class indices", lambda p: (p.probabilities, p.labels)),
    Form("scores and one-hot labels", lambda p: (p.probabilities, p.one_hot), one_hot=True),
    Form("scores and class indices (batch, 1)", lambda p: (p.probabilities, p.labels[:, None])),
    Form("class indices", lambda p: (p.chosen, p.labels), scores=False),
    Form("class indices and one-hot labels", lambda p: (p.chosen, p.one_hot), scores=False, one_hot=True),
    Form("one-hot predictions and labels", lambda p: (p.chosen_one_hot, p.one_hot), scores=False, one_hot=True),
    Form("class indices in lists", lambda p: (p.chosen.tolist(), p.labels.tolist()), scores=False),
    Form("(classes, batch)", lambda p: (p.probabilities.T.copy(), p.one_hot.T.copy()), one_hot=True, columns=True),
    Form("scores (classes, batch) and class indices", lambda p: (p.probabilities.T.copy(), p.labels), columns=True),
    Form(
        "scores (classes, batch), labels (1, batch)",
        lambda p: (p.probabilities.T.copy(), p.labels[None]),
        columns=True,
    ),
    Form(
        "class indices and one-hot labels (classes, batch)",
        lambda p: (p.chosen, p.one_hot.T.copy()),
        scores=False,
        one_hot=True,
        columns=True,
    ),
    Form("probabilities of two classes", lambda p: (p.probabilities[:, 0], p.labels), binary=True),
    Form("probabilities (batch, 1)", lambda p: (p.probabilities, p.labels[:, None]), binary=True),
    Form("probabilities (1, batch)", lambda p: (p.probabilities.T.copy(), p.labels[None]), binary=True),
    Form("scores of two classes", lambda p: (p.logits[:, 0], p.labels), binary=True),
    Form("scores (batch, 1)", lambda p: (p.logits, p.labels[:, None]), binary=True),
    Form("labels of two classes", lambda p: (p.chosen, p.labels), scores=False, binary=True),
    Form("labels (batch, 1)", lambda p: (p.chosen[:, None], p.labels[:, None]), scores=False, binary=True),
    Form("labels (1, batch)", lambda p: (p.chosen[None], p.labels[None]), scores=False, binary=True),
)


def _thresholded(p: Predicted) -> Array:
    """Of two classes which scores are over one half."""
    return p.probabilities > 0.5


Table = Mapping[str, Callable[[Predicted], Sequence[float]]]
# as good as always 0, as much else may be
SCORES, FLAT = "accuracy/scores", "accuracy/flat"
# by the words for each in the catalogue: the share that such a function gives
MISTAKES: Table = {
    "accuracy/all": lambda p: [float(p.hits.all())],
    "accuracy/samples": lambda p: [
        float((p.probabilities.argmax(axis=0) == p.one_hot.argmax(axis=0)).sum()) / size for size in (p.n, p.classes)
    ],
    "accuracy/elements": lambda p: [
        float(p.hits.sum()) / (p.n * p.classes),
        float((_thresholded(p) == p.one_hot).mean()),
        float((p.chosen_one_hot == p.one_hot).mean()),
    ],
    "accuracy/errors": lambda p: [1 - float(p.hits.mean())],
    "accuracy/one-more": lambda p: [float(p.hits.sum()) / (p.n + 1)],
    "accuracy/one-less": lambda p: [float(p.hits.sum()) / (p.n - 1)],
    "accuracy/skipped": lambda p: [
        float(part.sum()) / size for part in (p.hits[1:], p.hits[:-1]) for size in (p.n, p.n - 1)
    ],
    "accuracy/shifted": lambda p: [float((p.chosen + by == p.labels).mean()) for by in (1, -1)],
    "accuracy/lowest": lambda p: [float((p.logits.argmin(axis=1) == p.labels).mean())],
    "accuracy/classes": lambda p: [float(p.hits.sum()) / p.classes],
    "accuracy/twice": lambda p: [float(p.hits.mean()) / p.n],
    FLAT: lambda p: [float((p.logits.argmax() == p.labels).mean())],
    SCORES: lambda p: [0.0],
}
# of two classes
OF_TWO: Table = {
    "accuracy/positives": lambda p: [float((p.chosen * p.labels).mean())],
    "accuracy/threshold": lambda p: [float(p.labels.mean())],
    "accuracy/signed": lambda p: [1 - float((p.chosen - p.labels).mean()), 1 + float((p.chosen - p.labels).mean())],
    **{
        words: MISTAKES[words]
        for words in (
            *("accuracy/all", "accuracy/errors", "accuracy/twice"),
            *("accuracy/one-more", "accuracy/one-less", SCORES),
        )
    },
}
