"""Cross-entropy with targets that are smoothed, by name: there the amount may be called anything."""

from reference.homework.agreement import EPSILON_ALLOWED
from reference.homework.families.losses import CLASS_PROBABILITIES, CLASSES, SMOOTHING, loss

NAMES = (
    r"(?!.*l1)\w*smooth(ed|ing)?\w*(cross_?entropy|xent|softmax|nll|loss|ce)\w*|\w*(cross_?entropy|loss|ce)\w*smooth\w*"
)
FROM_SCORES, FROM_PROBABILITIES = (
    loss(
        f"smoothed_{pair}",
        pair,
        NAMES,
        forms,
        classes=True,
        rank=7,
        loose=EPSILON_ALLOWED,
        numbers={"label_smoothing": 0.1},
        spelled={"label_smoothing": rf"{SMOOTHING}|eps(ilon)?|alpha|smooth|ls|s"},
    )
    for pair, forms in (("softmax_cross_entropy", CLASSES), ("cross_entropy", CLASS_PROBABILITIES))
)
