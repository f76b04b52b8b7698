"""The life of an agreement: signatures, acts, terms through time, and the status of a day."""

import contextlib
import datetime
import itertools

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from partners import services
from partners.exceptions import NeedsConfirmation
from partners.models import (
    Agreement,
    AgreementAction,
    AgreementArea,
    AgreementParty,
    AgreementStatus,
    Signature,
)
from publishing.editorial.exceptions import Refused
from tests.builders import make_agreement, make_concluded, make_institution, make_person

pytestmark = pytest.mark.django_db


def day(text):
    return datetime.date.fromisoformat(text)


def status(agreement, text):
    """The status on a day, the same from the row and from the query."""
    return asked_of_both(Agreement.objects.get(pk=agreement.pk), day(text))


def asked_of_both(agreement, on):
    rows = Agreement.objects.with_status(on).filter(pk=agreement.pk)
    asked = rows.values_list("status", flat=True).get()
    assert agreement.status_on(on) == asked
    return asked


def is_concluded(agreement):
    """Told the same by the row and by the query."""
    agreement = Agreement.objects.get(pk=agreement.pk)
    asked = Agreement.objects.concluded().filter(pk=agreement.pk).exists()
    assert agreement.is_concluded == asked
    return asked


class TestSigning:
    def test_it_is_concluded_when_the_last_required_party_has_signed(self):
        agreement = make_agreement(make_institution(), make_institution(), "several companies")
        first, second, third = agreement.parties.all()
        AgreementParty.objects.filter(pk=third.pk).update(must_sign=False)
        assert not is_concluded(agreement)
        services.sign(agreement=agreement, party=first, date="2020-09-25")
        assert not is_concluded(agreement) and agreement.signed == ""
        services.sign(agreement=agreement, party=second, date="2020-10")
        assert is_concluded(agreement) and agreement.signed == "2020-10"
        assert status(agreement, "2020-10-30") == "signed"
        assert status(agreement, "2020-10-31") == "in_force"

    def test_the_date_of_the_last_signature_says_that_all_have_signed(self):
        assert is_concluded(make_concluded(signed="2016-05"))

    def test_naming_one_signatory_later_does_not_undo_the_others(self):
        agreement = make_concluded(signed="2016-05")
        party = agreement.parties.first()
        services.sign(agreement=agreement, party=party, person=make_person("Tim Jones"))
        assert is_concluded(agreement) and agreement.signed == "2016-05"
        assert [str(s) for s in party.signatures.all()] == ["Tim Jones"]
        assert Signature.objects.filter(party__agreement=agreement, date="2016-05").count() == 2

    def test_a_signature_without_a_date_concludes_too(self):
        agreement = make_agreement("A", "B")
        for party in agreement.parties.all():
            services.sign(agreement=agreement, party=party, printed_date_en="May")
        assert is_concluded(agreement) and agreement.signed == ""
        assert status(agreement, "2020-01-01") == "not_confirmed"

    def test_only_a_party_signs(self):
        agreement, other = make_agreement("A", "B"), make_agreement("C", "D")
        with pytest.raises(Refused, match="Only a party can sign"):
            services.sign(agreement=agreement, party=other.parties.first())
        assert not Signature.objects.exists()

    def test_nobody_signs_twice_for_one_party(self):
        agreement, person = make_agreement("A", "B"), make_person()
        party = agreement.parties.first()
        services.sign(agreement=agreement, party=party, person=person)
        with pytest.raises(Refused, match="signed for this party already"):
            services.sign(agreement=agreement, party=party, person=person)

    def test_the_page_names_who_signed_as_printed(self, client):
        agreement = make_agreement("A", "B")
        services.sign(
            agreement=agreement,
            party=agreement.parties.first(),
            person=make_person("Tim Jones"),
            date="2016-05",
            printed_title_en="Provost",
            on_behalf_of_en="the Senate",
        )
        html = client.get(agreement.get_absolute_url()).content.decode()
        for text in ("Tim Jones", "Provost", "on behalf of the Senate", "May 2016"):
            assert text in html


