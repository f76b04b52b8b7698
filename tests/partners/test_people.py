"""People: their names, their posts, and how a text of the day printed them."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from partners.models import Participation, Person, Post, title_doubts
from publishing.editorial import copies, languages
from tests.builders import (
    make_agreement,
    make_event,
    make_institution,
    make_participation,
    make_person,
    make_post,
    make_release,
    make_user,
)
from tests.forms import submit

pytestmark = pytest.mark.django_db


class TestNames:
    def test_a_name_stands_as_it_is_printed_in_each_script(self):
        person = make_person("Lv Jian", "吕建", family_en="Lv", given_en="Jian")
        assert str(person) == "Lv Jian"
        with translation.override("zh-hans"):
            assert str(person) == "吕建"

    def test_a_chinese_name_has_no_space(self):
        with pytest.raises(ValidationError, match="without a space"):
            Person(name_en="Lv Jian", name_zh_hans="吕 建").full_clean()
        Person(name_en="Chris Wood", name_zh_hans="Chris Wood").full_clean()

    def test_a_name_is_needed_in_one_language(self):
        with pytest.raises(ValidationError, match="at least one language"):
            Person(family_en="Lv").full_clean()


class TestPosts:
    @pytest.mark.parametrize(
        ("since", "until", "day", "held"),
        [
            ("", "", "2020-09-25", True),
            ("2019-05", "", "2019-05-01", True),
            ("2019-05", "", "2019-04-30", False),
            ("", "2019", "2019-12-31", True),
            ("", "2019", "2020-01-01", False),
            ("2018", "2019-03-04", "2019-03-05", False),
        ],
    )
    def test_a_partial_date_rules_out_only_what_it_must(self, since, until, day, held):
        post = Post(since=since, until=until)
        assert post.may_cover(datetime.date.fromisoformat(day)) is held

    def test_a_post_cannot_end_before_it_starts(self):
        person = make_person()
        with pytest.raises(ValidationError, match="end before it starts"):
            Post(person=person, title_en="Dean", since="2020", until="2019").full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            make_post(person, "Dean", since="2020", until="2019")

    def test_several_posts_at_once_stand_in_order_of_rank(self):
        person = make_person()
        make_post(person, "Director", rank=2)
        make_post(person, "Deputy Pro-Vice-Chancellor", rank=1)
        titles = [post.title_en for post in person.posts.all()]
        assert titles == ["Deputy Pro-Vice-Chancellor", "Director"]


class TestTitlesOfTheDay:
    def test_the_page_keeps_the_title_of_the_day(self, client):
        event = make_event(start_date="2018-11-05")
        person = make_person("Eilis Ferran")
        make_post(person, "Chancellor", since="2030")
        make_participation(event, person, printed_title_en="Vice President")
        html = client.get(event.get_absolute_url("en")).content.decode()
        assert "Eilis Ferran" in html and "Vice President" in html and "Chancellor" not in html

    def test_a_printed_title_that_fits_no_post_of_that_day_is_doubted(self):
        event = make_event(start_date="2018-11-05")
        person = make_person("Eilis Ferran")
        make_post(person, "Deputy Vice-Chancellor", since="2018")
        make_participation(event, person, printed_title_en="Vice President")
        assert title_doubts(event) == [
            "Eilis Ferran is printed as “Vice President”; "
            "posts known for that day: Deputy Vice-Chancellor."
        ]

    @pytest.mark.parametrize(
        "printed",
        [
            "Deputy Vice-chancellor",
            "deputy vice chancellor of the University",
            "Member of the Council and Deputy Vice-Chancellor",
            "",
        ],
    )
    def test_a_title_that_names_the_post_is_not_doubted(self, printed):
        event = make_event(start_date="2018-11-05")
        person = make_person()
        make_post(person, "Deputy Vice-Chancellor")
        make_post(person, "Professor")
        make_participation(event, person, printed_title_en=printed)
        assert title_doubts(event) == []

    def test_a_post_of_another_time_does_not_count(self):
        event = make_event(start_date="2018-11-05")
        person = make_person()
        make_post(person, "Mayor", since="2019")
        make_participation(event, person, printed_title_en="Mayor")
        assert "none" in title_doubts(event)[0]

    def test_each_language_is_judged_by_its_own_titles(self):
        event = make_event(start_date="2018-11-05")
        person = make_person("Zhang Jinghua", "张敬华")
        make_post(person, "Party Secretary", "市委书记")
        make_participation(
            event, person, printed_title_en="Party Secretary", printed_title_zh_hans="市长"
        )
        (doubt,) = title_doubts(event)
        assert "张敬华" in doubt and "市长" in doubt

    def test_without_a_day_or_known_posts_there_is_no_doubt(self):
        person = make_person()
        agreement = make_agreement("A", "B")
        make_post(person, "Dean")
        make_participation(agreement, person, printed_title_en="Rector")
        release = make_release(release_date="2020")
        make_participation(release, make_person(), printed_title_en="Rector")
        assert title_doubts(agreement) == [] and title_doubts(release) == []

    def test_staff_are_warned_on_the_page_of_the_event(self, admin_client):
        event = make_event(start_date="2018-11-05")
        person = make_person("Eilis Ferran")
        make_post(person, "Deputy Vice-Chancellor")
        make_participation(event, person, printed_title_en="Vice President")
        html = admin_client.get(f"/en/admin/news/event/{event.pk}/change/").content.decode()
        assert "is printed as “Vice President”" in html

    def test_asking_costs_the_same_for_many(self, django_assert_max_num_queries):
        event = make_event(start_date="2018-11-05")
        for _ in range(15):
            person = make_person()
            make_post(person, "Dean")
            make_participation(event, person, printed_title_en="Rector")
        with django_assert_max_num_queries(3):
            assert len(title_doubts(event)) == 15


class TestParticipants:
    def test_a_group_without_names_is_one(self, client):
        event = make_event()
        make_participation(event, group_en="representatives of alumni", group_zh_hans="校友代表")
        for language, text in (("en", "representatives of alumni"), ("zh-hans", "校友代表")):
            assert text in client.get(event.get_absolute_url(language)).content.decode()

    def test_somebody_or_some_group_is_named(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_participation(make_event())

    def test_a_person_who_is_not_public_is_not_shown(self, client):
        event = make_event(title_en="The visit")
        make_participation(event, make_person("Hidden Person", is_public=False))
        html = client.get(event.get_absolute_url("en")).content.decode()
        assert "The visit" in html and "Hidden Person" not in html

    def test_the_post_must_be_the_persons_own(self):
        post = make_post(make_person(), "Dean")
        row = Participation(target=make_event(), person=make_person(), post=post)
        with pytest.raises(ValidationError, match="Somebody else"):
            row.full_clean()

    def test_the_title_of_the_post_stands_in_for_one_that_was_not_printed(self):
        person = make_person()
        post = make_post(person, "Dean", "院长")
        row = make_participation(make_event(), person, post=post)
        assert [row.title_in(code) for code in languages.CODES] == ["Dean", "院长"]

    def test_they_leave_with_what_they_took_part_in(self):
        event, agreement = make_event(), make_agreement("A", "B")
        for target in (event, agreement):
            make_participation(target, make_person())
        event.delete()
        assert Participation.objects.count() == 1
        agreement.delete()
        assert not Participation.objects.exists() and Person.objects.count() == 2


class TestForms:
    def test_the_people_of_a_published_event_change_in_its_working_copy(self, admin_client):
        event, person = make_event(), make_person("Chris Wood")
        copy = copies.open_copy(item=event)
        prefix = "partners-participation-target_type-target_id"
        row = {
            f"{prefix}-TOTAL_FORMS": 1,
            f"{prefix}-0-person": person.pk,
            f"{prefix}-0-role": "witness",
            f"{prefix}-0-mode": "online",
            f"{prefix}-0-order": 1,
        }
        address = f"/en/admin/news/event/{copy.pk}/change/"
        response = submit(admin_client, address, "event_form", **row)
        assert response.status_code == 302
        assert not event.people.exists()
        assert [(str(p), p.role) for p in copy.people.all()] == [("Chris Wood", "witness")]

    def test_the_list_of_people_costs_the_same_for_many(
        self, admin_client, django_assert_max_num_queries
    ):
        for _ in range(30):
            person = make_person()
            make_post(person, "Dean", institution=make_institution())
        with django_assert_max_num_queries(12):
            admin_client.get("/en/admin/partners/person/")

    def test_an_event_with_many_guests_opens_at_the_same_cost(
        self, admin_client, django_assert_max_num_queries
    ):
        def change_form():
            admin_client.get(f"/en/admin/news/event/{event.pk}/change/")

        event = make_event()
        for _ in range(3):
            person = make_person()
            make_participation(event, person, post=make_post(person, "Dean"))
        with CaptureQueriesContext(connection) as few:
            change_form()
        for _ in range(12):
            person = make_person()
            make_participation(event, person, post=make_post(person, "Dean"))
        with CaptureQueriesContext(connection) as many:
            change_form()
        assert len(many) == len(few)

    def test_a_partner_manager_finds_people_while_typing(self, client):
        client.force_login(make_user(group="Partner manager"))
        make_person("Stephen Toope")
        query = {
            "app_label": "partners",
            "model_name": "participation",
            "field_name": "person",
            "term": "toope",
        }
        response = client.get("/en/admin/autocomplete/", query)
        assert [row["text"] for row in response.json()["results"]] == ["Stephen Toope"]
