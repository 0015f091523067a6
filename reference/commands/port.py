"""crosscheck port: weights from a file of one framework to one of the other."""

from dataclasses import replace
from pathlib import Path

import click

from reference.commands.options import json_option, seed_option
from reference.errors import RequestError


def shape(ctx: click.Context, param: click.Parameter, value: str) -> tuple[int, ...] | None:
    """ "3,28,28,1" as numbers."""
    try:
        sizes = tuple(int(n) for n in value.split(",")) if value else None
    except ValueError as error:
        raise click.BadParameter(f"'{value}' is no shape such as 3,28,28,1") from error
    if sizes is not None and min(sizes) < 1:
        raise click.BadParameter(f"'{value}' is a shape of nothing, expected sizes of at least 1")
    return sizes


def pairs_of_names(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """ "conv1=conv2d_3" as names."""
    if wrong := [value for value in values if value.count("=") != 1]:
        raise click.BadParameter(f"'{wrong[0]}' is not SOURCE=TARGET, the names of two layers")
    return dict(value.split("=") for value in values)


arch_option = click.option(
    "--arch",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A Python file you trust, which is run: keras_model() and torch_module() in it build the models.",
)
shape_option = click.option(
    "--shape", metavar="N,N,...", default="", callback=shape, help="The shape of a batch of inputs, channels last."
)


@click.command("port")
@click.argument("source", type=click.Path(path_type=Path), metavar="SRC")
@click.argument("target", type=click.Path(path_type=Path), metavar="DST")
@arch_option
@click.option(
    "--name", "names", multiple=True, metavar="SRC=DST", callback=pairs_of_names, help="Two layers that correspond."
)
@shape_option
@seed_option
@json_option
def command(
    source: Path,
    target: Path,
    arch: Path | None,
    names: dict[str, str],
    shape: tuple[int, ...] | None,
    seed: int,
    json_file: Path | None,
) -> int:
    """Move weights from one file to another, of the other framework or the same.

    SRC and DST end in .keras, .weights.h5, .pt, .pth (state_dict only) or .safetensors. Layers correspond in the order
    in which they are called; both models are then run on random inputs, in training and at inference, and DST is
    written only if they agree. No code in SRC is ever run; the state of optimizers is not in these files' weights.
    """
    from reference.migration import files
    from reference.migration.port import port
    from reference.report.json import write_json
    from reference.report.porting import port_document, print_port

    files.suffix_of(source)
    files.suffix_of(target)
    mine, notes = files.load(source, arch)
    theirs = files.target(target, arch)
    ported = port(mine, theirs, names=names, example=shape, seed=seed)
    ported = replace(ported, notes=(*notes, *ported.notes))
    if not ported.differences:
        raise RequestError(
            "the models were not run, for no inputs were found. Give the shape of some: --shape 3,28,28,1"
        )
    if ported.agree:
        files.save(theirs, target)
    if json_file is not None:
        write_json(json_file, port_document(ported, str(source), str(target)))
    print_port(ported, str(source), str(target))
    return 0 if ported.agree else 1
