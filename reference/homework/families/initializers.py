"""Initializers, recognised by their names."""

from reference.homework.family import Family
from reference.homework.initializers import examine_initializer

END = r"(init\w*|weights?|scratch|fn|func)?"


def _initializer(kind: str, names: str, pairs: tuple[str, ...], functions: str = "") -> Family:
    """`kind` is one of those in initializers.py; `pairs` are what a person may call it."""
    return Family(
        kind,
        classes=names,
        functions=functions or names,
        pairs=pairs,
        rank=12,
        examine=examine_initializer,
    )


def _scaled(kind: str, name: str, pairs: tuple[str, ...]) -> tuple[Family, Family, Family]:
    """A family by its name alone, and those of its uniform and its normal distribution."""
    begin = r"(init(iali[sz]e)?(weights?|parameters?|params?)?|my|scratch)?"
    return (
        _initializer(kind, f"{begin}{name}{END}", pairs),
        _initializer(f"{kind}_uniform", f"{begin}({name}uniform|uniform{name}){END}", ()),
        _initializer(f"{kind}_normal", f"{begin}({name}normal|normal{name}){END}", ()),
    )


GAUSSIAN = _initializer(
    "gaussian",
    r"(simple|gaussian|normal|random|randomnormal|weight|gauss|small)(weight)?init\w*|initiali[sz]er|gaussian",
    ("random_normal",),
)
HE, HE_UNIFORM, HE_NORMAL = _scaled("he", r"(he|kaiming)", ("he_normal", "he_uniform"))
XAVIER, XAVIER_UNIFORM, XAVIER_NORMAL = _scaled("xavier", r"(xavier|xav)", ("xavier_normal",))
GLOROT, GLOROT_UNIFORM, GLOROT_NORMAL = _scaled("glorot", r"glorot", ("glorot_normal", "glorot_uniform"))
LECUN, LECUN_UNIFORM, LECUN_NORMAL = _scaled("lecun", r"lecun", ("lecun_normal", "lecun_uniform"))
TRUNCATED = _initializer(
    "truncated_normal",
    rf"(init(iali[sz]e)?|my|get|sample)?(truncated_?normal|trunc_?normal|normal_?truncated){END}",
    (),
)
ORTHOGONAL = _initializer("orthogonal", rf"(init(iali[sz]e)?|my|get|random)?(orthogonal|ortho)(matrix)?{END}", ())
UNIFORM = _initializer("random_uniform", r"(random)?uniforminit\w*|randomuniform\w*", ())
