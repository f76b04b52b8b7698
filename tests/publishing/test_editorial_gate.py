"""Publishing in the admin: the text is saved, then one page says what there is to say."""

import pytest
from django.urls import reverse

from news.models import Release
from publishing.editorial import commenting, copies, services
from publishing.editorial.exceptions import Refused
from publishing.editorial.models import Stage
from publishing.editorial.records import AuditEvent
from tests.builders import make_institution, make_release, make_user
from tests.publishing import editorial_support
from tests.publishing.editorial_support import filled

pytestmark = pytest.mark.django_db


def page(item, name="publish"):
    return reverse(f"admin:news_release_{name}", args=[item.pk])


def save(client, item, **changes):
    """Save, and look at the page that follows."""
    response = editorial_support.save(client, item, **changes)
    return client.get(response["Location"]) if response.status_code == 302 else response


@pytest.fixture
def publisher(client):
    user = make_user("publisher", "Publisher")
    client.force_login(user)
    return user


class TestTheWayToThePage:
    def test_a_text_without_faults_is_published_at_once(self, client, publisher):
        release = make_release(public=[])
        save(client, release, step_en="publish")
        release.refresh_from_db()
        assert release.is_public("en")

    def test_a_warning_asks_first_and_the_draft_is_saved(self, client, publisher):
        release = make_release(public=[])
        answer = save(client, release, step_en="publish", headline_en="partnersBuilding a bridge")
        release.refresh_from_db()
        assert answer.request["PATH_INFO"] == page(release)
        assert release.headline_en == "partnersBuilding a bridge"
        assert not release.is_public("en")
        text = answer.content.decode()
        assert "glued" in text
        assert f'href="{page(release, "change")}#id_headline_en"' in text
        assert "Publish all the same" in text

    def test_publish_all_the_same_publishes(self, client, publisher):
        release = make_release(public=[], headline_en="partnersBuilding a bridge")
        save(client, release, step_en="publish")
        client.post(page(release))
        release.refresh_from_db()
        assert release.is_public("en")
        assert not release.is_public("zh-hans")

    def test_what_blocks_is_saved_shown_and_not_published(self, client, publisher):
        release = make_release(public=[])
        answer = save(client, release, step_zh_hans="publish", headline_zh_hans="")
        text = answer.content.decode()
        assert "headline is missing" in text
        assert "Publish all the same" not in text
        release.refresh_from_db()
        assert not release.headline_zh_hans
        client.post(page(release))
        release.refresh_from_db()
        assert not release.is_public("zh-hans")

    def test_a_new_text_is_saved_before_the_page_too(self, client, publisher):
        data = filled(client.get(reverse("admin:news_release_add")))
        data |= {"headline_en": "partnersBuilding", "body_en": "<p>x</p>", "step_en": "publish"}
        answer = client.post(reverse("admin:news_release_add"), data, follow=True)
        release = Release.objects.get()
        assert answer.request["PATH_INFO"] == page(release)
        assert "This is your own text" in answer.content.decode()

    def test_a_chosen_instant_survives_the_page(self, client, publisher):
        release = make_release(public=[], headline_en="partnersBuilding")
        save(client, release, step_en="publish", at_en_0="2099-01-01", at_en_1="08:00")
        client.post(page(release))
        release.refresh_from_db()
        assert release.is_scheduled("en")

    def test_the_page_without_a_choice_leads_back_to_the_form(self, client, publisher):
        release = make_release(public=[])
        answer = client.get(page(release))
        assert answer.status_code == 302
        client.post(page(release))
        release.refresh_from_db()
        assert not release.is_public("en")

    def test_only_publishers_see_the_page(self, client):
        release = make_release(public=[])
        for group, status in (("Author", 403), ("Editor", 403), ("Publisher", 302)):
            client.force_login(make_user(group=group))
            assert client.get(page(release)).status_code == status


