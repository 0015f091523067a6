"""Small data in the forms that MNIST comes in, and what is said where there is none."""

import gzip
import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scratch.data import DataError, Dataset
from scratch.mnist import SHA256, load_mnist

Array = np.ndarray[Any, Any]
Arrays = dict[str, Array]
PARTS = list(SHA256)
FILES = {part: f"{part}-idx{3 if part.endswith('images') else 1}-ubyte" for part in PARTS}
NPZ_KEYS = dict(zip(PARTS, ("x_train", "y_train", "x_test", "y_test"), strict=True))


def idx(array: Array) -> bytes:
    head = bytes([0, 0, 8, array.ndim])
    return head + b"".join(struct.pack(">I", n) for n in array.shape) + array.tobytes()


def write_idx(where: Path, arrays: Arrays, *, compress: bool = False, dot: bool = False) -> None:
    where.mkdir(parents=True, exist_ok=True)
    for part, array in arrays.items():
        name = FILES[part].replace("-idx", ".idx") if dot else FILES[part]
        content = idx(array)
        (where / (name + ".gz" * compress)).write_bytes(gzip.compress(content) if compress else content)


def npz(arrays: Arrays) -> bytes:
    buffer = io.BytesIO()
    named: dict[str, Any] = {NPZ_KEYS[part]: array for part, array in arrays.items()}
    np.savez_compressed(buffer, **named)
    return buffer.getvalue()


def write_npz(where: Path, arrays: Arrays) -> None:
    where.mkdir(parents=True, exist_ok=True)
    (where / "mnist.npz").write_bytes(npz(arrays))


def refused(*words: str, **load: Any) -> None:
    """`load_mnist(**load)` raises a DataError of one line that has all the words."""
    with pytest.raises(DataError) as caught:
        load_mnist(**load)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message
    # The exception it was translated from must not be printed along with it.
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def parts_of(data: Dataset) -> Arrays:
    """The arrays as they would stand in files."""
    arrays: list[Array] = [data.x_train, data.t_train, data.x_test, data.t_test]
    return {part: array.astype(np.uint8) for part, array in zip(PARTS, arrays, strict=True)}


def same(data: Dataset, arrays: Arrays) -> None:
    for part, got in parts_of(data).items():
        np.testing.assert_array_equal(got, arrays[part])


def sound(data: Dataset) -> None:
    for x, t in ((data.x_train, data.t_train), (data.x_test, data.t_test)):
        assert x.dtype == np.uint8
        assert t.dtype == np.int64
        assert x.shape == (len(t), 28, 28)
        assert set(np.unique(t)) == set(range(10))
        assert x.flags.c_contiguous
        assert x.flags.writeable
        assert t.flags.writeable
        assert x.min() == 0
        assert x.max() == 255
    assert len(data.fingerprint) == 12
    assert "\n" not in data.source
