"""Functions that are several in one, and are told by a word which: `activation(x, "relu")`."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from reference.homework.methods import Method
from reference.homework.roles import plain
from reference.homework.subject import Subject

WORDS = re.compile(r"[A-Za-z][\w -]*")


def by_kind(subject: Subject) -> Iterator[Subject]:
    """A function once for each of the words that it compares a parameter with; nothing for any other subject."""
    if subject.made or subject.forward is None:
        return
    parameter, words = _compared(subject.forward)
    if len(words) < 2:
        return
    back = _compared(subject.backward)[0] if subject.backward else ""
    names = "|".join(re.escape(plain(name)) for name in dict.fromkeys((parameter, back)) if name)
    if subject.backward is not None and not back:
        return
    for word in words:
        symbol = replace(subject.symbol, name=f"{subject.name}[{word}]")
        forward = replace(subject.forward, name=symbol.name)
        backward = replace(subject.backward, name=f"{subject.backward.name}[{word}]") if subject.backward else None
        yield replace(subject, symbol=symbol, forward=forward, backward=backward, kind=(names, word))


def _compared(method: Method) -> tuple[str, list[str]]:
    """The parameter that is compared with most words, and these: in comparisons, `match`, and the keys of a dict."""
    found: dict[str, list[str]] = {parameter.name: [] for parameter in method.parameters}
    for node in ast.walk(method.node):
        match node:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.In()], comparators=[right]):
                for name, words in ((_name(left), _words(right)), (_name(right), _words(left))):
                    found.get(name, []).extend(words[:1])
            case ast.Match(subject=asked, cases=cases):
                values = [case.pattern.value for case in cases if isinstance(case.pattern, ast.MatchValue)]
                found.get(_name(asked), []).extend(word for value in values for word in _words(value))
            case ast.Subscript(value=ast.Dict(keys=keys), slice=asked):
                found.get(_name(asked), []).extend(word for key in keys if key for word in _words(key))
    name = max(found, key=lambda each: len(found[each]), default="")
    return (name, list(dict.fromkeys(found[name]))) if name and found[name] else ("", [])


def _name(node: ast.expr) -> str:
    """A parameter as it is compared: `kind`, `kind.lower()`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _name(node.func.value)
    return node.id if isinstance(node, ast.Name) else ""


def _words(node: ast.expr) -> list[str]:
    """The words that something is compared with; of several in a list any will do."""
    items = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    constants = [item.value for item in items if isinstance(item, ast.Constant)]
    return [value for value in constants if isinstance(value, str) and WORDS.fullmatch(value)]
