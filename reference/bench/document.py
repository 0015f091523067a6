"""What `crosscheck bench` says: the machine, the table, the JSON document."""

import os
import platform
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table
from threadpoolctl import threadpool_info

from reference.bench.measure import Timing
from reference.bench.peers import PEERS


def processor() -> str:
    """The processor's own name for itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names: Iterator[str] = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def kernels() -> str:
    """NumPy's BLAS, the kernels it uses, and whether these are those it chose for the processor."""
    blas = [each for each in threadpool_info() if each["user_api"] == "blas" and "numpy" in each["filepath"]]
    names = ", ".join(f"{b['internal_api']} {b['version']} {b.get('architecture', '')}".strip() for b in blas)
    chosen = os.environ.get("OPENBLAS_CORETYPE")
    return f"{names} ({f'OPENBLAS_CORETYPE={chosen}' if chosen else 'its own choice'})"


HEADINGS = {
    "torch-channels-last": "chan.\nlast",
    "torch-compiled": "com-\npiled",
    "tensorflow": "TF",
    "tensorflow-xla": "TF\nXLA",
}


def table(timings: Sequence[Timing]) -> Table:
    """One row for each workload, one column for each implementation."""
    modes = list(dict.fromkeys(mode for each in timings for mode in each.ms if mode not in PEERS))
    made = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    made.add_column(" ms a step", no_wrap=True)
    for heading in (*(HEADINGS.get(mode, mode) for mode in modes), "/torch\neager", "/best\nmode", "of\npeak"):
        made.add_column(heading, justify="right", no_wrap=True)
    for each in timings:
        times = [f"{each.ms[mode]:#.3g}" if mode in each.ms else "" for mode in modes]
        ratios = [f"{r:.2f}" if r else "" for r in (each.ratio_to_torch_eager, each.ratio_to_best)]
        made.add_row(f" {each.name}", *times, *ratios, f"{each.peak_share:.0%}")
        if each.memory_mb:
            used = [f"{each.memory_mb[mode]:.0f}" if mode in each.memory_mb else "" for mode in modes]
            made.add_row("   peak MB", *used, style="dim")
    return made


def to_json(timings: Sequence[Timing]) -> dict[str, Any]:
    """The document of `crosscheck bench --json`."""
    return {
        "schema": "crosscheck.bench/1",
        "machine": processor(),
        "blas": kernels(),
        "versions": list(timings[0].versions),
        "workloads": [
            {
                "workload": each.name,
                "dtype": each.dtype,
                "threads": each.threads,
                "batch_size": each.batch_size,
                "ms": each.ms,
                "ratio_to_torch_eager": each.ratio_to_torch_eager,
                "ratio_to_best": each.ratio_to_best,
                "best": each.best,
                "peak_share": each.peak_share,
                "memory_mb": each.memory_mb,
                "left_out": each.left_out,
            }
            for each in timings
        ],
    }
