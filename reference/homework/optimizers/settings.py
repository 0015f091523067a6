"""The hyper-parameters of an optimizer: which parameter is which, and the numbers that code has for the others."""

import ast
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reference.homework.optimizers.forms import is_gradient
from reference.homework.roles import Parameter, means

# what a setting is given where the code lets it be given: unlike any default, and epsilon so large that its place shows
EXPLICIT: Mapping[str, Any] = {
    "lr": 0.047,
    "momentum": 0.83,
    "rho": 0.87,
    "betas": (0.81, 0.953),
    "beta_1": 0.81,
    "beta_2": 0.953,
    "epsilon": 1.3e-4,
    "weight_decay": 0.11,
    "dampening": 0.0,
    "initial_accumulator": 0.0,
    "lr_decay": 0.29,
    "velocity": 0.71,
    "centered": False,
    "decrease": 0.43,
    "increase": 1.37,
    "smallest": 0.021,
    "largest": 0.083,
}
RATE = r"(init(ial)?|base|my)?(lr|learningrate|learnrate|learning|lrate|eta|stepsize|rate)(0|init|ate)?"
# a setting of any optimizer, by names that say nothing else
COMMON = {
    "lr": RATE,
    "epsilon": r"eps\w*|e|delta|small\w*|fuzz",
    "betas": r"betas",
    "weight_decay": r"weightdecay\w*|wd|l2\w*|lambd\w*|lam|lmbda|reg\w*|decoupledweightdecay",
    "dampening": r"dampening",
    "initial_accumulator": r"initial(accumulator|acc)?(value)?|accumulatorinit\w*|initacc\w*",
    "lr_decay": r"lrdecay\w*|learningratedecay",
    "centered": r"centered|centred",
    "nesterov": r"nesterov|nag|usenesterov",
    "amsgrad": r"ams\w*",
    "momentum_decay": r"momentumdecay|psi|scheduledecay",
}
BETA_1 = r"(beta|b|rho|mu|decay|decayrate|gamma|momentum)_?(1|one|m)"
BETA_2 = r"(beta|b|rho|mu|decay|decayrate|gamma|momentum)_?(2|two|v)|rho"
VELOCITY = r"momentum\w*|mu|mom|friction|velocitydecay"
DECAY = r"rho|decayrate|forget\w*|smoothing"
LOOSE = r"beta[12]?|rho|gamma|alpha|mu|b|a|m|d|decay(rate)?|momentum"
# what a pair has of its own: by names that say it, and by names that may say it where those are not there
OWN: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "momentum": ({"momentum": VELOCITY}, {"momentum": LOOSE}),
    "nesterov": ({"momentum": VELOCITY}, {"momentum": LOOSE}),
    "rmsprop": ({"rho": DECAY}, {"rho": LOOSE, "velocity": r"momentum|mu"}),
    "adadelta": ({"rho": DECAY}, {"rho": LOOSE}),
    "adagrad": ({}, {}),
    "sgd": ({"momentum": r"momentum|mu|mom"}, {"momentum": r"beta"}),
    "rprop": (
        {
            "decrease": r"(eta|n|alpha|factor|step)?(minus|neg|dec(rease)?|down|shrink)(factor|rate)?|eta1",
            "increase": r"(eta|n|alpha|factor|step)?(plus|pos|inc(rease)?|up|grow)(factor|rate)?|eta2",
            "smallest": r"(delta|step|lr|d)?_?(size)?_?(min\w*|smallest)|min(delta|step|lr)\w*",
            "largest": r"(delta|step|lr|d)?_?(size)?_?(max\w*|largest)|max(delta|step|lr)\w*",
            "lr": rf"{RATE}|(delta|step|d)(0|init\w*|zero)|(init\w*|initial)(delta|step)\w*",
        },
        {},
    ),
}
ADAM: tuple[Mapping[str, str], Mapping[str, str]] = ({"betas": r"betas", "beta_1": BETA_1, "beta_2": BETA_2}, {})
# where only one of these is left, it is the rate
MAY_BE_RATE = r"alpha|a"
# pairs in which weights decay by definition; elsewhere the decay is 0 at first
DECAYS = ("adamw", "lion")
OFFERED = ("weight_decay", "lr_decay")
# a switch makes another pair, of its own name, of these
SWITCHES: Mapping[str, Sequence[str]] = {"nesterov": ("sgd", "momentum"), "amsgrad": ("adam",)}
USUAL: Mapping[str, Sequence[float]] = {
    "lr": (0.01, 0.001, 1.0),
    "momentum": (0.9,),
    "beta_1": (0.9,),
    "beta_2": (0.999, 0.99),
    "weight_decay": (0.01,),
    "decrease": (0.5,),
    "increase": (1.2,),
    "smallest": (1e-6,),
    "largest": (50.0,),
}
MOST = 200


