"""What the tests of reports share: a graded class, and a submission of which there is everything to say."""

import io
from typing import Any

from rich.console import Console

from reference.homework.grading.assignment import Assignment, Question
from reference.homework.grading.grade import Answer, Graded, Grading
from reference.homework.verdict import Cause, Note, Quantity, SubmissionReport, SymbolReport
from reference.report.grade import print_grading

ASSIGNMENT = Assignment(
    "rnn-mnist",
    "An RNN",
    (
        Question("Q1", 10.0, "Initial parameters", symbol="init_parameters", pair="dense"),
        Question("Q2", 10.0, "Forward", symbol="forward", pair="dense"),
        Question("Q3", 10.0, symbol="cost", pair="dense"),
        Question("Q4", 10.0, symbol="backward", pair="dense"),
        Question("Q5", 10.0, symbol="update", pair="dense"),
    ),
    seed=271828,
)
ALICE = Graded(
    "in/alice.ipynb",
    (
        Answer("Q1", 10.0, 10.0, "correct"),
        Answer(
            "Q2", 0.0, 10.0, "crashed", "It was stopped: it did not end within 10 seconds.", "", "stopped", "cell 3"
        ),
        Answer("Q3", 0.0, 10.0, "unfinished", "### CODE HERE ### is still there", place="cell 4, line 2"),
        Answer("Q4", 4.5, 10.0, "wrong", 'delta_o is <not> divided by "T" & more.', "rescaled", "", "cell 6, line 11"),
        Answer("Q5", 0.0, 10.0, "unsupported", "It is a generator.", "", "to be looked at by hand"),
    ),
    1.23456,
)
BOB = Graded("in/bob.ipynb", tuple(Answer(f"Q{k}", 10.0, 10.0, "correct") for k in range(1, 6)), 0.5)
GRADING = Grading(ASSIGNMENT, (ALICE, BOB), 2.0)


def printed(function: Any, *arguments: Any, width: int = 80) -> str:
    text = io.StringIO()
    function(*arguments, Console(file=text, width=width, highlight=False, color_system=None))
    return text.getvalue()


def printed_grading(grading: Grading, width: int = 80, files: tuple[str, ...] = ()) -> str:
    return printed(lambda out: print_grading(out, grading, files), width=width)


REPORT = SubmissionReport(
    "homework.ipynb",
    (
        SymbolReport(
            "Tanh",
            "wrong",
            "tanh",
            6,
            11,
            {"forward": "forward", "backward": "backward"},
            ("(batch, features)",),
            (
                Quantity("y", True, 1e-16, 1e-13, (0, 1), 0.5, 0.5, "forward"),
                Quantity("dx", False, 0.4, 1e-13, (2, 0), 0.3125, 0.75, "backward"),
            ),
            (Cause("tanh_derivative", "You compute (1 - z)**2. The derivative is 1 - z**2.", True, "Look at 1 - z."),),
        ),
        SymbolReport(
            "affine_forward",
            "wrong",
            "dense",
            4,
            38,
            {"forward": "affine_forward", "backward": "affine_backward"},
            ("gradients summed over the batch", "(batch, features)"),
            (
                Quantity("y", True, part="affine_forward"),
                Quantity("dw", False, 0.95, 1e-13, (2, 0), 0.0212345, 0.4246912, "affine_backward"),
                Quantity("db", False, problem="it has shape (4, 7), expected (7,)", part="affine_backward"),
            ),
        ),
        SymbolReport("Conv", "crashed", "conv2d", 9, 4, remark="NameError: name 'stride' is not defined (line 12)."),
        SymbolReport(
            "Softmax",
            "unfinished",
            "softmax",
            7,
            1,
            {"forward": "forward", "backward": "backward"},
            quantities=(Quantity("y", True, part="forward"), Quantity("dx", False, part="backward")),
            remark="### CODE HERE ### is still there",
        ),
        SymbolReport("Thing", "unsupported", "", None, 12, remark="It has run(a, b). Tried: dense, simple_rnn."),
        SymbolReport("ReLU", "correct", "relu", 5, 1, quantities=(Quantity("y", True),)),
        SymbolReport("MaxPool", "correct", "max_pool2d", 5, 9, remark="Right for stride 1 only."),
    ),
    (Note("%matplotlib", 1, 1), Note("fetch_mldata is gone from scikit-learn", 1, 2), Note("training loop", 9)),
    (Note("im2col is not in the file; the well-known one was supplied", 3),),
)
