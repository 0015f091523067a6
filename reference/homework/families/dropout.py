"""Dropout, recognised by its name."""

from reference.homework.dropout import examine_dropout, examine_spatial_dropout
from reference.homework.family import Family

NAMES = r"(my|inverted|scratch|vanilla|simple|apply|layer)?(inverted)?dropout\w*"
DROPOUT = Family(
    "dropout",
    classes=NAMES,
    functions=r"(?!.*(param|rate|mask|back))" + NAMES,
    rank=12,
    examine=examine_dropout,
)
OF_CHANNELS = r"spatial\w*drop_?out\w*|drop_?out2d\w*|channel\w*drop_?out\w*"
SPATIAL_DROPOUT = Family(
    "spatial_dropout2d",
    classes=OF_CHANNELS,
    functions=r"(?!.*(param|rate|mask|back))" + OF_CHANNELS,
    rank=13,
    examine=examine_spatial_dropout,
)
