import threading
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.db import connection, connections, models, transaction
from django.test.utils import isolate_apps
from modeltranslation.translator import TranslationOptions, translator

from publishing.cache.admin import BumpingAdminMixin
from publishing.cache.models import Generation, PublicModel, PublicQuerySet, bump, current

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def table(model):
    with connection.schema_editor() as editor:
        editor.create_model(model)
    try:
        yield model
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(model)


@pytest.fixture
def notice():
    """A public model as the portal's own are: translated, with a queryset of its own."""
    with isolate_apps("publishing.cache"):

        class NoticeQuerySet(PublicQuerySet):
            def loud(self):
                return self.filter(loud=True)

        class Notice(PublicModel):
            text = models.CharField(max_length=50)
            loud = models.BooleanField(default=False)
            objects = NoticeQuerySet.as_manager()

            class Meta:
                app_label = "cache"

            def __str__(self):
                return self.text

            def affects_public_pages(self):
                return self.text != "nobody sees this"

        class NoticeOptions(TranslationOptions):
            fields = ("text",)

        translator.register(Notice, NoticeOptions)
        with table(Notice):
            yield Notice
        translator.unregister(Notice)


@contextmanager
def changes_generation():
    before = current()
    yield
    assert current() != before


@contextmanager
def keeps_generation():
    before = current()
    yield
    assert current() == before


CHANGES = {
    "create": lambda objects: objects.create(text_en="New"),
    "save": lambda objects: objects.get(loud=True).save(),
    "save one field": lambda objects: objects.get(loud=True).save(update_fields=["loud"]),
    "delete": lambda objects: objects.get(loud=True).delete(),
    "update": lambda objects: objects.update(text="Other"),
    "update of a filtered set": lambda objects: objects.loud().update(loud=False),
    "delete of a set": lambda objects: objects.filter(loud=True).delete(),
    "bulk_create": lambda objects: objects.bulk_create([objects.model(text_en="A")]),
    "bulk_update": lambda objects: objects.bulk_update(objects.all(), ["loud"]),
    "get_or_create": lambda objects: objects.get_or_create(text_en="B"),
    "update_or_create": lambda objects: objects.update_or_create(
        loud=True, defaults={"text_en": "C"}
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_way_of_changing_public_rows_changes_the_generation(notice, change):
    notice.objects.create(text_en="First", text_zh_hans="一", loud=True)
    with changes_generation():
        change(notice.objects)


def test_translated_queries_go_on_working_beneath(notice):
    notice.objects.create(text_en="First", text_zh_hans="一", loud=True)
    notice.objects.loud().update(text="Renamed")
    row = notice.objects.loud().get()
    assert (row.text_en, row.text_zh_hans) == ("Renamed", "一")


def test_reading_changes_nothing(notice):
    notice.objects.create(text_en="First")
    with keeps_generation():
        list(notice.objects.loud())
        notice.objects.get_or_create(text_en="First")


def test_rows_that_nobody_sees_change_nothing(notice):
    with keeps_generation():
        hidden = notice.objects.create(text_en="nobody sees this")
        hidden.delete()


def test_a_change_that_is_rolled_back_leaves_the_generation(notice):
    notice.objects.create(text_en="First")
    with keeps_generation(), pytest.raises(ZeroDivisionError), transaction.atomic():
        notice.objects.update(text="Other")
        raise ZeroDivisionError


def test_a_change_after_one_rolled_back_to_a_savepoint_still_counts(notice):
    notice.objects.create(text_en="First")
    with changes_generation(), transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            notice.objects.update(text="Other")
            raise ZeroDivisionError
        notice.objects.update(text="Third")


def test_one_transaction_writes_the_generation_once(notice, django_assert_num_queries):
    bump()
    with transaction.atomic():
        notice.objects.create(text_en="First")
        with django_assert_num_queries(1):
            notice.objects.create(text_en="Second")


def test_a_number_once_read_in_a_transaction_is_not_read_again_after_a_change():
    with transaction.atomic():
        bump()
        with changes_generation():
            bump()


def test_an_emptied_database_does_not_repeat_a_number():
    bump()
    before = current()
    Generation.objects.all().delete()
    bump()
    assert current() != before


def test_saving_relations_in_the_admin_changes_the_generation():
    class Relations:
        def save_related(self, request, form, formsets, change):
            pass

    class Admin(BumpingAdminMixin, Relations):
        pass

    with changes_generation():
        Admin().save_related(None, SimpleNamespace(instance=Generation()), [], True)


def test_writers_wait_for_each_other_only_where_the_database_has_one_writer_at_a_time():
    parallel = connection.features.has_select_for_update_skip_locked
    bump()
    finished = threading.Event()

    def write():
        bump()
        connections.close_all()
        finished.set()

    writer = threading.Thread(target=write)
    with changes_generation():
        with transaction.atomic():
            bump()
            writer.start()
            assert finished.wait(10 if parallel else 0.2) is parallel
        writer.join(10)
        assert finished.is_set()
