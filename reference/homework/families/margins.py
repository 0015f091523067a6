"""The loss of the multiclass support vector machine, from scores, and the one whose margins are squared."""

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
SQUARED_MULTI_MARGIN = loss(
    "squared_multi_margin",
    "multi_margin",
    r"(?!.*binary)\w*(squaredhinge|squaredsvm|l2svm|hingesquared|svmsquared)\w*",
    CLASSES[::-1],
    classes=True,
    rank=6,
    numbers={"margin": 1.0},
    spelled={"margin": r"margin|delta"},
    fixed={"over_classes": False, "p": 2},
)
