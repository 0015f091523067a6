"""The loss of the multiclass support vector machine, from scores."""

from reference.homework.families.losses import CLASSES, loss

NAMES = r"(?!.*binary)\w*(svm|hinge|multimargin)\w*"
MULTI_MARGIN = loss(
    "multi_margin",
    "multi_margin",
    NAMES,
    CLASSES[::-1],
    classes=True,
    rank=5,
    numbers={"margin": 1.0},
    spelled={"margin": r"margin|delta"},
    fixed={"over_classes": False},
)
