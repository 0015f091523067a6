"""Whether samples are the columns of what a submission computes with."""

import re

from reference.homework.reading.submission import Submission

# but for the weights of attention: w @ V
_VALUES = r"(?!(self\.)?(v|V|values?)\b)"
COLUMNS = (
    rf"(dot|matmul)\(\s*(self\.)?\w*[wW]\w*(\[[^\]]*\])?(\.T)?\s*,\s*{_VALUES}|"
    rf"[wW]\w*(\.T)?\s*@\s*{_VALUES}(self\.)?[a-zA-Z]"
)
ROWS = r"(dot|matmul)\([^,()]*,\s*(self\.)?\w*[wW]\w*|@\s*(self\.)?\w*[wW]\w*"

_SAMPLES = r"(N|B|batch\w*|n_?batch|(n|num)_?(samples|examples|data)|n_?samples|サンプル数|バッチサイズ)"
_CLASSES = r"(C|K|D|\w*class\w*|\w*features?|\w*outputs?|\w*nodes?\w*|クラス数|\d+)"
# in words, or by what an axis is called
ROWS_SAID = (
    rf"[(\[]\s*{_SAMPLES}\s*,\s*{_CLASSES}\s*[)\]]|{_SAMPLES}\s*,\s*\w+\s*=\s*\w+\.shape|"
    rf"{_SAMPLES}\s*=\s*(\w+\.shape\[0\]|len\()|(each|every|per)[ -]row|row[ -]?wise|samples? (in|are) (the )?rows"
)


def rows_said(text: str) -> bool:
    """Whether code says itself that samples are rows."""
    return re.search(ROWS_SAID, text) is not None and "column" not in text.lower()


def rows_evident(submission: Submission) -> bool:
    """Whether the code of a file multiplies x @ W rather than W @ x, as it does where samples are rows."""
    text = "\n".join(unit.source for unit in submission.units)
    return len(re.findall(ROWS, text)) > len(re.findall(COLUMNS, text))


def columns_counted(text: str) -> bool:
    """Whether code takes m, as that is called where samples are columns, from the second axis."""
    return re.search(r"\bm\s*=\s*(float\(|int\()?\w+\.shape\[1\]", text) is not None


def columns_evident(submission: Submission) -> bool:
    """Whether the code of a file does."""
    return more_columns("\n".join(unit.source for unit in submission.units))


def more_columns(text: str) -> bool:
    """Whether code multiplies W @ x rather than x @ W, as it does where samples are columns."""
    return len(re.findall(COLUMNS, text)) > len(re.findall(ROWS, text))
