"""Learning-rate schedules, recognised by their names."""

from reference.homework.family import NEVER, Family
from reference.homework.optimizers.plateau import examine_plateau
from reference.homework.optimizers.schedule_rules import RULES
from reference.homework.optimizers.schedules import examine_schedule

END = r"(lr|learningrate|schedule\w*|scheduler|decay)?"


def _schedule(pair: str, names: str, pairs: tuple[str, ...] = (), rank: int = 12) -> Family:
    return Family(
        pair,
        classes=names,
        functions=names,
        pairs=pairs,
        rank=rank,
        examine=examine_schedule,
    )


STEP = _schedule("step_decay", rf"\w*(step|staircase)(decay|lr){END}|steplr")
EXPONENTIAL = _schedule("exponential_decay", rf"(lr)?exp(onential)?(decay|lr|schedule|anneal\w*){END}|factorschedul\w*")
INVERSE = _schedule("inverse_time_decay", rf"(inverse)?time(based)?decay{END}|inv(erse\w*)?decay{END}|hyperbolicdecay")
COSINE = _schedule("cosine_decay", rf"(?!.*warm)(lr)?cos(ine)?(anneal\w*|decay|lr|schedul\w*){END}")
POLYNOMIAL = _schedule(
    "polynomial_decay", rf"poly(nomial)?(decay|lr|schedule){END}|linear(decay|lrdecay|anneal\w*){END}"
)
WARMUP = _schedule("linear_warmup", rf"(?!.*cos)(linear)?warmup(linear)?{END}|lrwarmup")
WARMUP_COSINE = _schedule("warmup_cosine_decay", r"\w*warmup\w*cos\w*|cos\w*warmup\w*")
MULTI_STEP = _schedule("multi_step_decay", r"multistep\w*|piecewisedecay\w*")
RESTARTS = _schedule(
    "cosine_restarts", r"(?!.*warm_?up)(\w*cos\w*restarts?\w*|sgdr\w*|(cos\w*)?warm_?restarts\w*)", rank=13
)
CYCLIC = _schedule("cyclic", rf"(triangular|cyclic(al)?){END}")
PIECES = _schedule("piecewise_constant", rf"piecewise(constant)?{END}")
NOAM = _schedule(
    "inverse_square_root",
    rf"noam\w*|(inv(erse)?)?(sqrt|squareroot)(schedul\w*|decay|lr){END}|inv(erse)?(sqrt|squareroot)|transformer(lr|schedule\w*)",
)
ANY = _schedule(
    "schedule",
    r"(update|get|adjust|decay|schedule|compute|calc\w*|anneal)?(lr|learningrate)(decay|schedule\w*|at\w*)?|(lr|rate)?schedule(r|lr)?",
    tuple(RULES),
    rank=11,
)
PLATEAU = Family(
    "plateau",
    classes=r"(my)?(reduce)?(lr)?(on)?plateau\w*",
    functions=NEVER,
    rank=13,
    examine=examine_plateau,
)
