"""crosscheck port: weights from a file of one framework to one of the other."""

import shlex
from dataclasses import replace
from pathlib import Path

import click

from reference.commands.options import DEFAULT_SEED, json_option, require_apart, seed_option
from reference.errors import RequestError


def shapes(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> list[tuple[int, ...]] | None:
    """ "3,28,28,1" as numbers, of every input."""
    return [_shape(value) for value in values] or None


def _shape(value: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(n) for n in value.split(","))
    except ValueError as error:
        raise click.BadParameter(f"'{value}' is no shape, expected whole numbers such as 3,28,28,1") from error
    if min(sizes) < 1:
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
    "--shape",
    "example",
    metavar="N,N,...",
    multiple=True,
    callback=shapes,
    help="The shape of a batch of inputs, channels last; once for each input.",
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
    example: list[tuple[int, ...]] | None,
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
    from reference.report.terminal import progress

    files.suffix_of(source)
    files.suffix_of(target)
    require_apart((source, target, arch), json=json_file)
    if source.resolve() == target.resolve():
        raise RequestError(f"{target} is the file to read too, expected another file to write")
    with progress(None, "porting"):
        mine, notes = files.load(source, arch)
        theirs = files.target(target, arch)
        ported = port(mine, theirs, names=names, example=example, seed=seed)
    ported = replace(ported, notes=(*notes, *ported.notes))
    if not ported.differences:
        raise RequestError(
            "the models were not run, for no inputs were found. Give the shape of some: --shape 3,28,28,1"
        )
    if ported.agree:
        files.save(theirs, target)
    if json_file is not None:
        write_json(json_file, port_document(ported, str(source), str(target)))
    print_port(ported, str(source), str(target), _why(source, target, arch, names, example, seed))
    return 0 if ported.agree else 1


def _why(
    source: Path,
    target: Path,
    arch: Path | None,
    names: dict[str, str],
    example: list[tuple[int, ...]] | None,
    seed: int,
) -> str:
    """The command that tells why the models disagree."""
    from reference.migration.arch import BUILDERS
    from reference.migration.files import SUFFIXES, suffix_of

    words = ["crosscheck", "compare", str(source), f"{arch}:{BUILDERS[SUFFIXES[suffix_of(target)]]}", "--ported"]
    words += ["--arch", str(arch)] if suffix_of(source) != ".keras" else []
    words += [word for pair in names.items() for word in ("--name", "=".join(pair))]
    words += [word for shape in example or () for word in ("--shape", ",".join(map(str, shape)))]
    words += ["--seed", str(seed)] if seed != DEFAULT_SEED else []
    return shlex.join(words)
