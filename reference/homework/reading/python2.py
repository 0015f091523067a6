"""Python 2, recognised by what Python 3 no longer has."""

import ast
import re

WRITTEN = (
    (re.compile(r"^\s*print\s+(?![=(.,\[])\S"), "print statement"),
    (re.compile(r"(?:^|[:;])\s*print\s*(?:[\"'>]|[a-zA-Z_]\w*\s*[,%]|$)"), "print statement"),
    (re.compile(r"^\s*print\s*\(.*\)\s*%"), "print statement"),
    (re.compile(r"^\s*except\s+[\w.() ]+\s*,\s*\w+\s*:"), "except X, e"),
    (re.compile(r"^\s*raise\s+[\w.]+\s*,"), "raise X, '...'"),
    (re.compile(r"`[^`]+`"), "backticks"),
    (re.compile(r"\w\s*<>\s*\w"), "<>"),
    (re.compile(r"^\s*exec\s+[\"'\w]"), "exec statement"),
    (re.compile(r"\b0[0-7]+\b(?!\.)"), "octal number"),
    (re.compile(r"\b\d+L\b"), "long integer"),
    (re.compile(r"\bur[\"']"), "ur'...'"),
    (re.compile(r"^\s*def\s+\w+\([^)]*\([\w, ]+\)[^)]*\)\s*:"), "tuple parameter"),
)
NAMES = ("xrange", "raw_input", "unicode", "unichr", "basestring", "long")
METHODS = ("has_key", "iteritems", "itervalues", "iterkeys")


def in_text(text: str, error: SyntaxError) -> tuple[int, str] | None:
    """(line, what) in text that does not parse, where Python 2 is the reason."""
    if error.lineno is None or not 0 < error.lineno <= text.count("\n") + 1:
        return None
    line = text.split("\n")[error.lineno - 1]
    if error.msg.startswith("Missing parentheses in call to"):
        return error.lineno, "exec statement" if "'exec'" in error.msg else "print statement"
    if error.msg.startswith("multiple exception types"):
        return error.lineno, "except X, e"
    if not line.strip().startswith("#"):
        for pattern, what in WRITTEN:
            if pattern.search(line.split("#")[0]):
                return error.lineno, what
    return None


def in_tree(tree: ast.AST, defined: set[str]) -> tuple[int, str] | None:
    """(line, what) in a tree that parses and yet names what only Python 2 has."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in NAMES and node.id not in defined:
            return node.lineno, node.id
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            return node.lineno, f".{node.func.attr}()"
    return None
