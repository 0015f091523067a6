"""crosscheck compare: two models that should be the same, the first place where they are not, and why."""

from pathlib import Path

import click

from reference.commands.options import json_option, require_apart, seed_option
from reference.commands.port import arch_option, pairs_of_names, shape_option
from reference.errors import RequestError


@click.command("compare")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@arch_option
@click.option("--name", "names", multiple=True, metavar="A=B", callback=pairs_of_names, help="Layers that correspond.")
@shape_option
@click.option(
    "--ported",
    is_flag=True,
    help="Give B the weights of A first, as crosscheck port does, as far as layers correspond.",
)
@seed_option
@json_option
def command(
    first: str,
    second: str,
    arch: Path | None,
    names: dict[str, str],
    example: list[tuple[int, ...]] | None,
    ported: bool,
    seed: int,
    json_file: Path | None,
) -> int:
    """Find where two models differ that should be the same, and why.

    A and B are Python files that you trust, FILE.py or FILE.py:NAME, with a model called `model` or NAME, or a function
    that makes it; or weight files, with --arch. A Python file may also have a `loss`, called as its framework calls
    losses, an `optimizer` that has the model's weights, and `predict(x)`, what is done at inference.
    """
    from reference.migration.budget import Budget
    from reference.migration.comparison import compare
    from reference.migration.partial_port import port_in_part
    from reference.migration.port import port
    from reference.migration.subjects import path_of, read
    from reference.report.json import write_json
    from reference.report.porting import compare_document, print_compared
    from reference.report.terminal import progress

    require_apart((path_of(first), path_of(second), arch), json=json_file)
    with progress(None, "comparing") as step:
        a, b = read(first, arch), read(second, arch)
        if ported:
            try:
                port(a.model, b.model, names=names, example=example, seed=seed)
            except RequestError:  # where only one model has a layer, the others' weights
                if not port_in_part(a.model, b.model, names, example, seed):
                    raise
        budget = Budget(show=lambda text: step(0, text))
        compared = compare(a, b, names=names, example=example, seed=seed, budget=budget)
    if json_file is not None:
        write_json(json_file, compare_document(compared, first, second))
    print_compared(compared)
    return 0 if compared.equal else 1
