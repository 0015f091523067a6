"""Results as JSON. Every document names its schema; numbers that JSON does not know, NaN and infinity, are null."""

import contextlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reference.errors import RequestError

if TYPE_CHECKING:
    from reference.compare import Finding
    from reference.pair import Pair
    from reference.parity import Check

Document = dict[str, Any]


def require_writable(path: Path) -> None:
    """Raise RequestError unless a file can be written at `path`."""
    folder = path.resolve().parent
    if path.is_dir():
        raise RequestError(f"--json {path} is a folder, expected a file. Name a file in it")
    if _special(path):
        return
    if not folder.is_dir():
        raise RequestError(f"--json {path}: there is no folder {folder}. Make it, or name another file")
    _put(path, "", keep=False)


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write all of `document` or nothing: to a file beside it first, which then takes its place."""
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    _put(path, text)


def _put(path: Path, text: str, keep: bool = True) -> None:
    try:
        write_whole(path, text, keep)
    except BrokenPipeError:
        raise
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise RequestError(f"--json {path} cannot be written: {why}. Name another file") from error


def write_whole(path: Path, content: str | bytes, keep: bool = True) -> None:
    """Write to a file beside `path`, which then takes its place; or, without `keep`, only see that this can be done.

    A link stays a link, and what is no file is written to. Raises OSError.
    """
    data = content.encode() if isinstance(content, str) else content
    if _special(path):
        path.write_bytes(data)
        return
    target = path.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        if keep:
            os.replace(beside, target)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def _special(path: Path) -> bool:
    """A terminal, a pipe, /dev/null: written to, never replaced."""
    return path.exists() and not path.is_file()


def number(value: float) -> float | None:
    """`value`, or None for what JSON has no number for."""
    return float(value) if math.isfinite(value) else None


def pairs_document(pairs: Sequence["Pair"]) -> Document:
    """crosscheck.list/1"""
    return {
        "schema": "crosscheck.list/1",
        "pairs": [
            {
                "pair": pair.name,
                "kind": pair.kind,
                "twins": {"torch": pair.torch.likeness, "keras": pair.keras.likeness},
                "reason": reason(pair),
            }
            for pair in pairs
        ],
    }


def reason(pair: "Pair") -> str:
    """Why the twins of a pair are not the frameworks' own, exact: "torch: ...; keras: ..."."""
    twins = {"torch": pair.torch, "keras": pair.keras}
    return "; ".join(f"{name}: {twin.reason}" for name, twin in twins.items() if twin.reason)


def parity_document(checks: Sequence["Check"], seed: int, seconds: float) -> Document:
    """crosscheck.parity/1"""
    agree = sum(check.agree for check in checks)
    return {
        "schema": "crosscheck.parity/1",
        "seed": seed,
        "summary": {
            "checks": len(checks),
            "agree": agree,
            "disagree": len(checks) - agree,
            "seconds": round(seconds, 3),
        },
        "checks": [
            {
                "pair": check.pair,
                "framework": check.framework,
                "dtype": check.dtype,
                "case": check.case,
                "agree": check.agree,
                "quantities": [_quantity(finding) for finding in check.findings],
            }
            for check in checks
        ],
    }


def _quantity(finding: "Finding") -> Document:
    measured = {
        "name": finding.name,
        "max_abs": number(finding.max_abs),
        "max_rel": number(finding.max_rel),
        "ulp": number(finding.ulp),
        "allowed": number(finding.allowed),
        "agree": bool(finding.agree),
    }
    return {**measured, "problem": finding.problem} if finding.problem else measured
