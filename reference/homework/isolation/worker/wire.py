"""Values as frames: a JSON header and raw array bytes. Nothing in a frame can carry code, and reading checks all of it.

Frame: "length of the header" "length of the payload" (both 8 bytes, big-endian), header, payload. The header holds the
tree and the dtype and shape of each array; the payload the arrays' bytes in C order, one after the other.
"""

import json
import math
import struct
from collections.abc import Callable
from sys import intern
from typing import Any

from numpy import asarray, complex128, dtype, float64, frombuffer, generic, integer, ndarray, str_

from .values import Name, Opaque, Ref, Stub

LENGTHS = struct.Struct(">QQ")
DTYPES = frozenset(f"{kind}{size}" for kind, sizes in {"i": "1248", "u": "1248", "f": "248"}.items() for size in sizes)
DTYPES |= {"b1", "c8", "c16"}
MAX_HEADER = 64 << 20
MAX_PAYLOAD = 512 << 20
MAX_DEPTH = 40


class WireError(Exception):
    """A frame that is not one: too long, cut off, or with something in it that is not a value."""


def _plain(array: ndarray[Any, Any]) -> ndarray[Any, Any] | None:
    """An array as it is sent, None where it cannot be: objects, texts, records."""
    array = asarray(array)
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        array = array.astype(float64)
    if array.dtype.kind == "c" and array.dtype.itemsize > 16:
        array = array.astype(complex128)
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return array if f"{array.dtype.kind}{array.dtype.itemsize}" in DTYPES else None


class Encoder:
    """Turns a value into a tree for JSON, collecting its arrays. What it does not know becomes Opaque."""

    def __init__(self) -> None:
        self.arrays: list[ndarray[Any, Any]] = []
        self.open: set[int] = set()  # containers being encoded: a list inside itself ends as Opaque

    def tree(self, value: Any) -> Any:
        if value is None or type(value) in (bool, str, float):
            return value
        if type(value) is int and value.bit_length() <= 64:
            return value
        if type(value) is complex:
            return {"c": [value.real, value.imag]}
        if isinstance(value, ndarray | generic):
            return self._array(value)
        if isinstance(value, dict | list | tuple):
            return self._container(value)
        return self._said(value)

    def _array(self, value: Any) -> Any:
        plain = _plain(value)
        if plain is None:
            return str(value) if isinstance(value, str_) else {"o": f"array of {value.dtype.name}"}
        self.arrays.append(plain)
        return {"s" if isinstance(value, generic) else "a": len(self.arrays) - 1}

    def _container(self, value: Any) -> Any:
        if id(value) in self.open or len(self.open) >= MAX_DEPTH:
            return {"o": type(value).__name__}
        self.open.add(id(value))
        try:
            if isinstance(value, dict):
                return {"d": [[_key(key), self.tree(item)] for key, item in list(dict.items(value))]}
            items = [self.tree(item) for item in value]
            return items if isinstance(value, list) else {"t": items}
        finally:
            self.open.discard(id(value))

    def _said(self, value: Any) -> Any:
        if isinstance(value, Ref):
            return {"r": value.path}
        if isinstance(value, Name):
            return {"n": value.name}
        if isinstance(value, Stub):
            return {"stub": value.kind, "with": self.tree(value.arguments)}
        if isinstance(value, Opaque):
            return {"o": value.type_name}
        return {"o": type(value).__name__}


def _key(key: Any) -> int | str:
    """A key of a dict as it is sent: other keys than integers and texts as their text."""
    if isinstance(key, int | integer) and not isinstance(key, bool):
        return int(key)
    return str(key) if isinstance(key, str) else repr(key)[:200]


def encode(value: Any) -> bytes:
    """A frame."""
    encoder = Encoder()
    tree = encoder.tree(value)
    kinds = [[f"{array.dtype.kind}{array.dtype.itemsize}", list(array.shape)] for array in encoder.arrays]
    header = json.dumps([tree, kinds]).encode()
    blobs = [array.tobytes() for array in encoder.arrays]
    return b"".join([LENGTHS.pack(len(header), sum(map(len, blobs))), header, *blobs])


def _arrays(kinds: Any, payload: bytes) -> list[ndarray[Any, Any]]:
    """The arrays of a frame: fresh, writable, C-ordered."""
    arrays, start = [], 0
    for name, shape in kinds:
        if name not in DTYPES or len(shape) > 32 or not all(type(n) is int and 0 <= n < 1 << 40 for n in shape):
            raise WireError(f"an array of {name!r}, shape {shape!r}")
        kind: dtype[Any] = dtype(f"<{name}")
        stop = start + math.prod(shape) * kind.itemsize
        if stop > len(payload):
            raise WireError("arrays longer than their bytes")
        arrays.append(frombuffer(payload[start:stop], kind).reshape(shape).copy())
        start = stop
    if start != len(payload):
        raise WireError("bytes left over")
    return arrays


def _value(tree: Any, arrays: list[ndarray[Any, Any]], depth: int = 0) -> Any:
    """The value a tree stands for."""
    if depth > 3 * MAX_DEPTH:
        raise WireError("a tree too deep")
    if isinstance(tree, list):
        return [_value(item, arrays, depth + 1) for item in tree]
    if isinstance(tree, str):
        return intern(tree)  # students compare words by identity: activation is "relu"
    if not isinstance(tree, dict):
        return tree
    [kind, body], *rest = tree.items()
    match kind:
        case "a":
            return arrays[body]
        case "s":
            return arrays[body][()]
        case "t":
            return tuple(_value(item, arrays, depth + 1) for item in body)
        case "d":
            return {_checked(key, int, str): _value(item, arrays, depth + 1) for key, item in body}
        case "c":
            return complex(*body)
        case "stub":
            return Stub(_checked(body, str), **_value(rest[0][1], arrays, depth + 1))
        case "r" | "n" | "o":
            made: Callable[[str], Any] = {"r": Ref, "n": Name, "o": Opaque}[kind]
            return made(_checked(body, str))
    raise WireError(f"an unknown kind of value: {kind!r}")


def _checked(value: Any, *types: type) -> Any:
    if type(value) not in types:
        raise WireError(f"{type(value).__name__} in place of {' or '.join(t.__name__ for t in types)}")
    return value


def decode(header: bytes, payload: bytes) -> Any:
    """The value in a frame. WireError where it is none."""
    try:
        tree, kinds = json.loads(header)
        return _value(tree, _arrays(kinds, payload))
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
        raise WireError(f"{type(error).__name__}: {error}") from None


def read(receive: Callable[[int], bytes], most: tuple[int, int] = (MAX_HEADER, MAX_PAYLOAD)) -> Any:
    """The next value. `receive(n)` gives exactly n bytes. WireError on a frame that is longer than `most`."""
    header, payload = LENGTHS.unpack(receive(LENGTHS.size))
    if header > most[0] or payload > most[1]:
        raise WireError("more than an answer can be")
    return decode(receive(header), receive(payload))
