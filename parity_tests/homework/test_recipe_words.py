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
    """Every mistake of a recipe that is written out: what is done wrong, and what to do instead."""
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Mistake", "Cause"):
                own = node.args if node.func.id == "Mistake" else [*node.args[1:2], *node.args[3:4]]
                texts = [each.value if isinstance(each, ast.Constant) else "" for each in own]
                yield texts[0], texts[1] if len(texts) > 1 else ""


def is_formula(text: str) -> bool:
    """Whether no two words stand side by side, nor a word and a name, so that both languages have the same text."""
    return not re.search(r"\b(?!np\b|exp\b|sum\b|log\b)[A-Za-z]{2,} [\w(]", text)


SAID = list(dict.fromkeys(said()))


def test_there_are_many() -> None:
    assert len(SAID) > 150


@pytest.mark.parametrize("text", sorted({text for pair in SAID for text in pair if text}))
def test_every_sentence_has_its_translation(text: str) -> None:
    found = of_recipes().get(text, "")
    assert found or (text in {instead for _, instead in SAID} and is_formula(text))
    assert not found or re.search("[\u3040-\u30ff\u4e00-\u9fff]", found)
    # what stands in code stays as it is
    assert set(re.findall(r"[A-Za-z_]\w*\[[^]]*\]|\b\w+_\w+\b", text)) <= set(
        re.findall(r"[A-Za-z_]\w*\[[^]]*\]|\b\w+_\w+\b", found or text, re.ASCII)
    )


def test_nothing_is_translated_that_nobody_says() -> None:
    assert of_recipes().keys() <= {text for pair in SAID for text in pair}


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
