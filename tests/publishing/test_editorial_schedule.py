"""Instants of publication, embargo and expiry: entered in a named zone, kept by predicates."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from news.models import Release
from portal.models import SiteSettings
from publishing.editorial import clocks, copies, languages, services
from publishing.editorial.exceptions import Refused
from publishing.editorial.records import AuditEvent
from tests.builders import make_place, make_release, make_user
from tests.forms import fields, submit
from tests.publishing.cache_support import Site
from tests.publishing.editorial_support import confirm, errors, form_address

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
FAR = datetime(2099, 7, 1, 16, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def publisher(client):
    client.force_login(make_user(group="Publisher"))
    return client


@pytest.fixture
def home_cities():
    SiteSettings.objects.create(
        pk=1,
        first_city=make_place(time_zone="Asia/Shanghai"),
        second_city=make_place("Cambridge", "剑桥", time_zone="Europe/London"),
    )


def entered(**instants):
    """``at_en="2099-07-01 16:00"`` as the two inputs of the form."""
    data = {}
    for name, text in instants.items():
        data[f"{name}_0"], _space, data[f"{name}_1"] = text.partition(" ")
    return data


def sent(client, item, *, steps=None, **instants):
    steps = {f"step_{code}": step for code, step in (steps or {}).items()}
    data = entered(**instants) | steps | {"_continue": "1"}
    answer = submit(client, form_address(item), f"{item._meta.model_name}_form", **data)
    return confirm(client, answer)


class TestTheForm:
    def test_names_the_zone_and_shows_both_cities_clocks(self, publisher, home_cities):
        release = make_release(public=[])
        sent(publisher, release, steps={"en": "publish"}, at_en="2099-07-01 16:00")
        release.refresh_from_db()
        assert release.publish_at("en") == FAR
        page = publisher.get(form_address(release)).content.decode()
        assert "Time zone: Asia/Shanghai" in page
        assert "Nanjing 16:00 · Cambridge 09:00" in page

    def test_takes_embargo_and_expiry_of_each_language(self, publisher):
        release = make_release(public=[])
        sent(
            publisher,
            release,
            embargo_en="2099-07-01 16:00",
            expire_zh_hans="2099-08-01 16:00",
        )
        release.refresh_from_db()
        assert release.embargo_until_en == FAR
        assert release.expire_at_zh_hans == FAR + timedelta(days=31)
        assert release.expire_at_en is release.embargo_until_zh_hans is None
        actions = AuditEvent.objects.filter(action="window").values_list("language", flat=True)
        assert sorted(actions) == ["en", "zh-hans"]

    def test_a_live_item_gets_and_loses_its_expiry_without_a_working_copy(self, publisher):
        release = make_release()
        sent(publisher, release, expire_en="2099-07-01 16:00")
        release.refresh_from_db()
        assert release.expire_at_en == FAR
        sent(publisher, release, expire_en="")
        release.refresh_from_db()
        assert release.expire_at_en is None
        assert release.is_public("en")

    def test_an_embargo_set_meanwhile_is_not_undone_by_who_did_not_touch_it(self, publisher):
        for release in (make_release(), make_release(public=[])):
            page = publisher.get(form_address(release))
            services.set_window(item=release, language="en", embargo_until=FAR)
            data = fields(page, "release_form") | entered(expire_en="2099-08-01 16:00")
            publisher.post(form_address(release), data)
            release.refresh_from_db()
            assert release.embargo_until_en == FAR
            assert release.expire_at_en == FAR + timedelta(days=31)

    def test_a_form_narrowed_to_one_language_leaves_the_other_s_instants(self, publisher):
        release = make_release(public=[])
        for code in ("en", "zh-hans"):
            services.set_window(item=release, language=code, expire_at=FAR)
        address = form_address(release) + "?only=zh-hans"
        submit(publisher, address, "release_form", summary_zh_hans="新")
        release.refresh_from_db()
        assert release.summary_zh_hans == "新"
        assert release.expire_at_en == release.expire_at_zh_hans == FAR

    def test_both_languages_together(self, publisher):
        release = make_release(public=[])
        answer = submit(
            publisher,
            form_address(release),
            "release_form",
            same_instants="on",
            step_en="publish",
            step_zh_hans="publish",
            _continue="1",
            **entered(
                at_en="2099-07-01 16:00",
                expire_en="2099-08-01 16:00",
                expire_zh_hans="nonsense",
            ),
        )
        confirm(publisher, answer)
        release.refresh_from_db()
        assert release.window("en") == release.window("zh-hans")
        assert release.publish_at("zh-hans") == FAR

    @pytest.mark.parametrize(
        ("instants", "field"),
        [
            ({"at_en": "2099-07-01 16:00", "expire_en": "2099-07-01 16:00"}, "expire_en"),
            ({"expire_en": "2000-01-01 00:00"}, "expire_en"),
            ({"embargo_en": "2099-07-02 16:00", "expire_en": "2099-07-01 16:00"}, "embargo_en"),
        ],
    )
    def test_refuses_what_nobody_would_ever_read(self, publisher, instants, field):
        release = make_release(public=[])
        answer = sent(publisher, release, steps={"en": "publish"}, **instants)
        assert list(errors(answer)) == [field]
        release.refresh_from_db()
        assert release.window("en") == (None, None, None)

    @pytest.mark.parametrize(
        ("half", "sentence"),
        [("2099-07-01", "Give the hour too"), (" 16:00", "Give the day too")],
    )
    def test_says_which_half_of_an_instant_is_missing(self, publisher, half, sentence):
        answer = sent(publisher, make_release(public=[]), embargo_en=half)
        assert sentence in str(errors(answer)["embargo_en"])

    def test_explains_an_embargo_later_than_the_publication(self, publisher):
        release = make_release()
        page = sent(publisher, release, embargo_en="2099-07-01 16:00")
        shown = publisher.get(page["Location"]).content.decode()
        assert "hidden by its embargo until 1 July 2099" in shown

    def test_only_publishers_are_asked(self, client):
        release = make_release(public=[])
        client.force_login(make_user(group="Author"))
        page = client.get(form_address(release)).content.decode()
        assert "embargo_en" not in page and "same_instants" not in page
        sent(client, release, embargo_en="2099-07-01 16:00", expire_en="2099-07-02 16:00")
        release.refresh_from_db()
        assert release.window("en") == (None, None, None)
        with pytest.raises(Refused):
            author = make_user(group="Author")
            services.set_window(item=release, language="en", expire_at=FAR, user=author)


class TestClocksThatChange:
    @pytest.fixture(autouse=True)
    def in_cambridge(self, settings):
        settings.TIME_ZONE = "Europe/London"

    @pytest.mark.parametrize(
        ("local", "words"),
        [((2026, 3, 29, 1, 30), "no 01:30"), ((2026, 10, 25, 1, 30), "01:30 comes twice")],
    )
    def test_a_local_time_that_is_no_instant_or_two_is_refused_with_a_sentence(self, local, words):
        with pytest.raises(ValidationError, match=words):
            clocks.instant_of(datetime(*local))

    @pytest.mark.parametrize(
        ("local", "utc"), [((2026, 3, 29, 2, 30), 1), ((2026, 10, 25, 2, 30), 2)]
    )
    def test_the_hours_beside_them_are_right(self, local, utc):
        instant = clocks.instant_of(datetime(*local)).astimezone(ZoneInfo("UTC"))
        assert instant.hour == utc

    def test_the_days_are_named_where_the_cities_are_not_on_the_same(self, home_cities):
        instant = datetime(2026, 6, 30, 20, tzinfo=ZoneInfo("UTC"))
        assert clocks.shown(instant) == "Nanjing 1 July 04:00 · Cambridge 30 June 21:00"


class TestServices:
    def test_an_expiry_before_the_publication_is_refused_at_every_door(self):
        release = make_release(public=[])
        services.set_window(item=release, language="en", expire_at=FAR)
        with pytest.raises(Refused, match="gone before it appears"):
            services.publish(item=release, language="en", at=FAR + HOUR)
        live = make_release()
        with pytest.raises(Refused):
            services.set_window(item=live, language="en", expire_at=live.publish_at_en - HOUR)

    @pytest.mark.parametrize("code", languages.CODES)
    def test_the_database_itself_refuses_it(self, code):
        live = make_release()
        early = {languages.column("expire_at", code): live.publish_at(code) - HOUR}
        with pytest.raises(IntegrityError), transaction.atomic():
            Release.objects.filter(pk=live.pk).update(**early)

    def test_a_working_copy_has_no_window_of_its_own(self):
        copy = copies.open_copy(item=make_release())
        with pytest.raises(Refused):
            services.set_window(item=copy, language="en", expire_at=FAR)

    def test_what_does_not_change_is_not_written_down(self):
        services.set_window(item=make_release(), language="en")
        assert not AuditEvent.objects.filter(action="window").exists()


@pytest.mark.django_db(transaction=True)
def test_a_scheduled_working_copy_goes_live_at_its_instant_without_a_job(monkeypatch):
    """The process that renders the next page applies it; no command, no cron."""
    site = Site()
    release = make_release(headline_en="Before")
    site.clock.start = timezone.now()
    copy = copies.open_copy(item=release)
    copy.headline_en = "After"
    copy.save()
    services.publish(item=copy, language="en", at=site.clock.start + HOUR, minor=True)
    monkeypatch.setattr(timezone, "now", site.clock.now)
    address = release.get_absolute_url("en")
    assert "Before" in site.get(address).text
    site.clock.seconds = 3599
    assert "Before" in site.get(address).text
    site.clock.seconds = 3601
    assert "After" in site.get(address).text
    assert not Release.with_copies.filter(live=release).exists()