class TestActs:
    def test_extension_moves_the_end(self):
        agreement = make_concluded(ends="2022-12-31")
        act = services.extend(agreement=agreement, date=day("2022-06-01"), ends="2025-12-31")
        assert agreement.ends == "2025-12-31" and status(agreement, "2024-01-01") == "in_force"
        assert act.changes == {"ends": ["2022-12-31", "2025-12-31"]}

    @pytest.mark.parametrize("ends", ["2022-12-31", "2021", "soon", ""])
    def test_the_new_end_must_be_later(self, ends):
        agreement = make_concluded(ends="2022-12-31")
        with pytest.raises(Refused):
            services.extend(agreement=agreement, date=day("2022-06-01"), ends=ends)
        agreement.refresh_from_db()
        assert agreement.ends == "2022-12-31" and not agreement.actions.exists()

    def test_what_has_no_end_is_neither_extended_nor_renewed(self):
        agreement = make_concluded(is_evergreen=True)
        for act in (services.extend, services.renew):
            with pytest.raises(Refused, match="No end is agreed"):
                act(agreement=agreement, date=day("2022-06-01"), ends="2030")

    def test_renewal_starts_the_day_after_and_lasts_as_agreed(self):
        agreement = make_concluded(ends="2023-09-24", term_months=36)
        act = services.renew(agreement=agreement, date=day("2023-03-01"))
        assert (act.effective, agreement.ends) == (day("2023-09-25"), "2026-09-24")

    def test_without_an_agreed_length_the_end_is_asked_for(self):
        agreement = make_concluded(ends="2023-09-24")
        with pytest.raises(Refused, match="Give the end of the new term"):
            services.renew(agreement=agreement, date=day("2023-03-01"))

    def test_one_term_is_renewed_once(self):
        agreement = make_concluded(ends="2023-09-24")
        services.renew(agreement=agreement, date=day("2023-03-01"), ends="2026-09-24")
        with pytest.raises(Refused, match="must be later"):
            services.renew(agreement=agreement, date=day("2023-03-02"), ends="2026-09-24")
        with pytest.raises(IntegrityError), transaction.atomic():
            AgreementAction.objects.create(
                agreement=agreement,
                kind="renewal",
                date=day("2023-03-02"),
                effective=day("2023-09-25"),
            )

    def test_suspension_and_resumption(self):
        agreement = make_concluded(ends="2030")
        services.suspend(agreement=agreement, date=day("2021-01-10"))
        assert status(agreement, "2021-01-09") == "in_force"
        assert status(agreement, "2021-01-10") == "suspended"
        with pytest.raises(Refused, match="suspended already"):
            services.suspend(agreement=agreement, date=day("2021-02-01"))
        with pytest.raises(Refused, match="before it was suspended"):
            services.resume(agreement=agreement, date=day("2021-01-10"))
        services.resume(agreement=agreement, date=day("2021-06-01"))
        assert status(agreement, "2021-05-31") == "suspended"
        assert status(agreement, "2021-06-01") == "in_force"
        with pytest.raises(Refused, match="not suspended"):
            services.resume(agreement=agreement, date=day("2021-07-01"))

    def test_notice_ends_it_on_its_day_and_no_sooner(self):
        agreement = make_concluded(is_evergreen=True, notice_months=6)
        services.give_notice(
            agreement=agreement, date=day("2022-01-01"), effective=day("2022-07-01")
        )
        assert status(agreement, "2022-06-30") == "in_force"
        assert status(agreement, "2022-07-01") == "terminated"
        with pytest.raises(Refused, match="Notice is on record"):
            services.give_notice(
                agreement=agreement, date=day("2022-02-01"), effective=day("2022-09-01")
            )

    def test_a_notice_shorter_than_agreed_is_asked_about(self):
        agreement = make_concluded(is_evergreen=True, notice_months=6)
        notice = {"date": day("2022-01-01"), "effective": day("2022-06-30")}
        with pytest.raises(NeedsConfirmation, match="shorter than agreed"):
            services.give_notice(agreement=agreement, **notice)
        act = services.give_notice(agreement=agreement, confirm=True, **notice)
        assert act.accepted_doubts == ["short_notice"]

    def test_it_is_terminated_once_and_nothing_follows(self):
        agreement = make_concluded(ends="2030")
        services.terminate(agreement=agreement, date=day("2022-01-01"))
        assert status(agreement, "2022-01-01") == "terminated"
        for act, more in (
            (services.terminate, {}),
            (services.suspend, {}),
            (services.confirm, {}),
            (services.extend, {"ends": "2040"}),
            (services.renew, {"ends": "2040"}),
            (services.amend, {"changes": {"title_en": "Other"}}),
            (services.supersede, {"by": make_agreement("A", "B")}),
        ):
            with pytest.raises(Refused):
                act(agreement=agreement, date=day("2023-01-01"), **more)

    def test_another_takes_its_place(self):
        old, new = make_concluded(), make_concluded(signed="2024-01-01")
        services.supersede(agreement=old, date=day("2024-01-01"), by=new)
        new.refresh_from_db()
        assert new.replaces == old and status(old, "2024-01-01") == "superseded"

    def test_agreements_do_not_replace_each_other_in_a_circle(self):
        first, second, third = (make_concluded() for _ in range(3))
        services.supersede(agreement=first, date=day("2021-01-01"), by=second)
        services.supersede(agreement=second, date=day("2022-01-01"), by=third)
        with pytest.raises(Refused, match="replace each other"):
            services.supersede(agreement=third, date=day("2023-01-01"), by=first)
        with pytest.raises(Refused, match="replace itself"):
            services.supersede(agreement=third, date=day("2023-01-01"), by=third)

    def test_a_confirmation_ends_the_doubt(self):
        agreement = make_concluded(signed="2018-01-01")
        assert status(agreement, "2022-01-01") == "not_confirmed"
        party = agreement.parties.first()
        services.confirm(agreement=agreement, date=day("2021-06-01"), by_party=party)
        assert status(agreement, "2022-01-01") == "in_force"

    def test_a_correction_says_what_was_wrong(self):
        agreement = make_concluded(ends="2022")
        with pytest.raises(Refused, match="Say what was wrong"):
            services.correct(agreement=agreement, date=day("2021-01-01"), changes={"ends": "2023"})
        services.correct(
            agreement=agreement,
            date=day("2021-01-01"),
            changes={"ends": "2023"},
            text_en="The copy had the wrong year.",
        )
        assert agreement.ends == "2023"

    def test_only_a_concluded_agreement_has_acts(self):
        with pytest.raises(Refused, match="Only a concluded agreement"):
            services.suspend(agreement=make_agreement("A", "B"), date=day("2021-01-01"))

    def test_nothing_is_recorded_before_it_was_done(self):
        tomorrow = timezone.localdate() + datetime.timedelta(days=1)
        with pytest.raises(Refused, match="has been done"):
            services.suspend(agreement=make_concluded(), date=tomorrow)

    def test_only_a_party_acts(self):
        stranger = make_agreement("A", "B").parties.first()
        with pytest.raises(Refused, match="Only a party can act"):
            services.confirm(agreement=make_concluded(), date=day("2021-01-01"), by_party=stranger)

    def test_terms_that_contradict_each_other_change_nothing(self):
        agreement = make_concluded(ends="2025")
        with pytest.raises(Refused, match="not both"):
            services.amend(
                agreement=agreement, date=day("2021-01-01"), changes={"is_evergreen": True}
            )
        with pytest.raises(Refused, match="no term"):
            services.amend(agreement=agreement, date=day("2021-01-01"), changes={"signed": "2020"})
        with pytest.raises(Refused, match="Nothing would change"):
            services.amend(agreement=agreement, date=day("2021-01-01"), changes={"ends": "2025"})
        agreement.refresh_from_db()
        assert not agreement.is_evergreen and not agreement.actions.exists()

    @pytest.mark.parametrize(
        ("act", "code"),
        [
            ({"date": day("2020-09-24")}, "before_signature"),
            ({"date": day("2021-06-01"), "effective": day("2021-05-01")}, "back_dated"),
        ],
    )
    def test_what_is_rarely_meant_is_asked_about_and_recorded(self, act, code, admin_user):
        agreement = make_concluded()
        with pytest.raises(NeedsConfirmation) as question:
            services.suspend(agreement=agreement, **act)
        assert question.value.codes == [code] and not agreement.actions.exists()
        done = services.suspend(agreement=agreement, confirm=True, user=admin_user, **act)
        assert done.accepted_doubts == [code] and done.recorded_by == admin_user

    def test_an_act_dated_before_an_earlier_one_is_asked_about(self):
        agreement = make_concluded()
        services.confirm(agreement=agreement, date=day("2022-01-01"))
        with pytest.raises(NeedsConfirmation, match="dated back"):
            services.suspend(agreement=agreement, date=day("2021-01-01"))


