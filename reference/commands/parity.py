"""crosscheck parity"""

import time
from pathlib import Path

import click

from reference.commands.checks import (
    DEFAULT_DRAWS,
    outcome_of,
    require_case,
    require_device,
    select,
    select_judges,
)
from reference.commands.options import json_option, seed_option
from reference.errors import RequestError

# reference.parity has these too, but imports NumPy
JUDGES = ("torch", "keras", "derivative", "contract")
DTYPES = ("float64", "float32")


@click.command("parity")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--framework", "judges", multiple=True, type=click.Choice([*JUDGES, "all"]), help="Ask this judge only.")
@click.option("--dtype", "dtypes", multiple=True, type=click.Choice(DTYPES), help="In this dtype only.")
@click.option(
    "--cases",
    "draws",
    type=click.IntRange(min=0),
    default=DEFAULT_DRAWS,
    show_default=True,
    metavar="N",
    help="Random cases of each pair, beside the declared ones.",
)
@click.option("--case", metavar="NAME", default="", help="This case only, such as random3.")
@click.option(
    "--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True, help="Where PyTorch computes."
)
@click.option("--tf32", is_flag=True, help="Let a GPU round the factors of float32 products, to see what that does.")
@seed_option
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes.  [default: one a core]")
@json_option
def command(
    names: tuple[str, ...],
    judges: tuple[str, ...],
    dtypes: tuple[str, ...],
    draws: int,
    case: str,
    device: str,
    tf32: bool,
    seed: int,
    jobs: int | None,
    json_file: Path | None,
) -> int:
    """Check that layers agree with their twins.

    NAME is a pair, or a pattern such as 'conv*'; all pairs without. --framework and --dtype can be given more than
    once; "derivative" is the numerical derivative, "contract" what every layer keeps beside its numbers.
    """
    from reference.parity import Request
    from reference.report.json import parity_document, write_json
    from reference.report.terminal import print_parity
    from reference.vote import vote_on

    start = time.monotonic()
    asked = select_judges(judges)
    require_device(device, tf32, asked)
    in_dtypes = tuple(dtype for dtype in DTYPES if not dtypes or dtype in dtypes)
    request = Request(select(names), asked, in_dtypes, draws, seed, case, device, tf32)
    require_case(request)
    outcome = outcome_of(request, jobs, start)
    if not outcome.checks:
        raise RequestError(
            f"nothing to check: {', '.join(asked)} in {', '.join(in_dtypes)} cannot be asked about "
            f"{', '.join(names) or 'any pair'}. Leave out --framework or --dtype"
        )
    if json_file is not None:
        write_json(json_file, parity_document(outcome.checks, seed, outcome.seconds))

    print_parity(outcome, vote_on)
    return 0 if all(check.agree for check in outcome.checks) else 1
