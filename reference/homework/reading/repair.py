"""Text that Python does not parse: what can be mended without changing what it means."""

import ast
import functools
import re
import textwrap
import warnings
from collections.abc import Iterator

SPACES = {
    "\u3000": "full-width spaces",
    "\u00a0": "no-break spaces",
    "\u200b": "zero-width spaces",
    "\ufeff": "byte-order marks",
}
MOST_DEEP = 200
LONG = 100  # elements of a table
TOO_DEEP = f"it is nested more than {MOST_DEEP} levels deep"
# strings and comments are matched first, so that what is left to the group is code
OUTSIDE = re.compile(
    r'''"""(?:\\.|[^\\])*?"""|\'\'\'(?:\\.|[^\\])*?\'\'\'|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*'''
    r"|([ \t]*[\u3000\u00a0\u200b\ufeff][\u3000\u00a0\u200b\ufeff \t]*)",
    re.DOTALL,
)


def parse(text: str) -> ast.Module | None:
    """The tree, None where it does not parse."""
    return None if problem(text) else _tree(text)


@functools.lru_cache(maxsize=512)
def tree_of(source: str) -> ast.Module:
    """The tree of a statement that parses, which several look at and nobody changes."""
    return _tree(source)


@functools.lru_cache(maxsize=512)
def nodes_of(source: str) -> tuple[ast.AST, ...]:
    """All nodes of that tree; to walk it again for everyone who looks takes longest."""
    return tuple(ast.walk(tree_of(source)))


def _tree(text: str) -> ast.Module:
    """The tree, in which long tables of constants have one element: that nobody looks at the others takes most time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # `x is 0` and "\d" in a submission are not for us to complain about
        return shortened(ast.parse(text))


def shortened(tree: ast.Module) -> ast.Module:
    """The tree with the first element only of each long list, tuple, set or dict of constants."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        for name in ("elts",) if isinstance(node, ast.List | ast.Tuple | ast.Set) else ("keys", "values"):
            items = getattr(node, name, None)
            if isinstance(items, list) and len(items) > LONG and all(isinstance(i, ast.Constant) for i in items):
                setattr(node, name, items[:1])
        waiting += ast.iter_child_nodes(node)
    return tree


@functools.lru_cache(maxsize=64)
def problem(text: str) -> SyntaxError | None:
    """Why the text does not parse, None where it does."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # some mistakes show only to the compiler: `return` outside of a function, `nonlocal` at top level
            compile(text, "<submission>", "exec", dont_inherit=True)
            tree = _tree(text)
    except SyntaxError as error:
        return error
    except ValueError as error:
        return SyntaxError(str(error))
    except (RecursionError, MemoryError):  # of the parser and the compiler, which find it too deep
        return SyntaxError(TOO_DEEP)
    return SyntaxError(TOO_DEEP) if _is_deep(tree) else None


def _is_deep(tree: ast.AST) -> bool:
    """Whether a tree is deeper than what goes through it by recursion can take."""
    level: list[ast.AST] = [tree]
    for _ in range(MOST_DEEP):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True


def mended(text: str) -> tuple[str, str]:
    """The text that parses and what was done to it in words; the text as it came and "" where nothing helps."""
    for candidate, words in _attempts(text):
        if parse(candidate) is not None:
            return candidate, words
    return text, ""


def _attempts(text: str) -> Iterator[tuple[str, str]]:
    for width in (1, 2, 4):
        spaced, kinds = _plain_spaces(text, width)
        if kinds:
            words = f"{' and '.join(kinds)} in the code were read as spaces"
            yield spaced, words
            yield from ((_tabs(spaced, size), words) for size in (8, 4))
    for size in (8, 4):
        yield _tabs(text, size), "tabs and spaces are mixed in the indentation"
    yield textwrap.dedent(text), ""
    yield textwrap.dedent(_tabs(text, 4)), ""


def _plain_spaces(text: str, width: int) -> tuple[str, list[str]]:
    """Odd spaces outside of strings and comments replaced, in an indentation by `width` spaces each."""
    kinds: list[str] = []

    def replace(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        kinds.extend(words for char, words in SPACES.items() if char in match[1] and words not in kinds)
        leading = match.start() == 0 or text[match.start() - 1] == "\n"
        return re.sub("[\u200b\ufeff]", "", match[1]).translate(
            dict.fromkeys((0x3000, 0xA0), " " * width if leading else " ")
        )

    return OUTSIDE.sub(replace, text), kinds


def _tabs(text: str, size: int) -> str:
    """Tabs in indentations expanded."""
    return "\n".join(
        line[: len(line) - len(body)].expandtabs(size) + body
        for line in text.split("\n")
        for body in [line.lstrip(" \t")]
    )


STARTS = re.compile(r"^(?![\s#)\]}]|else\b|elif\b|except\b|finally\b|$)")


def pieces(text: str) -> list[tuple[int, str]]:
    """Splits text that does not parse at the starts of its top-level statements: [(line, piece)], each tried alone.

    A piece that only lacks its end (a bracket, a quote) is joined with what follows, where that makes it parse.
    """
    lines = text.split("\n")
    starts = [index for index, line in enumerate(lines) if STARTS.match(line)]
    starts = [index for i, index in enumerate(starts) if i == 0 or not lines[starts[i - 1]].startswith("@")]
    bounds = [*starts, len(lines)]
    found, i = [], 0
    while i < len(starts):
        stop = i + 1
        for end in range(i + 1, min(len(bounds), i + 60)):
            error = problem("\n".join(lines[bounds[i] : bounds[end]]))
            if error is None:
                stop = end
                break
            if not re.search(r"never closed|unterminated|unexpected EOF|expected 'except'", error.msg):
                break
        found.append((bounds[i] + 1, "\n".join(lines[bounds[i] : bounds[stop]]).rstrip()))
        i = stop
    return found
