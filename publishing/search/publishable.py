"""How a publishable item becomes a document of the site search."""

import datetime

from publishing.editorial import languages, richtext
from publishing.editorial.languages import column
from publishing.editorial.models import Publishable, State
from publishing.search.documents import Document

# Nobody sees anything before its own first instant.
ALWAYS = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def visible(item: Publishable) -> dict:
    """For each published language the instants between which anyone may find it."""
    windows = {}
    for code in languages.CODES:
        if getattr(item, column("state", code)) != State.PUBLISHED:
            continue
        publish, embargo, expire = item.window(code)
        windows[code] = (max(filter(None, (publish, embargo))), expire)
    return windows


def document(item: Publishable, *, date=None, keywords="") -> Document | None:
    windows = {} if item.is_copy else visible(item)
    if not windows:
        return None
    return Document(
        titles={code: item.title_in(code) for code in windows},
        bodies={
            code: "\n".join(
                part
                for part in (
                    languages.text(item, "summary", code),
                    richtext.plain(languages.text(item, "body", code)),
                )
                if part
            )
            for code in windows
        },
        visible=windows,
        url_name=item.url_name,
        url_kwargs={"slug": item.slug},
        date=date,
        keywords=keywords,
    )
