"""Who is quoted, leads a delegation or stands in a picture: printed names, tied to the record."""

import pytest
from django.core.exceptions import ValidationError

from news.models import Delegation, Quote
from partners.models import PersonShown
from publishing.editorial import copies, references
from publishing.media import usage
from tests.builders import (
    make_agreement,
    make_event,
    make_institution,
    make_person,
    make_post,
    make_release,
    make_user,
)
from tests.forms import submit
from tests.publishing.test_media import make_image

pytestmark = pytest.mark.django_db


def page(client, item, language="en"):
    response = client.get(item.get_absolute_url(language))
    assert response.status_code == 200
    return response.content.decode()


def form(client, item):
    meta = item._meta
    address = f"/en/admin/{meta.app_label}/{meta.model_name}/{item.pk}/change/"
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


class TestQuotes:
    def test_the_printed_name_and_title_stand_whatever_the_record_says_later(self, client):
        person = make_person("Jon Frampton", "Jon Frampton")
        post = make_post(person, "Director")
        release = make_release()
        release.quotes.create(
            text_en="One.\n\nTwo.",
            person=person,
            post=post,
            speaker_en="Professor Jon Frampton",
            speaker_title_en="Deputy Pro-Vice-Chancellor",
        )
        post.title_en = "President"
        post.save()
        html = page(client, release)
        assert "<p>One.</p><p>Two.</p>" in html
        assert "Professor Jon Frampton, Deputy Pro-Vice-Chancellor" in html
        assert "President" not in html

    def test_the_record_stands_in_where_nothing_was_printed(self, client):
        person = make_person("Chris Wood", "吴侨文")
        post = make_post(person, "Consul-General", "总领事")
        release = make_release()
        release.quotes.create(text_en="Yes.", text_zh_hans="好。", person=person, post=post)
        assert "Chris Wood, Consul-General" in page(client, release)
        assert "吴侨文，总领事" in page(client, release, "zh-hans")

    def test_a_name_that_is_not_public_is_not_taken_from_the_record(self, client):
        release = make_release()
        hidden = make_person("Hidden Person", is_public=False)
        release.quotes.create(text_en="Yes.", person=hidden)
        html = page(client, release)
        assert "Yes." in html and "Hidden Person" not in html

    def test_staff_are_warned_where_print_and_record_differ(self, admin_client):
        person = make_person("Zhang Jinghua", "张敬华")
        make_post(person, "Party Secretary")
        release = make_release(public=[], release_date="2018-10-05")
        release.quotes.create(
            text_en="Yes.", person=person, speaker_en="Zhang Shuji", speaker_title_en="Mayor"
        )
        html = form(admin_client, release)
        assert "“Zhang Shuji” is linked to Zhang Jinghua" in html
        assert "is printed as “Mayor”" in html

    @pytest.mark.parametrize(
        "printed", ["Lord David Willetts", "David Willetts勋爵", "DAVID WILLETTS", ""]
    )
    def test_forms_of_address_are_no_difference(self, admin_client, printed):
        release = make_release(public=[])
        release.quotes.create(person=make_person("David Willetts"), speaker_en=printed)
        assert "whose name is another" not in form(admin_client, release)

    def test_the_post_must_be_the_speakers_own(self):
        post = make_post(make_person(), "Dean")
        with pytest.raises(ValidationError, match="Somebody else"):
            Quote(release=make_release(), person=make_person(), post=post).full_clean()

    def test_a_person_who_is_quoted_is_in_use(self):
        person, release = make_person(), make_release(public=[])
        release.quotes.create(person=person)
        assert [use.row for use in references.uses(person)] == [release]

    def test_the_link_passes_through_the_working_copy(self, admin_client):
        release, person = make_release(), make_person("Jon Frampton")
        release.quotes.create(text_en="Yes.", speaker_en="Jon Frampton")
        copy = copies.open_copy(item=release)
        address = f"/en/admin/news/release/{copy.pk}/change/"
        changes = {"quotes-0-person": person.pk}
        assert submit(admin_client, address, "release_form", **changes).status_code == 302
        assert Quote.objects.get(release=release).person is None
        assert Quote.objects.get(release=copy).person == person

    def test_many_cost_as_much_as_one(self, client, django_assert_max_num_queries):
        def with_quotes(number):
            release = make_release()
            for _ in range(number):
                person = make_person()
                post = make_post(person, "Dean")
                release.quotes.create(text_en="Yes.", person=person, post=post)
            return release

        one, many = with_quotes(1), with_quotes(12)
        page(client, one)
        with django_assert_max_num_queries(100) as first:
            page(client, one)
        with django_assert_max_num_queries(len(first)):
            page(client, many)


