"""Character-level networks: lossFun(inputs, targets, hprev), or forward(inputs, hprev) and backward(targets)."""

from reference.homework.family import NEVER, Family
from reference.homework.letters.course import course_of
from reference.homework.letters.examination import examine
from reference.homework.recurrence import CELL
from reference.homework.roles import means
from reference.homework.subject import Subject


def _family(pair: str) -> Family:
    return Family(
        f"char_{pair}",
        classes=NEVER,
        functions=NEVER,
        pairs=(pair,),
        looks=lambda subject: _cell(subject) == pair,
        rank=14,
        examine=examine,
        scales=lambda asked: {"": 1.0, "loss averaged over time": 1 / asked.facts["time"]},
        reductions=lambda asked: {"gradients averaged over time": 1 / asked.facts["time"]},
    )


def _cell(subject: Subject) -> str:
    """Which cell a network over letters has, by its activations; "" for what is none."""
    course = course_of(subject)
    if course is None or "sigm" not in course.text.lower():
        return "" if course is None else "simple_rnn"
    cells = any(means(p.name, CELL) for p in course.handed) or "lstm" in subject.name.lower()
    return "lstm" if cells else ""  # and no GRU


CHAR_RNN, CHAR_LSTM = _family("simple_rnn"), _family("lstm")
