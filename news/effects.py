"""Whose pages list a release or an event once it is public."""

from django.utils.translation import gettext as _

from news.models import Event, Release
from publishing.editorial.effects import Effect, register


@register(Release)
@register(Event)
def partner_pages(item, language):
    for institution in item.institutions.public():
        sentence = _("The page of %(name)s lists it.") % {"name": str(institution)}
        yield Effect(sentence, institution.get_absolute_url())
    for agreement in item.agreements.public():
        sentence = _("The page of agreement %(name)s lists it.") % {"name": agreement.number}
        yield Effect(sentence, agreement.get_absolute_url())


@register(Release)
def event_pages(item, language):
    for event in item.events.public(language):
        sentence = _("The page of the event “%(title)s” lists it.") % {"title": str(event)}
        yield Effect(sentence, event.get_absolute_url(language))


@register(Release)
def news_lists(item, language):
    yield Effect(_("The news list and the home page."))


@register(Event)
def event_lists(item, language):
    yield Effect(_("The list of events and the home page."))
