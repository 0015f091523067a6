"""Networks that keep their data, recognised by what they are made of and what their methods need."""

from reference.homework.family import NEVER, Family
from reference.homework.networks.kept_data import examine_kept_data, keeps_data

KEPT_DATA = Family(
    "network_with_its_data",
    classes=NEVER,
    functions=NEVER,
    rank=15,
    looks=keeps_data,
    examine=examine_kept_data,
)
