"""The portal's own pages in the page cache: after any change the same as rendered anew."""

import random
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from news.models import Event, Release
from partners.models import Agreement, CooperationField, Institution, InstitutionPlace, Place
from partners.services import acts, institutions
from portal.models import Banner, HomeBlock, MenuItem, Milestone, Page, Pin, SiteSettings
from publishing.cache.models import bump
from publishing.editorial import copies, languages, services
from publishing.editorial.exceptions import Refused
from publishing.pageviews import clock, collector, visitors
from publishing.pageviews.endpoint import ReadsEndpoint
from publishing.pageviews.querysets import totals
from tests.builders import (
    make_concluded,
    make_event,
    make_field,
    make_institution,
    make_page,
    make_participation,
    make_person,
    make_place,
    make_post,
    make_release,
)
from tests.publishing.cache_support import Site
from tests.publishing.pageviews_support import CHROME, forget

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS, LOOKS = 25, 6
LISTS = (
    "/{}/", "/{}/news/", "/{}/news/?sort=read", "/{}/news/atom.xml", "/{}/news/feed.json",
    "/{}/events/", "/{}/events/calendar.ics", "/{}/partners/", "/{}/partners/?q=institution",
    "/{}/partners/directory.csv", "/{}/partners/directory.json", "/{}/agreements/",
    "/{}/agreements/?status=in-force", "/{}/agreements/register.csv", "/{}/timeline/",
    "/{}/search/?q=title", "/{}/about/privacy/", "/sitemap.xml", "/sitemaps/latest-news.xml",
)  # fmt: skip


@pytest.fixture
def site(monkeypatch):
    """A process whose pages, services and cache all go by one clock, which is moved by hand."""
    site = Site()
    monkeypatch.setattr(timezone, "now", site.clock.now)
    return site


@pytest.fixture
def counting(settings, tmp_path):
    settings.PORTAL_PAGEVIEWS_JOURNAL = tmp_path
    forget()
    yield
    forget()


def test_three_readers_of_a_page_from_memory_get_the_same_bytes_and_count_three_times(
    counting, django_assert_num_queries
):
    release = make_release(slug="summer-school")
    portal, site = ReadsEndpoint(Site().cache), Site()
    first = site.ask(portal, "/en/news/summer-school/", "GET")
    visitors.salts.prepare(clock.now())
    with django_assert_num_queries(0):
        for number in range(3):
            reader = {"cookie": f"theme={number}", "user_agent": f"{CHROME} {number}"}
            page = site.ask(portal, "/en/news/summer-school/", "GET", **reader)
            assert page.body == first.body
            assert "Set-Cookie" not in page.headers and "Cookie" not in page.headers["Vary"]
            report = site.ask(portal, f"/v/release-{release.pk}", "POST", **reader)
            assert report.status == 204 and "Set-Cookie" not in report.headers
    collector.collect()
    assert totals("release", [release.pk]) == {release.pk: 3}


@pytest.mark.parametrize("address", ["/en/partners/", "/en/agreements/"])
def test_what_a_new_day_changes_is_written_before_the_page_is_made(site, address):
    make_concluded(ends="2026-03-02")
    site.get(address)
    site.clock.seconds += 2 * 86_400
    with CaptureQueriesContext(connection) as queries:
        assert site.get(address).status == 200
    verbs = [query["sql"].split(" ", 1)[0] for query in queries]
    page = len(verbs) - verbs[::-1].index("BEGIN")
    writes = {"INSERT", "UPDATE", "DELETE"}
    assert writes & set(verbs[:page]) and not writes & set(verbs[page:])


