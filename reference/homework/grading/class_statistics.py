"""What a whole class got: points, frequent mistakes, and what an instructor should look at."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reference.homework.grading.grade import Graded

BINS = 5
NAMED = 5


@dataclass(frozen=True)
class Bin:
    """How many submissions have points in a range: "10-19", or "50" for all points."""

    label: str
    count: int


@dataclass(frozen=True)
class Mistake:
    """How often a question was answered with the same mistake."""

    count: int
    question: str
    sentence: str


def histogram(submissions: Sequence[Graded]) -> list[Bin]:
    """Submissions by points: BINS ranges below all points, and all points."""
    most = max((each.max for each in submissions), default=0.0)
    whole = most % BINS == 0
    step = most / BINS
    counts = [0] * (BINS + 1)
    for each in submissions:
        counts[BINS if each.full else min(int(each.points / step), BINS - 1)] += 1
    ends = [step * (i + 1) - 1 if whole else step * (i + 1) for i in range(BINS)]
    labels = [f"{step * i:g}" if step == 1 else f"{step * i:g}-{end:g}" for i, end in enumerate(ends)]
    return [Bin(label, count) for label, count in zip([*labels, f"{most:g}"], counts, strict=True)]


def mistakes(submissions: Sequence[Graded]) -> list[Mistake]:
    """The mistakes, most frequent first. One and the same cause counts as one, however it is put."""
    counts: Counter[tuple[str, str]] = Counter()
    sentences: dict[tuple[str, str], Counter[str]] = {}
    for each in submissions:
        for answer in each.answers:
            if answer.verdict in ("wrong", "crashed") and not answer.attention:
                key = answer.id, answer.cause or answer.sentence
                counts[key] += 1
                sentences.setdefault(key, Counter())[answer.sentence] += 1
    return [Mistake(n, key[0], sentences[key].most_common(1)[0][0]) for key, n in counts.most_common()]


def attention(submissions: Sequence[Graded]) -> list[str]:
    """ "2 stopped at the time limit (Q2: ann.py, bob.py)", most frequent first."""
    whose: dict[str, list[str]] = {}
    questions: dict[str, dict[str, None]] = {}
    for each in submissions:
        for words in dict.fromkeys(answer.attention for answer in each.answers if answer.attention):
            whose.setdefault(words, []).append(each.path)
            asked = [answer.id for answer in each.answers if answer.attention == words]
            questions.setdefault(words, {}).update(dict.fromkeys(asked))
    frequent = sorted(whose.items(), key=lambda item: -len(item[1]))
    return [
        f"{len(paths)} {words} ({', '.join(sorted(questions[words]))}: {_some(paths)})" for words, paths in frequent
    ]


def _some(paths: Sequence[str]) -> str:
    """The first NAMED, and how many others."""
    more = [f"and {len(paths) - NAMED} more"] if len(paths) > NAMED else []
    return ", ".join([*paths[:NAMED], *more])
