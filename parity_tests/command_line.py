"""The command line as tests call it."""

import re
import shlex
import subprocess
import sys

from click.testing import CliRunner, Result

from reference.cli import main

ONE_LINE = re.compile(r"crosscheck: [^\n]+\n")


def invoke(command: str) -> Result:
    """What `crosscheck` does with this line, in this process."""
    return CliRunner().invoke(main, shlex.split(command))


def process(*arguments: str, code: str = "from reference.cli import main; main()") -> subprocess.CompletedProcess[str]:
    """The same in a process of its own."""
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def assert_narrow(output: str) -> None:
    wide = [line for line in output.splitlines() if len(line) > 80 and not line.startswith(" repeat: ")]
    assert wide == []
