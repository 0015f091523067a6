"""`crosscheck list` and `crosscheck parity`: what is checked, printed and written."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import ONE_LINE, assert_narrow, invoke

from reference import parity, registry
from reference.commands import checks
from reference.commands.parity import DTYPES, JUDGES
from reference.compare import Finding
from reference.parity import Check
from reference.report.json import parity_document, write_json
from scratch.dense import Dense


@pytest.fixture
def wrong_dw(monkeypatch: pytest.MonkeyPatch, layer_changed: None) -> None:
    """Dense with half of its gradient."""
    right = Dense.backward

    def backward(self: Dense, dy: Any) -> Any:
        dx = right(self, dy)
        self.grads["w"] = self.grads["w"] / 2
        return dx

    monkeypatch.setattr(Dense, "backward", backward)


# crosscheck list


def test_list_shows_every_pair(tmp_path: Path) -> None:
    done = invoke(f"list --json {tmp_path / 'pairs.json'}")
    assert done.exit_code == 0
    assert_narrow(done.stdout)
    document = json.loads((tmp_path / "pairs.json").read_text())
    assert document["schema"] == "crosscheck.list/1"
    assert [each["pair"] for each in document["pairs"]] == list(registry.pairs())
    for each in document["pairs"]:
        assert each.keys() == {"pair", "kind", "twins", "reason"}
        assert each["twins"].keys() == {"torch", "keras"}
        assert re.search(rf"^ +{each['pair']} .*\d$", done.stdout, re.MULTILINE)


# crosscheck parity


def test_the_options_offer_what_there_is() -> None:
    assert JUDGES == parity.JUDGES
    assert DTYPES == parity.DTYPES


def test_all_agree_is_0_and_said_first() -> None:
    done = invoke("parity dense --case plain --seed 3")
    assert (done.exit_code, done.stderr) == (0, "")
    first = done.stdout.splitlines()[0]
    assert re.match(r" 7 checks agree · 0 disagree · 1 pair · torch \d\S+, keras \d\S+ · seed 3", first)
    assert re.search(r"^ dense +1 +7 +\w+ +float\d\d +\w+ +\S+ \(\S+\)", done.stdout, re.MULTILINE)
    assert_narrow(done.stdout)


def test_a_broken_layer_is_1_with_the_vote_and_a_command_that_repeats_it(wrong_dw: None) -> None:
    done = invoke("parity dense --cases 1 --framework torch --dtype float64")
    assert done.exit_code == 1
    assert_narrow(done.stdout)
    blocks = done.stdout.removesuffix("\n\n").split("\n\n")
    assert re.match(r" 10 of 13 checks disagree · 1 pair · torch", blocks[0])
    assert len(blocks) == 11
    said = " ".join(blocks[1].split())
    assert said.startswith("dense · torch · float64 · plain (seed 7) y agrees")
    assert "dw DISAGREES" in said
    assert "keras and the numerical derivative side with torch: scratch stands alone" in said
    for block in (blocks[1], blocks[10]):
        repeat = block.splitlines()[-1].removeprefix(" repeat: crosscheck ")
        again = invoke(repeat)
        assert again.exit_code == 1
        assert again.stdout.split("\n\n")[1].rstrip() == block.rstrip()


def test_a_random_case_repeats_however_many_are_drawn(wrong_dw: None) -> None:
    done = invoke("parity dense --framework derivative --cases 0 --case random31")
    assert done.exit_code == 1
    assert "dense · derivative · float64 · random31   (seed 7)" in done.stdout
    assert "torch and keras side with the numerical derivative" in " ".join(done.stdout.split())


@pytest.mark.parametrize(("name", "case"), [("momentum", "dampened"), ("tanh", "tiny"), ("tanh", "many")])
def test_a_case_alone_is_asked_what_it_is_among_others(tmp_path: Path, name: str, case: str) -> None:
    documents = []
    for number, which in enumerate(("", f" --case {case}")):
        path = tmp_path / f"{number}.json"
        assert invoke(f"parity {name} --framework torch --jobs 1{which} --json {path}").exit_code == 0
        documents.append([check for check in json.loads(path.read_text())["checks"] if check["case"] == case])
    assert documents[0] == documents[1] != []


def test_parity_json(tmp_path: Path, wrong_dw: None) -> None:
    path = tmp_path / "parity.json"
    assert invoke(f"parity dense --case plain --framework torch --framework contract --json {path}").exit_code == 1
    document = json.loads(path.read_text())
    assert document.keys() == {"schema", "seed", "summary", "checks"}
    assert (document["schema"], document["seed"]) == ("crosscheck.parity/1", 7)
    assert document["summary"].keys() == {"checks", "agree", "disagree", "seconds"}
    assert [document["summary"][key] for key in ("checks", "agree", "disagree")] == [4, 2, 2]
    for check in document["checks"]:
        assert check.keys() == {"pair", "framework", "dtype", "case", "agree", "quantities"}
        assert check["agree"] == all(quantity["agree"] for quantity in check["quantities"])
        for quantity in check["quantities"]:
            assert quantity.keys() == {"name", "max_abs", "max_rel", "ulp", "allowed", "agree"}
    assert list(tmp_path.iterdir()) == [path]


def test_json_has_null_for_what_is_no_number_and_names_problems() -> None:
    findings = (
        Finding("y", False, max_abs=float("inf"), max_rel=float("nan"), ulp=float("inf"), allowed=8.0),
        Finding("dx", False, problem="has shape (3,), expected (4,)"),
    )
    document = parity_document([Check("dense", "torch", "float64", "plain", findings, 7)], 7, 0.5)
    y, dx = json.loads(json.dumps(document, allow_nan=False))["checks"][0]["quantities"]
    assert y == {"name": "y", "max_abs": None, "max_rel": None, "ulp": None, "allowed": 8.0, "agree": False}
    assert dx["problem"] == "has shape (3,), expected (4,)"


def test_json_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text("before")
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, {"x": float("nan")})
    assert path.read_text() == "before"
    link = tmp_path / "link.json"
    link.symlink_to(path)
    write_json(link, {"x": 1})
    assert link.is_symlink()
    assert json.loads(path.read_text()) == {"x": 1}
    assert sorted(tmp_path.iterdir()) == [path, link]


def test_names_may_be_patterns_and_come_in_one_order() -> None:
    names = [pair.name for pair in checks.select(["relu", "*pool2d", "relu"])]
    assert names == [name for name in registry.pairs() if name == "relu" or name.endswith("pool2d")]
    assert list(checks.select([])) == list(registry.pairs().values())


def test_pairs_that_were_not_checked_are_named() -> None:
    done = invoke("parity dense sgd --framework contract")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1].endswith("not checked, for nothing asked for applies to them: sgd")


def test_processes_find_what_one_process_finds() -> None:
    request = parity.Request(checks.select(["dense", "relu"]), ("contract",), draws=1, seed=7)
    here = list(map(str, checks.run(request, jobs=1)))
    assert len(here) > 20
    assert sorted(map(str, checks.run(request, jobs=2))) == sorted(here)


def test_what_breaks_in_another_process_is_told_here() -> None:
    request = parity.Request(checks.select(["dense", "relu"]), ("contract",), dtypes=("float63",))
    with pytest.raises(RuntimeError, match=r"(dense|relu) could not be checked: TypeError: .*float63"):
        list(checks.run(request, jobs=2))


@pytest.mark.parametrize(
    "options",
    ["--device cuda", "--tf32", "--device cuda --framework derivative", "--device cuda --tf32 --dtype float32"],
)
def test_a_device_that_is_not_there_gets_one_line(options: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    result = invoke(f"parity relu {options}")
    assert result.exit_code == 2
    assert ONE_LINE.fullmatch(result.stderr)


def test_twins_compute_on_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tensors a twin is given and weights it makes are brought to the device; "meta" is one that every machine has."""
    import torch

    from reference.frameworks import torch as adapter

    monkeypatch.setattr(adapter, "_device", torch.device("meta"))
    assert adapter.tensor(np.ones(3)).device.type == "meta"
    with adapter.made_as("float32"):
        assert torch.nn.Linear(2, 3).weight.device.type == "meta"


