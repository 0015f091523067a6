"""Submissions that do not compile as they are: blanks, mistakes, Python 2, odd spaces and encodings."""

from pathlib import Path

import pytest
from handed_in import book, py, said, taken

from reference.diagnosis.sentences import spoken
from reference.homework.check import check_submission


def test_statements_around_an_unfinished_one_are_kept(tmp_path: Path) -> None:
    submission = book(
        tmp_path,
        "import numpy as np\nU_2 = ### CODE HERE ###\ndef sigmoid(U):\n    return 1 / (1 + np.exp(-U))\n"
        "Z_2 = sigmoid(### CODE HERE ###)\nclass B:\n    rate = 2\n",
    )
    assert set(submission.symbols) == {"sigmoid", "B"}
    assert submission.symbols["B"].line == 6
    assert submission.symbols["sigmoid"].unfinished == ""
    assert said(submission).count("### CODE HERE ###") == 2
    assert "1:2: " in said(submission)


UNFINISHED = {
    "def f(x):\n    ### CODE HERE ###\n": "### CODE HERE ### is still there",
    "def f(x):\n    y = ### CODE HERE ###\n    return y\n": "### CODE HERE ### is still there",
    "def f(x):\n    y = x + 1\n    return  # YOUR CODE HERE\n": "# YOUR CODE HERE is still there",
    "def f(x):\n    y =\n    return y\n": "nothing after y =",
    "def f(x):\n    # YOUR CODE\n    y =\n    return y\n": "# YOUR CODE is still there",
    "def f(x):\n    return np.dot(x, #WRITE ME\n": "#WRITE ME is still there",
    "def f(x):\n    for t in ### CODE HERE ###:\n        pass\n    return x\n": "### CODE HERE ###: is still there",
    "def f(x):\n    # TODO: implement\n    pass\n": "# TODO: implement is still there",
    "def f(x):\n    '''Doc.'''\n": "the body is only a docstring",
    "def f(x):\n    pass\n": "the body is only pass",
    "def f(x):\n    ...\n": "the body is only ...",
    "def f(x):\n    raise NotImplementedError\n": "it raises NotImplementedError",
    "def f(x):\n    y = ____\n    return y\n": "____ is still there",
    "def f(x):\n    y = ...\n    return y\n": "... is still there in line 2",
    "def f(x):\n    return None\n": "it returns None",
    "def f(x):\n    out = None\n    cache = (x,)\n    return out, cache\n": "out is still None",
    "def f(x):\n    out = None\n    # TODO: forward\n    return out\n": "# TODO: forward is still there",
    "def f(x):\n    # ここにコードを書く\n    pass\n": "# ここにコードを書く is still there",
    "def f(x):\n    y = 0\n    ####START CODE HERE####\n\n    ####END CODE HERE####\n    return y\n": (
        "there is nothing between START CODE HERE and END CODE HERE"
    ),
}


@pytest.mark.parametrize("text", UNFINISHED)
def test_unfinished_functions_are_told_by_what_shows_it(tmp_path: Path, text: str) -> None:
    symbol = py(tmp_path, text).symbols["f"]
    assert symbol.unfinished == UNFINISHED[text]
    assert symbol.broken == ""


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    # TODO: implement\n    ### CODE HERE ###\n    return x + 1\n",
        "def f(x):\n    out = None\n    # YOUR CODE\n    out = x * 2\n    return out\n",
        "def f(x):\n    out = None\n    if x > 0:\n        out = x\n    return out\n",
        "def f(x):\n    ####START CODE HERE####\n    y = x\n    ####END CODE HERE####\n    return y\n",
        "def f(x):\n    x[...] = 0\n    return x[..., 0]\n",
        "def f(x):\n    _, __ = x\n    return None if _ else __\n",
        "def f(x):\n    x += 1\n",
    ],
)
def test_markers_left_in_finished_code_mean_nothing(tmp_path: Path, text: str) -> None:
    assert py(tmp_path, text).symbols["f"].unfinished == ""


def test_a_class_with_one_open_method_keeps_the_others(tmp_path: Path) -> None:
    submission = py(
        tmp_path,
        "class Softmax:\n    def forward(self, x):\n        return x\n    def backward(self, z):\n"
        "        ### CODE HERE ###\n\nclass Open:\n    def forward(self, x):\n        y = ### CODE HERE ###\n"
        "class Bare:\n    pass\n",
    )
    softmax = submission.symbols["Softmax"]
    assert softmax.unfinished == ""
    assert softmax.unfinished_methods == {"backward": "### CODE HERE ### is still there"}
    assert submission.symbols["Open"].unfinished == "### CODE HERE ### is still there"
    assert submission.symbols["Bare"].unfinished == "a class without methods"
    assert [unit.kind for unit in submission.units] == ["definition"] * 3


