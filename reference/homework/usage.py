"""What a function does with one of its parameters: the keys it reads, the names it takes it apart into."""

import ast
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

# letters of gates and the like that keys are put together from: params["W" + gate]
LONGEST_WORD = 8
DEEPEST = 3


@dataclass
class Uses:
    """`keys` are read by name; `guessed` are put together as the function runs; `parts`: what it is unpacked into."""

    keys: list[str] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    parts: tuple[str, ...] = ()


def uses(function: ast.FunctionDef, name: str, functions: Mapping[str, ast.FunctionDef]) -> Uses:
    """What becomes of the parameter called `name`, in the function and in those of the file that it is handed on to.

    `functions` are those of the file by their names, those that lie in a class as `Name.function`.
    """
    found = Uses()
    _collect(function, name, functions, list(_words(function)), found, DEEPEST)
    return found


def _collect(
    function: ast.FunctionDef,
    name: str,
    functions: Mapping[str, ast.FunctionDef],
    words: list[str],
    found: Uses,
    depth: int,
) -> None:
    for node in _nodes(function):
        match node:
            case ast.Subscript(value=ast.Name(id=who), slice=where) if who == name:
                _key(where, words, found)
            case ast.Attribute(value=ast.Name(id=who), attr=attr) if who == name:
                found.attributes.append(attr)
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=who), attr="get" | "pop" | "setdefault"),
                args=[ast.Constant(value=str(key)), *_],
            ) if who == name:
                found.keys.append(key)
            case ast.Assign(
                targets=[ast.Tuple(elts=parts)],
                value=ast.Name(id=who) | ast.IfExp(body=ast.Name(id=who)) | ast.IfExp(orelse=ast.Name(id=who)),
            ) if who == name:
                if all(isinstance(each, ast.Name) for each in parts):
                    found.parts = tuple(each.id for each in parts if isinstance(each, ast.Name))
            case ast.Assign(targets=[ast.Name(id=alias)], value=ast.Name(id=who)) if depth and who == name != alias:
                _collect(function, alias, functions, words, found, 0)
            case ast.Call(func=ast.Name() | ast.Attribute(value=ast.Name()) as called, args=args) if (
                depth and ast.unparse(called) in functions
            ):
                other = functions[ast.unparse(called)]
                theirs = [a.arg for a in other.args.args]
                for arg, inner in zip(args, theirs, strict=False):
                    if isinstance(arg, ast.Name) and arg.id == name:
                        _collect(other, inner, functions, [*words, *_words(other)], found, depth - 1)


@functools.lru_cache(maxsize=512)
def _nodes(function: ast.FunctionDef) -> tuple[ast.AST, ...]:
    """All of a function, which is looked through for each of its parameters."""
    return tuple(ast.walk(function))


def _key(where: ast.expr, words: list[str], found: Uses) -> None:
    """A key that is read: plain, or a prefix and one of the words of the function."""
    match where:
        case ast.Constant(value=str(key)):
            found.keys.append(key)
        case ast.BinOp(left=ast.Constant(value=str(prefix)), op=ast.Add()):
            found.guessed += [prefix + word for word in words]
        case ast.JoinedStr(values=[ast.Constant(value=str(prefix)), ast.FormattedValue()]):
            found.guessed += [prefix + word for word in words]


def _words(function: ast.FunctionDef) -> Iterator[str]:
    """Short strings of a function, and the letters of those it loops over."""
    for node in _nodes(function):
        match node:
            case ast.Constant(value=str(word)) if word.isalnum() and len(word) <= LONGEST_WORD:
                yield word
            case ast.For(iter=ast.Constant(value=str(some))) | ast.comprehension(iter=ast.Constant(value=str(some))):
                yield from some
