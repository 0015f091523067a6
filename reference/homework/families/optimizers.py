"""Optimizers, recognised by their names."""

from reference.homework.family import Family
from reference.homework.optimizers.examination import examine_any_optimizer, examine_optimizer
from reference.homework.optimizers.plan import GRADS
from reference.homework.roles import means
from reference.homework.subject import Subject

# what makes or tests an optimizer is none; nor is a network that has one
NONE = (
    r"(?!(init|test|train|create|make|get|plot|check|grad(ient)?check|compare|run|fit)\w*)"
    r"(?!.*(layer|dense|embedding|conv|rnn|lstm|gru|network|linear|affine|classifier|regress|model|mlp))"
)


# what may be said of anything; of weights where it is handed their gradients
STEPS = (
    r"update|(do|take|make|train(ing)?|opt(imi[sz](er|e|ation))?|param(eter)?s?|one|s?gd)?step|step(params?|parameters?|weights?)|"
    r"apply(grad(ient)?s?|updates?)|descend"
)


def _takes_gradients(subject: Subject) -> bool:
    """Whether a function that is only called an update, or a step, is one of weights."""
    return not subject.made and means(subject.name, STEPS) and subject.is_handed(GRADS)


def _optimizer(pair: str, names: str, functions: str = "") -> Family:
    return Family(
        pair,
        classes=NONE + names,
        functions=NONE + (functions or names),
        rank=12,
        examine=examine_optimizer,
    )


SGD = _optimizer(
    "sgd",
    r"(?!.*(mom(\w{1,3}tum|sgd|\b)|adam|nest|nag|rms|adag|adad))"
    r"(\w*sgd\w*|\w*gradientdesc\w*|gd|vanilla(update)?|\w+withgd|gdoptimi[sz]er)",
)
MOMENTUM = _optimizer(
    "momentum", r"(?!.*(nest|nag|rms|adam))(\w*mom\w{1,3}tum\w*|sgdm|(sgd|gd)(with|w|and)?mom|mom(sgd|gd))"
)
NESTEROV = _optimizer("nesterov", r"\w*nesterov\w*|nag|\w*nagd?|nag(optimi[sz]er|update|sgd)")
ADAGRAD = _optimizer("adagrad", r"\w*adagrad\w*")
RMSPROP = _optimizer("rmsprop", r"\w*rms_?prop\w*")
ADADELTA = _optimizer("adadelta", r"\w*adadelta\w*")
ADAM = _optimizer("adam", r"(?!.*(nadam|(?<!optimize)radam|adamw(?!ith)|adamax|amsgrad))\w*adam\w*")
ADAMW = _optimizer("adamw", r"\w*adamw(?!ith)\w*|\w*adamwithweightdecay\w*")
ADAMAX = _optimizer("adamax", r"\w*adamax\w*")
NADAM = _optimizer("nadam", r"\w*nadam\w*")
RADAM = _optimizer("radam", r"\w*(?<!optimize)radam\w*|rectifiedadam\w*")
AMSGRAD = _optimizer("amsgrad", r"\w*amsgrad\w*")
LION = _optimizer("lion", r"(my|scratch|update\w*with)?lion(optimi[sz]er|opt|update)?")
RPROP = _optimizer("rprop", r"(?!.*rms)i?\w*(rprop|resilient\w*)(plus|minus)?\w*")
ANY = Family(
    "optimizer",
    classes=NONE + r"(my|custom|simple)optimi[sz]er|(param\w*|weight)?updater",
    functions=NONE + r"update(params?|parameters?|weights?)\w*|optimi[sz]er(step|update)?|optimi[sz]e|gradientstep",
    rank=11,
    looks=_takes_gradients,
    examine=examine_any_optimizer,
)
