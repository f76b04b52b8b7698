"""Events: their times in both cities, their states, their calendar, and the record afterwards."""

import datetime
from datetime import time, timedelta

import icalendar
import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from news.models import Event, Session
from partners.models import Place
from portal.models import SiteSettings
from publishing.editorial import services
from publishing.media.models import Video
from tests.builders import make_agreement, make_event, make_institution, make_place, make_release

pytestmark = pytest.mark.django_db

TOMORROW = str(timezone.localdate() + timedelta(days=1))


def page(client, event, language="en"):
    response = client.get(f"/{language}/events/{event.slug}/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def home_cities():
    cambridge = make_place("Cambridge", "剑桥", time_zone="Europe/London")
    nanjing = make_place("Nanjing", "南京", time_zone="Asia/Shanghai")
    SiteSettings.objects.create(pk=1, name_en="Centre", first_city=cambridge, second_city=nanjing)
    return nanjing


class TestProgramme:
    def test_shows_each_session_in_both_cities_the_event_s_own_first(self, client, home_cities):
        event = make_event(start_date="2020-07-09", time_zone="Asia/Shanghai", place=home_cities)
        event.sessions.create(
            kind="keynote",
            title_en="Keynotes",
            starts=time(15, 30),
            speakers_en="Lord Willetts, former Minister",
            spoken="en",
            interpretation="simultaneous",
        )
        html = page(client, event)
        assert "<b>Nanjing</b> (UTC+8) and <b>Cambridge</b> (UTC+1)" in html.replace("  ", " ")
        assert html.index("15:30") < html.index("08:30")
        assert "Lord Willetts, former Minister" in html
        assert "Keynote, in English, simultaneous interpretation" in html

    @pytest.mark.parametrize("wrong", ["Mars/Base", "Asia", "/etc/passwd", "../UTC"])
    def test_leaves_out_a_city_whose_time_zone_is_not_known(self, client, home_cities, wrong):
        """Written past the forms; an event's own falls back to the office's."""
        event = make_event(start_date="2020-07-09", start_time=time(10), place=home_cities)
        event.sessions.create(title_en="Keynotes", starts=time(15, 30))
        Place.objects.filter(name_en="Cambridge").update(time_zone=wrong)
        Event.objects.filter(pk=event.pk).update(time_zone=wrong)
        html = page(client, event)
        assert "15:30" in html and "08:30" not in html
        assert client.get(f"/en/events/{event.slug}/calendar.ics").status_code == 200
        assert client.get("/en/").status_code == 200

    def test_has_no_hours_in_an_unknown_zone(self):
        event = make_event(start_date="2020-07-09")
        event.time_zone = "Mars/Base"
        with pytest.raises(ValidationError, match="time zone is not known"):
            event.save()

    def test_is_narrowed_by_language_where_there_are_several(self, client, settings):
        event = make_event(start_date="2020-07-09")
        sessions = {"Opening": "both", "Keynote": "en", "Panel": "zh", "Lunch": ""}
        for order, (title, spoken) in enumerate(sessions.items()):
            event.sessions.create(title_en=title, spoken=spoken, order=order)
        html = page(client, event)
        address = f"/en/events/{event.slug}/"
        assert 'href="?spoken=en#programme"' in html and 'href="?spoken=zh#programme"' in html
        english = client.get(f"{address}?spoken=en").content.decode()
        assert [title for title in sessions if f">{title}<" in english] == [
            "Opening",
            "Keynote",
            "Lunch",
        ]
        assert f'<link rel="canonical" href="{settings.PORTAL_BASE_URL}{address}">' in english
        for wrong in ("fr", "both"):
            assert client.get(f"{address}?spoken={wrong}").status_code == 404

    def test_offers_no_choice_of_one_language(self, client):
        event = make_event()
        event.sessions.create(title_en="Opening", spoken="en")
        html = page(client, event)
        assert "Opening" in html and "spoken=" not in html

    def test_names_the_weekday_where_the_cities_are_on_different_days(self, client, home_cities):
        event = make_event(start_date="2020-07-09", time_zone="Asia/Shanghai", place=home_cities)
        event.sessions.create(title_en="Early", starts=time(6))
        html = page(client, event)
        assert "Thu 06:00" in html and "Wed 23:00" in html

    def test_sessions_of_unknown_hour_keep_their_order(self, client, home_cities):
        event = make_event(start_date="2020-07-09")
        event.sessions.create(title_en="Second", order=2)
        event.sessions.create(title_en="First", order=1)
        html = page(client, event)
        assert html.index("First") < html.index("Second")

    def test_names_the_agreements_signed_in_a_session_but_no_hidden_one(self, client):
        event = make_event()
        session = event.sessions.create(kind="signing")
        session.agreements.add(make_agreement("A", "B", title_en="The memorandum"))
        session.agreements.add(make_agreement("A", "B", title_en="Secret", public_level="hidden"))
        html = page(client, event)
        assert "The memorandum" in html and "Secret" not in html

    @pytest.mark.parametrize(
        "values",
        [
            {"starts": time(9)},
            {"starts": time(15), "ends": time(18, 1)},
            {"day": datetime.date(2020, 7, 10)},
        ],
    )
    def test_a_session_outside_its_event_is_refused(self, values):
        event = make_event(start_date="2020-07-09", start_time=time(14), end_time=time(18))
        with pytest.raises(ValidationError, match="outside its event"):
            Session(event=event, **values).full_clean()


class TestState:
    def test_an_event_cannot_end_before_it_starts(self):
        event = make_event()
        event.start_date, event.end_date = "2020-07-09", "2020-07-08"
        with pytest.raises(ValidationError, match="cannot end before it starts"):
            event.full_clean()

    def test_a_new_day_keeps_the_old_one_and_the_reason(self, client):
        event = make_event(start_date="2020-07-09")
        event.start_date, event.status = "2020-08-01", "rescheduled"
        event.status_reason_en = "The hall is flooded."
        event.full_clean()
        event.save()
        html = page(client, event)
        assert "Announced before for 9 July 2020." in html and "The hall is flooded." in html

    def test_a_new_day_without_an_old_one_is_asked_for(self):
        event = make_event(start_date="2020-07-09")
        event.status = "rescheduled"
        with pytest.raises(ValidationError, match="Give the date announced before"):
            event.full_clean()

    @pytest.mark.parametrize(
        ("status", "said"),
        [
            ("postponed", "The new date is not known yet."),
            ("cancelled", "Cancelled"),
            ("moved_online", "Moved online"),
            ("provisional", "Provisional"),
        ],
    )
    def test_is_said_on_the_page(self, client, status, said):
        assert said in page(client, make_event(status=status))

    def test_an_event_is_not_part_of_itself(self):
        week = make_event()
        day = make_event(parent=week)
        week.parent = day
        with pytest.raises(ValidationError, match="part of itself"):
            week.full_clean()


class TestFacts:
    def test_organisers_stand_under_their_roles_in_protocol_order(self, client):
        event = make_event()
        event.organisers.create(role="supporter", label_en="The Bank")
        event.organisers.create(role="organiser", institution=make_institution("The Zone"))
        html = page(client, event).partition("<main")[2]
        assert html.index("Organiser") < html.index("The Zone") < html.index("Supporter")
        assert html.index("Supporter") < html.index("The Bank")

    def test_delegations_name_leader_side_and_unnamed_members(self, client):
        event = make_event()
        event.delegations.create(
            name_en="British delegation",
            leader_en="Lord David Willetts",
            leader_title_en="Former Minister",
            country="GB",
            mode="online",
            unnamed_en="Several participants",
        )
        html = page(client, event)
        for text in (
            "Led by Lord David Willetts, Former Minister",
            "United Kingdom, online",
            "Several participants",
        ):
            assert text in html

    def test_the_larger_event_and_its_parts_name_each_other(self, client):
        week = make_event(title_en="Nanjing Tech Week")
        event = make_event(
            title_en="The conference", parent=week, section_en="Global Peak on Cloud", public=["en"]
        )
        assert "Nanjing Tech Week" in page(client, event)
        assert "Global Peak on Cloud" in page(client, event)
        assert "The conference" in page(client, week)

    def test_a_venue_inside_a_venue_is_named_up_to_the_city(self, client):
        city = make_place("Nanjing", "南京")
        building = make_place("Innovation Center", "创新中心", parent=city, level=Place.Level.VENUE)
        hall = make_place("Exhibition hall", "展厅", parent=building, level=Place.Level.VENUE)
        event = make_event(place=hall)
        assert event.where == ["Exhibition hall", "Innovation Center", "Nanjing"]


class TestTakingPart:
    def test_the_link_shows_only_in_its_window(self, client):
        event = make_event(
            start_date=TOMORROW, start_time=time(12), join_url="https://meet.example.org/x"
        )
        assert "meet.example.org" not in page(client, event)
        Event.objects.filter(pk=event.pk).update(
            join_opens_at=timezone.now() - timedelta(minutes=1)
        )
        assert "meet.example.org" in page(client, event)
        Event.objects.filter(pk=event.pk).update(status="cancelled")
        assert "meet.example.org" not in page(client, event)

    def test_the_page_changes_by_itself_when_the_window_opens(self):
        event = make_event(
            start_date=TOMORROW, start_time=time(12), join_url="https://meet.example.org/x"
        )
        assert Event.objects.next_join(timezone.now()) == event.starts_at - timedelta(minutes=30)

    def test_afterwards_results_come_first_and_the_recording_takes_its_place(self, client):
        film = Video.objects.create(
            title="Film", heading_en="The film", provider="vimeo", video_id="123456"
        )
        event = make_event(
            start_date="2020-07-09",
            recording=film,
            join_url="https://meet.example.org/x",
            body_en="<p>About it.</p>",
        )
        event.agreements.add(
            make_agreement("A", "B", title_en="The memorandum", signed="2020-07-09")
        )
        make_release(headline_en="They signed").events.add(event)
        html = page(client, event)
        places = [
            html.index(t)
            for t in (
                "What came of it",
                "The memorandum",
                "Play: The film",
                "They signed",
                "About it.",
            )
        ]
        assert places == sorted(places)
        assert "meet.example.org" not in html and "Add to calendar" not in html

    def test_before_there_is_no_recording(self, client):
        film = Video.objects.create(
            title="Film", heading_en="The film", provider="vimeo", video_id="123456"
        )
        assert "The film" not in page(client, make_event(start_date=TOMORROW, recording=film))
        assert "The film" in page(client, make_event(start_date=TOMORROW, intro_video=film))


def entry(client, event, language="en"):
    answer = client.get(f"/{language}/events/{event.slug}/calendar.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    return icalendar.Calendar.from_ical(answer.content).walk("VEVENT")[0]


class TestCalendar:
    def test_both_languages_and_every_change_keep_the_uid(self, client, settings):
        event = make_event(start_date=TOMORROW, title_zh_hans="大会")
        english, chinese = entry(client, event), entry(client, event, "zh-hans")
        assert english["UID"] == chinese["UID"]
        assert chinese["SUMMARY"] == "大会"

    def test_the_sequence_rises_with_what_calendars_show_and_with_nothing_else(self, client):
        event = make_event(start_date=TOMORROW)
        first = entry(client, event)["SEQUENCE"]
        event.body_en = "<p>More.</p>"
        event.save()
        assert entry(client, event)["SEQUENCE"] == first
        event.venue_en = "Another hall"
        event.save()
        second = entry(client, event)["SEQUENCE"]
        assert second > first
        stale = Event.objects.get(pk=event.pk)
        stale.calendar_sequence = 0
        stale.status = "cancelled"
        stale.save()
        assert entry(client, stale)["SEQUENCE"] > second
        assert entry(client, stale)["STATUS"] == "CANCELLED"

    def test_a_known_hour_is_an_instant_and_an_unknown_one_a_day(self, client):
        known = make_event(
            start_date="2030-07-09",
            start_time=time(15, 30),
            end_time=time(18),
            time_zone="Asia/Shanghai",
        )
        made = entry(client, known)
        assert made.decoded("DTSTART") == datetime.datetime(2030, 7, 9, 7, 30, tzinfo=datetime.UTC)
        assert made.decoded("DTEND") == datetime.datetime(2030, 7, 9, 10, tzinfo=datetime.UTC)
        day = entry(client, make_event(start_date="2030-07-09"))
        assert day.decoded("DTSTART") == datetime.date(2030, 7, 9)
        assert day.decoded("DTEND") == datetime.date(2030, 7, 10)

    def test_holds_public_events_of_known_day_only(self, client):
        make_event(start_date="2030-07-09", title_en="Known")
        make_event(start_date="2030-07", title_en="Some time in July")
        make_event(start_date="2030-07-09", title_en="Draft", public=[])
        later = make_event(start_date="2030-07-09", title_en="Later", public=[])
        services.publish(item=later, language="en", at=timezone.now() + timedelta(hours=1))
        calendar = icalendar.Calendar.from_ical(client.get("/en/events/calendar.ics").content)
        assert [one["SUMMARY"] for one in calendar.walk("VEVENT")] == ["Known"]
        assert client.get(f"/en/events/{later.slug}/calendar.ics").status_code == 404


def test_the_boundary_of_upcoming_and_past_is_one_instant():
    event = make_event(start_date=TOMORROW, start_time=time(12), end_time=time(13))
    just_before = event.ends_at - timedelta(microseconds=1)
    assert event in Event.objects.upcoming(just_before) and event not in Event.objects.past(
        just_before
    )
    assert event in Event.objects.past(event.ends_at) and event not in Event.objects.upcoming(
        event.ends_at
    )
