"""Unfinished runs on disk, so that they can go on."""

import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from reference.errors import RequestError
from reference.pair import Array

Kept = tuple[dict[str, Any], dict[str, Array]]
EVERY_SECONDS = 30.0


class Checkpoint:
    """One file for one run; which run is told by `identity`, of which the file's name is made.

    The file is written beside itself and renamed, so it is always whole. It holds arrays and JSON, no code.
    """

    def __init__(self, identity: dict[str, Any], folder: Path | None = None) -> None:
        text = json.dumps(identity, sort_keys=True, default=str)
        name = f"{identity['model']}-{identity['dtype']}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.npz"
        self.path = (folder or user_cache_path("crosscheck") / "runs") / name
        self.saved = time.monotonic()

    def exists(self) -> bool:
        return self.path.exists()

    def save_now_and_then(self, kept: Callable[[], Kept]) -> None:
        """Save unless the last time is less than EVERY_SECONDS ago."""
        if time.monotonic() - self.saved > EVERY_SECONDS:
            self.save(*kept())

    def save(self, facts: dict[str, Any], arrays: dict[str, Array]) -> None:
        """Raises RequestError when nothing can be written there."""
        beside = self.path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with beside.open("wb") as file:
                    np.savez(file, facts=np.array(json.dumps(facts)), **arrays)  # type: ignore[arg-type]
                os.replace(beside, self.path)
            finally:
                beside.unlink(missing_ok=True)
        except OSError as error:
            raise RequestError(
                f"the run cannot be kept in {self.path.parent} ({error.strerror}), so --resume will not go on with it. "
                "Make room there, or name another folder for caches with XDG_CACHE_HOME"
            ) from error
        self.saved = time.monotonic()

    def load(self) -> Kept:
        """What was saved. Raises RequestError when the file is not one of ours."""
        try:
            with self.path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            return json.loads(str(arrays.pop("facts"))), arrays
        except Exception as error:  # whatever a damaged archive makes of NumPy
            raise self.unreadable(error) from error

    def unreadable(self, error: Exception) -> RequestError:
        reason = " ".join(str(error).split()) or type(error).__name__
        return RequestError(f"the unfinished run {self.path} cannot be read ({reason}); delete it to start again")

    def remove(self) -> None:
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise RequestError(f"the run {self.path} cannot be replaced ({error.strerror}); delete it") from error
