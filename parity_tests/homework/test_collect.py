"""What is a submission: files, folders and zip files, none of them to be trusted."""

import os
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from class_work import ASSIGNMENT, GOOD, fake, found, graded_by, notebook, write, zipped

from reference.errors import RequestError
from reference.homework.grading import archive
from reference.homework.grading.collect import collect
from reference.homework.grading.grade import grade


def test_files_folders_and_zip_files_of_a_folder_are_submissions(tmp_path: Path) -> None:
    top = write(tmp_path / "in", alice=GOOD)
    (top / "bob.ipynb").write_text(notebook(GOOD))
    write(top / "carol", layers=GOOD)
    write(top / "__pycache__", x="")
    write(top / ".hidden", x="")
    (top / "readme.txt").write_text("no code")
    (top / "empty").mkdir()
    zipped(top / "dan.zip", {"hw/main.py": GOOD, "hw/notes.txt": "x", "__MACOSX/hw/._main.py": "x"})
    assert found(collect([top], tmp_path / "out"), top) == {
        "alice.py": ["alice.py"],
        "bob.ipynb": ["bob.ipynb"],
        "carol": ["layers.py"],
        "dan.zip": ["main.py"],
        "empty": [],
    }


def test_what_another_file_imports_is_no_submission_of_its_own(tmp_path: Path) -> None:
    top = write(
        tmp_path / "in",
        main="from layers import Dense\nimport os, util as u\n",
        layers="from . import act\n",
        act="x = 1\n",
        util="",
        other="from numpy import *\n",
    )
    write(top / "pack" / "deep", inner="")
    (top / "nb.ipynb").write_text(notebook("import pack.deep.inner"))
    assert found(collect([top], tmp_path / "out"), top) == {
        "main.py": ["main.py", "layers.py", "util.py", "act.py"],
        "nb.ipynb": ["nb.ipynb", "inner.py"],
        "other.py": ["other.py"],
    }


def test_files_that_import_each_other_are_one(tmp_path: Path) -> None:
    top = write(tmp_path / "in", b="import a\n", a="import b\n")
    assert found(collect([top], tmp_path / "out"), top) == {"a.py": ["a.py", "b.py"]}


def test_two_students_who_import_the_same_file_are_two(tmp_path: Path) -> None:
    top = write(tmp_path / "in", alice="import common\n", bob="import common\n", common="")
    assert list(found(collect([top], tmp_path / "out"), top)) == ["alice.py", "bob.py"]


def test_a_package_is_one(tmp_path: Path) -> None:
    top = write(tmp_path / "in", __init__="", a="", b="")
    assert [len(each.files) for each in collect([top], tmp_path / "out")] == [3]


def test_one_makes_each_path_a_submission(tmp_path: Path) -> None:
    top = write(tmp_path / "in", a="", b="")
    file = zipped(tmp_path / "x.zip", {"c.py": "", "d.py": ""})
    made = collect([top, file], tmp_path / "out", one=True)
    assert [(Path(each.path).name, len(each.files)) for each in made] == [("in", 2), ("x.zip", 2)]


def test_a_path_given_twice_is_graded_once(tmp_path: Path) -> None:
    top = write(tmp_path / "in", a=GOOD)
    assert len(collect([top, top / "a.py", top], tmp_path / "out")) == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [("none.py", "there is no such file or folder"), ("x.txt", "no submission in"), ("in", "no submission in")],
)
def test_nothing_to_grade_is_told(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "x.txt").write_text("hi")
    (tmp_path / "in").mkdir()
    with pytest.raises(RequestError, match=said):
        collect([tmp_path / name], tmp_path / "out")


def test_what_is_no_submission_is_told(tmp_path: Path) -> None:
    top = write(tmp_path / "in", alice=GOOD)
    (top / "notes.txt").write_text("no code")
    (top / "link.py").symlink_to(top / "alice.py")
    os.mkfifo(top / "pipe.py")
    told: dict[str, str] = {}
    collect([top, top / "notes.txt"], tmp_path / "out", ignore=lambda what, why: told.update({Path(what).name: why}))
    no_code = "no .ipynb, .py or .zip file"
    assert told == {"notes.txt": no_code, "link.py": "a link", "pipe.py": no_code}


