"""What a run learns from: the `Dataset`, its preprocessing, its mini-batches, and the small embedded default.

Finding, reading and verifying MNIST is the business of `scratch.mnist`.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Indices = npt.NDArray[np.int64]

N_CLASSES = 10
DIGITS_TEST = 297  # of the 1,797 embedded images; 1,500 remain to train on


class DataError(Exception):
    """The data cannot be used. The message is one line: what came, what was expected, what to do."""


@dataclass(frozen=True, eq=False)  # arrays have no single truth value; compare fingerprints instead
class Dataset:
    """Images of digits with their labels, split into a training and a test set.

    x_train: (n, 28, 28) uint8     t_train: (n,) int64, 0..9
    x_test:  (m, 28, 28) uint8     t_test:  (m,) int64, 0..9

    source: one line that says where the images came from; fingerprint: 12 hex digits of the content's hash.
    """

    x_train: npt.NDArray[np.uint8]
    t_train: npt.NDArray[np.int64]
    x_test: npt.NDArray[np.uint8]
    t_test: npt.NDArray[np.int64]
    source: str
    is_mnist: bool
    fingerprint: str


def idx_digest(array: npt.NDArray[np.uint8]) -> str:
    """SHA-256 (64 hex digits) of the IDX file that would hold `array` (uint8, any rank).

    The header is rebuilt from the shape, so arrays from any container compare with hashes of IDX files.
    """
    digest = hashlib.sha256(struct.pack(f">{1 + array.ndim}I", 0x0800 | array.ndim, *array.shape))
    digest.update(np.ascontiguousarray(array).reshape(-1).data)
    return digest.hexdigest()


def fingerprint(digests: Iterable[str]) -> str:
    """12 hex digits that stand for the arrays with these digests, in this order."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:12]


