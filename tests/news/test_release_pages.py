"""What the public sees of releases, in each language."""

from datetime import timedelta

import pytest
from django.db import connection
from django.template.loader import get_template
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from news.models import Event, Release
from news.rows import rendered
from portal.models import Milestone
from publishing.cache.shared import rendering_of
from publishing.editorial import services
from publishing.editorial.addresses import address_of
from publishing.media.models import Image
from publishing.media.templatetags.media import picture
from publishing.pageviews.services import set_base
from tests.builders import make_event, make_field, make_institution, make_page, make_release

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


class TestPage:
    def test_shows_date_and_pageviews_as_printed(self, client):
        release = make_release(slug="conference", release_date="2020-09-30")
        set_base(key="release", object_id=release.pk, base=190)
        page = client.get("/en/news/conference/")
        assert page.status_code == 200
        assert "Release time" in text(page)
        assert ">2020-09-30<" in text(page)
        assert f'data-pv="release-{release.pk}">190<' in text(page)

    def test_ends_the_lines_of_a_chinese_headline_at_its_punctuation(self, client):
        make_release(
            slug="signed",
            headline_en="Signed, and sealed",
            headline_zh_hans="南京与剑桥大学签约，“深化两年合作！”",
        )
        chinese = text(client.get("/zh-hans/news/signed/"))
        assert "<h1><span>南京与剑桥大学签约，</span><span>“深化两年合作！”</span></h1>" in chinese
        assert "<h1>Signed, and sealed</h1>" in text(client.get("/en/news/signed/"))

    def test_says_when_the_date_is_not_given(self, client):
        make_release(slug="visit", release_date="")
        assert "Date not given" in text(client.get("/en/news/visit/"))

    def test_carries_the_tags_of_its_languages(self, client, settings):
        make_release(slug="both")
        page = text(client.get("/zh-hans/news/both/"))
        base = settings.PORTAL_BASE_URL
        assert '<html lang="zh-Hans">' in page
        assert f'<link rel="canonical" href="{base}/zh-hans/news/both/">' in page
        assert f'hreflang="en" href="{base}/en/news/both/"' in page
        assert f'hreflang="zh-Hans" href="{base}/zh-hans/news/both/"' in page

    def test_an_unpublished_language_is_no_alternate(self, client):
        make_release(slug="half", public=["en"])
        page = text(client.get("/en/news/half/"))
        assert 'hreflang="zh-Hans" href="http' not in page
        assert 'href="/zh-hans/news/half/"' in page

    def test_the_missing_language_says_so_and_offers_the_other(self, client):
        make_release(slug="half", public=["en"], headline_en="Only English")
        page = client.get("/zh-hans/news/half/")
        assert page.status_code == 404
        assert 'href="/en/news/half/"' in text(page)
        assert "Only English" in text(page)
        assert "canonical" not in text(page)

    @pytest.mark.parametrize("path", ["/en/news/nothing/", "/zh-hans/news/nothing/"])
    def test_an_unknown_address_is_missing(self, client, path):
        assert client.get(path).status_code == 404

    def test_a_draft_is_missing_and_offers_nothing(self, client):
        make_release(slug="draft", public=[], headline_en="Secret")
        page = client.get("/en/news/draft/")
        assert page.status_code == 404
        assert "Secret" not in text(page)

    def test_what_is_scheduled_is_missing_until_its_instant(self, client):
        release = make_release(slug="later", public=[])
        services.publish(item=release, language="en", at=timezone.now() + timedelta(hours=1))
        assert client.get("/en/news/later/").status_code == 404

    def test_a_withdrawn_text_stays_under_its_notice(self, client):
        release = make_release(slug="old", headline_en="Old headline")
        services.withdraw(item=release, language="en", notice="The figures were wrong.")
        page = client.get("/en/news/old/")
        assert page.status_code == 200
        assert "The figures were wrong." in text(page)
        assert "Old headline" not in text(client.get("/en/news/"))
        assert "The figures were wrong." not in text(client.get("/zh-hans/news/old/"))

    def test_an_unpublished_text_is_gone_with_its_reason(self, client):
        release = make_release(slug="gone")
        services.unpublish(item=release, language="en", notice="Published by mistake.")
        page = client.get("/en/news/gone/")
        assert page.status_code == 410
        assert "Published by mistake." in text(page)
        assert client.get("/zh-hans/news/gone/").status_code == 200

    def test_a_replaced_text_leads_to_its_replacement(self, client):
        release = make_release(slug="gone")
        services.unpublish(item=release, language="en", replacement="/en/news/new/")
        page = client.get("/en/news/gone/")
        assert (page.status_code, page["Location"]) == (302, "/en/news/new/")

    def test_an_expired_text_is_gone(self, client):
        release = make_release(slug="expired")
        release.publish_at_en = timezone.now() - timedelta(days=1)
        release.expire_at_en = timezone.now() - timedelta(seconds=1)
        release.save()
        assert client.get("/en/news/expired/").status_code == 410

    def test_names_partners_and_events(self, client):
        release = make_release(slug="linked")
        release.institutions.add(make_institution("Southeast University", "东南大学"))
        release.events.add(make_event(title_en="The meeting"))
        page = text(client.get("/en/news/linked/"))
        assert "Southeast University" in page
        assert "The meeting" in page
        assert "东南大学" in text(client.get("/zh-hans/news/linked/"))

    def test_stored_script_never_reaches_the_page(self, client):
        release = make_release(slug="hostile")
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE news_release SET body_en = %s WHERE id = %s",
                ["<p>kept</p><script>alert(1)</script><img src=x onerror=alert(1)>", release.pk],
            )
        page = text(client.get("/en/news/hostile/"))
        assert "kept" in page
        assert "alert(1)" not in page

    def test_sets_no_cookie_and_varies_with_none(self, client):
        make_release(slug="plain")
        page = client.get("/en/news/plain/")
        assert not page.cookies
        assert "Cookie" not in page.get("Vary", "")
        policy = page["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "nonce" not in policy


class TestList:
    def test_is_ordered_by_printed_date_then_undated_by_publication(self, client):
        for slug, date in [("a", "2018-10-05"), ("b", "2020-09-30"), ("c", "2020-07-03")]:
            make_release(slug=slug, headline_en=f"Headline {slug}", release_date=date)
        page = text(client.get("/en/news/"))
        places = [page.index(f"Headline {slug}") for slug in "bca"]
        assert places == sorted(places)

    def test_is_narrowed_by_year_and_field(self, client):
        field = make_field("health")
        make_release(headline_en="Wanted", release_date="2020-01", field=field)
        make_release(headline_en="Other year", release_date="2019-01", field=field)
        make_release(headline_en="Other field", release_date="2020-01")
        page = text(client.get("/en/news/?year=2020&field=health"))
        assert "Wanted" in page
        assert "Other year" not in page
        assert "Other field" not in page

    def test_lists_undated_releases_apart(self, client):
        make_release(headline_en="Dated", release_date="2020")
        make_release(headline_en="Timeless", release_date="")
        page = text(client.get("/en/news/?year=undated"))
        assert "Timeless" in page
        assert "Dated" not in page.replace("Undated", "")

    @pytest.mark.parametrize(
        "query",
        [
            "year=abc",
            "year=-1",
            "year=99999",
            "year=２０２０",
            "field=none",
            "page=0",
            "page=x",
            "page=9",
            "year=%00",
            "field=%F0%9F%92%A9",
        ],
    )
    def test_an_impossible_choice_is_a_missing_page(self, client, query):
        make_release()
        assert client.get(f"/en/news/?{query}").status_code == 404

    def test_speaks_only_the_readers_language(self, client):
        make_release(public=["en"], headline_en="English alone", headline_zh_hans="中文草稿")
        make_release(public=["zh-hans"], headline_zh_hans="中文新闻")
        page = text(client.get("/zh-hans/news/"))
        assert "中文新闻" in page
        assert "English alone" not in page
        assert "中文草稿" not in page

    def test_pages_are_linked_with_the_choice_kept(self, client):
        for _ in range(12):
            make_release(release_date="2020")
        page = text(client.get("/en/news/?year=2020"))
        assert "page=2&amp;year=2020" in page


PUBLISHED = {"state_en": "published", "state_zh_hans": "published"}


def fill(model, number, **values):
    """Many published rows at once: this test asks about their number, not about their making."""
    now = timezone.now()
    instants = {"publish_at_en": now, "publish_at_zh_hans": now}
    model.objects.bulk_create(
        model(slug=f"bulk-{n}", **PUBLISHED, **instants, **values) for n in range(number)
    )


@pytest.mark.parametrize(
    "path",
    [
        "/en/",
        "/en/news/",
        "/zh-hans/news/?year=2020",
        "/en/news/first/",
        "/en/events/",
        "/en/events/conference/",
        "/en/centre/",
        "/en/search/?q=title",
    ],
)
def test_queries_do_not_grow_with_the_content(client, django_assert_num_queries, path):
    field = make_field()
    institutions = [make_institution() for _ in range(3)]
    release = make_release(slug="first", release_date="2020-09-30", field=field)
    release.institutions.set(institutions)
    release.events.add(make_event(slug="conference", title_en="Title of a conference"))
    make_page(slug="centre", shows_figures=True, shows_milestones=True)
    for number in range(9):
        make_release(release_date="2020-01-01", field=field).institutions.set(institutions)
        make_event(start_date=f"2019-01-0{number + 1}")
        Milestone.objects.create(date="2018", title_en="Title", title_zh_hans="大事")
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        assert client.get(path).status_code == 200
    now = timezone.now()
    order = {"order_en": now, "order_zh_hans": now}
    titles = {"headline_en": "x", "headline_zh_hans": "y"}
    fill(Release, 1000, release_date="2020-02-02", field=field, **titles, **order)
    past = {"start_date": "2020-02-02", "starts_at": now, "ends_at": now}
    fill(Event, 1000, title_en="x", title_zh_hans="y", **past)
    Milestone.objects.bulk_create(
        Milestone(date="2018", title_en="x", title_zh_hans="y") for _ in range(1000)
    )
    with django_assert_num_queries(len(few)):
        assert client.get(path).status_code == 200


def make_of_all_shapes():
    """Dates known in part, texts, pictures and languages that are there or not, and any number."""
    field = make_field(name_en="Arts & <crafts>", slot=3)
    lists = {"list_title_en": "A {0} and {{ braces }}", "list_title_zh_hans": "%s <b>“与”</b>"}
    summaries = {"summary_en": "the-text-of-number-1-stands-here", "summary_zh_hans": "摘要 & \\1"}
    image = {"file": "originals/bridge.jpg", "sha256": "a" * 64, "width": 1600, "height": 900}
    described = {
        "alt_en": "A bridge",
        "alt_zh_hans": "桥",
        "credit_en": "Li",
        "credit_zh_hans": "李",
    }
    bridge = Image.objects.create(**image, **described)
    made = [
        make_release(release_date="2020-09-30", field=field, **lists, **summaries),
        make_release(release_date="2020-09", lead_image=bridge, **lists),
        make_release(release_date="2020", public=["en"], field=field, lead_image=bridge),
        make_release(release_date="", public=["zh-hans"], **summaries),
    ]
    for release, number in zip(made, (0, 1, 1234, 2), strict=True):
        set_base(key="release", object_id=release.pk, base=number)


def as_its_template_writes_it(release, level, *, short):
    """One row, rendered on its own from the release itself."""
    number = getattr(release, "pageviews", None)
    image = release.lead_image
    context = {
        "level": level,
        "slug": release.slug,
        "title": release.title_in_lists,
        "date": release.printed_date,
        "field": release.field,
        "summary": release.summary,
        "languages": release.languages_label(),
        "token": "" if number is None else f"release-{release.pk}",
        "number": "" if number is None else f"{number:,}",
        "is_one": number == 1,
        "picture": picture(image, "row", alt="") if image else "",
    }
    return get_template(f"news/_release_row{'_short' * short}.html").render(context)


class TestRows:
    """A row is drawn from what its template made of another row of the same shape."""

    @pytest.fixture
    def rows(self, request):
        with translation.override("en"), rendering_of(request.node.name):
            yield lambda: rendered(
                Release.objects.public().newest_first().for_row(), 2, short=False
            )

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    @pytest.mark.parametrize(("level", "short"), [(2, False), (3, False), (3, True)])
    def test_they_are_what_their_template_makes_of_each(self, language, level, short):
        make_of_all_shapes()
        with translation.override(language), rendering_of(f"{language}, {level}, {short}"):
            counted = list(Release.objects.public().newest_first().for_row())
            releases = [*counted, *Release.objects.public().newest_first()]
            assert len(releases) == 6
            wanted = [as_its_template_writes_it(one, level, short=short) for one in releases]
            assert rendered(releases, level, short=short) == "".join(wanted)
            # From the frames that are there by now.
            assert rendered(releases[::-1], level, short=short) == "".join(wanted[::-1])

    def test_a_row_leads_to_its_release_under_its_date(self, rows):
        make_release(slug="signed", release_date="2020-09-30", field=make_field(name_en="Arts"))
        html = rows()
        assert '<time class="date" datetime="2020-09-30"><b>30</b>Sep 2020</time>' in html
        assert '<h2><a class="stretch" href="/en/news/signed/">' in html
        assert ">Arts</span>" in html and "<span>English, 中文</span>" in html
        assert f'src="{address_of("cover", "signed")}"' in html

    def test_its_number_is_the_one_of_now(self, rows):
        release = make_release(headline_en="A {0} and {{ braces }}", release_date="2020-09-30")
        seen = []
        for number in (0, 1, 1234):
            set_base(key="release", object_id=release.pk, base=number)
            seen.append(rows())
        for number, words in ((0, " pageviews"), (1, " pageview"), (2, " pageviews")):
            digits = ["0", "1", "1,234"][number]
            assert f'data-pv="release-{release.pk}">{digits}</span>{words}</span>' in seen[number]
        assert all("A {0} and {{ braces }}</a></h2>" in html for html in seen)

    def test_without_a_number_nothing_is_said_of_it(self):
        with rendering_of("rows without numbers"):
            html = rendered([make_release()], 3, short=True)
        assert "data-pv" not in html and "<h3>" in html
