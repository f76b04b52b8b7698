"""A change of what is public is prepared in a working copy, and goes live whole or not at all."""

from contextlib import contextmanager
from datetime import time, timedelta
from unittest import mock

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext, isolate_apps
from django.utils import timezone

from news.models import Event, Release
from publishing.cache.models import current
from publishing.editorial import copies, languages, services, traversal
from publishing.editorial.exceptions import Refused
from publishing.editorial.models import OwnedRow, Stage, State
from publishing.editorial.records import AuditEvent, ChangeNote, FormerAddress, Revision
from publishing.pageviews.models import Total
from publishing.pageviews.services import set_base
from publishing.search.models import SearchDocument
from tests.builders import (
    make_event,
    make_institution,
    make_page,
    make_participation,
    make_person,
    make_release,
    make_user,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def copied(item, **changes):
    """The working copy of ``item``, with changes saved in it."""
    copy = copies.open_copy(item=item)
    for name, value in changes.items():
        setattr(copy, name, value)
    copy.save()
    return copy


@contextmanager
def tables(*kinds):
    with connection.schema_editor() as editor:
        for kind in kinds:
            editor.create_model(kind)
    yield
    with connection.schema_editor() as editor:
        for kind in reversed(kinds):
            editor.delete_model(kind)


def fresh(item):
    return type(item).with_copies.get(pk=item.pk)


class TestOpening:
    def test_a_working_copy_says_all_that_is_live(self):
        release = make_release(release_date="2020-09")
        release.institutions.set([make_institution(), make_institution()])
        copy = copies.open_copy(item=release)
        assert traversal.snapshot(copy) == traversal.snapshot(release)
        assert copy.live == release
        assert copy.state("en") == State.DRAFT

    @pytest.mark.parametrize("make", [make_release, make_event, make_page])
    def test_there_is_at_most_one(self, make):
        item = make()
        copy = copies.open_copy(item=item)
        assert copies.open_copy(item=item) == copy
        assert copies.open_copy(item=copy) == copy
        with pytest.raises(IntegrityError), transaction.atomic():
            type(item)(live=item, slug=item.slug).save()

    def test_a_draft_needs_none(self):
        with pytest.raises(Refused):
            copies.open_copy(item=make_release(public=[]))

    def test_nobody_opens_one_without_the_right(self):
        release = make_release()
        with pytest.raises(Refused):
            copies.open_copy(item=release, user=make_user(group="Partner manager"))
        assert not Release.with_copies.filter(live=release).exists()


class TestNoReaderMeetsACopy:
    def test_no_list_relation_or_index_knows_it(self):
        institution = make_institution()
        event = make_event()
        release = make_release(headline_en="Before")
        release.institutions.add(institution)
        release.events.add(event)
        documents = SearchDocument.objects.count()
        copy = copied(release, headline_en="After")
        assert list(Release.objects.all()) == [release]
        assert list(institution.releases.all()) == [release]
        assert list(event.releases.all()) == [release]
        assert not Release.with_copies.get(pk=copy.pk).is_public("en")
        assert SearchDocument.objects.count() == documents
        assert not SearchDocument.objects.filter(title__contains="After").exists()

    def test_working_on_it_leaves_every_cached_page_as_it_is(self):
        release = make_release()
        generation = current()
        copy = copied(release, headline_en="After")
        copies.discard_copy(item=copy)
        assert current() == generation

    def test_the_public_page_changes_only_when_it_is_published(self, client):
        release = make_release(headline_en="Before", slug="conference")
        copy = copied(release, headline_en="After")
        assert "After" not in client.get("/en/news/conference/").content.decode()
        services.publish(item=copy, language="en", note="The title is corrected.")
        page = client.get("/en/news/conference/").content.decode()
        assert "After" in page
        assert "Before" not in page


class TestPublishing:
    def test_one_language_and_all_shared_facts_go_live(self):
        partner = make_institution()
        release = make_release(headline_en="Before", headline_zh_hans="之前", release_date="2019")
        copy = copied(
            release, headline_en="After", headline_zh_hans="之后", release_date="2020-09-30"
        )
        copy.institutions.add(partner)
        services.publish(item=copy, language="en", minor=True)
        release.refresh_from_db()
        assert (release.headline_en, release.headline_zh_hans) == ("After", "之前")
        assert release.release_date == "2020-09-30"
        assert list(release.institutions.all()) == [partner]
        assert release.order_en.year == 2020

    def test_the_copy_stays_until_it_says_what_is_live(self):
        release = make_release()
        copy = copied(release, headline_en="After", headline_zh_hans="之后")
        services.publish(item=copy, language="en", minor=True)
        assert fresh(copy).state("en") == State.DRAFT
        services.publish(item=copy, language="zh-hans", minor=True)
        assert not Release.with_copies.filter(live=release).exists()

    def test_identity_and_counters_stay(self):
        release = make_release()
        set_base(key="release", object_id=release.pk, base=190)
        before = {
            name: getattr(release, name) for name in ("pk", "publish_at_en", "first_published_en")
        }
        copy = copied(release, headline_en="After")
        with CaptureQueriesContext(connection) as queries:
            services.publish(item=copy, language="en", minor=True)
        assert not [query for query in queries if "pageviews" in query["sql"]]
        assert Total.objects.get(kind="release", object_id=release.pk).base == 190
        release.refresh_from_db()
        assert {name: getattr(release, name) for name in before} == before

    @pytest.mark.parametrize(
        "broken",
        [
            "publishing.editorial.traversal.write_rows",
            "publishing.editorial.history.write",
            "publishing.editorial.audit.record",
            "publishing.editorial.slugs.leave",
        ],
    )
    def test_a_crash_at_any_point_leaves_everything_as_it_was(self, broken):
        release = make_release(headline_en="Before", slug="before")
        release.institutions.add(make_institution())
        copy = copied(release, headline_en="After", slug="after")
        copy.institutions.clear()
        before = traversal.snapshot(fresh(release))
        events = AuditEvent.objects.count()
        with mock.patch(broken, side_effect=OSError), pytest.raises(OSError):
            services.publish(item=copy, language="en", note="x")
        assert traversal.snapshot(fresh(release)) == before
        assert fresh(copy).headline_en == "After"
        assert not FormerAddress.objects.exists()
        assert not ChangeNote.objects.exists()
        assert AuditEvent.objects.count() == events

    def test_a_copy_published_or_discarded_meanwhile_is_refused(self):
        release = make_release()
        copy = copied(release, headline_en="After")
        stale = fresh(copy)
        services.publish(item=copy, language="en", minor=True)
        with pytest.raises(Refused, match="no longer there"):
            services.publish(item=stale, language="en", minor=True)
        with pytest.raises(Refused, match="no longer there"):
            copies.discard_copy(item=stale)

    def test_a_copy_goes_with_its_item(self):
        release = make_release()
        copy = copied(release)
        services.delete(item=release)
        with pytest.raises(Refused):
            services.publish(item=copy, language="en", minor=True)
        assert not Release.with_copies.exists()
        assert not Revision.objects.exists()

    def test_the_gate_asks_the_copy(self):
        release = make_release()
        copy = copied(release, headline_en="")
        with pytest.raises(Refused, match="headline is missing"):
            services.publish(item=copy, language="en", minor=True)

    def test_an_editor_who_may_not_publish_only_prepares(self):
        copy = copied(make_release(), headline_en="After")
        with pytest.raises(Refused):
            services.publish(item=copy, language="en", minor=True, user=make_user(group="Editor"))
        services.submit(item=copy, language="en", user=make_user(group="Author"))
        services.approve(item=copy, language="en", user=make_user(group="Editor"))
        assert fresh(copy).stage("en") == Stage.APPROVED

    def test_discarding_leaves_no_public_trace_and_an_audit_event(self):
        release = make_release()
        before = traversal.snapshot(release)
        user = make_user(group="Author")
        copies.discard_copy(item=copied(release, headline_en="After"), user=user)
        assert traversal.snapshot(fresh(release)) == before
        event = AuditEvent.objects.get(action="discard")
        assert (event.user_name, event.object_id) == (user.username, release.pk)


class TestSchedule:
    def scheduled(self, **changes):
        release = make_release(headline_en="Before")
        copy = copied(release, headline_en="After", **changes)
        at = timezone.now() + HOUR
        services.publish(item=copy, language="en", at=at, note="Corrected.")
        return release, copy, at

    def later(self, at):
        return mock.patch.object(timezone, "now", return_value=at + timedelta(seconds=1))

    def test_a_scheduled_change_waits_for_its_instant(self):
        release, copy, at = self.scheduled()
        assert copies.publish_due() == 0
        assert fresh(release).headline_en == "Before"
        assert Release.with_copies.next_change(timezone.now()) == at
        with self.later(at):
            assert copies.publish_due() == 1
            assert copies.publish_due() == 0
        live = fresh(release)
        assert live.headline_en == "After"
        assert live.last_updated_en == at + timedelta(seconds=1)
        assert ChangeNote.objects.told().get().note == "Corrected."
        assert not Release.with_copies.filter(pk=copy.pk).exists()

    def test_both_languages_come_together(self):
        release, copy, at = self.scheduled(headline_zh_hans="之后")
        services.publish(item=copy, language="zh-hans", at=at, minor=True)
        with self.later(at):
            assert copies.publish_due() == 2
        live = fresh(release)
        assert (live.headline_en, live.headline_zh_hans) == ("After", "之后")

    def test_a_schedule_taken_back_leaves_nothing_behind(self):
        release, copy, at = self.scheduled()
        services.unschedule(item=copy, language="en")
        assert not ChangeNote.objects.exists()
        with self.later(at):
            assert copies.publish_due() == 0
        assert fresh(release).headline_en == "Before"

    def test_what_cannot_be_published_any_more_goes_back_once(self):
        release, copy, at = self.scheduled()
        Release.with_copies.filter(pk=copy.pk).update(headline_en="")
        with self.later(at):
            assert copies.publish_due() == 0
            assert copies.publish_due() == 0
        assert fresh(copy).stage("en") == Stage.IN_REVIEW
        assert "headline" in AuditEvent.objects.get(action="unschedule").detail
        assert fresh(release).headline_en == "Before"

    def test_a_change_after_the_decision_takes_it_back(self):
        _release, copy, _at = self.scheduled()
        before = fresh(copy)
        said = traversal.snapshot(before)
        copy.headline_en = "Something else"
        copy.save()
        dropped = services.record_save(before=before, said=said, item=copy)
        assert dropped == ["en"]
        assert fresh(copy).state("en") == State.DRAFT

    def test_the_public_page_brings_it_without_any_job(self, client):
        """The action that applies it is registered with the cache of whole pages."""
        from publishing.cache import due

        release, _copy, at = self.scheduled()
        with self.later(at):
            assert due.run_actions()
        assert fresh(release).headline_en == "After"


class TestTraversal:
    def test_every_column_is_a_text_a_fact_or_kept_apart_on_purpose(self):
        for model in copies.publishable_models():
            shape = traversal.shape(model)
            known = {*shape.texts, *shape.facts, *languages.columns(*shape.texts)}
            left = {f.name for f in model._meta.concrete_fields if f.editable} - known
            assert left <= model.kept_apart | {"id", *languages.columns("notice", "replacement")}
            assert model.kept_apart.isdisjoint(shape.facts)
            assert shape.texts and shape.facts

    def test_each_table_with_a_key_is_owned_by_somebody(self):
        """A new kind of row that nobody owns would not be in the working copy."""
        owned = {
            traversal.part(model, name).model
            for model in copies.publishable_models()
            for name in traversal.shape(model).owned
        }
        keyed = {model for model in apps.get_models() if issubclass(model, OwnedRow)}
        assert keyed
        assert keyed <= owned

    def test_people_are_part_of_the_working_copy(self):
        release = make_release()
        lin = make_participation(release, make_person("Lin"))
        copy = copies.open_copy(item=release)
        assert [row.key for row in copy.people.all()] == [lin.key]
        make_participation(copy, make_person("Chen"))
        copy.people.filter(key=lin.key).update(printed_name_en="Prof. Lin")
        assert release.people.count() == 1
        services.publish(item=copy, language="en", minor=True)
        assert release.people.count() == 2
        assert release.people.get(pk=lin.pk).printed_name_en == "Prof. Lin"

    def test_null_and_empty_are_the_same(self):
        release = make_release(summary_en=None, source_name_en="")
        before = traversal.snapshot(release)
        release.summary_en, release.source_name_en = "", None
        assert not traversal.differences(Release, before, traversal.snapshot(release))

    def test_dates_and_times_survive_a_revision(self):
        event = make_event(start_date="2020-09", start_time=time(9, 30), time_zone="Europe/London")
        event.refresh_from_db()
        copy = Event(live=event, slug=event.slug)
        traversal.fill(traversal.snapshot(event), copy)
        assert (copy.start_date, copy.start_time) == (event.start_date, event.start_time)

    def test_what_was_deleted_since_is_left_out(self):
        gone, stays = make_institution(), make_institution()
        release = make_release(public=[])
        release.institutions.set([gone, stays])
        data = traversal.snapshot(release)
        gone.delete()
        traversal.write(data, release)
        assert list(release.institutions.all()) == [stays]

    @pytest.mark.django_db(transaction=True)
    @isolate_apps("tests.publishing")
    def test_owned_rows_are_matched_by_key(self):
        class Programme(models.Model):
            owned = ("sessions",)

            class Meta:
                app_label = "publishing"

            def __str__(self):
                return "programme"

        class Session(OwnedRow):
            programme = models.ForeignKey(
                Programme, on_delete=models.CASCADE, related_name="sessions"
            )
            title = models.CharField(max_length=20)

            class Meta:
                app_label = "publishing"

        def titles(programme):
            return {(row.pk, row.title) for row in Session.objects.filter(programme=programme)}

        with tables(Programme, Session):
            live, copy = Programme.objects.create(), Programme.objects.create()
            first, second = (
                Session.objects.create(programme=live, title=title) for title in ("one", "two")
            )
            traversal.write(traversal.snapshot(live), copy)
            rows = {row.title: row for row in Session.objects.filter(programme=copy)}
            assert {row.key for row in rows.values()} == {first.key, second.key}
            rows["one"].title = "changed"
            rows["one"].save()
            rows["two"].delete()
            added = Session.objects.create(programme=copy, title="three")
            data = traversal.snapshot(copy)
            changes = traversal.differences(Programme, traversal.snapshot(live), data)
            assert [(c.name, bool(c.before), bool(c.after)) for c in changes] == [
                ("title", True, True),
                ("sessions", True, False),
                ("sessions", False, True),
            ]
            traversal.write(data, live)
            after = titles(live)
            assert (first.pk, "changed") in after
            assert {title for _pk, title in after} == {"changed", "three"}
            assert added.pk not in {pk for pk, _title in after}


def test_a_part_of_a_working_copy_expires_no_page_and_a_part_of_the_item_does():
    release = make_release()
    copy = copies.open_copy(item=release)
    before = current()
    quote = copy.quotes.create(text_en="Seen by nobody")
    for row in (quote, make_participation(copy, group_en="Guests")):
        row.save()
        row.delete()
    assert current() == before
    release.quotes.create(text_en="Seen by all")
    assert current() != before
