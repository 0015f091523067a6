"""Blanks that were not filled in: found, and closed so that the rest of the text can be read."""

import ast
import re

from reference.homework.reading import repair

MARKER = re.compile(
    r"CODE\s*HERE|WRITE\s*ME|(?:YOUR|INSERT|ADD|WRITE|FILL|ENTER|PUT)\s+(?:YOUR\s+|THE\s+|IN\s+)?(?:CODE|SOLUTION|ANSWER|BLANK)"
    r"|FILL\s+(?:ME\s+)?IN|\bTODO\b|\bFIXME\b|_{4,}|IMPLEMENT\s+(?:ME|THIS|HERE)|YOUR\s+(?:TURN|WORK)"
    r"|ここ(?:に|を|から)|(?:コード|処理|実装)を?(?:書|記述|追加|して)|穴埋め|空欄|未実装|^\s*fill\s*$",
    re.IGNORECASE,
)
UNDERSCORES = re.compile(r"_{3,}")
OPEN = re.compile(r"(?:[-=+*/%@<>,(\[{&|^~:]|\b(?:in|if|while|and|or|not|return|elif|lambda))\s*$")
BLOCK = re.compile(r"^\s*(?:for|while|if|elif|with)\b")
NEEDED = re.compile(r"expected an indented block after .* on line (\d+)")
START = re.compile(r"^\s*#.*(?:START|BEGIN)\b.*CODE", re.IGNORECASE)
END = re.compile(r"^\s*#.*\bEND\b.*CODE", re.IGNORECASE)


def marker(text: str) -> str:
    """The first blank marker in comments of the text, as it stands there; "" where there is none."""
    for line in text.split("\n"):
        _, sign, comment = line.partition("#")
        if sign and MARKER.search(comment):
            return f"#{comment}".strip()[:60]
    return ""


def filled(text: str) -> tuple[str, list[tuple[int, str]]]:
    """The text with its blanks closed by None and pass, and the blanks as (line, words); no lines are added.

    `U = ### CODE HERE ###` becomes `U = None`; a body of comments only becomes `pass`.
    """
    lines, blanks = text.split("\n"), []
    for index, line in enumerate(lines):
        code, sign, comment = line.partition("#")
        if code.strip() and OPEN.search(code) and (MARKER.search(comment) or _lost(code)):
            lines[index] = _closed(code, comment)
            words = f"{sign}{comment}".strip()[:60] or marker(text)
            blanks.append((index + 1, words or f"nothing after {code.strip()[:40]}"))
    for _ in range(100):
        if not _block_filled(lines, blanks):
            break
    return "\n".join(lines), sorted(blanks)


def _lost(code: str) -> bool:
    """Whether a line ends where a value must follow: `W = # fill`, `W =`."""
    return bool(re.search(r"[^=!<>]=\s*$", code))


def _closed(code: str, comment: str) -> str:
    """A line with a value in place of its blank, brackets closed."""
    closers = {"(": ")", "[": "]", "{": "}"}
    wanted: list[str] = []
    for char in code:
        if char in closers:
            wanted.append(closers[char])
        elif wanted and char == wanted[-1]:
            wanted.pop()
    colon = ":" if BLOCK.match(code) and comment.rstrip().endswith(":") else ""
    return f"{code.rstrip()} None{''.join(reversed(wanted))}{colon}"


def _block_filled(lines: list[str], blanks: list[tuple[int, str]]) -> bool:
    """Puts `pass` into the first block that has none. False where there is nothing to do."""
    error = repair.problem("\n".join(lines))
    if error is not None:
        match, stop = NEEDED.match(error.msg), error.lineno
        if match is None or stop is None:
            return False
        head = int(match[1]) - 1
        indent = len(lines[head]) - len(lines[head].lstrip()) + 4
        stop = max(stop - 1, head + 1)
        while stop < len(lines) and _without_code(lines[stop]):  # at the end of the text the error comes too early
            stop += 1
        empty = [i for i in range(head + 1, min(stop, len(lines))) if _without_code(lines[i])]
        if empty:
            words = next((marker(lines[i]) for i in empty if marker(lines[i])), "")
            blanks.append((empty[0] + 1, words or "an empty body"))
            lines[empty[0]] = " " * indent + "pass"
        else:
            last = next(i for i in range(min(stop, len(lines)) - 1, -1, -1) if not _without_code(lines[i]))
            blanks.append((last + 1, marker(lines[last]) or "an empty body"))
            lines[last] = lines[last].partition("#")[0].rstrip() + " pass"
        return True
    return False