class TestTermsOfADay:
    def test_they_stand_as_on_any_day(self):
        agreement = make_concluded(title_en="First", ends="2022-12-31", notice_months=3)
        services.amend(
            agreement=agreement,
            date=day("2021-05-01"),
            effective=day("2021-07-01"),
            changes={"title_en": "Second", "notice_months": 6},
        )
        services.extend(agreement=agreement, date=day("2022-06-01"), ends="2025-12-31")

        def terms(text):
            found = agreement.terms_on(day(text))
            return found["title_en"], found["notice_months"], found["ends"]

        assert terms("2021-06-30") == ("First", 3, "2022-12-31")
        assert terms("2021-07-01") == ("Second", 6, "2022-12-31")
        assert terms("2022-06-01") == ("Second", 6, "2025-12-31")

    def test_the_areas_too(self):
        agreement = make_concluded()
        area = AgreementArea.objects.create(
            agreement=agreement, activity="training", heading_en="Talent", text_en="Ten a year."
        )
        unit = make_institution()
        area.lead_units.add(unit)
        (before,) = agreement.terms_on(day("2021-01-01"))["areas"]
        services.amend(
            agreement=agreement,
            date=day("2021-05-01"),
            changes={"areas": [before | {"text_en": "Twenty a year."}, {"activity": "research"}]},
        )
        assert [a.text_en for a in agreement.areas.all()] == ["Twenty a year.", ""]
        assert [a.order for a in agreement.areas.all()] == [1, 2]
        assert list(agreement.areas.first().lead_units.all()) == [unit]
        assert agreement.terms_on(day("2021-04-30"))["areas"] == [before]
        after = agreement.terms_on(day("2021-05-01"))["areas"]
        assert [area["activity"] for area in after] == ["training", "research"]
        assert [set(area) for area in after] == [set(before)] * 2

    def test_a_correction_counts_from_the_start(self):
        agreement = make_concluded(ends="2020-12-31")
        services.extend(agreement=agreement, date=day("2020-10-01"), ends="2023-12-31")
        services.correct(
            agreement=agreement,
            date=day("2022-01-01"),
            changes={"notice_months": 2},
            text_en="It was agreed from the first.",
        )
        assert agreement.terms_on(day("2020-09-26"))["notice_months"] == 2
        assert agreement.ends == "2023-12-31"

    def test_an_act_dated_back_does_not_overtake_a_later_one(self):
        agreement = make_concluded(ends="2021-12-31")
        services.extend(agreement=agreement, date=day("2021-10-01"), ends="2025-12-31")
        services.amend(
            agreement=agreement,
            date=day("2021-03-01"),
            changes={"ends": "2022-06-30"},
            confirm=True,
        )
        assert agreement.ends == "2025-12-31"
        assert agreement.terms_on(day("2021-03-01"))["ends"] == "2022-06-30"

    def test_the_page_tells_the_history(self, client):
        agreement = make_concluded(ends="2022-12-31")
        services.extend(
            agreement=agreement,
            date=day("2022-06-01"),
            ends="2025-12",
            text_en="Both sides prolonged it.",
            by_party=agreement.parties.first(),
        )
        html = client.get(agreement.get_absolute_url()).content.decode()
        for text in (
            "Extension",
            "1 June 2022",
            "End moved from 31 December 2022 to December 2025",
            "Both sides prolonged it.",
        ):
            assert text in html

    def test_of_a_listed_agreement_no_more_is_told_than_that_there_is_one(self, client):
        agreement = make_concluded(ends="2022-12-31", public_level="listed")
        AgreementArea.objects.create(agreement=agreement, heading_en="Secret field")
        services.extend(agreement=agreement, date=day("2022-06-01"), ends="2025-12")
        html = client.get(agreement.get_absolute_url()).content.decode()
        assert "Secret field" not in html and "Extension" not in html


