"""What the five source notebooks printed, and whether a run reproduces it."""

from collections.abc import Sequence
from dataclasses import dataclass

# A run whose last test accuracy is this near to the printed one reproduces it: two deviations of an accuracy of 0.97
# measured on 10,000 images are 0.0034, and the notebooks' own seeds and splits are not known.
NEAR = 0.005


@dataclass(frozen=True)
class Source:
    """Accuracies printed by a notebook: of what `quantity` says, the first one after `first` epochs.

    `stale` marks numbers that the notebook's own code cannot have printed when run in order.
    """

    printed: tuple[float, ...]
    quantity: str
    first: int = 1
    stale: bool = False
    remark: str = ""

    def after(self, epoch: int) -> float | None:
        """What was printed after that many epochs, or last."""
        return self.printed[min(epoch - self.first, len(self.printed) - 1)] if self.printed else None

    def reproduced(self, test_accuracies: Sequence[float], full: bool) -> bool | None:
        """Whether the last printed accuracy is met; None when the run is not the source's whole schedule."""
        if not self.printed or not full:
            return None
        return abs(test_accuracies[-1] - self.printed[-1]) <= NEAR


SOURCES = {
    "rnn-mnist": Source(
        (0.150, 0.270, 0.255, 0.100, 0.104),
        "training accuracy",
        stale=True,
        remark="The printed collapse cannot come from the notebook's own code: run in order it learns. "
        "The numbers were left by a stale notebook state.",
    ),
    "three-layer-mlp": Source((), "validation accuracy", remark="The notebook leaves its numbers to the student."),
    "simple-rnn": Source((), "test accuracy", remark="The notebook prints no accuracy on MNIST."),
    "cnn": Source(
        (0.931, 0.952, 0.961, 0.969, 0.976, 0.976, 0.978, 0.979, 0.983, 0.981),
        "validation accuracy",
        remark="The validation images of the notebook are not known; the test images stand for them.",
    ),
    "two-layer-net": Source(
        (
            *(0.136, 0.9065, 0.93, 0.9384, 0.9408, 0.9463, 0.9531, 0.9569, 0.9573),
            *(0.9596, 0.9635, 0.9648, 0.9666, 0.9658, 0.9678, 0.9695, 0.9691),
        ),
        "test accuracy",
        first=0,
    ),
}
