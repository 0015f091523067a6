"""Whether samples are the columns of what a submission computes with."""

import re

from reference.homework.submission import Submission

COLUMNS = r"(dot|matmul)\(\s*(self\.)?\w*[wW]\w*(\[[^\]]*\])?(\.T)?\s*,|[wW]\w*(\.T)?\s*@\s*(self\.)?[a-zA-Z]"
ROWS = r"(dot|matmul)\([^,()]*,\s*(self\.)?\w*[wW]\w*|@\s*(self\.)?\w*[wW]\w*"


def columns_evident(submission: Submission) -> bool:
    """Whether the code of a file does."""
    return more_columns("\n".join(unit.source for unit in submission.units))


def more_columns(text: str) -> bool:
    """Whether code multiplies W @ x rather than x @ W, as it does where samples are columns."""
    return len(re.findall(COLUMNS, text)) > len(re.findall(ROWS, text))
