"""Word documents as drafts: headings, lists, tables, links and pictures are kept, looks are not."""

import io
import re
from dataclasses import dataclass, field
from html import unescape

import mammoth
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from publishing.editorial import richtext
from publishing.media import services as library
from publishing.media.documents import FileRefused, examine, open_archive

# A text with pictures is far below this when unpacked; a bomb is far above.
MAX_UNPACKED = 150 * 1024 * 1024
STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Heading 1'] => h2:fresh
p[style-name='Heading 2'] => h3:fresh
p[style-name='Heading 3'] => h3:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
"""
_PICTURE = re.compile(r'<img[^>]*src="library:([\w-]+)"[^>]*/?>')
_PARAGRAPH = re.compile(r"<p>((?:(?!</p>).)*)</p>", re.DOTALL)
_TITLE = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
_FIRST_HEADING = re.compile(r"^\s*<h2>(.*?)</h2>", re.DOTALL)


@dataclass
class Draft:
    title: str
    body: str
    # Sentences about what could not be taken over.
    left_out: list[str] = field(default_factory=list)


def read(file, *, user=None) -> Draft:
    """The draft that a ``.docx`` holds; ``FileRefused`` says why there is none.

    Its pictures go into the library, where each is kept once.
    """
    if not (file.name or "").lower().endswith(".docx"):
        raise FileRefused(_("Choose a Word document (.docx). Save older ones as .docx first."))
    examine(file)
    open_archive(file, limit=MAX_UNPACKED)
    file.seek(0)
    pictures = _Pictures(user)
    try:
        result = mammoth.convert_to_html(
            file,
            style_map=STYLES,
            convert_image=mammoth.images.img_element(pictures.keep),
            external_file_access=False,
        )
    except Exception as error:
        # The parser raises whatever it stumbles over in a damaged document.
        raise FileRefused(_("This document could not be read. It may be damaged.")) from error
    title, html = _without_title(result.value)
    body = richtext.clean(with_references(html))
    return Draft(title, body, pictures.refused)


class _Pictures:
    """Takes the pictures of a document into the library and remembers those refused."""

    def __init__(self, user):
        self.user, self.refused = user, []

    def keep(self, picture):
        with picture.open() as content:
            file = io.BytesIO(content.read())
        file.name = _("Picture from a document")
        try:
            image = library.find_or_add_image(file=file, user=self.user, alt=picture.alt_text or "")
        except ValidationError as error:
            self.refused += error.messages
            return {"src": ""}
        return {"src": f"library:{image.uid}"}


def with_references(html: str) -> str:
    """Pictures in paragraphs, ``<img src="library:…">``, as references after them."""
    return _PARAGRAPH.sub(_pictures_after, html)


def _pictures_after(match):
    """A paragraph, then the pictures that stood in it: the text holds them between paragraphs."""
    uids = _PICTURE.findall(match[1])
    text = _PICTURE.sub("", match[1])
    figures = "".join(f'<figure data-image="{uid}"></figure>' for uid in uids)
    return (f"<p>{text}</p>" if text.strip() or not uids else "") + figures


def _without_title(html):
    """The title of the document, else its first line if that is a heading; and the rest."""
    match = _TITLE.search(html) or _FIRST_HEADING.search(html)
    if match is None:
        return "", html
    title = " ".join(unescape(strip_tags(match[1])).split())
    rest = html[: match.start()] + html[match.end() :]
    return title, rest.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
