"""One table of a TOML file, read key by key; every mistake is one line with the file, the table and the key."""

import difflib
import math
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from reference.errors import RequestError

REQUIRED = object()


class Table:
    """What is taken is remembered; `close` complains about the rest. All methods raise RequestError."""

    def __init__(self, file: str, name: str, values: Mapping[str, Any]) -> None:
        self.file, self.name, self._values = file, name, values
        self._asked: set[str] = set()

    def take(self, key: str, default: Any = REQUIRED) -> Any:
        """The value of a key as it is."""
        self._asked.add(key)
        if key not in self._values and default is REQUIRED:
            self._missing(key)
        return self._values.get(key, default)

    def text(self, key: str, default: Any = REQUIRED) -> str:
        """One line of text, not empty."""
        value = self.take(key, default)
        if value is default:
            return str(value)
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            self.fail(key, f"got {value!r}, expected one line of text")
        return value.strip()

    def number(self, key: str, least: float, most: float, default: Any = REQUIRED) -> float:
        """A number from `least` to `most`."""
        value = self.take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.fail(key, f"got {value!r}, expected a number")
        if not least <= value <= most:
            self.fail(key, f"got {value:g}, expected a number from {least:g} to {most:g}")
        return float(value)

    def whole(self, key: str, least: int, most: int, default: Any = REQUIRED) -> int:
        """A whole number from `least` to `most`."""
        value = self.take(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.fail(key, f"got {value!r}, expected a whole number from {least} to {most}")
        return value

    def flag(self, key: str) -> bool:
        """true or false; false where it is not there."""
        value = self.take(key, False)
        if not isinstance(value, bool):
            self.fail(key, f"got {value!r}, expected true or false")
        return value

    def choice(self, key: str, among: Sequence[str], default: str) -> Any:
        """One of some words."""
        value = self.take(key, default)
        if value not in among:
            self.fail(key, f"got {value!r}, expected one of {', '.join(among)}")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """A list of names of packages; empty where it is not there."""
        value = self.take(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) and each.isidentifier() for each in value):
            self.fail(key, f"got {value!r}, expected a list of names of packages")
        return tuple(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A text or a list of texts; empty where it is not there."""
        value = self.take(key, [])
        listed = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str) and each for each in listed):
            self.fail(key, f"got {value!r}, expected a text or a list of texts")
        return tuple(listed)

    def tables(self, key: str) -> list[dict[str, Any]]:
        """An array of tables, [[key]], with at least one."""
        value = self.take(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.fail(key, f"got {value!r}, expected tables that begin with [[{key}]]")
        if not value:
            self._missing(key, f", expected at least one table that begins with [[{key}]]")
        return value

    def _missing(self, key: str, what: str = "") -> NoReturn:
        """A misspelt key explains a missing one."""
        close = difflib.get_close_matches(key, set(self._values) - self._asked, n=1)
        self.fail(key, f"is missing{what}{f'; {close[0]} is there instead' if close else ''}")

    def close(self) -> None:
        """Complain about a key that nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                close = difflib.get_close_matches(key, self._asked - set(self._values), n=1)
                self.fail(key, f"is not a key of this table{f', perhaps {close[0]}' if close else ''}")

    def fail(self, key: str, what: str) -> NoReturn:
        raise RequestError(f"{self.file}, {self.name}, {key}: {what}")
