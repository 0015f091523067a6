"""Frames between the processes: what is none is refused, whatever it says."""

import struct

import pytest

from reference.homework.isolation.worker import wire
from reference.homework.isolation.worker.values import Opaque


def _frame(value: object) -> tuple[bytes, bytes]:
    whole = wire.encode(value)
    header, payload = struct.unpack(">QQ", whole[:16])
    assert len(whole) == 16 + header + payload
    return whole[16 : 16 + header], whole[16 + header :]


@pytest.mark.parametrize(
    ("header", "payload"),
    [
        (b'[{"a": 0}, [["O8", [1]]]]', b"12345678"),
        (b'[{"a": 0}, [["f8", [2]]]]', b"12345678"),
        (b'[{"a": 0}, [["f8", [1]]]]', b"1234567890"),
        (b'[{"a": 0}, [["f8", [-1]]]]', b""),
        (b'[{"a": 0}, [["f8", [1152921504606846976]]]]', b""),
        (b'[{"a": 5}, []]', b""),
        (b'[{"z": 0}, []]', b""),
        (b'[{"d": [[[1], 2]]}, []]', b""),
        (b'[{"o": 3}, []]', b""),
        (b"[1]", b""),
        (b"\xff", b""),
        (b"[" * 9000, b""),
        (b'[{}, []]', b""),
    ],
)  # fmt: skip
def test_a_frame_that_is_none_is_refused(header: bytes, payload: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(header, payload)


def test_a_frame_longer_than_allowed_is_refused_before_it_is_read() -> None:
    asked: list[int] = []

    def receive(count: int) -> bytes:
        asked.append(count)
        return struct.pack(">QQ", 1 << 60, 0)

    with pytest.raises(wire.WireError):
        wire.read(receive)
    assert asked == [16]


def test_a_list_inside_itself_ends() -> None:
    loop: list[object] = [1]
    loop.append(loop)
    assert wire.decode(*_frame(loop)) == [1, Opaque("list")]