def test_what_does_not_compile_is_named_and_the_rest_kept(tmp_path: Path) -> None:
    submission = py(
        tmp_path, "def good():\n    return 1\n\ndef bad(x)\n    return x\n\nclass Fine:\n    a = [\n  1,\n2]\n"
    )
    assert submission.symbols["bad"].broken == "line 4: does not compile: expected ':'"
    assert submission.symbols["bad"].line == 4
    assert submission.symbols["good"].broken == ""
    assert submission.symbols["Fine"].broken == ""
    assert ("definition", "class Fine:") in taken(submission)
    assert "None:4: does not compile: expected ':'" in said(submission)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("x = 1\nprint x\n", "line 2: print statement"),
        ("def f():\n    print 'a', 1\n", "line 2: print statement"),
        ("try:\n    import a\nexcept ImportError, e:\n    pass\n", "line 3: except X, e"),
        ("def f(x):\n    raise ValueError, 'no'\n", "line 2: raise X, '...'"),
        ("def f(x):\n    for i in xrange(3):\n        x = x + i\n    return x\n", "line 2: xrange"),
        ("def f(x):\n    return `x`\n", "line 2: backticks"),
        ("def f(d):\n    return d.iteritems()\n", "line 2: .iteritems()"),
        ("def f(x):\n    return x <> 1\n", "line 2: <>"),
        ("def f(x):\n    exec 'x = 1'\n", "line 2: exec statement"),
    ],
)
def test_python_2_is_recognised(tmp_path: Path, text: str, what: str) -> None:
    assert py(tmp_path, text).python2 == what


def test_python_2_in_a_cell_leaves_the_other_cells(tmp_path: Path) -> None:
    submission = book(tmp_path, "class A:\n    def f(self):\n        print 'x'\n", "class B:\n    x = 1\n")
    assert submission.python2 == "cell 1, line 3: print statement"
    assert submission.symbols["A"].broken == "line 3: Python 2: print statement"
    assert submission.symbols["B"].broken == ""


@pytest.mark.parametrize("text", ["print(1)\n", "xrange = range\nfor i in xrange(3): pass\n", "x = '''print x'''\n"])
def test_python_3_is_not_taken_for_python_2(tmp_path: Path, text: str) -> None:
    assert py(tmp_path, text).python2 == ""


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "utf-16", "utf-8-sig", "iso2022_jp"])
def test_encodings_are_detected(tmp_path: Path, encoding: str) -> None:
    text = '# 活性化関数のクラスです\r\nLABEL = "全角　スペースとカナ"\r\ndef f(x):\r\n\treturn x\r\n'
    submission = py(tmp_path, text, encoding=encoding)
    assert submission.units[0].source == 'LABEL = "全角　スペースとカナ"'
    assert submission.symbols["f"].line == 3


def test_latin_1_and_a_declared_encoding(tmp_path: Path) -> None:
    assert py(tmp_path, 'NAME = "Müller é"\n', encoding="latin-1").units[0].source == 'NAME = "Müller é"'
    text = '# -*- coding: cp1251 -*-\nNAME = "Привет"\n'
    assert py(tmp_path, text, encoding="cp1251").units[0].source == 'NAME = "Привет"'


def test_full_width_spaces_outside_of_strings_become_plain(tmp_path: Path) -> None:
    text = 'def f(x):\n　　y =　x　+ 1 # 全角　注\n　　return y\ns = "全角　文字"\n'
    submission = py(tmp_path, text)
    assert "full-width spaces in the code were read as spaces" in said(submission)
    assert "y = x + 1 # 全角　注" in submission.symbols["f"].source
    assert submission.units[1].source == 's = "全角　文字"'


def test_tabs_among_spaces(tmp_path: Path) -> None:
    submission = py(tmp_path, "class A:\n    def f(self):\n\treturn 1\n    def g(self):\n        return 2\n")
    assert submission.symbols["A"].broken == ""
    assert [item.name for item in submission.symbols["A"].node.body] == ["f", "g"]  # type: ignore[union-attr]


def test_what_was_done_to_a_text_is_noted_once_and_nothing_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "work.py"
    path.write_text("class ReLU:\n    def forward(self, x):\n\treturn x * (x > 0).astype(np.float)\n")
    report = check_submission(path)
    assert report.skipped == ()
    assert sorted(note.text for note in report.notes) == [
        "np is used and never imported; NumPy was supplied",
        "np.float is gone from NumPy; it was put back for this check",
        "tabs and spaces are mixed in the indentation",
    ]


def test_full_width_spaces_and_tabs_together(tmp_path: Path) -> None:
    submission = py(tmp_path, "class A:\n    def f(self):\n\treturn　1\n    def g(self):\n        return 2\n")
    assert submission.symbols["A"].broken == ""


def test_what_comes_from_a_file_that_is_not_here_is_told(tmp_path: Path) -> None:
    path = tmp_path / "work.py"
    path.write_text("import numpy as np\nfrom numpy.linalg import norm\nfrom my_layers import Dense, ReLU\n")
    report = check_submission(path)
    assert report.symbols == ()
    assert [(note.text, note.line) for note in report.notes] == [
        ("Dense comes from my_layers, which is not here", 3),
        ("ReLU comes from my_layers, which is not here", 3),
    ]
    assert spoken(report, "ja", hint=False).notes[0].text == "Dense は my_layers にありますが、そのファイルがありません"
    (tmp_path / "my_layers.py").write_text("class Dense:\n    pass\nclass ReLU:\n    pass\n")
    assert check_submission(path).notes == ()