class TestWhatThePageSays:
    def test_partner_pages_that_will_list_it(self, client, publisher):
        release = make_release(public=[], headline_en="partnersBuilding")
        release.institutions.add(make_institution("Southeast University"))
        text = save(client, release, step_en="publish").content.decode()
        assert "The page of Southeast University lists it." in text

    def test_the_difference_between_a_working_copy_and_live(self, client, publisher):
        live = make_release(headline_en="Old words", headline_zh_hans="旧标题")
        copy = copies.open_copy(item=live, user=make_user(group="Author"))
        copy.headline_en, copy.slug = "New words", "new-address"
        copy.save()
        text = save(
            client, copy, step_en="publish", change_en="minor", change_zh_hans="minor"
        ).content.decode()
        assert "<del>Old </del><ins>New </ins>words" in text
        assert "changes in the other one too" in text
        assert "/en/news/new-address/" in text
        client.post(page(copy))
        live.refresh_from_db()
        assert live.headline_en == "New words"

    def test_open_comments_of_the_language_but_not_resolved_ones(self, client, publisher):
        release = make_release(public=[])
        for text, anchor in (("Is this so?", "body_en"), ("真的吗？", "body_zh_hans")):
            commenting.add(item=release, text=text, anchor=anchor, user=publisher)
        done = commenting.add(item=release, text="Settled.", user=publisher)
        commenting.resolve(comment=done, item=release, user=publisher)
        text = save(client, release, step_en="publish").content.decode()
        assert "Is this so?" in text
        assert "真的吗" not in text
        assert "Settled." not in text


class TestOnesOwnText:
    def test_nobody_approves_their_own_text(self):
        editor = make_user(group="Editor")
        release = make_release(public=[], created_by=editor, stage_en=Stage.IN_REVIEW)
        with pytest.raises(Refused, match="somebody else"):
            services.approve(item=release, language="en", user=editor, reason="Urgent")
        services.approve(item=release, language="en", user=make_user(group="Editor"))
        assert release.stage("en") == Stage.APPROVED

    def test_the_right_to_force_needs_a_reason_that_stays(self):
        publisher = make_user("chief", "Publisher")
        release = make_release(public=[], created_by=publisher, stage_en=Stage.IN_REVIEW)
        with pytest.raises(Refused, match="say why"):
            services.approve(item=release, language="en", user=publisher)
        services.approve(item=release, language="en", user=publisher, reason="All are ill.")
        event = AuditEvent.objects.get(action="approve")
        assert (event.user_name, event.detail) == ("chief", "All are ill.")

    def test_whoever_wrote_a_language_last_is_its_author(self, client):
        writer, other = make_user(group="Publisher"), make_user(group="Author")
        release = make_release(public=[], created_by=other)
        client.force_login(writer)
        save(client, release, headline_en="Mine now", step_en="submit", step_zh_hans="submit")
        release.refresh_from_db()
        with pytest.raises(Refused, match="say why"):
            services.approve(item=release, language="en", user=writer)
        services.approve(item=release, language="zh-hans", user=writer)

    def test_publishing_ones_own_unapproved_text_asks_for_the_reason(self, client, publisher):
        release = make_release(public=[], created_by=publisher)
        answer = save(client, release, step_en="publish")
        assert "This is your own text" in answer.content.decode()
        client.post(page(release))
        release.refresh_from_db()
        assert not release.is_public("en")
        client.post(page(release), {"reason": "The embassy waits."})
        release.refresh_from_db()
        assert release.is_public("en")
        history = client.get(page(release, "history")).content.decode()
        assert "The embassy waits." in history

    def test_an_approved_text_of_ones_own_needs_no_reason(self, client, publisher):
        release = make_release(public=[], created_by=publisher, stage_en=Stage.APPROVED)
        save(client, release, step_en="publish")
        release.refresh_from_db()
        assert release.is_public("en")

    def test_the_form_asks_for_the_reason_beside_the_field(self, client, publisher):
        release = make_release(public=[], created_by=publisher, stage_en=Stage.IN_REVIEW)
        answer = save(client, release, step_en="approve")
        assert "say why nobody else approves it" in answer.content.decode()
        save(client, release, step_en="approve", reason="All are ill.")
        release.refresh_from_db()
        assert release.stage("en") == Stage.APPROVED

    def test_the_reason_stands_over_the_text_until_the_next_round(self, client, publisher):
        release = make_release(public=[], created_by=publisher, stage_en=Stage.IN_REVIEW)
        save(client, release, step_en="approve", reason="All are ill.")
        client.force_login(make_user(group="Editor"))
        form = page(release, "change")
        assert "All are ill." in client.get(form).content.decode()
        services.publish(item=release, language="en")
        assert "All are ill." in client.get(form).content.decode()
        services.publish(item=copies.open_copy(item=release), language="en", minor=True)
        assert "All are ill." not in client.get(form).content.decode()

    def test_sending_back_says_why(self, client, publisher):
        release = make_release(public=[], stage_en=Stage.IN_REVIEW)
        answer = save(client, release, step_en="send_back")
        assert "Say why the text goes back" in answer.content.decode()
        save(client, release, step_en="send_back", reason="Too long.")
        assert "Too long." in client.get(page(release, "change")).content.decode()
        assert AuditEvent.objects.get(action="send_back").detail == "Too long."