def embedded_digits(source: str = "embedded digits of scikit-learn brought to 28x28") -> Dataset:
    """scikit-learn's 1,797 handwritten digits as 1,500 + 297 images 28x28; the same on every machine.

    Raises DataError when scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise DataError(
            f"the embedded digits need scikit-learn, which cannot be imported ({error}): "
            "install scikit-learn, or give a folder that holds MNIST"
        ) from None
    small, labels = load_digits(return_X_y=True)
    x = _enlarge(small.reshape(-1, 8, 8).astype(np.int64))
    t = labels.astype(np.int64)
    train, test = _stratified_split(t, DIGITS_TEST, seed=0)
    arrays = x[train], t[train], x[test], t[test]
    digests = [idx_digest(array.astype(np.uint8)) for array in arrays]
    return Dataset(*arrays, source=source, is_mnist=False, fingerprint=fingerprint(digests))


def _enlarge(small: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """(n, 8, 8) integers 0..16 -> (n, 28, 28) uint8 0..255: bilinear to 20x20, centred as in MNIST.

    In integers throughout (weights in tenths), so that no BLAS or rounding mode can change a pixel.
    """
    weights = np.zeros((20, 8), np.int64)
    for i in range(20):
        tenths = min(max(4 * i - 3, 0), 70)  # ten times (i + 1/2) * 8/20 - 1/2, the place in the small image
        left, right = tenths // 10, min(tenths // 10 + 1, 7)
        weights[i, left] += 10 - tenths % 10
        weights[i, right] += tenths % 10
    sixteen_hundredths = weights @ small @ weights.T
    x = np.zeros((len(small), 28, 28), np.uint8)
    x[:, 4:24, 4:24] = (sixteen_hundredths * 255 + 800) // 1600  # 800: round to the nearest
    return x


def _stratified_split(t: npt.NDArray[np.int64], n_test: int, seed: int) -> tuple[Indices, Indices]:
    """Shuffled indices (train, test), every class in both in its share of the whole."""
    order = np.random.default_rng(seed).permutation(len(t))
    place = np.empty(len(t))  # how far down its own class an image stands: 0 first, 1 last
    for label in np.unique(t):
        members = np.flatnonzero(t[order] == label)
        place[members] = (np.arange(len(members)) + 0.5) / len(members)
    in_test = np.zeros(len(t), bool)
    in_test[np.argsort(place, kind="stable")[:n_test]] = True
    return order[~in_test], order[in_test]


def standardise(x_train: Array, x_test: Array, dtype: npt.DTypeLike) -> tuple[Array, Array]:
    """`(x - mean) / std` with one scalar mean and std, those of the training images; shapes are kept.

    Computed in float64 and rounded to `dtype` once. Raises ValueError when the training images are all alike
    (std 0) or `dtype` is not a floating one.
    """
    dtype = _floating(dtype)
    mean, std = np.mean(x_train, dtype=np.float64), np.std(x_train, dtype=np.float64)
    if not std > 0:
        raise ValueError(f"standardise: the training images have standard deviation {std}, expected above 0")

    def apply(x: Array) -> Array:
        z = x.astype(np.float64)
        z -= mean  # in place: the training images alone take 376 MB in float64
        z /= std
        return z.astype(dtype, copy=False)

    return apply(x_train), apply(x_test)


def scale_01(x: Array, dtype: npt.DTypeLike) -> Array:
    """`x / 255`: pixels 0..255 to 0..1; the shape is kept. Raises ValueError unless `dtype` is floating."""
    dtype = _floating(dtype)
    scaled: Array = np.asarray(x, dtype) / dtype.type(255)
    return scaled


def one_hot(t: Array, n_classes: int, dtype: npt.DTypeLike) -> Array:
    """t: (n,) integer labels -> (n, n_classes) with a single 1 in each row.

    Raises ValueError for labels that are not integers or lie outside 0..n_classes-1.
    """
    t = np.asarray(t)
    if t.ndim != 1 or t.dtype.kind not in "iu":
        raise ValueError(f"one_hot: labels of shape {t.shape} and dtype {t.dtype}, expected (n,) integers")
    if t.size and not 0 <= t.min() <= t.max() < n_classes:
        raise ValueError(f"one_hot: labels {t.min()}..{t.max()}, expected 0..{n_classes - 1}")
    rows = np.zeros((len(t), n_classes), dtype)
    rows[np.arange(len(t)), t] = 1
    return rows


def _floating(dtype: npt.DTypeLike) -> np.dtype[Any]:
    found = np.dtype(dtype)
    if found.kind != "f":
        raise ValueError(f"dtype {found} received, a floating one expected, such as float32 or float64")
    return found


class MiniBatches:
    """Iterates over (x_batch, t_batch) in a seeded order.

    x: (n, ...), t: (n, ...) -> batches (batch_size, ...), (batch_size, ...)

    Every pass is an epoch and, with `reshuffle`, has an order of its own. The order depends on the seed and
    the number of the epoch alone, so `indices(k)` and `batches(k)` give epoch k without those before it. The
    last, incomplete batch is kept unless `drop_last`. With `with_replacement` each of the `steps` batches (as
    many as one pass has, if not given) is a fresh sample of `batch_size` rows.

    Raises ValueError for arguments that make no batches.
    """

    def __init__(
        self,
        x: Array,
        t: Array,
        batch_size: int = 10,
        seed: int = 0,
        *,
        reshuffle: bool = True,
        drop_last: bool = False,
        with_replacement: bool = False,
        steps: int | None = None,
    ) -> None:
        x, t = np.asarray(x), np.asarray(t)
        if x.ndim == 0 or t.ndim == 0 or len(x) != len(t):
            raise ValueError(f"x of shape {x.shape} and t of shape {t.shape}: expected equal first axes")
        if len(x) == 0:
            raise ValueError("x and t hold no samples, expected at least 1")
        if batch_size < 1:
            raise ValueError(f"batch_size {batch_size}, expected at least 1")
        if seed < 0:
            raise ValueError(f"seed {seed}, expected 0 or more")
        if steps is not None and not with_replacement:
            raise ValueError(f"steps {steps} without with_replacement=True: a pass ends with the samples")
        if steps is not None and steps < 1:
            raise ValueError(f"steps {steps}, expected at least 1")
        if drop_last and not with_replacement and batch_size > len(x):
            raise ValueError(f"batch_size {batch_size} with drop_last leaves no batch of {len(x)} samples")
        self.x, self.t = x, t
        self.batch_size, self.seed = batch_size, seed
        self.reshuffle, self.with_replacement = reshuffle, with_replacement
        whole, rest = divmod(len(x), batch_size)
        self._steps = steps or whole + (rest > 0 and not drop_last)
        self._begun = 0

    @property
    def epoch(self) -> int:
        """The number, from 0, of the epoch begun last (0 before the first)."""
        return max(self._begun - 1, 0)

    def __len__(self) -> int:
        """Batches in an epoch."""
        return self._steps

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        """The next epoch."""
        self._begun += 1
        return self.batches(self.epoch)

    def __getitem__(self, i: int) -> tuple[Array, Array]:
        """Batch `i` of the epoch begun last; negative `i` counts from the end. Raises IndexError."""
        rows = next(self.indices(self.epoch, range(self._steps)[i]))
        return self.x[rows], self.t[rows]

    def batches(self, epoch: int, start: int = 0) -> Iterator[tuple[Array, Array]]:
        """The batches of one epoch, from number `start` on."""
        return ((self.x[rows], self.t[rows]) for rows in self.indices(epoch, start))

    def indices(self, epoch: int, start: int = 0) -> Iterator[Indices]:
        """The rows of each batch of one epoch, (batch_size,) int64, from batch number `start` on."""
        if epoch < 0 or start < 0:
            raise ValueError(f"epoch {epoch}, start {start}: both count from 0")
        stream = (self.seed, epoch if self.reshuffle else 0)
        if self.with_replacement:
            return (self._sample((*stream, step)) for step in range(start, self._steps))
        order = np.random.default_rng(stream).permutation(len(self.x))
        size = self.batch_size
        return (order[i * size : (i + 1) * size] for i in range(start, self._steps))

    def _sample(self, stream: tuple[int, ...]) -> Indices:
        # A generator per step, so that a run can be resumed at any step without drawing those before it.
        return np.random.default_rng(stream).integers(len(self.x), size=self.batch_size)