def test_a_folder_without_code_is_a_submission_with_a_problem(tmp_path: Path) -> None:
    top = write(tmp_path / "in", alice=GOOD)
    (top / "bob").mkdir()
    (top / "carol.py").mkdir()
    made = {Path(each.path).name: each.problem for each in collect([top], tmp_path / "out")}
    nothing = "there is no .ipynb or .py file in it"
    assert made == {"alice.py": "", "bob": nothing, "carol.py": nothing}


def test_a_class_in_a_zip_file_loses_nobody(tmp_path: Path) -> None:
    file = zipped(tmp_path / "x.zip", {"all/a.py": GOOD, "all/b/report.pdf": "", "all/c.docx": "", "readme.txt": ""})
    told: list[str] = []
    made = collect([file], tmp_path / "out", ignore=lambda what, why: told.append(Path(what).name))
    assert [(Path(each.path).name, bool(each.problem)) for each in made] == [("a.py", False), ("b", True)]
    assert told == ["c.docx"]


def test_a_name_that_is_no_text_is_written_out(tmp_path: Path) -> None:
    top = write(tmp_path / "in", alice=GOOD)
    name = os.fsdecode(b"caf\xe9")
    write(top, **{name: GOOD})
    write(top / name, a=GOOD)
    made = collect([top], tmp_path / "out")
    assert [Path(each.path).name for each in made] == ["alice.py", "caf\\xe9", "caf\\xe9.py"]
    assert [graded.points for graded in graded_by(made, tmp_path / "r.sqlite")[0].submissions] == [15, 15, 15]


def test_a_file_that_cannot_be_read_costs_its_own_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = write(tmp_path / "in", alice=GOOD, bob=f"{GOOD} ", carol="import helper\n", helper="")
    (top / "dan").mkdir()
    opened, listed = Path.open, Path.iterdir

    def denied(path: Path, *given: Any, **more: Any) -> Any:
        if path.stem in ("bob", "helper", "dan"):
            raise PermissionError(13, "Permission denied")
        return listed(path) if path.is_dir() else opened(path, *given, **more)

    monkeypatch.setattr(Path, "open", denied)
    monkeypatch.setattr(Path, "iterdir", denied)
    told: dict[str, str] = {}
    hand_ins = collect([top], tmp_path / "out", ignore=lambda what, why: told.update({Path(what).name: why}))
    made = {Path(each.path).name: each.problem for each in hand_ins}
    assert made == {
        "alice.py": "",
        "bob.py": "bob.py cannot be read: permission denied",
        "carol.py": "",
        "dan": "dan cannot be read: permission denied",
    }
    assert told == {"helper.py": "helper.py cannot be read: permission denied"}
    assert grade(hand_ins[1], ASSIGNMENT, fake).answers[0].sentence == (
        "The submission cannot be opened: bob.py cannot be read: permission denied."
    )


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret", key="password = 1")
    top = write(tmp_path / "in", a=GOOD)
    (top / "link.py").symlink_to(secret / "key.py")
    (top / "folder").symlink_to(secret)
    assert list(found(collect([top], tmp_path / "out"), top)) == ["a.py"]


def test_the_file_that_defines_a_symbol_is_found(tmp_path: Path) -> None:
    top = write(tmp_path / "in", main="from layers import *\n# class Relu\n", layers=f"x = 1\n{GOOD}")
    (one,) = collect([top], tmp_path / "out")
    assert one.file_with("Relu").name == "layers.py"
    assert one.file_with("Conv").name == one.file_with("").name == "main.py"