class TestAreas:
    def test_they_are_shown_in_order_with_their_own_words_and_units(self, client):
        agreement = make_concluded(public_level="full")
        bureau = make_institution("Bureau of Culture")
        for order, heading in enumerate(["Research", "Talent", "Culture"]):
            area = AgreementArea.objects.create(
                agreement=agreement, order=order, heading_en=heading, text_en=f"On {heading}."
            )
        area.lead_units.add(bureau)
        html = client.get(agreement.get_absolute_url()).content.decode()
        assert html.index("On Research.") < html.index("On Talent.") < html.index("On Culture.")
        assert bureau.get_absolute_url() in html

    def test_an_area_without_heading_is_called_by_its_term(self):
        agreement = make_concluded()
        training = AgreementArea(agreement=agreement, activity="training")
        health = AgreementArea(agreement=agreement, isced="091")
        assert (str(training), str(health)) == ("talent training", "Health")
        assert health.heading_in("zh-hans") == "卫生"

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"isced": "0999"}, "no code of ISCED-F"),
            ({"activity": "dancing"}, "not a valid choice"),
            ({}, "Choose an activity or a subject"),
        ],
    )
    def test_an_unknown_code_is_refused(self, values, message):
        with pytest.raises(ValidationError, match=message):
            AgreementArea(agreement=make_concluded(), **values).full_clean()


