"""Reads HTML as a browser's parser sees it, and says what in it could fetch, run or lead somewhere."""

from __future__ import annotations

from html.parser import HTMLParser

_EMPTY = ("meta", "line", "rect", "path", "br", "use")
_TAGS = frozenset(
    (
        *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "div", "p", "span"),
        *(
            "h1",
            "h2",
            "h3",
            "b",
            "i",
            "ul",
            "ol",
            "li",
            "dl",
            "dt",
            "dd",
            "pre",
            "code",
            "blockquote",
            "details",
            "summary",
        ),
        *("table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "br"),
        *("svg", "g", "text", "path", "defs"),
    )
)
_ATTRIBUTES = frozenset(("href", "src", "srcset", "action", "formaction", "background", "data", "style", "xlink:href"))


class Page(HTMLParser):
    """Collects every tag with its attributes, and the text; a tag that closes another is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _EMPTY:
            assert self.open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def harmful(page: Page) -> list[str]:
    """Tags and attributes beyond those that only show text."""
    return [
        *(f"<{tag}>" for tag, _ in page.tags if tag not in _TAGS),
        *(
            f"<{tag} {name}>"
            for tag, attributes in page.tags
            for name in attributes
            if name in _ATTRIBUTES or name.startswith("on")
        ),
    ]
