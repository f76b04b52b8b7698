"""What programs read: sitemaps, robots.txt, cards for shared links, linked data."""

import datetime
import io
import json
import re
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image

from partners.models import Agreement, InstitutionType
from portal.about import TOPICS
from portal.machines import sitemaps
from portal.machines.news import news_ends
from portal.models import SiteSettings
from publishing.editorial import services
from tests.builders import (
    make_agreement,
    make_event,
    make_institution,
    make_page,
    make_place,
    make_release,
    make_type,
)

pytestmark = pytest.mark.django_db

NS = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "x": "http://www.w3.org/1999/xhtml",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
}
BASE = settings.PORTAL_BASE_URL
LONG_AGO = datetime.datetime(2020, 5, 1, 4, 0, tzinfo=datetime.UTC)


@pytest.fixture
def office():
    return SiteSettings.objects.create(
        pk=1, name_en="The Centre", name_zh_hans="中心", tagline_en="Of innovation"
    )


def old_release(at=LONG_AGO, **kwargs):
    release = make_release(public=[], **kwargs)
    for code in ("en", "zh-hans"):
        services.publish(item=release, language=code, at=at)
    return release


def xml(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    assert response["Content-Type"].startswith("application/xml")
    return ElementTree.fromstring(response.content)


def entries(client, address):
    """Each address of a sitemap with its lastmod and its alternates."""
    return {
        url.findtext("s:loc", namespaces=NS): (
            url.findtext("s:lastmod", namespaces=NS),
            {link.get("hreflang"): link.get("href") for link in url.findall("x:link", NS)},
        )
        for url in xml(client, address).findall("s:url", NS)
    }


def head(client, address):
    """Meta elements by name, and the graph of linked data."""
    text = client.get(address).content.decode()
    metas = dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', text))
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    return metas, {thing["@type"]: thing for thing in json.loads(block[1])["@graph"]}


def test_the_index_names_the_pages_of_each_section_that_has_any(client):
    old_release()
    make_institution()
    found = [one.text for one in xml(client, "/sitemap.xml").findall("s:sitemap/s:loc", NS)]
    assert found == [f"{BASE}/sitemaps/{name}-1.xml" for name in ("site", "news", "partners")]


def test_only_published_languages_stand_in_a_sitemap_and_name_each_other(client):
    both, chinese = old_release(slug="both"), make_release(slug="chinese", public=[])
    services.publish(item=chinese, language="zh-hans", at=LONG_AGO)
    make_release(slug="draft", public=[])
    found = entries(client, "/sitemaps/news-1.xml")
    english, translated = f"{BASE}/en/news/both/", f"{BASE}/zh-hans/news/both/"
    alternates = {"en": english, "zh-Hans": translated, "x-default": english}
    assert found[english] == found[translated] == ("2020-05-01T12:00:00+08:00", alternates)
    alone = f"{BASE}/zh-hans/news/chinese/"
    assert found[alone][1] == {"zh-Hans": alone, "x-default": alone}
    assert len(found) == 3 and both.pk


def test_a_scheduled_embargoed_or_expired_text_is_in_no_sitemap(client):
    now = timezone.now()
    hour = datetime.timedelta(hours=1)
    make_release(slug="later", public=[], state_en="published", publish_at_en=now + hour)
    for slug, times in {
        "embargo": {"embargo_until_en": now + hour},
        "over": {"expire_at_en": now - hour},
    }.items():
        make_release(
            slug=slug, public=[], state_en="published", publish_at_en=now - 2 * hour, **times
        )
    assert entries(client, "/sitemaps/news-1.xml") == {}
    assert entries(client, "/sitemaps/latest-news.xml") == {}


def test_the_change_of_a_language_is_the_lastmod_of_that_language_alone(client):
    release = old_release(slug="one")
    changed = LONG_AGO + datetime.timedelta(days=30)
    type(release).objects.filter(pk=release.pk).update(last_updated_zh_hans=changed)
    found = entries(client, "/sitemaps/news-1.xml")
    assert found[f"{BASE}/en/news/one/"][0].startswith("2020-05-01")
    assert found[f"{BASE}/zh-hans/news/one/"][0].startswith("2020-05-31")


def test_every_kind_of_page_is_listed(client):
    make_event(slug="talk")
    make_page(slug="centre")
    make_institution("Nanjing University", slug="nju")
    make_institution("Hidden", slug="hidden", is_public=False)
    make_agreement("one", number="2020-01")
    make_agreement("two", number="2020-02", public_level=Agreement.PublicLevel.HIDDEN)
    for section, path in {
        "events": "events/talk",
        "pages": "centre",
        "partners": "partners/nju",
        "agreements": "agreements/2020-01",
    }.items():
        found = entries(client, f"/sitemaps/{section}-1.xml")
        assert set(found) == {f"{BASE}/{code}/{path}/" for code in ("en", "zh-hans")}
        assert all(lastmod for lastmod, _alternates in found.values())
    lists = entries(client, "/sitemaps/site-1.xml")
    assert f"{BASE}/zh-hans/about/privacy/" in lists and f"{BASE}/en/" in lists
    for topic in TOPICS:
        changed, _alternates = lists[f"{BASE}/zh-hans/about/{topic}/"]
        assert datetime.date.fromisoformat(changed) <= timezone.localdate()
    for address in lists:
        assert client.get(address.removeprefix(BASE)).status_code == 200


def test_long_sections_are_divided(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "ROWS", 2)
    releases = [old_release() for _ in range(3)]
    assert len(xml(client, "/sitemap.xml")) == 3
    pages = [entries(client, f"/sitemaps/news-{number}.xml") for number in (1, 2)]
    assert [len(page) for page in pages] == [4, 2]
    assert len(pages[0] | pages[1]) == 2 * len(releases)
    assert client.get("/sitemaps/news-3.xml").status_code == 404
    assert client.get("/sitemaps/nothing-1.xml").status_code == 404


def test_a_sitemap_costs_the_same_number_of_queries_however_long(
    client, django_assert_max_num_queries, django_assert_num_queries
):
    make_release()
    with django_assert_max_num_queries(6) as few:
        client.get("/sitemaps/news-1.xml")
    for _ in range(5):
        old_release()
    with django_assert_num_queries(len(few)):
        client.get("/sitemaps/news-1.xml")


def test_news_stays_in_a_sitemap_of_its_own_for_two_days(client, office, monkeypatch):
    now = timezone.now()
    old_release(at=now, slug="fresh", headline_en="Fresh & new")
    address = f"{BASE}/en/news/fresh/"
    told = xml(client, "/sitemaps/latest-news.xml").findall("s:url", NS)
    texts = {one.findtext("s:loc", namespaces=NS): one.find("n:news", NS) for one in told}
    assert set(texts) == {address, f"{BASE}/zh-hans/news/fresh/"}
    news = texts[address]
    assert news.findtext("n:title", namespaces=NS) == "Fresh & new"
    assert news.findtext("n:publication/n:name", namespaces=NS) == "The Centre"
    languages = [one.findtext("n:publication/n:language", namespaces=NS) for one in texts.values()]
    assert set(languages) == {"en", "zh-cn"}
    assert entries(client, "/sitemaps/news-1.xml") == {}

    ends = news_ends(timezone.now())
    assert ends == now + datetime.timedelta(days=2)
    monkeypatch.setattr(timezone, "now", lambda: ends)
    assert entries(client, "/sitemaps/latest-news.xml") == {}
    assert address in entries(client, "/sitemaps/news-1.xml")


def test_robots_may_read_everything_but_sign_in_and_search(client):
    response = client.get("/robots.txt")
    assert response["Content-Type"].startswith("text/plain")
    lines = response.content.decode().splitlines()
    assert f"Sitemap: {BASE}/sitemap.xml" in lines
    assert f"Sitemap: {BASE}/sitemaps/latest-news.xml" in lines
    assert "Disallow: /zh-hans/admin/" in lines
    assert "Disallow: /" not in lines


def test_security_txt_names_the_contact_and_expires_within_a_year(client, office):
    text = client.get("/.well-known/security.txt").text
    assert f"Contact: {BASE}/en/about/contact/" in text.splitlines()
    SiteSettings.objects.update(email="office@example.org")
    lines = dict(
        line.split(": ", 1)
        for line in client.get("/.well-known/security.txt").content.decode().splitlines()
    )
    assert lines["Contact"] == "mailto:office@example.org"
    expires = datetime.datetime.fromisoformat(lines["Expires"])
    assert datetime.timedelta(days=90) < expires - timezone.now() < datetime.timedelta(days=365)


def test_browsers_that_ask_for_an_icon_are_led_to_it(client):
    response = client.get("/favicon.ico")
    assert response.status_code == 301 and response["Location"].endswith("favicon.ico")


def test_a_shared_link_shows_title_picture_and_language(client, office):
    make_release(
        slug="one",
        headline_en="Signed <today>",
        summary_en="A & B sign.",
        summary_zh_hans="甲乙签署。",
    )
    metas, _graph = head(client, "/en/news/one/")
    assert metas["og:title"] == "Signed &lt;today&gt;"
    assert metas["og:description"] == "A &amp; B sign."
    assert metas["og:url"] == f"{BASE}/en/news/one/"
    assert metas["og:type"] == "article"
    assert (metas["og:locale"], metas["og:locale:alternate"]) == ("en_GB", "zh_CN")
    assert head(client, "/zh-hans/news/one/")[0]["og:locale"] == "zh_CN"
    assert metas["og:image"].startswith(f"{BASE}/covers/1/one.")


@pytest.mark.parametrize(("shape", "size"), [("wide", (1200, 630)), ("square", (600, 600))])
def test_cards_are_drawn_for_what_is_public_only(client, shape, size):
    make_release(slug="shown")
    make_release(slug="draft", public=[])
    response = client.get(f"/covers/1/shown.{shape}.png")
    assert Image.open(io.BytesIO(response.content)).size == size
    assert "immutable" in response["Cache-Control"]
    assert client.get(f"/covers/1/draft.{shape}.png").status_code == 404
    assert client.get("/covers/1/shown.round.png").status_code == 404


def test_a_release_tells_what_it_is(client, office):
    partner = make_institution("Nanjing University", "南京大学", slug="nju")
    release = old_release(slug="one", release_date="2020-04-28", headline_en="Signed")
    release.institutions.add(partner)
    _metas, graph = head(client, "/en/news/one/")
    article = graph["NewsArticle"]
    assert article["headline"] == "Signed"
    assert article["inLanguage"] == "en"
    # The day that is printed, not the instant of the import.
    assert article["datePublished"] == "2020-04-28T00:00:00+08:00"
    assert article["dateModified"] == "2020-05-01T12:00:00+08:00"
    assert article["publisher"]["name"] == article["author"]["name"] == "The Centre"
    assert article["mentions"][0]["name"] == "Nanjing University"
    assert article["interactionStatistic"]["userInteractionCount"] == 0
    assert article["workTranslation"]["url"] == f"{BASE}/zh-hans/news/one/"
    crumbs = graph["BreadcrumbList"]["itemListElement"]
    assert [crumb["name"] for crumb in crumbs] == ["The Centre", "News", "Signed"]
    assert "translationOfWork" in head(client, "/zh-hans/news/one/")[1]["NewsArticle"]


def test_a_correction_and_the_dateline_are_told(client, office):
    release = old_release(
        slug="one",
        dateline_place_en="NANJING",
        dateline_place_zh_hans="南京",
        dateline_date="2020-04-28",
    )
    day = datetime.date(2020, 6, 1)
    release.corrections.create(text_en="The year was wrong.", corrected_on=day)
    article = head(client, "/en/news/one/")[1]["NewsArticle"]
    assert article["dateline"].startswith("NANJING")
    assert article["correction"] == [
        {
            "@type": "CorrectionComment",
            "text": "The year was wrong.",
            "datePublished": "2020-06-01",
        }
    ]
    assert "correction" not in head(client, "/zh-hans/news/one/")[1]["NewsArticle"]


def test_a_copy_names_its_original_and_stands_in_no_sitemap(client, office):
    source = "https://www.example.org/original"
    old_release(
        slug="copy",
        origin="republished",
        source_url=source,
        source_name_en="Example",
        source_name_zh_hans="示例",
    )
    metas, graph = head(client, "/en/news/copy/")
    assert metas["og:url"] == source
    assert graph["NewsArticle"]["isBasedOn"] == source
    assert graph["NewsArticle"]["author"]["name"] == "Example"
    assert graph["NewsArticle"]["mainEntityOfPage"] == f"{BASE}/en/news/copy/"
    assert entries(client, "/sitemaps/site-1.xml")
    assert client.get("/sitemaps/news-1.xml").content.count(b"<url>") == 0


def test_a_cancelled_event_says_so(client, office):
    make_event(slug="talk", status="cancelled")
    event = head(client, "/en/events/talk/")[1]["Event"]
    assert event["eventStatus"] == "https://schema.org/EventCancelled"


def test_linked_data_cannot_end_its_element(client, office):
    make_release(slug="one", headline_en="</script><script>alert(1)</script>&\u2028")
    text = client.get("/en/news/one/").content.decode()
    assert "<script>alert" not in text
    _metas, graph = head(client, "/en/news/one/")
    assert graph["NewsArticle"]["headline"].startswith("</script><script>")


def test_an_event_tells_when_and_where(client, office):
    china = make_place("China", "中国", level="country", country="CN")
    city = make_place("Nanjing", "南京", parent=china)
    make_event(
        slug="talk",
        start_date="2020-09-25",
        start_time=datetime.time(9, 30),
        place=city,
        mode="mixed",
    )
    event = head(client, "/zh-hans/events/talk/")[1]["Event"]
    assert event["startDate"] == "2020-09-25T09:30:00+08:00"
    place, online = event["location"]
    assert online == {"@type": "VirtualLocation", "url": event["url"]}
    assert place["address"] == {
        "@type": "PostalAddress",
        "addressLocality": "南京",
        "addressCountry": "CN",
    }
    assert event["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    make_event(slug="month", start_date="2020-05")
    vague = head(client, "/en/events/month/")[1]["Event"]
    assert vague["startDate"] == vague["endDate"] == "2020-05"
    assert "location" not in vague


HALL = {"venue_en": "The hall", "venue_zh_hans": "礼堂"}


@pytest.mark.parametrize(
    ("values", "mode", "kinds"),
    [
        ({"mode": "offline"}, "Offline", ["Place"]),
        ({"mode": "unknown"}, None, ["Place"]),
        ({"mode": "mixed"}, "Mixed", ["Place", "VirtualLocation"]),
        ({"mode": "online"}, "Online", ["VirtualLocation"]),
        ({"mode": "offline", "status": "moved_online"}, "Online", ["VirtualLocation"]),
        ({"mode": "mixed", "place": None}, "Mixed", ["VirtualLocation"]),
        ({"mode": "offline", "place": None}, "Offline", []),
        ({"mode": "offline", "place": None} | HALL, "Offline", ["Place"]),
    ],
)
def test_an_event_says_where_one_can_be_as_far_as_it_is_known(client, office, values, mode, kinds):
    make_event(slug="talk", **{"place": make_place()} | values)
    event = head(client, "/en/events/talk/")[1]["Event"]
    said = mode and f"https://schema.org/{mode}EventAttendanceMode"
    assert event.get("eventAttendanceMode") == said
    assert [one["@type"] for one in event.get("location", [])] == kinds


def test_an_institution_is_of_the_type_that_ror_gives(client, office):
    make_institution(slug="nju", types=[make_type()], website_en="https://www.nju.edu.cn/")
    council = make_type("council", ror=InstitutionType.Ror.GOVERNMENT)
    make_institution(slug="city", types=[council])
    university = head(client, "/en/partners/nju/")[1]["CollegeOrUniversity"]
    assert university["url"] == "https://www.nju.edu.cn/"
    assert head(client, "/en/partners/city/")[1]["GovernmentOrganization"]["url"].startswith(BASE)


def test_the_home_page_says_how_to_search_the_site(client, office):
    site = head(client, "/zh-hans/")[1]["WebSite"]
    assert site["inLanguage"] == "zh-Hans"
    template = site["potentialAction"]["target"]["urlTemplate"]
    address = template.replace("{search_term_string}", "x").removeprefix(BASE)
    assert client.get(address).status_code == 200


def test_tags_of_government_sites_stand_only_where_the_office_wants_them(client, office):
    make_release(slug="one", release_date="2020-04-28")
    assert "SiteName" not in head(client, "/zh-hans/news/one/")[0]
    SiteSettings.objects.update(government_tags=True, government_code="3201000001")
    metas, _graph = head(client, "/zh-hans/news/one/")
    assert (metas["SiteName"], metas["SiteIDCode"]) == ("中心", "3201000001")
    assert metas["PubDate"] == "2020-04-28 00:00"
    assert metas["ContentSource"] == "中心"
    assert "ColumnType" in head(client, "/zh-hans/news/")[0]


def test_error_pages_tell_programs_nothing(client, office):
    text = client.get("/en/news/none/").content.decode()
    assert "og:title" not in text and "ld+json" not in text
