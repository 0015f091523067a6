"""Linear models that learn and predict, recognised by their names: logistic, linear and softmax regression."""

from reference.homework.family import NEVER, Family
from reference.homework.networks.learners import examine_learner

LEARNER = Family(
    "learner",
    classes=r"\w*(logistic|linear|softmax|ridge|multinomial)\w*(regress\w*|classifier|model)\w*|\w*logreg\w*|\w*linreg\w*"
    r"|\w*adaline\w*",
    functions=NEVER,
    pairs=("dense",),
    rank=14,
    examine=examine_learner,
)
