"""What a class got."""

from reference.homework.grading.class_statistics import Bin, Mistake, attention, histogram, mistakes
from reference.homework.grading.grade import Answer, Graded


def graded(points: float, *answers: Answer) -> Graded:
    return Graded("x", answers or (Answer("Q1", points, 50.0, "correct" if points == 50 else "wrong"),))


def test_histogram() -> None:
    counts = histogram([graded(points) for points in (0, 9.5, 10, 25, 49.99, 50, 50)])
    assert counts == [
        Bin("0-9", 2),
        Bin("10-19", 1),
        Bin("20-29", 1),
        Bin("30-39", 0),
        Bin("40-49", 1),
        Bin("50", 2),
    ]


def test_histogram_of_few_points() -> None:
    one = [Graded("x", (Answer("Q", 2.0, 5.0, "wrong"),)), Graded("y", (Answer("Q", 5.0, 5.0, "correct"),))]
    assert [(b.label, b.count) for b in histogram(one)] == [("0", 0), ("1", 0), ("2", 1), ("3", 0), ("4", 0), ("5", 1)]
    half = [Graded("x", (Answer("Q", 1.0, 2.0, "wrong"),))]
    assert [b.label for b in histogram(half)] == ["0-0.4", "0.4-0.8", "0.8-1.2", "1.2-1.6", "1.6-2", "2"]


def test_the_most_frequent_mistakes_come_first_and_by_cause() -> None:
    first = Answer("Q4", 0, 10, "wrong", "dW uses h[t] (line 3)", cause="wrong_state")
    same = Answer("Q4", 0, 10, "wrong", "dW uses h[t] (line 9)", cause="wrong_state")
    other = Answer("Q5", 0, 10, "wrong", "db is wrong.")
    stopped = Answer("Q2", 0, 10, "crashed", "stopped", attention="stopped at the time limit")
    blank = Answer("Q2", 0, 10, "unfinished", "blank")
    submissions = [Graded("x", each) for each in ((first, other), (same,), (first,), (stopped,), (blank,))]
    assert mistakes(submissions) == [Mistake(3, "Q4", "dW uses h[t] (line 3)"), Mistake(1, "Q5", "db is wrong.")]
    assert attention([*submissions, submissions[3]]) == ["2 stopped at the time limit (Q2: x, x)"]


def test_attention_counts_submissions_and_lists_questions() -> None:
    slow = [Answer(q, 0, 10, "crashed", attention="stopped at the time limit") for q in ("Q3", "Q1")]
    both = [Graded("x", tuple(slow)), Graded("y", (slow[0],))]
    assert attention(both) == ["2 stopped at the time limit (Q1, Q3: x, y)"]
    many = [Graded(name, (slow[0],)) for name in "abcdefg"]
    assert attention(many) == ["7 stopped at the time limit (Q3: a, b, c, d, e, and 2 more)"]
