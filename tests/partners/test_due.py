"""What is due: deadlines by day, a calendar under a secret address, and mail once a stage."""

import datetime
import re

import icalendar
import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news.models import Commitment
from partners import due, services
from partners.models import DueSettings, SentReminder
from tests.builders import (
    make_agreement,
    make_concluded,
    make_event,
    make_institution,
    make_release,
    make_user,
)

pytestmark = pytest.mark.django_db


def today():
    return timezone.localdate()


def day(days):
    return today() + datetime.timedelta(days=days)


def found(**choice):
    """What is due in the next year: kind, day and number."""
    return [
        (i.kind.value, i.day, i.agreement.number) for i in due.all_items(due.ahead(365, **choice))
    ]


def kinds(agreement, **choice):
    return {kind: on for kind, on, number in found(**choice) if number == agreement.number}


def recent(**kwargs):
    """Signed a month ago: nothing of it is silent yet."""
    return make_concluded(**{"signed": day(-30).isoformat()} | kwargs)


def page(client, query="", language="en"):
    return client.get(f"/{language}/admin/partners/agreement/due/{query}")


@pytest.fixture
def manager(client):
    user = make_user("manager", group="Partner manager", email="manager@example.org")
    client.force_login(user)
    return user


class TestWhatIsDue:
    def test_the_notice_day_comes_before_the_end(self):
        agreement = recent(ends=day(200).isoformat(), notice_months=3)
        assert kinds(agreement) == {
            "notice": agreement.notice_from,
            "expiry": day(200),
        }

    def test_what_ended_or_was_replaced_is_not_due_and_a_notice_given_is(self):
        ended = make_concluded(ends=day(-1).isoformat(), notice_months=1)
        replaced = recent(ends=day(40).isoformat())
        services.supersede(agreement=replaced, date=today(), by=recent(is_evergreen=True))
        noticed = recent(ends=day(300).isoformat(), notice_months=1)
        services.give_notice(agreement=noticed, date=today(), effective=day(90))
        assert kinds(ended) == kinds(replaced) == {}
        assert kinds(noticed) == {"expiry": day(90)}

    def test_a_review_stays_due_until_it_is_moved(self):
        agreement = recent(is_evergreen=True, review_on=day(-400))
        assert kinds(agreement) == {"review": day(-400)}
        agreement.review_on = day(500)
        agreement.save()
        assert kinds(agreement) == {}

    def test_a_term_that_nobody_knows_is_reviewed_when_it_turns_doubtful(self):
        signed = day(-700)
        agreement = make_concluded(signed=signed.isoformat())
        on = kinds(agreement)["review"]
        assert agreement.status_on(on) == "in_force"
        assert agreement.status_on(on + datetime.timedelta(days=1)) == "not_confirmed"
        services.confirm(agreement=agreement, date=today())
        assert "review" not in kinds(agreement)

    @pytest.mark.parametrize(("years", "told"), [(5, True), (10, True), (6, False)])
    def test_round_anniversaries_are_told(self, years, told):
        signed = day(60).replace(year=day(60).year - years)
        agreement = make_concluded(signed=signed.isoformat(), is_evergreen=True)
        assert ("anniversary" in kinds(agreement)) == told

    def test_29_february_has_its_anniversary_in_every_year(self):
        agreement = make_concluded(signed="2016-02-29", is_evergreen=True)
        question = due.Question(datetime.date(2021, 1, 1), datetime.date(2021, 12, 31))
        days = [i.day for i in due.all_items(question) if i.kind == "anniversary"]
        assert days == [datetime.date(2021, 2, 28)], agreement

    def test_a_day_known_to_the_month_has_no_anniversary(self):
        agreement = make_concluded(signed=f"{today().year - 5}-12", is_evergreen=True)
        assert "anniversary" not in kinds(agreement)


class TestSilence:
    """Twelve months without signature, act, event, release or commitment."""

    @pytest.fixture
    def silent(self):
        return make_concluded(signed=day(-800).isoformat(), is_evergreen=True)

    def test_it_is_told_from_the_last_signature(self, silent):
        assert kinds(silent)["silence"] < today()

    def test_it_is_told_a_month_ahead_and_not_earlier(self):
        soon = make_concluded(signed=day(-345).isoformat(), is_evergreen=True)
        assert today() < kinds(soon)["silence"] <= day(30)
        assert "silence" not in kinds(recent(is_evergreen=True))

    def test_what_is_not_in_force_may_be_silent(self):
        assert "silence" not in kinds(make_agreement("A", announced="2016"))
        assert "silence" not in kinds(make_concluded(signed="2010", ends="2012"))

    def test_an_event_a_release_or_an_act_ends_it(self, silent):
        make_event(start_date=day(-20).isoformat()).agreements.add(silent)
        assert "silence" not in kinds(silent)
        other = make_concluded(signed=day(-800).isoformat(), is_evergreen=True)
        make_release(release_date=day(-20).isoformat()).agreements.add(other)
        assert "silence" not in kinds(other)
        third = make_concluded(signed=day(-800).isoformat(), is_evergreen=True)
        services.confirm(agreement=third, date=day(-5))
        assert "silence" not in kinds(third)
        fourth = make_concluded(signed=day(-800).isoformat(), is_evergreen=True)
        Commitment.objects.create(text_en="A lecture", agreement=fourth)
        assert "silence" not in kinds(fourth)

    def test_a_draft_that_nobody_read_does_not(self, silent):
        make_event(public=[], start_date=day(-20).isoformat()).agreements.add(silent)
        assert kinds(silent)["silence"] < today()