def _without_code(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def unfinished(node: ast.FunctionDef | ast.AsyncFunctionDef, source: str) -> str:
    """What shows that a function is not written yet; "" where nothing does.

    A marker alone shows nothing: it stays behind in finished code. It counts where the code around it is missing.
    """
    body = [item for item in node.body if not _is_text(item)]
    mark = marker(source) or _between(source)
    if gap := _gap(node, source):
        return gap
    if not body or all(isinstance(item, ast.Pass) or _is_dots(item) for item in body):
        return _still(mark) or "the body is only " + (
            "a docstring" if not body else "..." if _is_dots(body[0]) else "pass"
        )
    if len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImplemented" in ast.dump(body[0]):
        return "it raises NotImplementedError"
    if len(body) == 1 and isinstance(body[0], ast.Return) and _is_name(body[0].value, "NotImplemented"):
        return _still(mark) or "it returns NotImplemented"
    if len(body) == 1 and isinstance(body[0], ast.Return) and _is_none(body[0].value):
        return _still(mark) or "it returns None"
    if nones := _never_set(node):
        return _still(mark) or f"{nones} is still None"
    return _between(source)


def _still(mark: str) -> str:
    return f"{mark} is still there" if mark else ""


def _is_text(item: ast.stmt) -> bool:
    return isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant) and isinstance(item.value.value, str)


def _is_dots(item: ast.AST | None) -> bool:
    value = item.value if isinstance(item, ast.Expr) else item
    return isinstance(value, ast.Constant) and value.value is Ellipsis


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _is_name(value: ast.expr | None, name: str) -> bool:
    return isinstance(value, ast.Name) and value.id == name


def _gap(node: ast.AST, source: str) -> str:
    """A blank written as a value: `x = ...`, `x = ____`, `return  # YOUR CODE`."""
    for line in source.split("\n"):
        code, sign, comment = line.partition("#")
        if sign and code.strip() == "return" and MARKER.search(comment):
            return _still(marker(line))
    for item in ast.walk(node):
        if isinstance(item, ast.Assign | ast.AugAssign | ast.Return) and _is_dots(item.value):
            return f"... is still there in line {item.lineno}"
        if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load) and UNDERSCORES.fullmatch(item.id):
            return f"{item.id} is still there"
    return ""


def _never_set(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The names returned that are only ever None; "" unless every value returned is one."""
    given: dict[str, bool] = {}
    for item in ast.walk(node):
        targets = item.targets if isinstance(item, ast.Assign) else [getattr(item, "target", None)]
        empty = isinstance(item, ast.Assign) and isinstance(item.value, ast.Constant) and item.value.value is None
        tuples = (
            isinstance(item, ast.Assign) and isinstance(item.value, ast.Tuple) and all(map(_is_none, item.value.elts))
        )
        for target in targets:
            for name in ast.walk(target) if target is not None else ():
                if isinstance(name, ast.Name):
                    given[name.id] = given.get(name.id, True) and (empty or tuples)
    returns = [item.value for item in ast.walk(node) if isinstance(item, ast.Return)]
    names: list[str] = []
    for value in returns:
        parts = value.elts if isinstance(value, ast.Tuple) else [value]
        held = [part.id for part in parts if isinstance(part, ast.Name) and given.get(part.id)]
        cached = [part for part in parts if isinstance(part, ast.Name) and part.id == "cache"]
        if not held or len(held) + len(cached) < len(parts):
            return ""
        names += held
    return ", ".join(dict.fromkeys(names))


def _between(source: str) -> str:
    """Nothing between START CODE HERE and END CODE HERE."""
    start = None
    for line in source.split("\n"):
        if START.match(line):
            start = line.strip()
        elif END.match(line):
            if start is not None:
                return "there is nothing between START CODE HERE and END CODE HERE"
        elif line.strip() and not line.lstrip().startswith("#"):
            start = None
    return ""
