"""Functions of labels, recognised by their names and those of what they are handed."""

from reference.homework.family import NEVER, Family
from reference.homework.labels.accuracy import examine_accuracy, looks_accuracy
from reference.homework.labels.one_hot import examine_one_hot, looks_one_hot

ONE_HOT = Family(
    "one_hot",
    classes=NEVER,
    functions=NEVER,
    rank=13,
    looks=looks_one_hot,
    examine=examine_one_hot,
)
ACCURACY = Family(
    "accuracy",
    classes=NEVER,
    functions=NEVER,
    rank=13,
    looks=looks_accuracy,
    examine=examine_accuracy,
)