class TestThePage:
    def test_it_groups_by_month_and_filters_by_kind_and_owner(self, client, manager):
        mine = recent(ends=day(20).isoformat(), title_en="Mine", owner=manager)
        recent(ends=day(25).isoformat(), title_en="Nobody's")
        html = page(client).content.decode()
        assert "Mine" in html and "Nobody&#x27;s" in html
        assert day(20).strftime("%B %Y") in html
        html = page(client, f"?owner={manager.pk}").content.decode()
        assert "Mine" in html and "Nobody&#x27;s" not in html
        html = page(client, "?owner=none").content.decode()
        assert "Mine" not in html and "Nobody&#x27;s" in html
        html = page(client, "?kind=notice").content.decode()
        assert "Nothing is due" in html
        assert (
            mine.number
            in client.get(reverse("admin:partners_agreement_due_export")).getvalue().decode()
        )

    @pytest.mark.parametrize(
        "query", ["?kind=x&owner=y&page=0", "?page=²", "?owner=99999999999999999999", "?page=-1"]
    )
    def test_strange_questions_are_answered(self, client, manager, query):
        assert page(client, query).status_code == 200

    def test_who_may_not_see_agreements_sees_nothing(self, client):
        client.force_login(make_user())
        assert page(client).status_code == 403

    def test_the_number_of_queries_does_not_grow(self, client, manager):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                assert page(client).status_code == 200
            return len(queries)

        def some(count):
            for n in range(count):
                recent(ends=day(20 + n).isoformat(), notice_months=1, owner=manager)

        some(3)
        asked()
        few = asked()
        some(20)
        assert asked() == few

    def test_the_desk_counts_the_next_thirty_days(self, client, manager):
        recent(ends=day(20).isoformat(), title_en="Ends soon", notice_months=1)
        recent(ends=day(50).isoformat(), title_en="Ends later")
        html = client.get("/en/admin/").content.decode()
        part = re.search(r'id="desk-due".*?</section>', html, re.DOTALL)[0]
        assert "Ends soon" in part and "Ends later" not in part
        assert reverse("admin:partners_agreement_due") in part


class TestTheCalendar:
    def open(self, client, **data):
        html = client.post(
            reverse("admin:partners_agreement_due"), {"do": "open"} | data
        ).content.decode()
        return re.search(r"https?://[^/]+(/en/agreements/due/[\w-]+\.ics)", html)[1]

    def read(self, client, address):
        client.logout()
        answer = client.get(address)
        assert answer.status_code == 200
        return answer, icalendar.Calendar.from_ical(answer.content).walk("VEVENT")

    def test_it_holds_whole_days_under_an_address_that_is_kept_nowhere(self, client, manager):
        agreement = recent(ends=day(20).isoformat(), title_en="Research, and more")
        address = self.open(client)
        assert address.rsplit("/", 1)[1][:-4] not in DueSettings.objects.get().calendar_key
        answer, (entry,) = self.read(client, address)
        assert answer["Cache-Control"] == "no-store" and "noindex" in answer["X-Robots-Tag"]
        assert entry.decoded("dtstart") == day(20)
        assert entry.decoded("dtend") == day(21)
        assert str(entry["uid"]).startswith(f"due-{agreement.pk}-expiry@")
        assert "Research, and more" in entry["summary"]
        assert not answer.cookies

    def test_a_renewal_moves_the_entry_and_raises_its_sequence(self, client, manager):
        agreement = recent(ends=day(20).isoformat())
        address = self.open(client)
        _answer, (before,) = self.read(client, address)
        agreement.saved_at += datetime.timedelta(seconds=5)
        services.extend(agreement=agreement, date=today(), ends=day(90).isoformat())
        type(agreement).objects.filter(pk=agreement.pk).update(
            saved_at=timezone.now() + datetime.timedelta(seconds=5)
        )
        _answer, (after,) = self.read(client, address)
        assert after["uid"] == before["uid"] and after["sequence"] > before["sequence"]
        assert after.decoded("dtstart") == day(90)

    def test_it_may_hold_only_what_one_looks_after(self, client, manager):
        recent(ends=day(20).isoformat())
        mine = recent(ends=day(30).isoformat(), owner=manager)
        _answer, entries = self.read(client, self.open(client, mine="1"))
        assert [str(one["summary"]) for one in entries if mine.number in one["summary"]]
        assert len(entries) == 1

    def test_a_new_address_makes_the_old_one_void_and_so_does_the_button(self, client, manager):
        first = self.open(client)
        second = self.open(client)
        assert client.get(first).status_code == 404
        assert client.get(second).status_code == 200
        assert DueSettings.objects.get().calendar_fetched
        client.post(reverse("admin:partners_agreement_due"), {"do": "close"})
        assert client.get(second).status_code == 404
        assert client.get("/en/agreements/due/guessed.ics").status_code == 404

    @pytest.mark.parametrize("change", ["inactive", "no staff", "no rights"])
    def test_it_ends_with_the_right_to_see(self, client, manager, change):
        address = self.open(client)
        if change == "inactive":
            manager.is_active = False
        elif change == "no staff":
            manager.is_staff = False
        else:
            manager.groups.clear()
        manager.save()
        assert client.get(address).status_code == 404


