"""PyTorch's optimizers in Keras, where the two differ."""

from typing import Any

import keras
from keras import ops


class TorchAdam(keras.optimizers.Adam):
    """Adam with PyTorch's epsilon, which is added to the root of v after the bias correction.

    Keras adds epsilon to the uncorrected root, so its epsilon has to be smaller by sqrt(1 - beta_2**t) at step t.
    """

    @property
    def epsilon(self) -> Any:
        # beta_2 stays a Python number here: as a tensor it would be rounded to float32 first
        step = ops.cast(self.iterations + 1, self.learning_rate.dtype)
        return self.corrected_epsilon * ops.sqrt(1 - float(self.beta_2) ** step)

    @epsilon.setter
    def epsilon(self, value: float) -> None:
        self.corrected_epsilon = value
