"""The five source systems: complete, unfinished and mistaken notebooks, and every mistake made one at a time."""

import importlib
import json
from pathlib import Path

import numpy as np
import pytest
from source_mistakes import EDITS, HARMLESS, MISTAKEN, NOT_WRONG, UNFINISHED

from reference.errors import RequestError
from reference.homework.recipes import adam, all_recipes, check_all, find, of_system, softmaxes
from reference.homework.recipes.judging import Judgement, Reading, Trial, settle
from reference.homework.verdict import SymbolReport

SOURCES = Path(__file__).parent / "submissions" / "sources"
SYSTEMS = ("rnn-mnist", "three-layer-mlp", "simple-rnn", "cnn-tf", "two-layer-net")
STEMS = {system: system.replace("-", "_") for system in SYSTEMS}


def reports(system: str, path: Path, seed: int = 0, question: str = "") -> dict[str, SymbolReport]:
    """The report on each question of a system, or on one, by the name after the slash."""
    allow = ("tensorflow",) if system == "cnn-tf" else ()
    names = [f"{system}/{question}"] if question else [recipe.name for recipe in of_system(system)]
    found = check_all(path, names, seed, None, allow)
    return {name.split("/")[1]: report for name, report in found.items()}


def of(system: str, kind: str) -> dict[str, SymbolReport]:
    return reports(system, SOURCES / f"{STEMS[system]}_{kind}.ipynb")


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_complete_notebook_is_right_in_everything(system):
    verdicts = {name: report.verdict for name, report in of(system, "complete").items()}
    assert set(verdicts.values()) == {"correct"}, verdicts


@pytest.mark.parametrize("system", SYSTEMS)
def test_blanks_are_unfinished_and_the_rest_is_right(system):
    verdicts = {name: report.verdict for name, report in of(system, "unfinished").items()}
    assert verdicts == {name: "unfinished" if name in UNFINISHED[system] else "correct" for name in verdicts}


@pytest.mark.parametrize(("system", "number"), MISTAKEN)
def test_mistakes_are_found_by_name_and_nothing_else(system, number):
    found = of(system, f"mistaken_{number}")
    expected = MISTAKEN[system, number]
    verdicts = {name: NOT_WRONG.get((system, number, name), "wrong") for name in expected}
    assert {name: report.verdict for name, report in found.items()} == {n: verdicts.get(n, "correct") for n in found}
    causes = {name: {c.id for c in found[name].causes} for name in expected}
    assert causes == expected
    assert all(cause.reproduces for report in found.values() for cause in report.causes)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_hint_says_what_is_done_and_not_what_to_do(system):
    causes = [cause for report in of(system, "mistaken_1").values() for cause in report.causes]
    assert all(cause.hint and cause.sentence.startswith(cause.hint) for cause in causes)
    assert any(cause.sentence != cause.hint for cause in causes)


@pytest.mark.parametrize("system", ["rnn-mnist", "three-layer-mlp", "simple-rnn", "two-layer-net"])
@pytest.mark.parametrize("seed", [1, 20_240_229])
def test_another_seed_gives_the_same_verdicts(system, seed):
    for kind in ("complete", "mistaken_1"):
        path = SOURCES / f"{STEMS[system]}_{kind}.ipynb"
        first, other = reports(system, path), reports(system, path, seed)
        assert {n: r.verdict for n, r in other.items()} == {n: r.verdict for n, r in first.items()}
        assert {n: [c.id for c in r.causes] for n, r in other.items()} == {
            n: [c.id for c in r.causes] for n, r in first.items()
        }