class TestReminders:
    @pytest.fixture
    def owner(self):
        return make_user("owner", group="Partner manager", email="owner@example.org")

    def remind(self, on=None):
        mail.outbox.clear()
        services.send_reminders(today=on or today())
        return mail.outbox[:]

    def test_an_owner_hears_once_at_each_stage_counted_from_the_notice_day(self, owner):
        agreement = make_concluded(
            signed="2020-01-01", ends="2031-12-31", notice_months=6, owner=owner
        )
        assert agreement.notice_from == datetime.date(2031, 6, 30)
        sent = {}
        for number in range(0, 190):
            on = datetime.date(2030, 12, 25) + datetime.timedelta(days=number)
            for letter in self.remind(on):
                assert letter.to == ["owner@example.org"] and agreement.number in letter.body
                sent[on] = SentReminder.objects.latest("pk").stage
        assert list(sent.values()) == ["half", "quarter", "month", "week"]
        assert list(sent) == [
            datetime.date(2030, 12, 30),
            datetime.date(2031, 3, 30),
            datetime.date(2031, 5, 30),
            datetime.date(2031, 6, 23),
        ]

    def test_without_notice_the_end_counts_and_a_moved_end_is_told_of_anew(self, owner):
        agreement = recent(ends=day(25).isoformat(), owner=owner)
        assert len(self.remind()) == 1 and self.remind() == []
        services.extend(agreement=agreement, date=today(), ends=day(28).isoformat())
        assert len(self.remind()) == 1

    def test_one_letter_tells_of_all(self, owner):
        numbers = [recent(ends=day(n).isoformat(), owner=owner).number for n in (20, 25)]
        (letter,) = self.remind()
        assert all(number in letter.body for number in numbers)

    def test_what_somebody_else_has_claimed_is_not_sent(self, owner):
        agreement = recent(ends=day(25).isoformat(), owner=owner)
        facts = {"agreement": agreement, "day": day(25), "stage": "month"}
        SentReminder.objects.create(**facts, sent_to="x")
        assert self.remind() == []
        with pytest.raises(IntegrityError), transaction.atomic():
            SentReminder.objects.create(**facts, sent_to="y")

    def test_a_run_beside_this_one_wins_or_loses_but_nothing_is_sent_twice(
        self, owner, monkeypatch
    ):
        recent(ends=day(25).isoformat(), owner=owner)
        from partners.services import reminders

        chosen = list(reminders._in_a_stage(today()))
        assert len(self.remind()) == 1
        # The other run had chosen before this one had sent.
        monkeypatch.setattr(reminders, "_in_a_stage", lambda today: chosen)
        assert self.remind() == []

    def test_it_is_written_in_the_language_the_owner_chose_or_in_both(self, client, owner):
        recent(ends=day(25).isoformat(), owner=owner)
        (letter,) = self.remind()
        assert "It ends on" in letter.body and "/zh-hans/admin/" in letter.body
        client.force_login(owner)
        client.post(reverse("admin:partners_agreement_due"), {"do": "language", "language": "en"})
        recent(ends=day(26).isoformat(), owner=owner)
        (letter,) = self.remind()
        assert "It ends on" in letter.body and "/zh-hans/admin/" not in letter.body

    def test_what_nobody_looks_after_goes_to_the_managers(self, owner):
        recent(ends=day(25).isoformat())
        recent(ends=day(25).isoformat(), owner=make_user("left", is_active=False, email="l@x.org"))
        (letter,) = self.remind()
        assert letter.to == ["owner@example.org"] and letter.subject.count(": 2")

    def test_with_nobody_to_tell_it_is_listed_and_told_later(self, capsys):
        agreement = recent(ends=day(25).isoformat())
        call_command("send_reminders")
        assert agreement.number in capsys.readouterr().err
        make_user(group="Partner manager", email="late@example.org")
        assert len(self.remind()) == 1

    def test_a_dry_run_says_what_would_be_sent(self, owner, capsys):
        agreement = recent(ends=day(25).isoformat(), owner=owner)
        call_command("send_reminders", dry_run=True)
        assert f"owner@example.org: {agreement.number}" in capsys.readouterr().out
        assert mail.outbox == []
        assert len(self.remind()) == 1

    def test_what_was_ended_or_renewed_is_left_in_peace(self, owner):
        gone = recent(ends=day(25).isoformat(), owner=owner)
        services.terminate(agreement=gone, date=today())
        assert self.remind() == [] and make_institution()
