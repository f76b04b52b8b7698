"""A partner's page tells one story of agreements, acts, events and milestones, and whom one met."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news.models import Commitment
from partners import services
from partners.models import ContactPoint, Institution
from portal.models import Milestone
from publishing.editorial import audit
from publishing.editorial.records import AuditEvent
from tests.builders import (
    make_concluded,
    make_event,
    make_institution,
    make_participation,
    make_person,
    make_post,
    make_release,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    return make_institution("Southeast University", "东南大学")


def html_of(client, partner, language="en"):
    address = partner.get_absolute_url().replace("/en/", f"/{language}/")
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def story(html):
    """``(date, title, words)`` of each step, in the order of the page."""
    section = re.search(r'<section[^>]*"relationship".*?</section>', html, re.DOTALL)
    if section is None:
        return []
    plain = re.compile(r"<[^>]+>")
    return [
        (day, plain.sub("", title).strip(), plain.sub("", words or "").strip())
        for day, title, words in re.findall(
            r'<time datetime="([\d-]+)">.*?<h3>(.*?)</h3>(?:<p>(.*?)</p>)?', section[0], re.DOTALL
        )
    ]


def test_agreements_acts_events_and_milestones_stand_in_one_order(client, partner):
    agreement = make_concluded(
        partner, make_institution("Tsinghua University"), signed="2020-01-05", title_en="Joint lab"
    )
    services.confirm(agreement=agreement, date=datetime.date(2023, 4, 1), confirm=True)
    make_event(title_en="Delegation", kind="visit", start_date="2021-06").institutions.add(partner)
    milestone = Milestone.objects.create(date="2022", title_en="First students", text_en="Forty.")
    milestone.institutions.add(partner)
    make_event(title_en="Planned", start_date="2190").institutions.add(partner)
    assert story(html_of(client, partner)) == [
        ("2023-04-01", "Joint lab", "Confirmation by a party: with Tsinghua University"),
        ("2022", "First students", "Forty."),
        ("2021-06", "Delegation", "Visit"),
        ("2020-01-05", "Joint lab", "Signed: with Tsinghua University"),
    ]


def test_what_a_milestone_tells_is_not_told_twice(client, partner):
    event = make_event(title_en="Opening", start_date="2021-06-01")
    event.institutions.add(partner)
    milestone = Milestone.objects.create(date="2021-06-01", title_en="We opened", event=event)
    milestone.institutions.add(partner)
    assert [title for _day, title, _words in story(html_of(client, partner))] == ["We opened"]


def test_only_what_the_reader_may_read_is_told(client, partner):
    make_event(public=["en"], title_en="English only", start_date="2021").institutions.add(partner)
    make_event(public=[], title_en="Draft", start_date="2021").institutions.add(partner)
    make_event(title_en="Called off", status="cancelled", start_date="2021").institutions.add(
        partner
    )
    make_concluded(partner, "x", public_level="hidden", title_en="Hidden")
    listed = make_concluded(partner, "x", public_level="listed", title_en="Listed")
    services.confirm(agreement=listed, date=datetime.date(2023, 4, 1))
    english = story(html_of(client, partner))
    assert {title for _day, title, _words in english} == {"English only", "Listed"}
    assert len(english) == 2
    assert "English only" not in html_of(client, partner, "zh-hans")


def test_a_long_story_shows_its_latest_steps_at_the_same_cost(client, partner):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            html = html_of(client, partner)
        return len(queries), html

    def more(count):
        for year in range(count):
            agreement = make_concluded(partner, make_institution(), signed=str(1960 + year))
            services.confirm(agreement=agreement, date=datetime.date(2024, 1, 1), confirm=True)
            event = make_event(start_date=str(1970 + year))
            event.institutions.add(partner)
            make_participation(event, make_person(), institution=partner)

    more(3)
    asked()
    few, html = asked()
    assert "Only the latest steps" not in html
    more(20)
    many, html = asked()
    assert many == few
    assert len(story(html)) == 30 and "Only the latest steps" in html


def test_the_people_of_a_partner_are_told_with_the_title_of_the_day(client, partner):
    dean, hidden, other = (
        make_person("Lin Wei"),
        make_person("Secret", is_public=False),
        make_person(),
    )
    make_post(dean, "President", institution=partner)
    for person in (dean, hidden):
        make_post(person, "Dean", institution=partner)
    event = make_event(title_en="Forum", start_date="2020-05-01")
    for person in (dean, hidden, other):
        make_participation(event, person, printed_title_en="Then dean of physics")
    late = make_release(headline_en="Visit", release_date="2022-01-01")
    make_participation(late, dean, printed_title_en="President")
    draft = make_event(public=[], title_en="Draft meeting", start_date="2024")
    make_participation(draft, dean, printed_title_en="Chancellor")
    agreement = make_concluded(partner, "x", title_en="Joint lab")
    services.sign(
        agreement=agreement,
        party=agreement.parties.first(),
        date="2019",
        printed_name_en="Prof Zhao",
        printed_title_en="Provost",
    )
    html = html_of(client, partner)
    section = re.search(r'"met".*?</section>', html, re.DOTALL)[0]
    rows = re.findall(r"<td>(.*?)</td><td>(.*?)</td><td><a[^>]*>(.*?)</a>", section)
    assert rows == [("Lin Wei", "President", "Visit"), ("Prof Zhao", "Provost", "Joint lab")]


def test_without_any_date_there_is_no_line_of_years(client, partner):
    make_concluded(partner, "x", signed="", effective="")
    html = html_of(client, partner)
    assert 'class="axis"' not in html and 'class="gantt"' not in html
    assert '<th scope="col">Term</th>' in html


class TestTheVisitBrief:
    @pytest.fixture
    def address(self, partner):
        return reverse("admin:partners_institution_brief", args=[partner.pk])

    def test_it_tells_staff_everything_in_both_languages(self, client, partner, address):
        partner.notes = "Prefers tea."
        partner.save()
        soon = timezone.localdate() + datetime.timedelta(days=20)
        agreement = make_concluded(
            partner, "x", public_level="hidden", title_en="Quiet", title_zh_hans="静",
            ends=soon.isoformat(),
        )  # fmt: skip
        ContactPoint.objects.create(institution=partner, email="desk@example.org")
        Commitment.objects.create(text_en="A lecture", text_zh_hans="讲座", agreement=agreement)
        Commitment.objects.create(text_en="Kept", agreement=agreement, state="done")
        event = make_event(title_en="Forum", title_zh_hans="论坛", start_date="2020")
        event.institutions.add(partner)
        make_release(headline_en="News", headline_zh_hans="新闻").institutions.add(partner)
        user = make_user(group="Partner manager")
        client.force_login(user)
        answer = client.get(address)
        html = answer.content.decode()
        english = ("Southeast University", "Quiet", "A lecture", "Forum", "News", "Expiry")
        chinese = ("东南大学", "静", "讲座", "论坛", "新闻")
        for text in (*english, *chinese, "desk@example.org", "Prefers tea."):
            assert text in html, text
        assert "Kept" not in html and "no-store" in answer["Cache-Control"]
        event = AuditEvent.objects.get(action=audit.Action.EXPORT)
        assert (event.user_id, event.object_id, event.detail) == (
            user.pk,
            partner.pk,
            "visit brief",
        )

    def test_only_staff_with_the_right_read_it(self, client, partner, address):
        assert client.get(address).status_code == 302
        client.force_login(make_user())
        assert client.get(address).status_code == 403
        assert not AuditEvent.objects.filter(action=audit.Action.EXPORT).exists()

    def test_the_public_page_leads_staff_to_it_and_nobody_else(self, client, partner, address):
        answer = client.get(partner.get_absolute_url())
        assert address not in answer.content.decode() and "Cookie" not in answer.get("Vary", "")
        client.force_login(make_user())
        assert address not in html_of(client, partner)
        client.force_login(make_user(group="Author"))
        assert address in html_of(client, partner)

    def test_it_is_linked_from_the_form(self, client, partner, address):
        client.force_login(make_user(group="Author"))
        form = reverse("admin:partners_institution_change", args=[partner.pk])
        assert address in client.get(form).content.decode()
        assert Institution.objects.count() == 1
