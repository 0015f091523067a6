"""Containers that go through the layers they are given, recognised by what they do."""

from reference.homework.family import NEVER, Family
from reference.homework.networks.container_code import container_of
from reference.homework.networks.containers import examine_container

CONTAINER = Family(
    "container",
    classes=NEVER,
    functions=NEVER,
    pairs=("sequential",),
    rank=14,
    looks=lambda subject: container_of(subject) is not None,
    examine=examine_container,
)
