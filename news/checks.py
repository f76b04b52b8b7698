"""What a release must not say of its event, and what it leaves unsaid."""

from django.utils.translation import gettext as _

from news.models import Release
from publishing.editorial import languages
from publishing.editorial.checks import WARN, Finding, register

# They are published before what they speak of.
AHEAD = (Release.Kind.ANNOUNCEMENT, Release.Kind.ADVISORY)


@register(Release)
def dated_before_its_event(item, language):
    date = item.printed_date
    if date is None or item.kind in AHEAD:
        return
    for event in item.events.filter(start_date_first__gt=date.last):
        sentence = _("The release is dated %(date)s, before “%(event)s” on %(day)s.") % {
            "date": date.full,
            "event": str(event),
            "day": event.printed_date.full,
        }
        yield Finding(WARN, "before_event", "release_date", sentence)


@register(Release)
def quotes_without_words(item, language):
    """A row in one language alone is meant so; one in none has been forgotten."""
    for quote in item.quotes.all():
        if not any(languages.text(quote, "text", code) for code in languages.CODES):
            sentence = _("The quote of “%(speaker)s” has no words: readers do not see it.")
            yield Finding(WARN, "empty_quote", "", sentence % {"speaker": str(quote) or "–"})
