"""Assignment files: what is read from them, what is said of a wrong one, and the commands about them."""

import functools
import re
from pathlib import Path
from typing import Any

import pytest
from assignment_text import GOOD, SYSTEMS, written

from reference.errors import RequestError
from reference.homework.families import families
from reference.homework.grading.assignment import TEMPLATE, Question, find, load, shipped
from reference.homework.grading.possible import require_known
from reference.homework.recipes import all_recipes, of_system
from reference.registry import pairs

CHECKED = {name for family in families() for name in (family.name, *family.pairs)}


@pytest.fixture
def write(tmp_path: Path) -> Any:
    return functools.partial(written, tmp_path)


def test_what_is_read(write: Any) -> None:
    made = load(write(GOOD))
    assert (made.name, made.title, made.seed, made.allow, made.max) == ("hw", "Layers", 31415, (), 12.5)
    assert made.questions == (
        Question("A", 10.0, symbol="Dense", pair="dense", partial={"forward": 4.0, "dw": 3.5}),
        Question(
            "Q2",
            2.5,
            tag="Step2 QuestionNumber3",
            recipes=("rnn-mnist/softmax",),
            even=True,
            tolerance="rough",
            seconds=3.0,
        ),
    )


def test_questions_inherit_seconds_and_tolerance(write: Any) -> None:
    first, second = load(write(f'seconds = 7\ntolerance = "float32"{GOOD}')).questions
    assert (first.seconds, first.tolerance) == (7.0, "float32")
    assert (second.seconds, second.tolerance) == (3.0, "rough")


@pytest.mark.parametrize(
    ("old", "wrong", "said"),
    [
        ('title = "Layers"', "", "top level, title: is missing"),
        ('title = "Layers"', "title = 3", "top level, title: got 3, expected one line of text"),
        ('title = "Layers"', 'title = " "', "top level, title: got ' ', expected one line of text"),
        ('title = "Layers"', 'titel = "Layers"', "top level, title: is missing; titel is there instead"),
        ("seed = 31415", "seed = -1", "top level, seed: got -1, expected a whole number from 0"),
        ("seed = 31415", "seed = 1.5", "top level, seed: got 1.5, expected a whole number"),
        ("seed = 31415", "seed = true", "top level, seed: got True, expected a whole number"),
        ("seed = 31415", "sed = 1", "top level, sed: is not a key of this table, perhaps seed"),
        ("seed = 31415", 'allow = "numpy"', "top level, allow: got 'numpy', expected a list of names of packages"),
        ("seed = 31415", 'allow = ["os; rm"]', "top level, allow: got ['os; rm'], expected a list"),
        ("seed = 31415", "seconds = 0", "top level, seconds: got 0, expected a number from 0.1 to 600"),
        ("seed = 31415", "seconds = inf", "top level, seconds: got inf, expected a number"),
        (
            "seed = 31415",
            'tolerance = "wide"',
            "top level, tolerance: got 'wide', expected one of exact, float32, rough",
        ),
        ("seed = 31415", 'visibility = "all"', "top level, visibility: got 'all', expected one of visible, hidden"),
        ("seed = 31415", "leaderboard = 1", "top level, leaderboard: got 1, expected true or false"),
        ("points = 10", "", "[[question]] 1, points: is missing"),
        ("points = 10", "pionts = 10", "[[question]] 1, points: is missing; pionts is there instead"),
        ("points = 10", 'points = "ten"', "[[question]] 1, points: got 'ten', expected a number"),
        ("points = 10", "points = 0", "[[question]] 1, points: got 0, expected a number above 0"),
        ("points = 10", "points = -1", "[[question]] 1, points: got -1, expected a number from 0"),
        ("points = 10", "points = nan", "[[question]] 1, points: got nan, expected a number"),
        ("points = 10", "points = true", "[[question]] 1, points: got True, expected a number"),
        (
            "points = 10",
            "points = 7",
            "[[question]] 1, partial: its points add up to 7.5, expected no more than points, 7",
        ),
        ('pair = "dense"', "", "[[question]] 1, pair: neither pair nor recipe is there"),
        ('pair = "dense"', 'pair = "a"\nrecipe = "b"', "[[question]] 1, pair: both pair and recipe are there"),
        ('symbol = "Dense"', "", "[[question]] 1, symbol: neither symbol nor tag is there"),
        ('symbol = "Dense"', 'symbol = "a b"', "[[question]] 1, symbol: got 'a b', expected the name of a class"),
        ("forward = 4", "forward = -4", "[[question]] 1, partial, forward: got -4, expected a number from 0 to 10"),
        ('partial = "even"', 'partial = "odd"', "[[question]] 2, partial: got 'odd', expected a table such as"),
        ("seconds = 3", 'id = "A"', "[[question]] 2, id: 'A' is the id of an earlier question too"),
        ("seconds = 3", "minutes = 3", "[[question]] 2, minutes: is not a key of this table"),
        ('tolerance = "rough"', "tolerance = 3", "[[question]] 2, tolerance: got 3, expected one of"),
    ],
)
def test_a_mistake_is_one_line_with_file_table_and_key(write: Any, old: str, wrong: str, said: str) -> None:
    assert GOOD.count(old) == 1
    path = write(GOOD.replace(old, wrong))
    with pytest.raises(RequestError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}, {said}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "is not TOML: invalid value (at end of document)"),
        ('title = "x"\ntitle = "y"', "is not TOML: cannot overwrite a value (at "),
        ('title = "x"', "top level, question: is missing, expected at least one table that begins with [[question]]"),
        ('title = "x"\n[question]\npoints = 1', "top level, question: got {'points': 1}, expected tables that begin"),
        ('title = "x"\n[[questions]]\npoints = 1', "[[question]]; questions is there instead"),
    ],
)
def test_files_that_are_no_assignment(write: Any, text: str, said: str) -> None:
    with pytest.raises(RequestError, match=re.escape(said)):
        load(write(text))


