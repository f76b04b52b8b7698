"""Institutions and agreements beside other things: arches, maps, status and dates."""

from functools import lru_cache

from django import template
from django.conf import settings
from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.translation import gettext, pgettext

from partners import arches, due, meetings, places, reading
from partners import register as rows
from partners import relationship as story
from partners.models import (
    Agreement,
    AgreementDocument,
    Institution,
    Participation,
    Signature,
)
from partners.worldmap import land
from publishing.cache.shared import once_per_version
from publishing.editorial import languages, policy
from publishing.editorial.dates import read
from publishing.editorial.templatetags.editorial import name_here

register = template.Library()

# More arches than these are not told apart; the words beside the picture count all.
VIADUCT_ARCHES = 120
MINIATURE_ARCHES = 40


@register.inclusion_tag("partners/_viaduct.html")
def viaduct():
    """The public agreements as one bridge; the newest, where there are very many."""
    # A copy: the engine writes into what a tag returns.
    return dict(_bridge())


@once_per_version
def _bridge():
    public = Agreement.objects.public()
    newest = public.with_status().select_related("kind", "field").order_by("-signed_last", "-pk")
    agreements = list(newest[:VIADUCT_ARCHES])
    spans = [span for span in map(rows.span, agreements) if span]
    fields = {one.field.pk: one.field for one in agreements if one.field}
    return {
        "viaduct": arches.viaduct(spans, timezone.localdate()),
        "fields": sorted(fields.values(), key=lambda field: (field.order, field.pk)),
        "words": in_words(rows.totals(public)),
    }


def in_words(totals):
    """ "Agreements: 3. In force: 2. …", for those who do not see the arches."""
    shown = [total for total in totals if total.count or total.look != "open"]
    counts = [(gettext("Agreements"), sum(total.count for total in totals))]
    counts += [(total.label, total.count) for total in shown]
    return " ".join(
        gettext("%(label)s: %(count)d.") % {"label": label, "count": count}
        for label, count in counts
    )


@register.inclusion_tag("partners/_miniature.html")
def miniature(agreements, axis):
    """One partner's agreements on the axis of all; each annotated ``status``, with its field."""
    spans = [span for span in map(rows.span, agreements[:MINIATURE_ARCHES]) if span]
    return {
        "miniature": arches.miniature(spans, axis, timezone.localdate()) if spans else None,
        "words": in_words(rows.totals_of(agreements)),
    }


@register.inclusion_tag("partners/_agreements.html")
def agreement_table(lines, axis, *, about, caption):
    """A partner's agreements as arches on one line of years."""
    table = _years(axis, any(line.arch.arch for line in lines))
    return table | {"lines": lines, "about": about, "caption": caption}


@register.inclusion_tag("partners/_agreements.html")
def register_table(rows, axis, *, caption, sort):
    """The same of any agreements, from rows that are rendered already."""
    table = _years(axis, any(row.has_years for row in rows))
    return table | {"rows": [row.html for row in rows], "caption": caption, "sort": sort}


def _years(axis, has_years):
    # Without any date there is nothing to measure: no years, and the words alone.
    return {"has_years": has_years, "ticks": arches.row_ticks(axis) if has_years else []}


@register.simple_tag
def agreement_status(agreement):
    """The word for today's status, with its arch."""
    return _status(rows.status_of(agreement).value)


@once_per_version
def _status(status):
    return render_to_string("components/_status.html", {"status": status})


@register.simple_tag
def partner_map(home_cities, view="world"):
    """All partners by city; ``view`` is world, or home for a smaller part of it."""
    return _partner_map(tuple(home_cities), view)


@once_per_version
def _partner_map(home_cities, view):
    drawn = places.partner_map(home_cities, view)
    return render_to_string("partners/_map.html", {"map": drawn, "view": view, "land": land()})


@register.inclusion_tag("partners/_map.html")
def institution_map(institution, home_cities):
    """The institution's city and the way from there to the farther home city."""
    drawn = places.institution_map(institution, home_cities)
    return {"map": drawn, "view": "partner", "land": land()}


@register.inclusion_tag("partners/_relationship.html")
def relationship(institution):
    """What happened with this partner, newest first: agreements, acts, events, milestones."""
    steps, has_more = story.steps(institution)
    return {"steps": steps, "has_more": has_more}


@register.inclusion_tag("partners/_met.html")
def met(institution):
    """People of this partner whom one has met, under their titles of that day."""
    return {"people": meetings.people_met(institution)}


@register.inclusion_tag("partners/_for_staff.html", takes_context=True)
def for_staff(context, institution):
    """Ways to the staff's pages. Without a session nobody is asked who they are: the page is then
    the same for everyone, and caches may keep it.
    """
    request = context.get("request")
    if request is None or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return {}
    user = request.user
    return {
        "institution": institution,
        "may_see": due.visible_to(user) and policy.may_see(user, Institution),
    }


@register.filter
def year_below(date):
    """What stands under the large year of a date: "16 May", "May", or nothing."""
    if date.day:
        return formats.date_format(date.first, "MONTH_DAY_FORMAT")
    return (
        formats.date_format(date.first, pgettext("the month beneath its year", "F"))
        if date.month
        else ""
    )


