"""What the ground floor must know of the portal's own pages."""

from partners import relationship
from portal.machines.news import news_ends
from portal.models import Banner, HomeBlock, Milestone, Page, Pin, SiteSettings
from publishing.cache import due
from publishing.editorial import clocks, languages, targets
from publishing.search.documents import Document
from publishing.search.documents import register as searchable
from publishing.search.publishable import ALWAYS, document


def register():
    targets.register_item(Page)
    searchable("page", Page, document)
    searchable("milestone", Milestone, milestone_document)
    due.register(lambda now: Page.with_copies.next_change(now))
    for shown in (HomeBlock, Pin, Banner):
        due.register(shown.objects.next_change)
    due.register(news_ends)
    clocks.register(home_clocks)
    relationship.register(milestones_with)


def home_clocks():
    settings = SiteSettings.load()
    for city in (settings.first_city, settings.second_city):
        if city is not None and city.time_zone:
            yield languages.first_text(city, "name"), city.time_zone


def milestone_document(milestone):
    if not milestone.is_public:
        return None
    return Document(
        titles={code: languages.text(milestone, "title", code) for code in languages.CODES},
        bodies={code: languages.text(milestone, "text", code) for code in languages.CODES},
        visible={code: (ALWAYS, None) for code in languages.CODES},
        url_name="timeline",
        date=milestone.date_first,
        keywords="Milestone 大事记",
    )


def milestones_with(institution, limit):
    """What the timeline of the office tells of a partner; it stands for what it is about."""
    rows = Milestone.objects.public().filter(institutions=institution).newest_first()
    for row in rows.for_timeline()[:limit]:
        about = ("event", row.event_id), ("agreement", row.agreement_id)
        yield relationship.Step(
            row.printed_date,
            "",
            row.title,
            row.link(),
            note=row.text or "",
            tells=tuple(one for one in about if one[1]),
        )
