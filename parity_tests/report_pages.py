"""A page as tests read it."""

import itertools
import re
from collections import Counter
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br"}


class Page(HTMLParser):
    """What is in a page; an element that is not closed, or closed out of turn, is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.setdefault(tag, []).append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> out of turn at {self.getpos()}"
        self.handle_data(" ")  # a cell ends a word

    def handle_data(self, data: str) -> None:
        for tag in set(self.open) if "script" not in self.open else ():
            self.texts[tag][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def said(self) -> str:
        """The text that is seen, with single spaces."""
        return " ".join(self.texts["body"][0].split())


def assert_nothing_is_loaded(page: Page, text: str) -> None:
    for tag, attributes in page.elements:
        for name in ("src", "href", "xlink:href", "action", "data", "poster", "srcset"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,")), (tag, attributes)
    assert "@import" not in text
    assert set(re.findall(r"url\((.)", text)) <= {"#"}
    (policy,) = [each["content"] for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    ids = Counter(attributes["id"] for _, attributes in page.elements if attributes.get("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    pointed = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text))
    assert pointed <= set(ids)


def assert_accessible(page: Page) -> None:
    assert page.all("html") == [{"lang": "en"}]
    assert all(attributes.get("scope") in ("row", "col") for attributes in page.all("th"))
    assert all(attributes.get("aria-label") for attributes in page.all("svg"))
    assert {label["for"] for label in page.all("label")} == {field["id"] for field in page.all("input")}
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert headings[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(headings))
