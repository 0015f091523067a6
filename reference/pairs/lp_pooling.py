"""Pooling by the p-norm and its twins, built as those of `reference.pairs.pooling`."""

from types import SimpleNamespace
from typing import Any

from reference.fills import constant, normal
from reference.pair import Case, Pair, Twin
from reference.pairs.convolution import channels_first
from reference.pairs.pooling import common_cases, draw_windows, last, sizes_of
from scratch import lp_pooling


def _torch(rank: int) -> Any:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch.pooling import LpPool

        return LpPool(o.p, *sizes_of(o, rank), o.padding, o.ceil_mode)

    return build


def _keras(rank: int) -> Any:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras.pooling import lp_pool

        return lambda x: lp_pool(x, o.p, *sizes_of(o, rank), o.padding, o.ceil_mode)

    return build


def _lp(rank: int) -> Pair:
    def at(*values: Any) -> tuple[Any, ...]:
        return last(rank, *values)

    def own(torch: Any, o: SimpleNamespace) -> Any:
        pool = getattr(torch.nn, f"LPPool{rank}d")(o.p, o.kernel, o.stride, o.ceil_mode)
        return lambda x: pool(x.abs())

    x = {"x": normal(2, *at(5, 6, 7), 3)}
    return Pair(
        f"lp_pool{rank}d",
        getattr(lp_pooling, f"LpPool{rank}D"),
        torch=Twin(
            _torch(rank),
            layout=channels_first(rank),
            likeness="composed",
            reason=f"LPPool{rank}d of |x|: for odd p PyTorch's own gives NaN or a wrong sign on negative inputs",
        ),
        keras=Twin(
            _keras(rank), likeness="composed", reason="sum pooling of |x|**p, then its root; Keras has no Lp pooling"
        ),
        cases=(
            *common_cases(rank),
            Case("p1", x, {"kernel": 2, "p": 1.0}),
            Case("p3", x, {"kernel": at(2, 3, 2), "p": 3.0}),
            Case("p4.5-same", x, {"kernel": 3, "stride": 2, "padding": "same", "p": 4.5}),
            Case(
                "torch-own-ceil",
                x,
                {"kernel": 2, "ceil_mode": True},
                frameworks=("torch",),
                differs={"y": 0.01, "dx": 0.01},
                twins={"torch": Twin(own, layout=channels_first(rank))},
                reason="PyTorch takes what a window past the end holds for a mean of it, times a whole window's size",
            ),
            Case("all-zero", {"x": constant(2, *at(4, 6, 5), 3)}, {"kernel": at(2, 2, 3)}, smooth=False),
        ),
        draw=draw_windows(rank, p=(1.0, 2.0, 3.0, 4.5)),
    )


LP_POOL1D, LP_POOL2D, LP_POOL3D = (_lp(rank) for rank in (1, 2, 3))
