"""The command line: `crosscheck COMMAND`.

Exit status: 0 all agree, 1 something disagrees, 2 the request cannot be carried out (one line says why and what to
do), 130 stopped from the keyboard, 143 by SIGTERM.
"""

import contextlib
import errno
import gc
import importlib
import os
import re
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from reference.errors import RequestError
from reference.processes import Terminated, listening
from reference.visible import PLAINLY, visible

# each is a module of reference/commands, imported when it is used; in the order of `crosscheck --help`
COMMANDS = (
    *("run", "list", "parity", "train", "check", "adapter", "grade", "assignment"),
    *("migrate", "port", "compare", "bench"),
)

DEBUG = "CROSSCHECK_DEBUG"
# What is imported stays; looking for garbage among it after every 700 objects takes a tenth of the start.
COLLECT_AFTER = 500_000
CANNOT, INTERRUPTED, BROKEN_PIPE = 2, 130, 141
# click's words, and clearer ones
PLAIN = {"valid integer range": "whole number", "valid float": "number", ". (Did you": ". Did you", "?)": "?"}
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class Commands(click.Group):
    """The commands by name, and one line and an exit status for whatever ends them early."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"reference.commands.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            close = difflib.get_close_matches(args[0].lower(), COMMANDS, n=2)
            hint = f". Close: {', '.join(close)}" if close else f", expected {_either(COMMANDS)}"
            raise click.UsageError(f"no command is called '{args[0]}'{hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> int:
        try:
            status = super().invoke(ctx)
            sys.stdout.flush()
            return status or 0
        except Exception as error:
            if ctx.params["debug"] and not isinstance(error, click.ClickException | click.exceptions.Exit):
                traceback.print_exc()
            return end(error)
        except KeyboardInterrupt as error:
            return end(error)

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> NoReturn:
        gc.set_threshold(COLLECT_AFTER)
        # Python has None for a stream that was closed before it started
        sys.stdout, sys.stderr = (each or open(os.devnull, "w") for each in (sys.stdout, sys.stderr))  # noqa: SIM115
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors=PLAINLY)
        try:
            with listening():
                status = super().main(args, "crosscheck", standalone_mode=False)
            sys.stdout.flush()
        except (click.ClickException, click.Abort, OSError) as error:
            status = end(error)
        except SystemExit as error:  # click and Rich leave with 1 when nobody reads any more; commands return theirs
            if error.code != 1:
                raise
            status = BROKEN_PIPE
        gc.freeze()  # all memory is given back now anyway; a last look for garbage takes a fifth of a second
        sys.exit(status)


def end(error: BaseException) -> int:
    """Say in one line why a command ended early; the exit status."""
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case click.exceptions.NoArgsIsHelpError():
            click.echo(error.format_message())
            return CANNOT
        case BrokenPipeError():
            _write_no_more()  # whoever read the output has seen enough
            return BROKEN_PIPE
        case KeyboardInterrupt() | click.Abort():
            say("stopped")
            return stopped(error)
        case click.UsageError():
            say(_in_our_words(error))
        case click.ClickException():
            say(error.format_message())
        case OSError() if error.strerror and error.filename is not None:
            say(f"{error.filename} cannot be read or written: {error.strerror.lower()}")
        case OSError() if error.errno in FULL:
            _write_no_more()
            say(f"the output cannot be written: {str(error.strerror).lower()}")
        case OSError() if error.strerror:
            say(error.strerror)
        case _ if isinstance(error, _expected()):
            say(str(error))
        case _:
            say(
                f"stopped by a defect of its own: {type(error).__name__}: {error}  "
                f"(crosscheck --debug COMMAND, or {DEBUG}=1, shows where)"
            )
    return CANNOT


def stopped(error: BaseException) -> int:
    """The exit status of a command that was asked to stop, which click may have told in its own words."""
    told = error.__cause__ if isinstance(error, click.Abort) else error
    return 128 + told.number if isinstance(told, Terminated) else INTERRUPTED


def say(message: str) -> None:
    """One line on standard error."""
    line = re.sub(r"\s*\n\s*", " ", message.strip())
    with contextlib.suppress(OSError):  # the exit status tells it too
        click.echo(f"crosscheck: {visible(line)}", err=True)


def _write_no_more() -> None:
    """What is still to be written is dropped, at exit too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _expected() -> tuple[type[BaseException], ...]:
    # scratch knows nothing of reference, so its error is no RequestError; it can only come from a module in use
    data = sys.modules.get("scratch.data")
    return (RequestError, ImportError, OSError, *([data.DataError] if data else []))


def _in_our_words(error: click.UsageError) -> str:
    """What click says of a wrong option, and where to read on."""
    message = error.format_message().rstrip(".")
    for said, plain in PLAIN.items():
        message = message.replace(said, plain)
    # a file whose name begins like options
    file = next((each for each in sys.argv[1:] if each.startswith("-") and os.path.isfile(each)), "")
    if file and isinstance(error, click.NoSuchOption):
        message += f". For the file: ./{file}"
    elif not message.endswith("?"):
        message += "."
    return f"{message[:1].lower()}{message[1:]}  ({error.ctx.command_path if error.ctx else 'crosscheck'} --help)"


def _either(names: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="crosscheck", message="crosscheck %(version)s")
@click.option("--debug", is_flag=True, envvar=DEBUG, help="Show where an error came from.")
def main(debug: bool) -> None:
    """NumPy layers held to PyTorch and Keras, from one declaration.

    Exit status: 0 all agree, 1 something disagrees, 2 the request cannot be carried out.
    """


if __name__ == "__main__":
    main()
