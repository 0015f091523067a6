"""A submission as it was read: what of it is executed, and what it defines."""

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from reference.homework.verdict import Note

UnitKind = Literal["import", "definition", "constant", "candidate"]


@dataclass(frozen=True)
class Unit:
    """One statement that is executed. `line` counts from 1, in the cell where there are cells."""

    source: str
    cell: int | None
    line: int
    kind: UnitKind


@dataclass(frozen=True)
class Symbol:
    """A class or function. `node` is its definition as parsed, with line numbers in its cell or file.

    `unfinished` says what shows that it is: "### CODE HERE ### is still there". A class is unfinished where all of its
    methods are; `unfinished_methods` has the words for each. `broken` says why it does not compile; `node` is then a
    definition with nothing in it. `earlier`: the (cell, line) of the definitions of the same name it replaces.
    `added_in`: the cells of the methods that a class is given later.
    """

    name: str
    kind: Literal["class", "function"]
    cell: int | None
    line: int
    node: ast.ClassDef | ast.FunctionDef
    source: str
    unfinished: str = ""
    broken: str = ""
    unfinished_methods: dict[str, str] = field(default_factory=dict)
    earlier: tuple[tuple[int | None, int], ...] = ()
    added_in: dict[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Module:
    """A file beside the submission that it imports, read in the same way. `name` is dotted from the root."""

    name: str
    path: Path
    units: tuple[Unit, ...]
    is_package: bool = False
    supplied: tuple[tuple[str, Note], ...] = ()


@dataclass(frozen=True)
class Submission:
    """One file as handed in. `root`: the folder that imports of siblings start from.

    `package` is the dotted package the file lies in, for relative imports, "" outside of one. `modules` are the
    siblings it imports, `supplied` the well-known helpers it uses without defining them, `notes` what else there is to
    know, `python2` what shows that it is written in Python 2. `trees` are its texts as
    parsed, with all that is not executed.
    """

    path: Path
    root: Path
    units: tuple[Unit, ...] = ()
    skipped: tuple[Note, ...] = ()
    symbols: dict[str, Symbol] = field(default_factory=dict)
    package: str = ""
    modules: tuple[Module, ...] = ()
    supplied: tuple[tuple[str, Note], ...] = ()
    notes: tuple[Note, ...] = ()
    python2: str = ""
    trees: tuple[ast.Module, ...] = ()