def edited(system: str, old: str, new: str, folder: Path) -> Path:
    """The complete notebook with one text replaced by another everywhere."""
    text = (SOURCES / f"{STEMS[system]}_complete.ipynb").read_text(encoding="utf-8")
    book = json.loads(text)
    for cell in book["cells"]:
        cell["source"] = "".join(cell["source"]).replace(old.replace("\\n", "\n"), new.replace("\\n", "\n"))
    path = folder / "edited.ipynb"
    path.write_text(json.dumps(book), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != json.dumps(json.loads(text))
    return path


@pytest.mark.parametrize(("system", "old", "new", "question", "cause"), EDITS)
def test_one_mistake_fails_its_question(system, old, new, question, cause, tmp_path):
    report = reports(system, edited(system, old, new, tmp_path), question=question)[question]
    assert report.verdict in ("wrong", "crashed")
    assert cause in {"", *(each.id for each in report.causes)}


@pytest.mark.parametrize(("system", "old", "new", "question", "said"), HARMLESS)
def test_a_convention_is_named_and_not_punished(system, old, new, question, said, tmp_path):
    report = reports(system, edited(system, old, new, tmp_path), question=question)[question]
    assert report.verdict == "correct", report
    assert said in " ".join(report.conventions)


@pytest.mark.parametrize(
    ("old", "new", "question", "cause"),
    [
        (
            "dx = dout.copy()\\n        dx[self.mask] = 0",
            "dout[self.mask] = 0\\n        dx = dout",
            "Relu",
            "relu_writes_into_dout",
        ),
        ("return dout * dx", "return dx", "SoftmaxWithLoss", "dout_ignored"),
        ("        x = x - np.max(x, axis=1, keepdims=True)\\n", "", "softmax", "softmax_overflows"),
    ],
)
def test_what_is_right_as_it_is_used_is_remarked_on(old, new, question, cause, tmp_path):
    report = reports("two-layer-net", edited("two-layer-net", old, new, tmp_path), question=question)[question]
    assert report.verdict == "correct"
    assert [each.id for each in report.causes] == [cause]
    assert report.remark.startswith("Right")


@pytest.mark.parametrize("system", ["rnn-mnist", "three-layer-mlp", "simple-rnn", "two-layer-net"])
def test_mistakes_change_something_and_their_absence_nothing(system, monkeypatch):
    seen: set[str] = set()

    def spy(trial: Trial) -> Judgement:
        for reading in trial.readings:
            if reading.wrong is None:
                continue
            right = Trial(reading.wrong(frozenset()), [Reading(reading.want)], trial.length, scales=trial.scales)
            assert settle(right).verdict == "correct", trial.part
            for switch in trial.mistakes:
                with np.errstate(all="ignore"):
                    wrong = Trial(reading.wrong(frozenset([switch])), [Reading(reading.want)], trial.length)
                assert settle(wrong).verdict == "wrong", switch
                seen.add(switch)
        return settle(trial)

    for name in {recipe.judge.__module__ for recipe in all_recipes().values()}:
        if hasattr(module := importlib.import_module(name), "settle"):
            monkeypatch.setattr(module, "settle", spy)
    for module in (adam, softmaxes):
        monkeypatch.setattr(module, "settle", spy)
    found = reports(system, SOURCES / f"{STEMS[system]}_complete.ipynb", seed=5)
    assert {report.verdict for report in found.values()} == {"correct"}
    assert len(seen) > 15


def test_a_wrong_helper_costs_its_own_question_only(tmp_path):
    path = edited("three-layer-mlp", "1 / (1 + np.exp(-U))", "1 / (1 + np.exp(U))", tmp_path)
    found = reports("three-layer-mlp", path)
    assert {name for name, report in found.items() if report.verdict != "correct"} == {"sigmoid"}
    assert "correct versions" in found["inference"].remark


def test_a_loop_that_does_not_end_costs_its_own_question_only(tmp_path):
    from reference.homework.isolation.process import Limits

    path = edited("rnn-mnist", "cost = -np.sum", "while True: pass\\n    cost = -np.sum", tmp_path)
    names = ["rnn-mnist/compute_cost", "rnn-mnist/softmax"]
    found = check_all(path, names, limits=Limits(seconds=1))
    assert [found[name].verdict for name in names] == ["crashed", "correct"]
    assert "1 second" in found[names[0]].remark


def test_a_symbol_that_is_not_there_is_unfinished(tmp_path):
    path = tmp_path / "empty.py"
    path.write_text("import numpy as np\n", encoding="utf-8")
    report = find("rnn-mnist/softmax").check(path)
    assert (report.verdict, report.remark) == ("unfinished", "There is no softmax in the file.")


def test_recipes_are_found_by_name():
    assert {name.split("/")[0] for name in all_recipes()} == set(SYSTEMS)
    assert all(find(name).name == name and find(name).title for name in all_recipes())
    with pytest.raises(RequestError, match=r"no recipe is called 'rnn-mnist/softmx'\. Close: rnn-mnist/softmax"):
        find("rnn-mnist/softmx")