DAYS = [
    day(text) for text in ("2019-06-30", "2020-01-31", "2020-07-01", "2022-02-28", "2024-02-29")
]
SOME_DAY = st.sampled_from([None, *DAYS])
SOME_DATE = st.sampled_from(["", "2018", "2019-06", "2020-01-31", "2022-02", "2024-02-29"])


class TestStatus:
    """One rule, told by the row and by the query; the order is that of the plan."""

    @settings(max_examples=60, deadline=None)
    @given(
        signed=SOME_DATE,
        effective=SOME_DATE,
        ends=SOME_DATE,
        announced=SOME_DATE,
        is_evergreen=st.booleans(),
        notice_months=st.sampled_from([None, 1, 6]),
        confirmed_on=SOME_DAY,
        suspended_on=SOME_DAY,
        resumed_on=SOME_DAY,
        terminated_on=SOME_DAY,
        superseded_on=SOME_DAY,
    )
    def test_the_row_and_the_query_agree_for_every_day(self, **values):
        if values["is_evergreen"]:
            values["ends"] = ""
        agreement = Agreement(kind_id="mou", **values)
        agreement.derive()
        if agreement.ends_last and agreement.starts and agreement.ends_last < agreement.starts:
            agreement.ends = ""
        agreement.save()
        for around, offset in itertools.product(DAYS, (-1, 0, 1)):
            asked_of_both(agreement, around + datetime.timedelta(days=offset))
        agreement.delete()

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ({"superseded_on": "2021-01-01", "terminated_on": "2020-12-01"}, "superseded"),
            ({"terminated_on": "2021-01-01", "suspended_on": "2020-12-01"}, "terminated"),
            ({"suspended_on": "2021-01-01", "ends": "2020-12-01"}, "suspended"),
            ({"ends": "2020-12-31"}, "expired"),
            ({"signed": "2018-12-31"}, "not_confirmed"),
            ({"signed": "2019-01-01"}, "in_force"),
            ({"signed": "2018-12-31", "is_evergreen": True}, "in_force"),
            ({"ends": "2021-07-03"}, "expiring"),
            ({"ends": "2021-07-04"}, "in_force"),
            ({"ends": "2021-07-03", "notice_months": 3}, "in_force"),
            ({"ends": "2021-03-31", "notice_months": 3}, "expiring"),
            ({"ends": "2021"}, "in_force"),
            ({"effective": "2021"}, "signed"),
            ({"effective": "2021-01"}, "signed"),
            ({"signed": "", "announced": "2020-07-03"}, "announced"),
            ({"signed": ""}, "not_confirmed"),
        ],
    )
    def test_the_first_rule_that_matches_wins(self, values, expected):
        dates = {
            name: day(value) if name.endswith("_on") else value for name, value in values.items()
        }
        agreement = make_agreement("A", "B", **{"signed": "2020-09-25"} | dates)
        assert status(agreement, "2021-01-01") == expected

    @settings(max_examples=50, deadline=None)
    @given(
        signed=SOME_DATE,
        parties=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=0, max_size=3),
    )
    def test_the_row_and_the_query_agree_on_who_has_signed(self, signed, parties):
        agreement = Agreement.objects.create(kind_id="mou", signed=signed)
        for must_sign, has_signed in parties:
            party = AgreementParty.objects.create(
                agreement=agreement, label_en="A", must_sign=must_sign
            )
            if has_signed:
                Signature.objects.create(party=party)
        is_concluded(agreement)
        agreement.delete()

    def test_a_day_of_the_past_is_judged_by_the_terms_of_that_day(self):
        agreement = make_concluded(ends="2022-12-31")
        services.extend(agreement=agreement, date=day("2022-11-01"), ends="2025-12-31")
        assert status(agreement, "2022-10-31") == "expiring"
        assert status(agreement, "2022-11-01") == "in_force"

    def test_a_late_renewal_does_not_hide_the_gap(self):
        agreement = make_concluded(ends="2022-12-31")
        services.renew(agreement=agreement, date=day("2023-03-01"), ends="2025-12-31", confirm=True)
        assert status(agreement, "2023-02-28") == "expired"
        assert status(agreement, "2023-03-01") == "in_force"

    def test_two_suspensions_are_both_remembered(self):
        agreement = make_concluded(is_evergreen=True)
        for year in ("2021", "2023"):
            services.suspend(agreement=agreement, date=day(f"{year}-01-01"))
            services.resume(agreement=agreement, date=day(f"{year}-06-01"))
        found = [status(agreement, f"{year}-03-01") for year in (2020, 2021, 2022, 2023, 2024)]
        assert found == ["signed", "suspended", "in_force", "suspended", "in_force"]

    def test_a_confirmation_does_not_reach_back(self):
        agreement = make_concluded(signed="2018-01-01")
        services.confirm(agreement=agreement, date=day("2022-06-01"))
        assert status(agreement, "2022-05-31") == "not_confirmed"
        assert status(agreement, "2022-06-01") == "in_force"

    def test_a_correction_does(self):
        agreement = make_concluded(ends="2021-12-31")
        services.correct(
            agreement=agreement, date=day("2023-01-01"), changes={"ends": "2024"}, text_en="Typo."
        )
        assert status(agreement, "2022-06-01") == "in_force"

    @settings(max_examples=25, deadline=None)
    @given(
        ends=st.sampled_from(["", "2022-06", "2024"]),
        acts=st.lists(
            st.tuples(
                st.sampled_from(["extend", "renew", "suspend", "resume", "confirm", "notice"]),
                st.sampled_from(DAYS[2:]),
                st.sampled_from(["2023", "2025-03", "2026"]),
            ),
            max_size=5,
        ),
    )
    def test_the_row_and_the_query_agree_after_any_acts(self, ends, acts):
        agreement = make_concluded("A", "B", signed="2020-01-31", ends=ends, notice_months=3)
        for name, date, until in acts:
            more = {"ends": until} if name in ("extend", "renew") else {}
            if name == "notice":
                more = {"effective": date + datetime.timedelta(days=100)}
            act = {"notice": services.give_notice}.get(name) or getattr(services, name)
            with contextlib.suppress(Refused):
                act(agreement=agreement, date=date, confirm=True, **more)
        for around, offset in itertools.product(DAYS[1:], (-1, 0, 99, 100)):
            asked_of_both(agreement, around + datetime.timedelta(days=offset))
        today = timezone.localdate()
        assert agreement.status_on(today) == agreement.status_on()
        agreement.delete()

    def test_every_status_occurs_among_them(self):
        assert {s.look for s in AgreementStatus} == {"active", "soon", "lapsed", "open"}
