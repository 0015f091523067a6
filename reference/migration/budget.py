"""How long causes are looked for, in all of a comparison."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

SECONDS = 120.0


@dataclass
class Budget:
    """Tries are counted and shown; once the time is over there are no more. `clock` gives seconds."""

    seconds: float = SECONDS
    clock: Callable[[], float] = time.monotonic
    show: Callable[[str], None] = lambda text: None
    tries: int = 0
    ended: bool = False
    start: float = field(init=False)

    def __post_init__(self) -> None:
        self.start = self.clock()

    def one_more(self) -> bool:
        """Whether there is time for one more try."""
        passed = self.clock() - self.start
        if passed >= self.seconds:
            self.ended = True
        else:
            self.tries += 1
            self.show(f"{self.tries} tries, {self.seconds - passed:.0f} s left")
        return not self.ended

    def said(self) -> list[str]:
        """That the time was over before everything was tried, if so."""
        return [f"the search for causes ended early, after {self.seconds:g} s and {self.tries} tries"] * self.ended