def test_fetching_never_counts(counting):
    release = make_release(slug="summer-school")
    site = Site()
    portal = ReadsEndpoint(site.cache)
    pages = [*filled(LISTS), release.get_absolute_url(), "/", "/en/nowhere/", "/en/news"]
    pages += ["/api/v1/releases/", "/api/v1/releases/summer-school/", "/api/v1/pageviews/"]
    seen = set()
    for address in pages:
        page = site.ask(portal, address, "GET", user_agent=CHROME)
        seen.add(page.status)
        site.ask(portal, address, "HEAD", user_agent=CHROME)
        if "ETag" in page.headers:
            known = {"if_none_match": page.headers["ETag"], "user_agent": CHROME}
            seen.add(site.ask(portal, address, "GET", **known).status)
    assert {200, 301, 302, 304, 404} <= seen
    assert collector.collect() == 0
    assert totals("release", [release.pk]) == {release.pk: 0}


def test_nothing_that_tells_of_a_visitor_is_kept(counting, tmp_path, settings, caplog, capfd):
    release = make_release(slug="summer-school")
    site = Site()
    portal = ReadsEndpoint(site.cache)
    visitor = {
        "user_agent": f"{CHROME} Unmistakable/7",
        "x_forwarded_for": "203.0.113.77",
        "referer": "https://a.example/letters?token=unmistakable",
        "cookie": "known=unmistakable",
    }
    settings.PORTAL_TRUSTED_PROXIES = ["192.0.2.1"]
    for address in ("/en/news/summer-school/", "/en/search/?q=title", "/en/nowhere/"):
        site.ask(portal, address, "GET", **visitor)
    report = f"/v/release-{release.pk}?l=en&f=a.example"
    site.ask(portal, report, "POST", **visitor)
    journals = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    collector.collect()
    rows = [repr(list(model.objects.values_list())) for model in apps.get_models()]
    told = caplog.text + "".join(capfd.readouterr())
    kept = " ".join([journals.decode(errors="replace"), *rows, told])
    assert "a.example" in kept
    for secret in ("nmistakable", "203.0.113.77", "letters", "Chrome/"):
        assert secret not in kept, secret


def filled(patterns):
    return [pattern.format(code) for pattern in patterns for code in languages.CODES]


def addresses():
    """Every page there can be, public or not."""
    models = (Release, Event, Page, Institution, Agreement)
    found = filled(LISTS)
    for code in languages.CODES:
        with translation.override(code):
            found += [row.get_absolute_url() for model in models for row in model.objects.all()]
    return list(dict.fromkeys(found))


def begin():
    place = make_place()
    for number in range(4):
        make_field(f"field-{number}")
        InstitutionPlace.objects.create(institution=make_institution(), place=place)
        make_release(release_date=f"2026-02-{number + 10}")
        make_page(slug=f"page-{number}")
    for number in range(3):
        make_concluded(ends=f"2026-03-0{number + 2}", field=CooperationField.objects.first())
        make_event(start_date=f"2026-03-0{number + 1}")


