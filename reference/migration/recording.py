"""The constructors that are called while a twin is built, with their arguments."""

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any


@dataclass
class Calls:
    """The constructors called while recording, by the identity of what they made."""

    made: dict[int, tuple[Any, list[Any], dict[str, Any]]] = field(default_factory=dict)
    functions: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)

    def see(self, frame: FrameType, event: str, _: Any) -> None:
        if event != "call":
            return
        code = frame.f_code
        if frame.f_globals.get("__name__") == "torch.nn.init" and code.co_name.endswith("_"):
            self.functions.append((frame.f_globals.get(code.co_name), dict(frame.f_locals)))
        if code.co_name != "__init__":
            return
        more = code.co_argcount + code.co_kwonlyargcount
        names = code.co_varnames[:more]
        if not names:
            return
        made = frame.f_locals[names[0]]
        if id(made) in self.made:  # the class that is called comes before those it is derived from
            return
        positional: list[Any] = []
        keywords = {name: frame.f_locals[name] for name in names[1:]}
        if code.co_flags & inspect.CO_VARARGS:
            positional = list(frame.f_locals[code.co_varnames[more]])
            more += 1
            if positional:  # what comes before them is by position too
                before = names[1 : code.co_argcount]
                positional = [*(keywords.pop(name) for name in before), *positional]
        if code.co_flags & inspect.CO_VARKEYWORDS:
            keywords |= frame.f_locals[code.co_varnames[more]]
        self.made[id(made)] = made, positional, keywords


@contextmanager
def recording() -> Iterator[Calls]:
    """What is constructed inside is recorded with its arguments."""
    calls, before = Calls(), sys.getprofile()
    sys.setprofile(calls.see)
    try:
        yield calls
    finally:
        sys.setprofile(before)
