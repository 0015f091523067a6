"""Dropout, recognised by its name."""

from reference.homework.dropout import examine_dropout
from reference.homework.family import Family

NAMES = r"(my|inverted|scratch|vanilla|simple|apply|layer)?(inverted)?dropout\w*"
DROPOUT = Family(
    "dropout",
    classes=NAMES,
    functions=r"(?!.*(param|rate|mask|back))" + NAMES,
    problems=lambda subject, seed: (),
    rank=12,
    examine=examine_dropout,
)
