"""What a rich text is made of, as far as somebody else must know: its links and its headings."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from modeltranslation.fields import TranslationField

from publishing.editorial import languages, richtext
from publishing.editorial.languages import column
from publishing.editorial.richtext import RichTextField


@dataclass
class Link:
    href: str
    text: str = ""


@dataclass
class Heading:
    level: int
    text: str = ""


@dataclass
class Outline:
    links: list[Link] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.outline = Outline()
        self.open_link = self.open_heading = None

    def handle_starttag(self, tag, attrs):
        if tag == "a" and (href := dict(attrs).get("href")):
            self.open_link = Link(href.strip())
            self.outline.links.append(self.open_link)
        elif tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.open_heading = Heading(int(tag[1]))
            self.outline.headings.append(self.open_heading)

    def handle_endtag(self, tag):
        if tag == "a":
            self.open_link = None
        elif tag[0] == "h":
            self.open_heading = None

    def handle_data(self, data):
        for part in (self.open_link, self.open_heading):
            if part is not None:
                part.text += data


def outline(html: str) -> Outline:
    reader = _Reader()
    reader.feed(html or "")
    reader.close()
    return reader.outline


def rich_fields(model) -> list[str]:
    """The names of the translated rich texts of a model."""
    return [
        f.name
        for f in model._meta.concrete_fields
        if isinstance(f, RichTextField) and not hasattr(f, "translated_field")
    ]


def rich_columns(model) -> list[str]:
    """Every column that holds a rich text in one language."""
    return [column(name, code) for name in rich_fields(model) for code in languages.CODES]


def links(item, language: str):
    """``(column, Link)`` for every link in the texts of one language."""
    for name in rich_fields(type(item)):
        for link in outline(languages.text(item, name, language)).links:
            yield column(name, language), link


def plain_texts(item, language: str) -> dict[str, str]:
    """``{column: words}`` of everything that readers of one language get to read."""
    rich = set(rich_fields(type(item)))
    found = {}
    for name in text_fields(type(item)):
        text = languages.text(item, name, language)
        if text:
            found[column(name, language)] = richtext.plain(text) if name in rich else text
    return found


def text_fields(model) -> list[str]:
    """The translated texts of a model; the public notice belongs to its language alone."""
    columns = [f for f in model._meta.concrete_fields if isinstance(f, TranslationField)]
    apart = {"notice", *getattr(model, "per_language", ())}
    return [
        name
        for name in dict.fromkeys(f.translated_field.name for f in columns)
        if name not in apart
    ]
