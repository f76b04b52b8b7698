"""The parts of a release and of an event in a working copy, and back on the live row."""

import datetime

import pytest

from news.models import Event, Release
from publishing.editorial import copies, services
from tests.builders import make_agreement, make_event, make_release

pytestmark = pytest.mark.django_db


def opened(item):
    return copies.open_copy(item=item)


def published(copy):
    for code in ("en", "zh-hans"):
        if type(copy).with_copies.filter(pk=copy.pk).exists():
            services.publish(item=copy, language=code, minor=True)


def test_parts_of_a_release_keep_their_rows_and_take_the_change():
    release = make_release()
    quote = release.quotes.create(text_en="Before.", text_zh_hans="之前", speaker_en="S", order=1)
    gone = release.notes.create(text_en="Gone.", text_zh_hans="旧")
    copy = opened(release)
    changed = copy.quotes.get()
    changed.text_en = "After."
    changed.save()
    copy.notes.all().delete()
    copy.points.create(label_en="New", label_zh_hans="新")
    copy.save()
    assert release.quotes.get().text_en == "Before."
    published(copy)
    release = Release.objects.get(pk=release.pk)
    assert (release.quotes.get().pk, release.quotes.get().text_en) == (quote.pk, "After.")
    assert release.points.get().label_en == "New"
    assert not release.notes.filter(pk=gone.pk).exists()


def test_a_published_change_of_an_event_raises_the_sequence_of_its_calendar():
    event = make_event(start_date="2030-07-09", time_zone="Asia/Shanghai")
    session = event.sessions.create(title_en="Signing", starts=datetime.time(9))
    session.agreements.add(make_agreement("A", "B"))
    before = event.calendar_sequence
    copy = opened(event)
    assert copy.sessions.get().agreements.count() == 1
    copy.start_date = "2030-07-10"
    copy.save()
    published(copy)
    event = Event.objects.get(pk=event.pk)
    assert event.start_date == "2030-07-10"
    assert event.calendar_sequence > before
    assert event.sessions.get().pk == session.pk and event.sessions.get().agreements.count() == 1