def test_the_effect_of_tf32_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that rounds factors to 10 bits, as a GPU does with --tf32, is shown beside a layer that is right."""
    import torch

    from reference.frameworks import torch as adapter

    def rounded(x: np.ndarray) -> torch.Tensor:
        bits = np.array(x, order="C")
        if x.dtype == np.float32:
            bits.view(np.uint32)[...] += 0x1000
            bits.view(np.uint32)[...] &= 0xFFFFE000
        return torch.from_numpy(bits)

    def checked(*dtypes: str) -> list[parity.Check]:
        parity._rounded.cache_clear()
        return list(parity.run_checks(parity.Request(checks.select(["dense"]), ("torch",), dtypes, **on_gpu)))

    monkeypatch.setattr(adapter, "use_device", lambda name, tf32: None)
    on_gpu = {"device": "cuda", "tf32": True, "case": "plain"}
    (exact,) = checked("float32")
    assert exact.agree
    assert [finding.name for finding in exact.findings[-2:]] == ["dw of torch", "db of torch"]
    monkeypatch.setattr(adapter, "tensor", rounded)
    single, double = checked("float32", "float64")
    assert single.command.endswith("--case plain --device cuda --tf32")
    shown = {finding.name: finding.agree for finding in single.findings}
    assert {name for name, agree in shown.items() if not agree} == {
        f"{name} of torch" for name in ("y", "dx", "dw", "db")
    }
    assert all(finding.ulp > 500 for finding in single.findings if not finding.agree)
    assert double.agree
    parity._rounded.cache_clear()
