"""How long a search may take."""

import time

# how much longer than its own time a search may wait for a submission, or for a busy machine
PATIENCE = 4.0


class Clock:
    """What is left of some seconds of this thread's own time, so that a busy machine changes nothing."""

    def __init__(self, seconds: float) -> None:
        self._until = time.thread_time() + seconds
        self._at_last = time.monotonic() + PATIENCE * seconds

    @property
    def left(self) -> float:
        """The seconds of its own time; 0 where it is over."""
        own = self._until - time.thread_time()
        return max(own, 0.0) if time.monotonic() < self._at_last else 0.0

    @property
    def over(self) -> bool:
        return self.left == 0
