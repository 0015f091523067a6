"""How the process apart is started: fenced in by bubblewrap where it works, by resource limits everywhere."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent
SITE = Path(np.__file__).parents[1]
BOOT = (
    "import sys; sys.path[:0] = sys.argv[1:2]; sys.path.append(sys.argv[2]); import numpy; "
    "from worker.main import main; del sys.path[0], sys.path[-1]; main()"
)
ENVIRONMENT = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")


@dataclass(frozen=True)
class Limits:
    """What a submission may use. `seconds` counts for one list of steps, and once more for loading."""

    seconds: float = 10
    memory_mb: int = 2048
    processes: int = 1
    output_kb: int = 256


def command() -> list[str]:
    return [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", BOOT, str(FOLDER), str(SITE)]
