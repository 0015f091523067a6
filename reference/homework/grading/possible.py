"""Whether what an assignment asks for can be told of a submission: its pairs, its recipes and the points in part."""

import difflib
import re
from collections.abc import Iterator

from reference.errors import RequestError
from reference.homework.grading.assignment import Assignment, Question
from reference.sides import gradient_name

PARTS = ("forward", "backward")
# a name as alike as this is a misspelt one; functions have names of their own, such as conv_forward
ALIKE = 0.8


def require_known(assignment: Assignment) -> None:
    """Raise RequestError, with the place in the file, for what no submission can be held to."""
    for number, question in enumerate(assignment.questions, 1):
        key = "pair" if question.pair else "recipe"
        try:
            if question.pair:
                _require_pair(question.pair)
            else:
                from reference.homework import recipes

                for name in question.recipes:
                    recipes.find(name)
            key = "partial"
            _require_quantities(question)
        except RequestError as error:
            place = f"{assignment.file}, [[question]] {number} ({question.id})"
            raise RequestError(f"{place}, {key}: {error}") from error


def _require_pair(name: str) -> None:
    from reference.homework.check import require_pair
    from reference.homework.recipes import of_system

    try:
        require_pair(name)
    except RequestError as error:
        if asked := of_system(name):
            names = ", ".join(recipe.name for recipe in asked)
            raise RequestError(f"'{name}' is asked for by its questions: recipe = one of {names}") from error
        raise


def _require_quantities(question: Question) -> None:
    """Raise RequestError for a name in `partial` that is a misspelt one, or a gradient that its pair does not have."""
    quantities = list(dict.fromkeys(_quantities(question.pair)))
    known = [*quantities, *PARTS, question.symbol]
    for name in question.partial:
        close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=ALIKE)
        no_gradient = bool(quantities) and re.fullmatch(r"d\w{1,2}", name)
        if name not in known and (close or no_gradient):
            perhaps = f"perhaps {close[0]}; " if close else ""
            can_be = ", ".join([*quantities, *PARTS])
            raise RequestError(f"'{name}' is nothing that is compared, {perhaps}expected {can_be} or a function's name")


def _quantities(pair: str) -> Iterator[str]:
    """The names of what is compared of a layer: "y", "dx", "dw". Nothing for what is compared in another way."""
    from reference.registry import pairs

    declared = pairs().get(pair)
    if declared is None or declared.kind not in ("layer", "activation"):
        return
    yield "y"
    for case in declared.cases:
        inputs = [name for name, given in case.inputs.items() if given.differentiable]
        yield from map(gradient_name, (*inputs, *declared.layer(**case.options).params))
