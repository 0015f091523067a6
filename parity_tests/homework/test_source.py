"""Reading submissions as they come: what is taken, what is skipped and said of it, what is never lost."""

import codecs
import json
from pathlib import Path

import pytest
from handed_in import book, py, said, taken

from reference.errors import RequestError
from reference.homework.reading.source import read_submission


def test_only_imports_definitions_and_constants_are_taken(tmp_path: Path) -> None:
    submission = py(
        tmp_path,
        '''"""Homework."""
import numpy as np
import matplotlib.pyplot as plt
RATE = 0.1
W = np.random.randn(3, 4) * RATE
@staticmethod
def f(x):
    return x
rows = open("table.csv").read()
rows = rows[:100]
cells = list(rows)
data = open("input.txt").read()
chars = list(set(data))
model = Net()
class Net:
    pass
print("hello")
plt.plot([1, 2])
for i in range(10000):
    W = W - 0.1 * gradient(W)
net = Net()
net.rate = 3
if __name__ == "__main__":
    main()
try:
    import cupy as cp
except ImportError:
    cp = np
relu = lambda x: np.maximum(x, 0)
''',
    )
    assert taken(submission) == [
        ("import", "import numpy as np"),
        ("import", "import matplotlib.pyplot as plt"),
        ("constant", "RATE = 0.1"),
        ("candidate", "W = np.random.randn(3, 4) * RATE"),
        ("definition", "@staticmethod"),
        ("constant", 'data = "The quick brown fox jumps over the lazy dog. " * 8'),
        ("constant", "chars = list(set(data))"),
        ("definition", "class Net:"),
        ("candidate", "net = Net()"),
        ("candidate", "net.rate = 3"),
        ("import", "try:"),
        ("constant", "relu = lambda x: np.maximum(x, 0)"),
    ]
    assert "training loop at top level" in said(submission)
    assert "it calls open" in said(submission)
    assert "a short text stands in for that of the file" in said(submission)
    assert set(submission.symbols) == {"f", "Net", "relu"}
    assert submission.symbols["relu"].node.body
    assert submission.units[4].line == 6


@pytest.mark.parametrize("version", [3, 4])
def test_a_notebook_with_magics_shell_lines_and_questions(tmp_path: Path, version: int) -> None:
    submission = book(
        tmp_path,
        "%matplotlib inline\nimport numpy as np\n!pip install foo\nnp.array?\n",
        "%%bash\nls",
        "%%time\nfiles = !ls\nif True:\n    %cd ..\nclass A:\n    def f(self):\n        return 1 % 2\n",
        'text = """\n%not a magic\n!nor this\n"""\ny = (5\n% 3)',
        version=version,
    )
    assert ("import", "import numpy as np") in taken(submission)
    assert set(submission.symbols) == {"A"}
    assert submission.symbols["A"].cell == 3
    assert submission.symbols["A"].line == 5
    notes = said(submission)
    for words in ("1:1: %matplotlib inline", "1:3: !pip install foo", "1:4: np.array?", "2:1: a cell of %%bash"):
        assert words in notes
    assert "\n4:" not in notes
    assert next(unit.source for unit in submission.units if unit.cell == 4).count("\n") == 3


def test_a_cell_that_is_written_to_a_python_file_is_that_file_too(tmp_path: Path) -> None:
    submission = book(
        tmp_path,
        "%%writefile -a net/layers.py\nclass A:\n    pass\n",
        "%%file ./random.py\nclass B:\n    pass\n",
        "%%writefile data.txt\nclass C:\n    pass\n",
    )
    assert set(submission.symbols) == {"A", "B"}
    assert submission.symbols["A"].line == 2
    assert [(module.name, module.is_package, len(module.units)) for module in submission.modules] == [
        ("net", True, 0),
        ("net.layers", False, 1),
    ]
    assert "3:1: a cell of %%writefile is not Python" in said(submission)


def test_methods_that_a_class_is_given_later(tmp_path: Path) -> None:
    submission = book(
        tmp_path,
        "class A:\n    def f(self):\n        pass\n\nclass B:\n    pass\n",
        "def f(self):\n    return 1\nA.f = f",
        "def f(self):\n    pass\nB.f = f",
        '@patch\ndef g(self: "A"):\n    return 2\n',
        "@lib.add_to_class(B)\ndef g(self):\n    return 3\n\ndef f(x):\n    return x\n",
        "@patch\ndef h(self: Elsewhere):\n    return 4\n\n@cache\ndef k(x):\n    return x\n",
    )
    a, b = submission.symbols["A"], submission.symbols["B"]
    assert set(submission.symbols) == {"A", "B", "f", "h", "k"}
    assert [(name, a.added_in[name], b.added_in[name]) for name in ("f", "g")] == [("f", 2, 3), ("g", 4, 5)]
    assert ("return 1" in a.source, "return 3" in b.source, a.unfinished) == (True, True, "")
    assert set(a.unfinished_methods) == set()
    assert set(b.unfinished_methods) == {"f"}
    assert ("candidate", "B.g = g") in taken(submission)
    assert ("definition", "def g(self):") in taken(submission)
    assert ("definition", "@cache") in taken(submission)


