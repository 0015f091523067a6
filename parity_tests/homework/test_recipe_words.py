"""What recipes say of mistakes is said in Japanese too."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import reference
from reference.diagnosis.sentences import of_recipes, spoken
from reference.homework.verdict import Cause, SubmissionReport, SymbolReport

FOLDER = Path(reference.__file__).parent / "homework" / "recipes"


def said() -> Iterator[tuple[str, str]]:
    """Every mistake of a recipe: what is done wrong, and what to do instead; {} for what is filled in."""
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Mistake"), args=own):
                    yield _text(own[0]), _text(own[1]) if len(own) > 1 else ""
                case ast.Call(func=ast.Name(id="Cause"), args=own):
                    yield _text(own[1]), _text(own[3]) if len(own) > 3 else ""
                case ast.Call(func=ast.Name(id="Other"), args=[_, _, sentence]):
                    yield _text(sentence), ""
                case ast.FunctionDef():
                    yield from _handed_on(node)


def _handed_on(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """The sentences that a function puts into a variable before it makes a cause of it."""
    nodes = list(ast.walk(function))
    calls = [n for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "Cause"]
    names = {a.id for call in calls for a in call.args[1:2] if isinstance(a, ast.Name)}
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant() | ast.JoinedStr() as value) if (
                name in names
            ):
                yield _text(value).removeprefix("initial W: "), ""


def _text(node: ast.expr) -> str:
    """The text of an expression, "" where it has none of its own."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            text = "".join(_text(part) or "{}" for part in parts)
            return "" if text == "{}: {}" else text
    return ""


def anyhow(text: str) -> str:
    """A sentence whatever its blanks are called."""
    return re.sub(r"\{\w+\}", "{}", text)


def is_formula(text: str) -> bool:
    """Whether no two words stand side by side, nor a word and a name, so that both languages have the same text."""
    return not re.search(r"\b(?!np\b|exp\b|sum\b|log\b)[A-Za-z]{2,} [\w(]", text)


SAID = list(dict.fromkeys(said()))
JAPANESE = {anyhow(text): found for text, found in of_recipes().items()}


def test_there_are_many() -> None:
    assert len(SAID) > 150


@pytest.mark.parametrize("text", sorted({text for pair in SAID for text in pair if text}))
def test_every_sentence_has_its_translation(text: str) -> None:
    found = JAPANESE.get(text, "")
    assert found or (text in {instead for _, instead in SAID} and is_formula(text))
    assert not found or re.search("[\u3040-\u30ff\u4e00-\u9fff]", found)
    # what stands in code stays as it is
    assert set(re.findall(r"[A-Za-z_]\w*\[[^]]*\]|\b\w+_\w+\b", text)) <= set(
        re.findall(r"[A-Za-z_]\w*\[[^]]*\]|\b\w+_\w+\b", found or text, re.ASCII)
    )


def test_nothing_is_translated_that_nobody_says() -> None:
    assert JAPANESE.keys() <= {text for pair in SAID for text in pair}


def test_what_a_sentence_names_is_filled_in() -> None:
    cause = Cause("transposed", "W_2 is transposed. Give it the shape (256, 784).", True, "W_2 is transposed.")
    both = Cause("scaled", "W_2, W_3: it is normal with deviation 0.1.", True)
    report = SubmissionReport("a.py", (SymbolReport("f", "wrong", causes=(cause, both)),))
    found = [each.sentence for each in spoken(report, "ja", hint=False).symbols[0].causes]
    assert found == [
        "W_2 が転置されています。 形状を (256, 784) にします。",
        "W_2, W_3: 標準偏差 0.1 の正規分布になっています。",
    ]


@pytest.mark.parametrize(
    ("hint", "wanted"), [(False, "b が足されていません。 b を足します。"), (True, "b が足されていません。")]
)
def test_a_cause_of_a_recipe_is_said_in_japanese(hint: bool, wanted: str) -> None:
    cause = Cause("no_bias", "b is not added. Add b.", True, "b is not added.")
    formula = Cause("sign", "The minus sign is missing. -sum(D * log(Y)).", True, "The minus sign is missing.")
    report = SubmissionReport("a.py", (SymbolReport("f", "wrong", causes=(cause, formula)),))
    found = [each.sentence for each in spoken(report, "ja", hint=hint).symbols[0].causes]
    assert found == [wanted, "マイナスの符号がありません。" + " -sum(D * log(Y))." * (not hint)]
    english = spoken(report, "en", hint=hint).symbols[0].causes[0].sentence
    assert english == ("b is not added." if hint else "b is not added. Add b.")