def short_date(text):
    """ "25 Sep 2020", "May 2016", 2016年5月 for a partial date."""
    return _short_date(text, languages.active())


@lru_cache(4096)
def _short_date(text, _language):
    # Kept, because each row of the register asks for two.
    date = read(text)
    if not date:
        return ""
    return formats.date_format(date.first, "SHORT_DATE_FORMAT") if date.day else date.localised()


@register.filter
def term(agreement):
    """From when to when, in words; what is not known is said to be so."""
    start = short_date(agreement.signed or agreement.effective)
    if not start:
        announced = short_date(agreement.announced)
        if announced:
            return gettext("Announced %(date)s, not yet signed") % {"date": announced}
        start = gettext("Start not known")
    end = _end_text(agreement)
    if end:
        return gettext("%(start)s to %(end)s") % {"start": start, "end": end}
    if agreement.is_evergreen and not (agreement.signed or agreement.effective):
        return gettext("Start not known, no end date")
    if agreement.is_evergreen:
        return gettext("%(start)s, no end date") % {"start": start}
    return gettext("%(start)s, term not known") % {"start": start}


def _end_text(agreement):
    last = rows.last_day(agreement)
    if last and last != agreement.ends_last:
        return formats.date_format(last, "SHORT_DATE_FORMAT")
    return short_date(agreement.ends)


@register.filter
def party_names(parties, about=None):
    """The parties' names in the reader's language, without the partner whose page it is."""
    shown = [party for party in parties if not about or party.institution_id != about.pk]
    return pgettext("between names", ", ").join(
        party.name_in(languages.active()) for party in shown
    )


@register.filter
def title_here(agreement):
    """Its title in the reader's language, else the name of its kind."""
    return languages.text(agreement, "title", languages.active()) or str(agreement.kind)


@register.filter
def type_names(institution):
    types = [name_here(type_) for type_ in institution.types.all()]
    return pgettext("between names", ", ").join(types)


@register.inclusion_tag("partners/_particulars.html")
def particulars(institution):
    """What it belongs to, who founded it, its members, places, contacts and numbers."""
    return {
        "institution": institution,
        "relations": _relations(institution),
        "founding_agreement": _founding_agreement(institution),
        "places": reading.places(institution.pk),
        "contacts": reading.contacts(institution.pk),
        "identifiers": reading.identifiers(institution.pk),
        "names": reading.names(institution.pk),
    }


def _founding_agreement(institution):
    known = institution.founding_agreement_id
    public = Agreement.objects.public().for_register()
    return public.filter(pk=known).first() if known else None


def _relations(institution):
    """Its relations as read from this end: the words, and all to whom they apply."""
    groups = {}
    for link in reading.links(institution.pk):
        words, other = link.read_from(institution)
        groups.setdefault(words, []).append((link, other))
    return list(groups.items())


@register.inclusion_tag("partners/_areas.html")
def areas(agreement):
    """The areas of cooperation; in their own words where the agreement is shown in full."""
    if not agreement.tells_more():
        return {}
    return {
        "areas": agreement.areas.prefetch_related(public_units()),
        "in_full": agreement.public_level == Agreement.PublicLevel.FULL,
    }


def public_units():
    return Prefetch("lead_units", Institution.objects.public(), to_attr="public_units")


@register.inclusion_tag("partners/_signatures.html")
def signatures(agreement):
    """Who signed for whom, as it was printed."""
    if not agreement.tells_more():
        return {}
    rows = Signature.objects.filter(party__agreement=agreement)
    return {"signatures": rows.select_related("person", "party__institution")}


@register.inclusion_tag("partners/_documents.html")
def documents(agreement):
    return {"documents": AgreementDocument.objects.public().filter(agreement=agreement)}


@register.inclusion_tag("partners/_history.html")
def history(agreement):
    """What happened to it, newest first, with what changed."""
    if not agreement.tells_more():
        return {}
    documents = AgreementDocument.objects.public().filter(agreement=agreement)
    public = set(documents.values_list("pk", flat=True))
    rows = agreement.actions.select_related("document", "by_party__institution")
    told = [_told(action, public) for action in rows.order_by("-effective", "-pk")]
    return {"actions": told, "agreement": agreement}


def _told(action, public):
    ends = action.changes.get("ends")
    return {
        "action": action,
        "document": action.document if action.document_id in public else None,
        "ends": ends and {"before": ends[0], "after": ends[1]},
    }


@register.inclusion_tag("partners/_people.html")
def people(target):
    """Who took part, under the names and titles of the day."""
    rows = Participation.objects.for_target(target).for_display()
    language = languages.active()
    return {
        "people": [
            {
                "name": row.name_in(language),
                "title": row.title_in(language),
                "role": row.get_role_display() if row.role != Participation.Role.ATTENDEE else "",
                "mode": row.get_mode_display() if row.mode != Participation.Mode.UNKNOWN else "",
            }
            for row in rows
            if row.person is None or row.person.is_public
        ]
    }


@register.filter
def heading_here(area):
    return area.heading_in(languages.active())
