"""`crosscheck migrate`, and its site in a browser."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import ONE_LINE, assert_narrow, invoke
from report_pages import Page

from reference.migration.build import Reference, build
from reference.migration.constructors import constructor
from reference.migration.table import pair_row
from reference.registry import find
from reference.report.migration_markdown import as_markdown
from reference.report.migration_site import write_site

FACTS = ("gru_trap", "relu", "double_softmax", "nan_argmax", "det_flags", "center_crop")


@pytest.fixture(scope="module")
def some() -> Reference:
    return build(["dense", "gru", "relu"], FACTS, 1)


def test_a_pair_is_told_on_a_terminal():
    done = invoke("migrate dense")
    assert done.exit_code == 0
    assert_narrow(done.output)
    first, *rest = done.output.splitlines()
    assert re.fullmatch(r" dense +exact +\S+ ulp, measured now", first)
    assert any("keras.layers.Dense(" in line for line in rest)
    assert any(re.search(r"kernel +\(n_in, n_out\) +-> weight +\(n_out, n_in\)", line) for line in rest)


def test_the_code_alone_can_be_run():
    done = invoke("migrate dense --to torch --code")
    assert done.exit_code == 0
    compile(done.output, "code", "exec")
    assert "target = torch.nn.Linear(" in done.output
    assert "target = keras" not in done.output


def test_json(tmp_path):
    file = tmp_path / "rows.json"
    assert invoke(f"migrate gru --json {file}").exit_code == 0
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["schema"] == "crosscheck.migrate/1"
    row = document["rows"][0]
    assert {"pair", "topic", "keras", "torch", "verdict", "max_ulp", "executed"} <= set(row)
    assert (row["pair"], row["verdict"], row["executed"]) == ("gru", "exact with glue", True)
    assert all(each["executed"] for each in document["rows"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("gruu", "no pair is called 'gruu'. Close: gru"),
        ("gru_trap", "it is a fact about gru:  crosscheck migrate gru"),
        ("double_softmx", "softmax_cross_entropy"),
        ("--code", "--code needs the NAME of a pair"),
        ("dense --to jax", "jax"),
        ("dense --html {file}", "is a file, expected a folder"),
        ("dense --markdown {folder}", "is a folder, expected a file"),
        ("dense --markdown {folder}/no/such.md", "cannot be written"),
        ("dense --json {folder}", "is a folder, expected a file"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments, said, tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    done = invoke(f"migrate {arguments.format(file=file, folder=tmp_path)}")
    assert done.exit_code == 2
    assert ONE_LINE.fullmatch(done.stderr), done.stderr
    assert said in done.stderr
    assert file.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [file]


def test_a_site_that_is_not_finished_leaves_nothing(tmp_path, monkeypatch, some):
    monkeypatch.setattr("reference.commands.migrate._build", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    assert invoke(f"migrate dense --html {tmp_path}/a/site").exit_code == 130
    assert list(tmp_path.iterdir()) == []
    written = []

    def stopped(path, *_):
        written.append(path)
        path.write_text("whole")
        if len(written) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("reference.report.migration_site.write_whole", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_site(tmp_path / "site", some)
    assert len(written) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_site_in_a_new_folder(tmp_path, some):
    write_site(tmp_path / "a" / "site", some)
    assert sorted(each.name for each in (tmp_path / "a" / "site").iterdir()) == ["index.html", "pitfalls.html"]
    assert [each.name for each in (tmp_path / "a").iterdir()] == ["site"]


def test_a_fact_that_does_not_hold_is_a_disagreement(monkeypatch):
    from dataclasses import replace

    from reference.migration import facts

    wrong = replace(facts.facts()["relu"], torch="x")
    monkeypatch.setitem(facts.facts(), "relu", wrong)
    done = invoke("migrate relu")
    assert done.exit_code == 1


def test_pages_are_whole_and_load_nothing(some, tmp_path):
    write_site(tmp_path, some)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "pitfalls.html"]
    for path in tmp_path.iterdir():
        text = path.read_text(encoding="utf-8")
        page = Page(text)
        for _, attributes in page.elements:
            for name in ("src", "href"):
                value = attributes.get(name) or "#"
                assert value.startswith(("#", "data:,", "index.html", "pitfalls.html")), value
        assert "default-src 'none'" in text
        ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
        assert len(ids) == len(set(ids))
    index = Page((tmp_path / "index.html").read_text(encoding="utf-8")).said
    assert "2 of 3" not in index
    assert "not run: torchvision is no dependency of this project" in index
    assert "GRU gate order" in Page((tmp_path / "pitfalls.html").read_text(encoding="utf-8")).said


@pytest.mark.parametrize(
    ("name", "torch"),
    [
        ("simple_rnn", "torch.nn.RNN("),
        ("lstm", "torch.nn.LSTM("),
        ("masked_lstm", "glue.torch.recurrent.LSTM("),  # torch.nn.LSTM takes no mask
    ],
)
def test_the_class_of_the_framework_itself_where_it_does_the_same(name, torch):
    assert pair_row(name).torch.startswith(torch)


@pytest.mark.parametrize(
    ("name", "framework", "said"),
    [
        ("ftrl", "torch", "glue.torch.optimizers.Ftrl(params, 0.001, "),
        ("adafactor", "torch", "glue.torch.matrix_optimizers.KerasAdafactor(params, 0.01, "),
        ("zeros", "keras", "keras.initializers.Zeros()"),
        ("lambda_schedule", "torch", "lambda optimizer: torch.optim.lr_scheduler.LambdaLR(optimizer, factor)"),
        ("add", "torch", "lambda *inputs: functools.reduce(torch.add, inputs)"),
        ("one_cycle", "keras", "twin('one_cycle', 'keras')"),
        ("pairwise_distance", "keras", "twin('pairwise_distance', 'keras')"),
    ],
)
def test_a_constructor_is_in_words_that_users_have(name, framework, said):
    pair = find(name)
    found = constructor(pair, pair.options(pair.cases[0]), framework)
    assert (found.shown or found.code).startswith(said)


def test_markdown(some):
    text = as_markdown(some)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert "| gru | `keras.layers.GRU(" in text
    assert all(line.endswith("|") for line in rows)
    assert "### 1. Softmax before a cross-entropy" in text


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
@pytest.mark.parametrize(
    ("asked", "found"),
    [("q=gru", ["gru"]), ("q=gru%20nothing", []), ("q=gates", ["gru"]), ("dense", ["dense", "gru", "relu"])],
)
def test_the_search_works_in_a_browser(some, tmp_path, asked, found):
    write_site(tmp_path, some)
    seen = in_browser(f"{(tmp_path / 'index.html').as_uri()}#{asked}", tmp_path / "profile")
    shown = re.findall(r'<article id="([^"]+)" data-words="[^"]*"( hidden="")?>', seen)
    assert [name for name, hidden in shown if not hidden] == found
    if asked == "dense":
        assert re.search(r'<article id="dense"[^>]*>\s*<details open="">', seen)
    assert Path(tmp_path / "index.html").exists()


def in_browser(url, profile, *options):
    """The page as a browser has it after its script has run."""
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", *options]
    done = subprocess.run([*command, "--dump-dom", url], capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
@pytest.mark.parametrize("width", [420, 1280])
def test_what_is_wide_scrolls_in_its_own_place(some, tmp_path, width):
    """A window is at least 500 wide, so the page stands in a frame."""
    glue = ("reference.migration.glue.torch.recurrent.ResetBeforeGRU",)
    write_site(tmp_path, replace(some, pairs=tuple(replace(row, glue=glue) for row in some.pairs)))
    page = re.sub(r"<meta[^>]*Content-Security-Policy[^>]*>", "", (tmp_path / "index.html").read_text())
    told = "<script>top.document.title = document.documentElement.scrollWidth + ' of ' + innerWidth</script></body>"
    (tmp_path / "open.html").write_text(page.replace("<details", "<details open").replace("</body>", told))
    frame = f'<title>none</title><iframe width="{width}" height="9000" src="open.html"></iframe>'
    (tmp_path / "frame.html").write_text(frame)
    options = "--disable-web-security", "--allow-file-access-from-files", "--virtual-time-budget=5000"
    seen = in_browser((tmp_path / "frame.html").as_uri(), tmp_path / "profile", "--window-size=1400,9100", *options)
    assert f"<title>{width} of {width}</title>" in seen