def test_other_encodings_are_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "sjis.toml"
    path.write_bytes('title = "層"'.encode("cp932"))
    with pytest.raises(RequestError, match=r"sjis\.toml is not UTF-8 text"):
        load(path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "bom.toml"
    path.write_text(GOOD, encoding="utf-8-sig")
    assert load(path).title == "Layers"


def test_an_unknown_assignment_has_close_ones() -> None:
    with pytest.raises(RequestError, match=r"no assignment is called 'rnn-minst'\. Close: rnn-mnist"):
        find("rnn-minst")
    with pytest.raises(RequestError, match=r"crosscheck assignment new 'no where/x\.toml'$"):
        find("no where/x.toml")
    with pytest.raises(RequestError, match=r"nowhere/x\.toml: there is no such file"):
        find("nowhere/x.toml")


def test_a_folder_is_told_with_the_files_in_it(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    with pytest.raises(RequestError, match=r"is a folder, expected the file of an assignment\. It has hw\.toml$"):
        find(str(tmp_path))
    (tmp_path / "none").mkdir()
    with pytest.raises(RequestError, match=r"none is a folder, expected the file of an assignment$"):
        find(str(tmp_path / "none"))


def test_an_unknown_pair_is_told_with_its_place(write: Any) -> None:
    path = write(GOOD.replace('pair = "dense"', 'pair = "dens"'))
    with pytest.raises(RequestError) as caught:
        require_known(load(path))
    assert str(caught.value).startswith(f"{path}, [[question]] 1 (A), pair: submissions cannot be checked as 'dens'. C")


def test_a_pair_that_no_submission_can_be_held_to_is_refused(write: Any) -> None:
    unheld = [name for name in pairs() if name not in CHECKED]
    assert len(unheld) > 100
    for pair in unheld:
        with pytest.raises(RequestError, match=r"\(A\), pair: .*(cannot be checked as|is asked for by its questions)"):
            require_known(load(write(GOOD.replace('"dense"', f'"{pair}"'))))


def test_of_a_whole_system_the_recipes_are_named(write: Any) -> None:
    with pytest.raises(RequestError, match="'rnn-mnist' is asked for by its questions: recipe = one of rnn-mnist/"):
        require_known(load(write(GOOD.replace('"dense"', '"rnn-mnist"'))))


@pytest.mark.parametrize(
    ("partial", "said"),
    [
        ("forwrad = 4", "'forwrad' is nothing that is compared, perhaps forward; expected y, dx, dw, db, forward, "),
        ("dW = 4", "'dW' is nothing that is compared, perhaps dw; expected"),
        ("dv = 4", "'dv' is nothing that is compared, expected y, dx, dw, db, forward, backward or a function's name"),
        ("dw1 = 4", "'dw1' is nothing that is compared, perhaps dw; expected"),
    ],
)
def test_a_misspelt_part_is_told(write: Any, partial: str, said: str) -> None:
    path = write(GOOD.replace("forward = 4, dw = 3.5", partial))
    with pytest.raises(RequestError) as caught:
        require_known(load(path))
    assert str(caught.value).startswith(f"{path}, [[question]] 1 (A), partial: {said}")


@pytest.mark.parametrize("partial", ["y = 1, dx = 2, dw = 3, db = 4", "Dense_forward = 4", "feed_forward = 4"])
def test_quantities_and_functions_are_parts(write: Any, partial: str) -> None:
    require_known(load(write(GOOD.replace("forward = 4, dw = 3.5", partial))))


def test_an_unknown_recipe_is_told_with_its_place(write: Any) -> None:
    path = write(GOOD.replace("rnn-mnist/softmax", "rnn-mnist/sofmax"))
    with pytest.raises(RequestError) as caught:
        require_known(load(path))
    assert str(caught.value).startswith(f"{path}, [[question]] 2 (Q2), recipe: no recipe is called 'rnn-mnist/sofmax'")


def test_only_some_questions_are_another_assignment(write: Any) -> None:
    whole = load(write(GOOD))
    one = whole.only(["A"])
    assert [question.id for question in one.questions] == ["A"]
    assert len({each.fingerprint for each in (whole, one, whole.only(["Q2"]), whole.only(["A", "Q2"]))}) == 4
    assert whole.only(["Q2", "A"]).fingerprint == whole.only(["A", "Q2"]).fingerprint
    assert whole.only([]) == whole
    with pytest.raises(RequestError, match="hw has no question 'B', expected one of A, Q2"):
        whole.only(["B"])


def test_the_fingerprint_follows_the_content(write: Any) -> None:
    first = load(write(GOOD)).fingerprint
    assert load(write(GOOD)).fingerprint == first
    assert load(write(GOOD.replace("31415", "31416"))).fingerprint != first


# shipped


def test_the_five_source_systems_ship() -> None:
    assert shipped() == SYSTEMS


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_shipped_assignment_asks_each_recipe_of_its_system_once(name: str) -> None:
    assignment = find(name)
    require_known(assignment)
    asked = [recipe for question in assignment.questions for recipe in question.recipes]
    assert sorted(asked) == sorted(recipe.name for recipe in of_system(name))
    for question in assignment.questions:
        if question.symbol:
            assert question.symbol in all_recipes()[question.recipes[-1]].symbols


def test_a_recipe_or_a_list_of_them(write: Any) -> None:
    listed = GOOD.replace('"rnn-mnist/softmax"', '["rnn-mnist/softmax", "rnn-mnist/compute_cost"]')
    assert load(write(listed)).questions[1].recipes == ("rnn-mnist/softmax", "rnn-mnist/compute_cost")
    with pytest.raises(
        RequestError, match=r"\[\[question\]\] 2, recipe: got \[3\], expected a text or a list of texts"
    ):
        load(write(GOOD.replace('"rnn-mnist/softmax"', "[3]")))


def test_the_rnn_has_five_tagged_questions_of_ten_points() -> None:
    questions = find("rnn-mnist").questions
    assert [question.points for question in questions] == [10.0] * 5
    assert [question.tag for question in questions] == [f"QuestionNumber{k}" for k in range(1, 6)]


def test_only_the_tensorflow_answers_may_import_it() -> None:
    assert {name: find(name).allow for name in SYSTEMS} == dict.fromkeys(SYSTEMS, ()) | {"cnn-tf": ("tensorflow",)}


def test_assignments_are_package_data() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    patterns = project["tool"]["setuptools"]["package-data"]["reference"]
    package = TEMPLATE.parents[2]
    assert {TEMPLATE, find("rnn-mnist").file and TEMPLATE.parent / "assignments" / "rnn-mnist.toml"} <= {
        path for pattern in patterns for path in package.glob(pattern)
    }
