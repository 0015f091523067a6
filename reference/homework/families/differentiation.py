"""Engines of automatic differentiation, scalar or of arrays, and their operations, recognised by how they are used."""

from reference.homework.family import NEVER, Family
from reference.homework.networks.differentiation import examine_engine, is_engine, operation_of

ENGINE = Family(
    "automatic_differentiation",
    classes=NEVER,
    functions=NEVER,
    rank=20,
    looks=lambda subject: is_engine(subject) or operation_of(subject) != "",
    examine=examine_engine,
)