class Life:
    """What happens in an office, by chance."""

    def __init__(self, dice, clock):
        self.dice, self.clock = dice, clock

    def any(self, model):
        return self.dice.choice(list(model.objects.order_by("pk")))

    def item(self):
        return self.any(self.dice.choice((Release, Event, Page)))

    def language(self):
        return self.dice.choice(languages.CODES)

    def word(self):
        return f"word {self.dice.randrange(10**6)}"

    def soon(self):
        return self.clock.now() + timedelta(minutes=self.dice.randrange(1, 3000))

    def today(self):
        return timezone.localdate()

    def a_release_appears(self):
        release = make_release(
            public=self.dice.choice(([], ["en"], languages.CODES)),
            release_date=self.dice.choice(("", "2026", "2026-02-27")),
            field=self.any(CooperationField),
        )
        release.institutions.set([self.any(Institution)])
        release.agreements.set([self.any(Agreement)])
        bump()

    def a_publication_is_scheduled(self):
        row = make_release(public=[])
        services.publish(item=row, language=self.language(), at=self.soon())

    def an_embargo_and_an_expiry_are_set(self):
        row, code = self.item(), self.language()
        setattr(row, languages.column("embargo_until", code), self.soon())
        setattr(row, languages.column("expire_at", code), self.soon() + timedelta(days=3))
        row.save()

    def a_language_is_withdrawn(self):
        services.withdraw(item=self.item(), language=self.language(), notice=self.word())

    def a_language_is_taken_away(self):
        services.unpublish(item=self.item(), language=self.language(), replacement="/en/")

    def a_language_is_published(self):
        services.publish(item=self.item(), language=self.language())

    def a_live_text_changes(self, **options):
        copy = copies.open_copy(item=self.any(Release))
        copy.headline_en, copy.summary_zh_hans = self.word(), self.word()
        copy.save()
        services.publish(item=copy, language="en", minor=True, **options)

    def a_change_of_a_live_text_is_scheduled(self):
        self.a_live_text_changes(at=self.soon())

    def an_item_is_deleted(self):
        services.delete(item=self.item())

    def an_institution_changes(self):
        row = self.any(Institution)
        row.name_en = self.word()
        institutions.save_institution(institution=row)

    def two_institutions_turn_out_to_be_one(self):
        institutions.merge_institutions(keep=self.any(Institution), duplicate=self.any(Institution))

    def an_agreement_is_concluded(self):
        parties = self.any(Institution), make_institution()
        make_concluded(*parties, ends=self.dice.choice(("", "2026-03-02", "2026-05")))

    def an_agreement_is_extended(self):
        ends = (self.today() + timedelta(days=self.dice.randrange(1, 9))).isoformat()
        acts.extend(agreement=self.any(Agreement), date=self.today(), ends=ends)

    def an_agreement_is_suspended(self):
        acts.suspend(agreement=self.any(Agreement), date=self.today())

    def an_agreement_is_terminated(self):
        later = self.today() + timedelta(days=self.dice.randrange(3))
        acts.terminate(agreement=self.any(Agreement), date=self.today(), effective=later)

    def a_field_is_renamed(self):
        field = self.any(CooperationField)
        field.name_zh_hans = self.word()
        field.save()

    def a_place_is_renamed(self):
        Place.objects.update(name_en=self.word())

    def somebody_takes_part(self):
        person = make_person()
        make_post(person, self.word())
        make_participation(self.any(Release), person)

    def the_home_page_is_arranged(self):
        shown = {"show_from": self.soon(), "show_until": self.soon() + timedelta(days=3)}
        Banner.objects.create(text_en=self.word(), **shown)
        Pin.objects.create(release=self.any(Release), **shown)
        HomeBlock.objects.create(part=HomeBlock.Part.NEWS, order=1, **shown)

    def the_menu_changes(self):
        MenuItem.objects.create(page=self.any(Page))

    def the_office_is_renamed(self):
        row = SiteSettings.objects.first() or SiteSettings()
        row.name_en = self.word()
        row.save()

    def a_milestone_is_added(self):
        Milestone.objects.create(date="2026", title_en=self.word(), release=self.any(Release))

    def an_event_is_cancelled(self):
        event = self.any(Event)
        event.status, event.status_reason_en = Event.Status.CANCELLED, self.word()
        event.save()


CHANGES = [name for name in vars(Life) if name.startswith(("a_", "an_", "the_", "two_", "some"))]


def test_after_every_change_each_page_is_what_a_new_rendering_shows(site):
    dice = random.Random(20261124)
    life = Life(dice, site.clock)
    begin()
    done = set()
    for _round in range(ROUNDS):
        change = dice.choice(CHANGES)
        try:
            getattr(life, change)()
            done.add(change)
        except Refused:
            pass
        # A second, an hour, or to another day.
        site.clock.seconds += dice.choice((1, 1, 3_600, 50_000))
        for address in dice.sample(addresses(), LOOKS):
            kept, fresh = site.get(address), site.fresh(address)
            assert (kept.status, kept.body) == (fresh.status, fresh.body), (change, address)
    assert len(done) > len(CHANGES) / 2
