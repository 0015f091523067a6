"""Softmax whose backward pass takes the targets: y = softmax(x), dx = y - t."""

from collections.abc import Sequence

from reference.fills import normal, one_hot
from reference.homework.families.activations import lying, of_lie, over_samples
from reference.homework.families.losses import TARGET
from reference.homework.family import Family
from reference.homework.loss_problems import C, N, class_indices
from reference.homework.problem import Layout, Problem, of_submissions, problem
from reference.homework.subject import Subject
from reference.pair import Array
from scratch.layer import Layer
from scratch.losses import SoftmaxCrossEntropy


class SoftmaxOutput(Layer):
    """y = softmax(x); backward takes targets t, as indices or rows, and is that of the cross-entropy: y - t."""

    def __init__(self) -> None:
        super().__init__()
        self.loss = SoftmaxCrossEntropy(reduction="sum")

    def forward(self, x: Array, t: Array) -> Array:
        self.loss.forward(x, t)
        return self.loss.y

    def backward(self, dy: Array) -> Array:
        return self.loss.backward()


OUTPUT = of_submissions("softmax_output", SoftmaxOutput)


def _output_problem(subject: Subject, seed: int, label: str, n: int, c: int, indices: bool) -> Problem:
    t = class_indices(n, c) if indices else one_hot(n, c)
    facts = {"lie": lying(subject)}
    return problem(OUTPUT, {"x": normal(n, c), "t": t}, seed, label=label, facts=facts, apart=("t",))


def _output_layouts(asked: Problem) -> Sequence[Layout]:
    columns = {"x": "n c -> c n", "y": "n c -> c n"}
    if asked.extras["t"].ndim > 1:
        columns["t"] = "n c -> c n"
    rows = Layout(said=("with cross-entropy, y - t",))
    return of_lie(asked.facts["lie"], rows, Layout(columns, said=(*rows.said, "(classes, batch)")))


SOFTMAX_OUTPUT = Family(
    "softmax_output",
    classes=r"(my|stable|np)?soft_?max(?!.*(loss|cross|ce)).*|outputlayer",
    functions=r"soft_?max(forward|layer)?",
    pairs=("softmax_cross_entropy",),
    problems=lambda subject, seed: [_output_problem(subject, seed, "", N, C, indices) for indices in (False, True)],
    variants=lambda subject, seed, base: [
        _output_problem(subject, seed, "other sizes", 3, 5, base.extras["t"].ndim == 1)
    ],
    layouts=_output_layouts,
    doubts=over_samples,
    targets=TARGET,
    same_output="softmax",
    rank=5,
    reductions=lambda asked: {},
    input_scales=lambda asked: {"": 1.0, "gradients averaged over the batch": 1 / asked.batch},
)