class TestDelegations:
    def test_the_leader_is_tied_to_the_record_too(self, client, admin_client):
        event = make_event(public=["en"], start_date="2020-07-09")
        leader = make_person("David Willetts")
        Delegation.objects.create(event=event, name_en="British delegation", person=leader)
        assert "Led by David Willetts" in page(client, event)
        assert [use.row for use in references.uses(leader)] == [event]


class TestKeyFacts:
    def facts(self, client, release):
        return page(client, release).split('id="key-facts"')[1].split("</section>")[0]

    def test_name_the_parties_of_the_agreements_once_each(self, client):
        ours, partner = make_institution("Our Centre"), make_institution("Fudan University")
        release = make_release()
        release.agreements.add(
            make_agreement(ours, partner), make_agreement(ours, "several companies")
        )
        facts = self.facts(client, release)
        for name in ("Our Centre", "Fudan University", "several companies"):
            assert facts.count(f">{name}<") == 1
        assert f'href="/en/partners/{partner.slug}/"' in facts

    def test_a_party_without_a_page_is_named_without_a_link(self, client):
        hidden = make_institution("Hidden Institute", is_public=False)
        release = make_release()
        release.agreements.add(make_agreement(make_institution(), hidden))
        facts = self.facts(client, release)
        assert "Hidden Institute" in facts and hidden.slug not in facts

    def test_a_party_is_not_named_again_among_the_partners(self, client):
        party, other = make_institution("Party"), make_institution("Other")
        release = make_release()
        release.agreements.add(make_agreement(party, "a company"))
        release.institutions.add(party, other)
        chips = page(client, release).split('id="related"')[1].split("</section>")[0]
        assert "Other" in chips and "Party" not in chips

    def test_a_hidden_agreement_tells_nothing_of_its_parties(self, client):
        release = make_release()
        release.agreements.add(
            make_agreement(make_institution("Secret Party"), "B", public_level="hidden")
        )
        assert "Secret Party" not in page(client, release)


class TestPictures:
    @pytest.fixture
    def image(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        described = {"alt_en": "Two shake hands", "alt_zh_hans": "两人握手"}
        return make_image(
            taken_on="2018-11-05", credit_en="The Centre", credit_zh_hans="中心", **described
        )

    def test_the_release_says_who_stands_in_its_pictures(self, client, image):
        release = make_release(lead_image=image)
        PersonShown.objects.create(image=image, order=2, person=make_person("Jon Frampton"))
        PersonShown.objects.create(image=image, order=1, printed_name_en="Zhang Jinghua")
        PersonShown.objects.create(image=image, person=make_person("Hidden", is_public=False))
        assert "In the picture: Zhang Jinghua, Jon Frampton<" in page(client, release)

    def test_naming_somebody_does_not_make_the_picture_public(self, image):
        PersonShown.objects.create(image=image, person=make_person())
        assert not usage.is_public(image)

    def test_whom_it_shows_is_entered_beside_the_picture_and_found_there(self, client, image):
        client.force_login(make_user(group="Author"))
        person = make_person("Stephen Toope")
        address = f"/en/admin/media/image/{image.pk}/change/"
        rows = {"people_shown-TOTAL_FORMS": 1, "people_shown-0-order": 1}
        rows["people_shown-0-person"] = person.pk
        assert submit(client, address, "image_form", **rows).status_code == 302
        assert [str(row) for row in image.people_shown.all()] == ["Stephen Toope"]
        assert image.uid in client.get("/en/admin/media/image/?q=toope").content.decode()
        assert [use.row for use in references.uses(person)] == [image]

    def test_staff_are_warned_of_a_title_of_another_day(self, admin_client, image):
        person = make_person("Eilis Ferran")
        make_post(person, "Deputy Vice-Chancellor", since="2020")
        PersonShown.objects.create(
            image=image, person=person, printed_title_en="Deputy Vice-Chancellor"
        )
        assert "posts known for that day: none" in form(admin_client, image)

    def test_the_names_leave_with_the_picture(self, image):
        PersonShown.objects.create(image=image, person=make_person())
        image.delete()
        assert not PersonShown.objects.exists()
