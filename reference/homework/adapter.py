"""Adapters: a few lines of TOML that say how to call what cannot be told from names.

[Thing]
pair = "dense"
forward = "run"
backward = "back"

[Thing.parameters]
a = "n_in"
b = "n_out"
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from reference.errors import RequestError
from reference.homework.methods import Method
from reference.homework.reading.submission import Submission
from reference.homework.roles import Parameter
from reference.homework.subject import Subject, subjects


@dataclass(frozen=True)
class Adapter:
    """How one symbol is called: its pair, its methods, and the role of each parameter by name."""

    pair: str = ""
    forward: str = ""
    backward: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


def read_adapter(path: Path) -> dict[str, Adapter]:
    """The adapters of a file by symbol. Raises RequestError with one line that says what is wrong in it."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = str(error)
        if isinstance(error, OSError):
            why = (error.strerror or why).lower()
        elif isinstance(error, UnicodeDecodeError):
            why = "it is no text in UTF-8"
        raise RequestError(f"{path} cannot be read as an adapter: {why}.  (crosscheck adapter FILE)") from None
    adapters = {}
    for symbol, table in tables.items():
        if not isinstance(table, dict):
            raise RequestError(f"{path}: '{symbol}' is no table, expected [{symbol}] with pair, forward, backward")
        known = {"pair", "forward", "backward", "parameters"}
        if unknown := sorted(table.keys() - known):
            raise RequestError(f"{path}: [{symbol}] has '{unknown[0]}', expected {', '.join(sorted(known))}")
        for key in ("pair", "forward", "backward"):
            if not isinstance(table.get(key, ""), str):
                raise RequestError(f"{path}: {key} in [{symbol}] is {table[key]!r}, expected a text")
        parameters = table.get("parameters", {})
        if not isinstance(parameters, dict) or not all(isinstance(role, str) for role in parameters.values()):
            raise RequestError(f'{path}: [{symbol}.parameters] needs a text for each parameter, such as a = "n_in"')
        adapters[symbol] = Adapter(**table)
    return adapters


def adapted(subject: Subject, adapter: Adapter) -> Subject:
    """The subject as the adapter says. Raises RequestError for a method that is not there."""

    def with_roles(parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
        return tuple(replace(p, role=adapter.parameters.get(p.name, p.role)) for p in parameters)

    def chosen(name: str, usual: Method | None) -> Method | None:
        if name and name not in subject.methods:
            has = ", ".join(subject.methods) or "none"
            raise RequestError(f"{subject.name} has no method '{name}'. It has: {has}")
        method = subject.methods[name] if name else usual
        return replace(method, parameters=with_roles(method.parameters)) if method else None

    return replace(
        subject,
        init=with_roles(subject.init),
        forward=chosen(adapter.forward, subject.forward),
        backward=chosen(adapter.backward, subject.backward),
    )


HEAD = """\
# How to call what crosscheck cannot tell by itself.
# pair: what it is (crosscheck list). forward, backward: its methods. parameters: what each is:
#   x, dy, y, t (targets), cache, lr, h_0; weight w, weight b, weight w_x, ...; optimizer, initializer;
#   or an option of the pair: n_in, n_out, kernel, stride, padding, ...
# Give it to: crosscheck check FILE --adapter THIS_FILE
"""


def template(submission: Submission, symbol: str = "") -> str:
    """An adapter for all symbols of a submission, or for one, with what was understood filled in."""
    from reference.homework.check import candidates_of

    found = [s for s in subjects(submission) if symbol in ("", s.name)]
    if not found and not symbol:
        raise RequestError(f"{submission.path} defines no class and no function: nothing to adapt")
    if not found:
        names = ", ".join(submission.symbols) or "nothing"
        raise RequestError(f"{submission.path} defines no '{symbol}'. It has: {names}")
    blocks = [HEAD]
    for subject in found:
        families = candidates_of(subject, "")
        lines = [f"[{subject.name}]", f'pair = "{families[0].name if families else ""}"']
        for part, method in (("forward", subject.forward), ("backward", subject.backward)):
            if subject.is_class:
                lines.append(f'{part} = "{method.name if method else ""}"')
        spots = [*subject.init, *(p for m in (subject.forward, subject.backward) if m for p in m.parameters)]
        lines.append(f"[{subject.name}.parameters]")
        lines += [f'# {name} = ""' for name in dict.fromkeys(p.name for p in spots)]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)
