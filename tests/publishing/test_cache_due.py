from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from publishing.cache import due
from publishing.cache.freshness import Freshness
from publishing.cache.models import bump
from tests.publishing.cache_support import NOON, Clock


@pytest.fixture
def registry(monkeypatch):
    monkeypatch.setattr(due, "_sources", [])
    monkeypatch.setattr(due, "_actions", [])
    return due


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def freshness(clock, registry):
    return Freshness(clock.monotonic, clock.now)


def test_without_sources_the_next_instant_is_midnight_of_the_portals_zone(registry, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    assert registry.next_due(NOON) == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)


def test_midnight_itself_belongs_to_the_day_that_begins(registry, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    midnight = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert registry.next_due(midnight) == midnight + timedelta(days=1)


def test_a_day_on_which_clocks_change_has_its_own_length(registry, settings):
    settings.TIME_ZONE = "Europe/London"
    evening = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert registry.next_due(evening) == datetime(2026, 3, 29, 23, 0, tzinfo=UTC)


def test_the_earliest_source_wins_and_instants_not_ahead_are_ignored(registry):
    registry.register(lambda now: None)
    registry.register(lambda now: now)
    registry.register(lambda now: now + timedelta(minutes=2))
    registry.register(lambda now: now + timedelta(minutes=1))
    assert registry.next_due(NOON) == NOON + timedelta(minutes=1)


def test_a_failing_action_is_told_and_does_not_stop_the_others(registry):
    done = []

    @registry.register_action
    def refuse():
        raise OperationalError("read only")

    registry.register_action(lambda: done.append(True))
    assert not registry.run_actions()
    assert done


@pytest.mark.django_db(transaction=True)
class TestFreshness:
    def test_a_change_moves_the_epoch_on_within_a_second(self, freshness, clock):
        freshness.refresh()
        before = freshness.epoch
        bump()
        clock.seconds += 1
        assert clock.monotonic() >= freshness.valid_until
        freshness.refresh()
        assert freshness.epoch != before

    def test_between_two_polls_nothing_is_asked(self, freshness, clock, django_assert_num_queries):
        freshness.refresh()
        clock.seconds += 0.4
        with django_assert_num_queries(0):
            assert freshness.refresh()

    def test_an_unchanged_database_is_asked_one_question(
        self, freshness, clock, django_assert_num_queries
    ):
        freshness.refresh()
        clock.seconds += 1
        with django_assert_num_queries(1):
            assert freshness.refresh()

    def test_a_due_instant_moves_the_epoch_on_to_the_second(self, freshness, clock, registry):
        instant = NOON + timedelta(seconds=10.25)
        registry.register(lambda now: instant)
        clock.seconds = 10
        freshness.refresh()
        before = freshness.epoch
        assert freshness.valid_until == 10.25
        clock.seconds = 10.25
        freshness.refresh()
        assert freshness.epoch != before

    def test_sources_are_asked_again_only_after_a_change_or_an_instant(
        self, freshness, clock, registry
    ):
        asked = []
        registry.register(lambda now: asked.append(now))
        for _poll in range(3):
            clock.seconds += 1
            freshness.refresh()
        assert len(asked) == 1
        bump()
        clock.seconds += 1
        freshness.refresh()
        assert len(asked) == 2

    def test_actions_run_at_first_and_when_an_instant_has_passed(self, freshness, clock, registry):
        done = []
        registry.register(lambda now: NOON + timedelta(seconds=10))
        registry.register_action(lambda: done.append(clock.seconds))
        for seconds in (0, 5, 10, 11):
            clock.seconds = seconds
            freshness.refresh()
        assert done == [0, 10]

    def test_a_failed_action_is_tried_again_after_five_seconds(self, freshness, clock, registry):
        tried = []

        @registry.register_action
        def refuse():
            tried.append(clock.seconds)
            raise OperationalError("read only")

        for seconds in range(8):
            clock.seconds = seconds
            freshness.refresh()
        assert tried == [0, 5]

    def test_an_action_that_fails_after_others_moved_on_is_tried_again_too(
        self, freshness, clock, registry
    ):
        tried = []

        @registry.register_action
        def wait_and_fail():
            tried.append(clock.seconds)
            if len(tried) == 1:
                freshness.refresh()
            raise OperationalError("locked")

        for seconds in range(8):
            clock.seconds = seconds
            freshness.refresh()
        assert tried == [0, 5]

    def test_what_was_read_before_another_looked_is_not_current(self, freshness, clock):
        freshness.refresh()
        old_generation = freshness._generation
        bump()
        clock.seconds = 1
        freshness.refresh()
        assert freshness._note(old_generation, started=0.9) == 0
        assert freshness._note(freshness._generation, started=0.9) == freshness.epoch

    def test_the_old_page_is_tolerated_for_a_second_after_it_was_last_confirmed(
        self, freshness, clock
    ):
        freshness.refresh()
        old = freshness.epoch
        bump()
        clock.seconds = 0.5
        freshness.refresh()
        assert freshness.tolerates(old)
        clock.seconds = 1.0
        assert not freshness.tolerates(old)

    def test_while_another_asks_the_last_answer_holds_for_a_second(self, freshness, clock):
        freshness.refresh()
        with freshness._polling:
            clock.seconds = 0.9
            assert freshness.refresh()

    def test_a_database_that_hangs_counts_as_away(self, freshness, clock, monkeypatch):
        monkeypatch.setattr("publishing.cache.freshness.PATIENCE", 0.01)
        freshness.refresh()
        with freshness._polling:
            clock.seconds = 1.5
            assert not freshness.refresh()
            monkeypatch.setattr("publishing.cache.freshness.PATIENCE", 3600)
            assert not freshness.refresh()
        clock.seconds = 3
        assert freshness.refresh()