def test_the_last_definition_counts_or_the_cell_asked_for(tmp_path: Path) -> None:
    cells = ("class FC:\n    a = 1\n", "class FC:\n    a = 2\nx = 1\n", "y = 2\nclass FC:\n    a = 3\n")
    last = book(tmp_path, *cells)
    assert (last.symbols["FC"].cell, last.symbols["FC"].line) == (3, 2)
    assert last.symbols["FC"].earlier == ((1, 1), (2, 1))
    chosen = book(tmp_path, *cells, cell=2)
    assert chosen.symbols["FC"].cell == 2
    assert chosen.symbols["FC"].earlier == ((1, 1), (3, 2))
    assert [unit.cell for unit in chosen.units if unit.kind == "definition"] == [1, 2]
    assert ("constant", "y = 2") in taken(chosen)


def test_well_known_helpers_are_supplied_where_they_are_used_and_missing(tmp_path: Path) -> None:
    submission = py(
        tmp_path,
        "import numpy as np\nclass Conv:\n    def forward(self, x):\n"
        "        return im2col(x, 3, 3, self.stride, self.pad)\ndef softmax(x):\n    return x\ny = softmax(1)\n",
    )
    assert [name for name, _ in submission.supplied] == ["im2col"]
    note = submission.supplied[0][1]
    assert note.text == "im2col is not in the file; the well-known one was supplied"
    assert note.line == 4


def test_a_helper_called_otherwise_than_the_well_known_one_is_not_supplied(tmp_path: Path) -> None:
    assert py(tmp_path, "def f(x):\n    return softmax(x, 1, True)\n").supplied == ()
    assert py(tmp_path, "def f(x, softmax):\n    return softmax(x)\n").supplied == ()


def test_siblings_packages_and_relative_imports(tmp_path: Path) -> None:
    py(tmp_path, "from .base import Layer\n", "v1.0/pkg/__init__.py")
    py(tmp_path, "import os\nclass Layer:\n    pass\nprint('no')\n", "v1.0/pkg/base.py")
    py(tmp_path, "from ..pkg.base import Layer\n", "v1.0/other/helper.py")
    submission = py(
        tmp_path,
        "from .base import Layer\nfrom ..other.helper import Layer as L\nimport random\n",
        "v1.0/pkg/dense.py",
    )
    names = {module.name: [unit.source for unit in module.units] for module in submission.modules}
    assert submission.package == "v1_0.pkg"
    assert names["v1_0.pkg.base"] == ["import os", "class Layer:\n    pass"]
    assert names["v1_0.other.helper"] == ["from ..pkg.base import Layer"]
    assert names["v1_0.pkg"] == ["from .base import Layer"]
    assert submission.root == tmp_path


def test_a_sibling_beside_a_notebook(tmp_path: Path) -> None:
    py(tmp_path, "class Layer:\n    pass\n", "layer.py")
    py(tmp_path, "raise SystemExit\n", "numpy.py")
    submission = book(tmp_path, "import numpy\nfrom layer import Layer\n")
    assert [module.name for module in submission.modules] == ["layer"]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.py", b" \n", "is empty"),
        ("data.py", b"\x89PNG\0\0", "is not text"),
        ("bad.ipynb", b'{"cells": [', "its JSON is damaged"),
        ("list.ipynb", b"[1, 2]", "it has no list of cells"),
        ("none.ipynb", b'{"cells": []}', "has no code cells"),
        ("code.ipynb", b"import numpy as np\n", "it is no JSON. Python code goes in a .py file"),
        (
            "r.ipynb",
            b'{"cells": [], "metadata": {"language_info": {"name": "R"}}}',
            "a notebook in R, exp",
        ),
        ("j.ipynb", b'{"cells": [], "metadata": {"kernelspec": {"language": "julia"}}}', "a notebook in julia"),
        ("half.py", codecs.BOM_UTF8 + b"\xff\xff", "begins like UTF-8 and is not"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(RequestError, match=words) as caught:
        read_submission(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_missing_files_folders_and_cells(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="there is no file"):
        read_submission(tmp_path / "absent.py")
    with pytest.raises(RequestError, match="is a folder"):
        read_submission(tmp_path)
    with pytest.raises(RequestError, match="has no cell 7: it has 1 code cells"):
        book(tmp_path, "x = 1", cell=7)


def test_damaged_cells_of_a_notebook_do_not_lose_the_others(tmp_path: Path) -> None:
    path = tmp_path / "work.ipynb"
    path.write_text(
        json.dumps(
            {
                "cells": [
                    None,
                    {"cell_type": "code"},
                    {"cell_type": "code", "source": [1, "x = 1\n"]},
                    {"cell_type": "code", "source": {"a": 1}},
                    {"cell_type": "code", "source": "class A:\n    b = 2"},
                ]
            }
        )
    )
    assert read_submission(path).symbols["A"].cell == 4


def test_nothing_is_executed_while_reading(tmp_path: Path) -> None:
    py(tmp_path, "import pathlib\npathlib.Path('made').touch()\nX = pathlib.Path('made').touch()\n")
    assert not (tmp_path / "made").exists()
    assert not Path("made").exists()
