"""Clipping of gradients, recognised by its name."""

from reference.homework.family import Family
from reference.homework.optimizers.clipping import CLIPS, examine_clipping


def _clipping(pair: str, names: str, pairs: tuple[str, ...] = (), rank: int = 12) -> Family:
    return Family(
        pair,
        classes=names,
        functions=names,
        pairs=pairs,
        rank=rank,
        examine=examine_clipping,
    )


VALUE = _clipping("clip_by_value", r"\w*clip\w*value\w*|value_?clip\w*")
NORM = _clipping("clip_by_norm", r"(?!.*global)(\w*clip\w*norm\w*|norm_?clip\w*)")
GLOBAL_NORM = _clipping("clip_by_global_norm", r"\w*clip\w*globalnorm\w*|globalnorm_?clip\w*")
ANY = _clipping("clipping", r"(grad(ient)?s?)?clip(per|ping)?(all)?(grad(ient)?s?)?", tuple(CLIPS), rank=11)
