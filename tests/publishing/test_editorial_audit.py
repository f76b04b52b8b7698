"""The audit: who did what, when; written once and never changed."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone

from news.models import Release
from portal.models import Milestone
from publishing.editorial import audit, copies, services
from publishing.editorial.exceptions import Refused
from publishing.editorial.records import AppendOnly, AuditEvent
from publishing.editorial.terms import Term
from publishing.media.models import Video
from tests.builders import make_institution, make_person, make_release, make_user
from tests.publishing.editorial_support import address, filled

pytestmark = pytest.mark.django_db

LIST = address("admin:editorial_auditevent_changelist")
EXPORT = address("admin:editorial_auditevent_export")


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


class TestWhatIsWritten:
    def test_every_step_says_who_what_and_from_which_revision(self):
        publisher = make_user("lin", group="Publisher")
        release = make_release(public=[], headline_en="Ground broken")
        services.publish(item=release, language="en", user=publisher)
        event = AuditEvent.objects.get()
        assert (event.user_name, event.action, event.language) == ("lin", "publish", "en")
        assert (event.kind, event.object_id) == ("news.release", release.pk)
        assert (event.title, event.revision) == ("Ground broken", 1)

    def test_the_whole_life_of_an_item(self):
        release = make_release(public=[])
        later = timezone.now() + timedelta(hours=1)
        services.submit(item=release, language="en")
        services.approve(item=release, language="en")
        services.publish(item=release, language="en", at=later)
        services.unschedule(item=release, language="en")
        services.publish(item=release, language="en")
        copies.discard_copy(item=copies.open_copy(item=release))
        services.withdraw(item=release, language="en", notice="Wrong.")
        services.unpublish(item=release, language="en")
        services.delete(item=release)
        assert actions() == [
            *("submit", "approve", "schedule", "unschedule", "publish", "open", "discard"),
            *("withdraw", "unpublish", "delete"),
        ]

    @pytest.mark.parametrize("bulk", [False, True])
    def test_whatever_is_deleted_at_the_desk_is_told_once(self, admin_client, bulk):
        """By the button of the form and by the action of the list."""
        rows = [
            make_institution("Gone"),
            make_person("Gone"),
            make_release(public=[], headline_en="Gone"),
            Milestone.objects.create(title_en="Gone", date="2020"),
            Term.objects.create(en="Gone", zh_hans="无"),
            Video.objects.create(title="Gone", provider="vimeo", video_id="12345678"),
        ]
        for row in rows:
            name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
            if bulk:
                sent = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
                admin_client.post(address(f"{name}_changelist"), sent)
            else:
                admin_client.post(address(f"{name}_delete", row.pk), {"post": "yes"})
            assert not type(row).objects.filter(pk=row.pk).exists(), row
        deleted = AuditEvent.objects.filter(action="delete").order_by("pk")
        assert [event.kind for event in deleted] == [row._meta.label_lower for row in rows]

    def test_what_is_refused_leaves_no_event(self):
        release = make_release(public=[], headline_en="")
        with pytest.raises(Refused):
            services.publish(item=release, language="en")
        assert not actions()

    def test_an_event_outlives_its_item_and_its_account(self):
        user = make_user("lin", group="Publisher")
        release = make_release(public=[], headline_en="Gone")
        services.delete(item=release, user=user)
        user.delete()
        event = AuditEvent.objects.get()
        assert (event.title, event.user_name) == ("Gone", "lin")


class TestAppendOnly:
    def test_no_way_of_the_orm_changes_or_deletes_an_event(self):
        event = audit.record(audit.Action.EXPORT)
        event.detail = "forged"
        for change in (
            event.save,
            event.delete,
            AuditEvent.objects.all().delete,
            lambda: AuditEvent.objects.update(detail="forged"),
            lambda: AuditEvent.objects.bulk_update([event], ["detail"]),
            lambda: AuditEvent.objects.bulk_create([AuditEvent(action="export", detail="a\nb")]),
            lambda: AuditEvent.objects.update_or_create(pk=event.pk, defaults={"detail": "forged"}),
        ):
            with pytest.raises(AppendOnly):
                change()
        assert AuditEvent.objects.get().detail == ""

    @pytest.mark.parametrize(
        "forged", ["\n", "\r\n", "\x00", "\u2028", "\u202e", "\x1b[2K", "\x85"]
    )
    def test_no_text_forges_a_line(self, forged):
        title = f"A{forged}2026-01-01 admin published B"
        # Unsaved: PostgreSQL itself refuses one of these characters.
        event = audit.record(audit.Action.DELETE, item=Release(headline_en=title))
        stored = AuditEvent.objects.get(pk=event.pk).title
        assert len(stored.splitlines()) == 1
        assert stored.isprintable()

    def test_a_very_long_text_is_cut(self):
        assert len(audit.record(audit.Action.EXPORT, detail="x" * 5000).detail) == 1000


class TestSignIn:
    def sign_in(self, client, name, password="pw"):
        return client.post(address("account_login"), {"login": name, "password": password})

    def test_a_sign_in_is_written(self, client):
        make_user("lin", group="Author")
        assert self.sign_in(client, "lin").status_code == 302
        assert (actions(), AuditEvent.objects.get().user_name) == (["sign_in"], "lin")

    def test_a_failed_one_too_without_any_secret(self, client):
        make_user("lin", group="Author")
        self.sign_in(client, "lin", "hunter2")
        self.sign_in(client, "hunter2", "lin")
        assert actions() == ["sign_in_failed"] * 2
        for event in AuditEvent.objects.all():
            assert "hunter2" not in f"{event.user_name}{event.title}{event.detail}"

    def test_who_is_no_member_of_staff_fails(self, client):
        User.objects.create_user("reader", password="pw")
        self.sign_in(client, "reader")
        assert actions() == ["sign_in_failed"]


class TestRights:
    @pytest.fixture(autouse=True)
    def administrator(self, client):
        client.force_login(make_user("root", is_superuser=True))

    def saved(self, client, row, **changes):
        place = address(f"admin:auth_{row._meta.model_name}_change", row.pk)
        data = filled(client.get(place))
        assert client.post(place, data | changes).status_code == 302

    def test_what_a_user_was_given_and_lost(self, client):
        user = make_user("lin", group="Author")
        editor = Group.objects.get(name="Editor")
        self.saved(client, user, groups=[editor.pk], is_superuser="on")
        event = AuditEvent.objects.get()
        assert (event.action, event.title, event.user_name) == ("rights", "lin", "root")
        assert event.detail == "+group Editor +is_superuser -group Author"

    def test_what_a_group_was_given(self, client):
        group = Group.objects.create(name="Guests")
        right = Permission.objects.get(codename="view_release")
        self.saved(client, group, permissions=[right.pk])
        assert AuditEvent.objects.get().detail == "+news.view_release"

    def test_saving_without_a_change_is_no_event(self, client):
        self.saved(client, make_user("lin", group="Author"), first_name="Lin")
        assert not actions()

    def test_a_changed_password_is_an_event_without_the_password(self, client):
        user = make_user("lin")
        place = address("admin:auth_user_password_change", user.pk)
        new = "a long new secret"
        client.post(place, {"password1": new, "password2": new, "usable_password": "true"})
        event = AuditEvent.objects.get()
        assert (event.action, event.detail) == ("rights", "password")


class TestReading:
    def test_publishers_read_filter_and_download_it(self, client):
        publisher = make_user("lin", group="Publisher")
        client.force_login(publisher)
        audit.record(audit.Action.DELETE, user=publisher, detail="=HYPERLINK(1)")
        audit.record(audit.Action.WITHDRAW, user=publisher)
        page = client.get(LIST, {"action__exact": "delete"})
        assert [event.action for event in page.context["cl"].result_list] == ["delete"]
        answer = client.get(EXPORT, {"action__exact": "delete"})
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        header, row = csv.reader(io.StringIO(text))
        assert header[:3] == ["at", "user_name", "action"]
        assert row[-1] == "'=HYPERLINK(1)"
        assert "attachment" in answer["Content-Disposition"]
        assert actions()[-1] == "export"

    def test_kinds_are_filtered_by_the_words_of_staff_and_instants_are_the_office_s(self, client):
        client.force_login(make_user("lin", group="Publisher"))
        release = make_release(public=[])
        event = audit.record(audit.Action.EXPORT, item=release)
        audit.record(audit.Action.EXPORT)
        page = client.get(LIST)
        assert b'<a href="?kind=news.release">release</a>' in page.content
        assert b'href="?kind="' not in page.content
        page = client.get(LIST, {"kind": "news.release"})
        assert [row.pk for row in page.context["cl"].result_list] == [event.pk]
        old = AuditEvent(action="export", at=datetime(2026, 1, 1, 20, 5, tzinfo=UTC))
        old.save()
        page = client.get(address("admin:editorial_auditevent_change", old.pk))
        assert str(page.context["original"]).startswith("2026-01-02 04:05 ")

    @pytest.mark.parametrize("group", ["Author", "Editor", "Partner manager"])
    def test_nobody_else_does(self, client, group):
        client.force_login(make_user(group=group))
        assert client.get(LIST).status_code == 403
        assert client.get(EXPORT).status_code == 403

    def test_nobody_writes_it_by_hand(self, client):
        event = audit.record(audit.Action.EXPORT)
        client.force_login(make_user(is_superuser=True))
        assert client.get(address("admin:editorial_auditevent_add")).status_code == 403
        place = address("admin:editorial_auditevent_change", event.pk)
        assert client.post(place, {"detail": "x"}).status_code == 403
        delete = address("admin:editorial_auditevent_delete", event.pk)
        assert client.post(delete, {"post": "yes"}).status_code == 403