def roles(wanted: Sequence[Parameter], pair: str) -> dict[str, str]:
    """The setting that each parameter is, by the parameter's name; those that are none are left out."""
    own, loose = OWN.get(pair, ADAM)
    found: dict[str, str] = {}
    weights = {each.name for each in wanted if any(is_gradient(other.name, each.name) for other in wanted)}
    wanted = [each for each in wanted if each.name not in weights]  # b1 beside db1 is no beta
    for table in (own, COMMON, loose, {"lr": MAY_BE_RATE, "lr_decay": r"decay(rate)?"}):
        for role, pattern in table.items():
            for parameter in wanted:
                if parameter.name in found or role in found.values() or not means(parameter.name, pattern):
                    continue
                # a rate called alpha must not take another's place, nor a decay that is 0 unless said otherwise
                rate = role != "lr" and "lr" not in found.values() and means(parameter.name, MAY_BE_RATE)
                idle = table is loose and not parameter.required and parameter.default == 0
                if not rate and not idle:
                    found[parameter.name] = role
    return found


def value(role: str, pair: str, parameter: Parameter | None = None, *, asked: str = "") -> Any:
    """What a setting is given. One that any optimizer may offer does nothing unless it is `asked`."""
    if role in SWITCHES:
        return role == pair
    if role == "momentum_decay":
        return parameter.default if parameter else 0.004
    if role in OFFERED and role != asked and not (role == "weight_decay" and pair in DECAYS):
        return 0.0
    return EXPLICIT[role]


def known(given: Mapping[str, str], pair: str, wanted: Sequence[Parameter]) -> dict[str, Any]:
    """The settings by their own name that follow from what the parameters are given."""
    defaults = {parameter.name: parameter for parameter in wanted}
    found = {role: value(role, pair, defaults.get(name)) for name, role in given.items()}
    if "betas" in found:
        found["beta_1"], found["beta_2"] = found.pop("betas")
    return found


def completed(settings: Mapping[str, Any], needs: Sequence[str], numbers: Sequence[float]) -> Iterator[dict[str, Any]]:
    """Settings with everything in `needs`: what is not given is a number of the code, or the usual one."""
    missing = [name for name in needs if name not in settings]
    choices = [list(dict.fromkeys(_candidates(name, numbers))) for name in missing]
    for chosen in itertools.islice(itertools.product(*choices), MOST):
        yield {**settings, **dict(zip(missing, chosen, strict=True))}


def _candidates(name: str, numbers: Sequence[float]) -> list[Any]:
    if name in ("dampening", "initial_accumulator", "lr_decay", "velocity", "centered"):
        return [False if name == "centered" else 0.0]
    if name == "weight_decay":  # one so small that it cannot be told from none is an epsilon
        return [n for n in numbers if 1e-6 <= n < 0.5] or [*USUAL[name]]
    if name == "momentum_decay":
        return [*(n for n in numbers if 0 < n < 0.1), 0.004, 1.0]
    if name == "epsilon":
        return [*(n for n in numbers if 0 < n <= 0.01), 0.0]
    if name == "lr":
        return [*(n for n in numbers if 0 < n <= 1), *USUAL["lr"]]
    if name in ("decrease", "increase", "smallest", "largest"):
        low, high = {"decrease": (0.1, 1), "increase": (1.01, 3), "smallest": (0, 0.1), "largest": (0.1, 1e3)}[name]
        return [*(n for n in numbers if low <= n < high), *USUAL[name]]
    inside = [n for n in numbers if 0.5 <= n < 1]
    return inside or [*USUAL.get(name, (0.9,))]


def numbers_in(nodes: Iterable[ast.AST], outside: Mapping[str, Any]) -> list[float]:
    """The numbers in code, and those of the constants that it reads."""
    found: list[float] = []
    for node in (inner for each in nodes for inner in ast.walk(each)):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            found.append(float(ast.literal_eval(node)))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            found += _power(node)
        elif isinstance(node, ast.Name) and type(outside.get(node.id)) in (int, float):
            found.append(float(outside[node.id]))
    return list(dict.fromkeys(found))


def _power(node: ast.BinOp) -> list[float]:
    """The number that 10 ** -8 is."""
    try:
        return [float(ast.literal_eval(node.left)) ** float(ast.literal_eval(node.right))]
    except (ValueError, TypeError, OverflowError, ZeroDivisionError):
        return []
