"""What a right submission is not right for, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reference.diagnosis.clock import Clock
from reference.diagnosis.sentences import limited, worded
from reference.homework.attempt import crash_of
from reference.homework.diagnosing import Diagnosis, place_of
from reference.homework.verdict import Cause, Fact


@dataclass(frozen=True)
class LimitedDiagnosis:
    """Why each of `limits`, "stride 2" or "equal maxima", comes out wrong: each cause holds for its limit alone."""

    limits: Mapping[str, Diagnosis]

    def single(self, clock: Clock) -> tuple[Cause, ...]:
        """The mistakes that are proved; where none is, what the backward pass breaks with."""
        return tuple(
            limited(cause, limit) for limit, why in self.limits.items() for cause in why.single(clock) or _crash(why)
        )

    def elsewhere(self, clock: Clock) -> tuple[Cause, ...]:
        """None: the reading is the one that is right."""
        return ()

    def double(self) -> tuple[Cause, ...]:
        """None: a limit is one mistake."""
        return ()

    def narrowing(self) -> tuple[Fact, ...]:
        """None: the limit says for what it is right."""
        return ()


def _crash(why: Diagnosis) -> Iterator[Cause]:
    """The exception, with the line; of one that our own call may have provoked nothing."""
    if crash := crash_of(why.attempt):
        place = place_of(why.subject, why.judged)
        yield worded("crashed", {"place": place, "said": crash}, reproduces=False)