def test_the_digest_follows_content_and_not_place(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a", x=GOOD), write(tmp_path / "b", x=GOOD)
    first, second = (collect([each], tmp_path / "out")[0].digest for each in (a, b))
    assert first == second
    (b / "x.py").write_text(GOOD + " ")
    assert collect([b], tmp_path / "out")[0].digest != first


def test_a_helper_is_part_of_the_digest(tmp_path: Path) -> None:
    top = write(tmp_path / "in", main="import layers\n", layers="a = 1\n")
    before = collect([top], tmp_path / "out")[0].digest
    (top / "layers.py").write_text("a = 2\n")
    assert collect([top], tmp_path / "out")[0].digest != before


# zip files that are not to be trusted


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "a/../../evil.py", "..\\evil.py", "C:/evil.py"])
def test_an_entry_that_reaches_outside_is_refused(tmp_path: Path, name: str) -> None:
    file = zipped(tmp_path / "x.zip", {name: "x = 1", "fine.py": GOOD})
    (one,) = collect([file], tmp_path / "out" / "deep")
    assert "reaches outside of it" in one.problem
    assert not list(tmp_path.rglob("evil.py"))


def test_of_two_entries_of_the_same_name_the_last_counts(tmp_path: Path) -> None:
    file = zipped(tmp_path / "x.zip", {"a.py": "x = 1"})
    with zipfile.ZipFile(file, "a") as more, pytest.warns(UserWarning, match="Duplicate name"):
        more.writestr("a.py", GOOD)
    (one,) = collect([file], tmp_path / "out")
    assert (one.problem, one.files[0].read_text()) == ("", GOOD)


def test_a_link_in_a_zip_file_is_left_out(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("link.py")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as file:
        file.writestr(entry, "/etc/passwd")
        file.writestr("fine.py", GOOD)
    (one,) = collect([tmp_path / "x.zip"], tmp_path / "out")
    assert [path.name for path in one.files] == ["fine.py"]


def test_a_zip_file_that_grows_too_large_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES_OF_ONE", 100_000)
    file = zipped(tmp_path / "x.zip", {"bomb.py": b"0" * 10_000_000})
    assert file.stat().st_size < 100_000
    (one,) = collect([file], tmp_path / "out")
    assert one.problem == "it is too large when unpacked, at bomb.py"
    assert sum(path.stat().st_size for path in (tmp_path / "out").rglob("*.py")) <= 200_000


def test_many_small_files_are_too_large_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 250_000)
    file = zipped(tmp_path / "x.zip", {f"{n}.py": b"0" * 100_000 for n in range(5)})
    assert "too large" in collect([file], tmp_path / "out")[0].problem
    monkeypatch.setattr(archive, "MOST_FILES", 4)
    assert "it holds 5 files, at most 4" in collect([file], tmp_path / "again")[0].problem


@pytest.mark.parametrize("content", [b"", b"not a zip file", b"PK\x03\x04 broken"])
def test_a_broken_zip_file_costs_its_own_points(tmp_path: Path, content: bytes) -> None:
    top = write(tmp_path / "in", alice=GOOD)
    (top / "bob.zip").write_bytes(content)
    made = {Path(each.path).name: each for each in collect([top], tmp_path / "out")}
    assert made["bob.zip"].problem.startswith("it is no zip file that can be read")
    assert str(tmp_path) not in made["bob.zip"].problem
    assert grade(made["bob.zip"], ASSIGNMENT, fake).points == 0
    assert grade(made["alice.py"], ASSIGNMENT, fake).points == 15


def test_a_damaged_entry_is_told(tmp_path: Path) -> None:
    file = zipped(tmp_path / "x.zip", {"a.py": GOOD * 50})
    data = bytearray(file.read_bytes())
    data[40:60] = b"\xff" * 20
    file.write_bytes(data)
    assert collect([file], tmp_path / "out")[0].problem.startswith("it is no zip file that can be read")


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_japanese_names_without_a_flag_are_read(tmp_path: Path, encoding: str) -> None:
    raw = "課題.py".encode(encoding)
    stand_in = "a" * (len(raw) - 3) + ".py"
    file = zipped(tmp_path / "x.zip", {stand_in: GOOD})
    file.write_bytes(file.read_bytes().replace(stand_in.encode(), raw))
    (one,) = collect([file], tmp_path / "out")
    assert [path.name for path in one.files] == ["課題.py"]
