"""The words for causes, from one catalogue: what is wrong, and what points to it without giving the answer away."""

import functools
import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files

from reference.diagnosis.remarks import remark
from reference.homework.verdict import Cause, Fact, SubmissionReport, SymbolReport

PLURALS = {"is": "are", "has": "have", "holds": "hold", "comes": "come", "goes": "go"}
Entry = Mapping[str, str]


@functools.cache
def catalogue() -> Mapping[str, Entry]:
    """For each id: `en` and `ja`, the sentence; `hint_en` and `hint_ja` of a cause.

    What begins with @ is a word that stands in sentences, what begins with narrow- a fact, which needs no hint, what
    begins with limit/ is what a submission is not right for, with where/ what it needs to run.
    """
    text = files("reference.diagnosis").joinpath("sentences.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def entry(id: str) -> Entry:
    """The words of an id; those of any derivative, or of any change of the code, where it has none of its own."""
    known = catalogue()
    if id in known:
        return known[id]
    return known["derivative" if id.endswith("-derivative") else "changed"]


def worded(
    words: str, facts: Mapping[str, str], lang: str = "en", *, hint: bool = False, reproduces: bool = True
) -> Cause:
    """A cause in a language; with `hint` its sentence stops short of the answer.

    `words` is its id, or "id/which" where there is an entry for each of several mistakes of one id.
    """
    found = entry(words)
    filled = {**facts, **{name: _words(facts.get(name, ""), lang) for name in ("place", "names")}}
    filled["named"] = _sizes(facts.get("named", ""), lang)
    said = _filled(found[f"hint_{lang}" if hint else lang], filled)
    hinted = _filled(found[f"hint_{lang}"], filled)
    return Cause(words.partition("/")[0], said, reproduces, hinted, tuple(facts.items()), words)


def said(id: str, lang: str, **facts: str) -> str:
    """A sentence or a word of the catalogue in a language."""
    return catalogue()[id][lang].format(**facts)


def proof(report: SymbolReport) -> str:
    """That the causes of a report have been proved."""
    return said("@proved-there" if report.verdict == "correct" else "@proved", report.lang)


def limited(cause: Cause, limit: str, lang: str = "en") -> Cause:
    """A cause that holds for `limit` alone, or was proved there because elsewhere nothing runs, and says so."""
    known = catalogue()
    kind = "where" if f"where/{limit}" in known else "limit"
    facts = {"limit": known[f"{kind}/{limit}"][lang] if f"{kind}/{limit}" in known else limit}
    said, hinted = (_filled(known[kind][lang], {**facts, "said": text}) for text in (cause.sentence, cause.hint))
    return replace(cause, sentence=said, hint=hinted if cause.hint else "", limit=limit)


def _filled(template: str, facts: Mapping[str, str]) -> str:
    """The sentence with these facts, those that it lacks left out; its verbs agree with {names} and {right}."""
    for name in ("names", "right"):
        if ", " in facts.get(name, ""):
            template = re.sub(rf"(?<={{{name}}} )({'|'.join(PLURALS)})\b", lambda verb: PLURALS[verb[0]], template)
    empty = dict.fromkeys((field for _, field, _, _ in string.Formatter().parse(template) if field), "")
    return " ".join(template.format(**{**empty, **facts}).split())


def _sizes(factor: str, lang: str) -> str:
    """A factor made of sizes, "1 / the batch size (6)", in a language."""
    for id, each in catalogue().items():
        if id.startswith("size/"):
            factor = factor.replace(each["en"], each[lang])
    return factor


def stated(id: str, facts: Mapping[str, str], lang: str = "en") -> Fact:
    """What is known of a mistake, in a language. Facts that begin with @ are words of the catalogue."""
    said = {name: _words(each, lang) for name, each in facts.items()}
    return Fact(id, _filled(catalogue()[id][lang], said), tuple(facts.items()))


def _words(fact: str, lang: str) -> str:
    """ "@axis 1" in a language, and any other fact as it is; "; " between several."""
    return {"en": ", ", "ja": "、"}[lang].join(_word(each, lang) for each in fact.split("; "))


def _word(fact: str, lang: str) -> str:
    if f"where/{fact}" in catalogue():
        return catalogue()[f"where/{fact}"][lang]
    id, _, n = fact.partition(" ")
    return catalogue()[id][lang].format(n=n) if id.startswith("@") and id in catalogue() else remark(fact, lang)


def spoken(report: SubmissionReport, lang: str, *, hint: bool) -> SubmissionReport:
    """A report in another language, or with its causes as hints."""
    notes, skipped = (
        tuple(replace(n, text=remark(n.text, lang)) for n in some) for some in (report.notes, report.skipped)
    )
    symbols = tuple(symbol_spoken(each, lang, hint=hint) for each in report.symbols)
    return replace(
        report, symbols=symbols, notes=notes, skipped=skipped, problem=remark(report.problem, lang), lang=lang
    )


def symbol_spoken(report: SymbolReport, lang: str, *, hint: bool = False) -> SymbolReport:
    """What `spoken` makes of one symbol."""
    causes = tuple(_cause(each, lang, hint) for each in report.causes)
    narrowing = tuple(stated(each.id, dict(each.facts), lang) for each in report.narrowing)
    conventions = tuple(remark(each, lang) for each in report.conventions)
    quantities = tuple(replace(q, problem=remark(q.problem, lang)) if q.problem else q for q in report.quantities)
    said = replace(report, conventions=conventions, quantities=quantities, remark=remark(report.remark, lang))
    return replace(said, causes=causes, narrowing=narrowing, lang=lang)


def _cause(cause: Cause, lang: str, hint: bool) -> Cause:
    """One that the catalogue has not is of a recipe: its hint may take its place."""
    if cause.facts:
        said = worded(cause.words, dict(cause.facts), lang, hint=hint, reproduces=cause.reproduces)
        return limited(said, cause.limit, lang) if cause.limit else said
    said = in_japanese(cause) if lang == "ja" else cause
    return replace(said, sentence=said.hint) if hint and said.hint else said


def in_japanese(cause: Cause) -> Cause:
    """A cause of a recipe, whose sentence is its hint, what is done wrong, and then what to do instead."""
    done, instead = (_translated(each) for each in (cause.hint, cause.sentence.removeprefix(cause.hint).strip()))
    return replace(cause, sentence=f"{done} {instead}".strip(), hint=done)


def _translated(text: str) -> str:
    """A sentence of a recipe in Japanese: as it stands, with what it names filled in, or after the weight it is about.

    A formula, and what is made for one submission, is the same in both languages.
    """
    if text in of_recipes():
        return of_recipes()[text]
    for pattern, said in _patterns():
        if (found := pattern.fullmatch(text)) is not None:
            return said.format(**found.groupdict())
    about, colon, rest = text.partition(": ")
    return f"{about}: {_translated(rest)}" if colon else text


@functools.cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The sentences that name something, {name}, as patterns."""
    blanks = [(text, said) for text, said in of_recipes().items() if re.search(r"\{\w+\}", text)]
    return [(re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(text))), said) for text, said in blanks]


@functools.cache
def of_recipes() -> Mapping[str, str]:
    """The sentences of recipes in Japanese, by the English ones."""
    text = files("reference.homework.recipes").joinpath("japanese.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
