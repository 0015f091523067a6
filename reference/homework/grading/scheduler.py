"""Grading on other machines, through a Dask scheduler."""

import os
import tempfile
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

from reference.errors import RequestError
from reference.homework.grading.collect import HandIn
from reference.homework.grading.grade import Graded

Task = Callable[[HandIn], Graded]
# what was graded, by its number; None for what ended the process
Found = Generator[tuple[int, Graded | None], None, None]
PATIENCE = "10s"  # for a scheduler that does not answer


def on_scheduler(waiting: dict[int, HandIn], task: Task, address: str) -> Found:
    """Carry out a task for each, as they are done, None for one that ends its process; the files travel with it.

    Raises RequestError where no scheduler answers.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise RequestError("--scheduler needs Dask. Install it with: pip install 'crosscheck[dask]'") from error
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise RequestError(
            f"--scheduler {address}: no scheduler answers there. Start one with: dask scheduler"
        ) from error
    with client:
        running = {client.submit(elsewhere, task, *packed(each), pure=False): n for n, each in waiting.items()}
        for future in as_completed(running):
            yield running[future], future.result() if future.status == "finished" else None


def packed(hand_in: HandIn) -> tuple[HandIn, list[bytes]]:
    """A submission with paths below its own folder, and the content of its files."""
    if not hand_in.files:
        return hand_in, []
    top = Path(os.path.commonpath([file.resolve().parent for file in hand_in.files]))
    files = tuple(file.resolve().relative_to(top) for file in hand_in.files)
    return replace(hand_in, files=files), [file.read_bytes() for file in hand_in.files]


def elsewhere(task: Task, hand_in: HandIn, contents: list[bytes]) -> Graded:
    """Carry out a task on a machine that has none of the files."""
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as folder:
        files = tuple(Path(folder, file) for file in hand_in.files)
        for file, content in zip(files, contents, strict=True):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return task(replace(hand_in, files=files))
