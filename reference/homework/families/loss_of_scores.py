"""Cross-entropy of probabilities whose gradient is that of the scores, p - t, in a file whose softmax passes it on."""

from dataclasses import replace

import numpy as np

from reference.homework.agreement import EPSILON_ALLOWED
from reference.homework.families.losses import CLASS_PROBABILITIES, loss
from reference.homework.family import NEVER
from reference.homework.problem import of_submissions
from reference.homework.roles import means
from reference.homework.together import LOSS, go_back_together
from reference.pair import Array
from scratch.losses import CrossEntropy


class OfScores(CrossEntropy):
    """loss = -sum_k t_k log(p_k), and p - t in the place of its gradient."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return np.asarray((self.p - self.t) * self.share(dy, self.p))


CROSS_ENTROPY_OF_SCORES = replace(
    loss(
        "cross_entropy_of_scores",
        of_submissions("cross_entropy", OfScores),
        NEVER,
        CLASS_PROBABILITIES,
        classes=True,
        rank=7,
        loose=EPSILON_ALLOWED,
    ),
    looks=lambda subject: means(subject.called, LOSS) and go_back_together(subject),
    gradient="",
)
