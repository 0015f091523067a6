"""Which fence a process apart is in, and that one that was started ahead is not left over."""

import shutil
import stat
from pathlib import Path

import pytest

from reference.homework.isolation import sandbox
from reference.homework.isolation.process import Call, Result, Worker
from reference.homework.reading.source import read_submission


def test_a_bubblewrap_that_does_not_work_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("bwrap") == str(fake)
    assert sandbox.fence.__wrapped__() == "limits only"
    path = tmp_path / "work.py"
    path.write_text("def act(x):\n    return 3\n")
    with sandbox.started_ahead() as started, Worker(read_submission(path), started=started) as worker:
        assert started.fence == "bubblewrap"  # which shows only when it is asked
        [result] = worker.run([Call("act", (1,))])
        assert isinstance(result, Result)
        assert (result.value, worker.fenced) == (3, "limits only")
    monkeypatch.setenv("PATH", "")
    assert sandbox.fence.__wrapped__() == "limits only"


def test_a_process_that_nobody_takes_is_ended() -> None:
    with sandbox.started_ahead() as started:
        assert started.process.poll() is None
    assert started.process.returncode is not None
    assert not Path(started.folder.name).exists()
