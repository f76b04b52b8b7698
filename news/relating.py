"""Which releases are related to one: those of the same events first, then those that name the same
partners; among them those with most partners in common, then the newest.

The pages of all releases of an event compare the same releases. They are read and kept once for
each version of the content, so that a page costs the same however many tell of its event.
"""

import datetime
from array import array
from collections import Counter
from heapq import nlargest
from typing import NamedTuple

from django.utils import timezone

from news.models import Release
from publishing.cache.prepared import prepared
from publishing.cache.shared import each_once_per_version

# How many releases stand under the text as related ones.
RELATED = 3
# Of an event or a partner of which more releases tell, the older ones are not compared.
COMPARED = 1_000
# Of so many events, and of so many partners: half a kilobyte, and 48 bytes for each release.
KEPT = 5_000


class Group(NamedTuple):
    """The releases of an event or of a partner, the newest first."""

    keys: array
    instants: array
    # The release at which position names which partner.
    positions: array
    partners: array

    @classmethod
    def empty(cls):
        return cls(array("q"), array("d"), array("H"), array("q"))

    def append(self, key: int, instant: datetime.datetime, partners: tuple[int, ...]):
        self.positions.extend([len(self.keys)] * len(partners))
        self.partners.extend(partners)
        self.keys.append(key)
        self.instants.append(instant.timestamp())

    def naming(self, partner: int):
        """The positions of those that name it; looked up without making an object of each."""
        start = 0
        while True:
            try:
                start = self.partners.index(partner, start) + 1
            except ValueError:
                return
            yield self.positions[start - 1]


def related_keys(release) -> list[int]:
    """Needs ``with_keys``."""
    partners = release.institution_keys
    found = _nearest(_of_events(release.event_keys), partners, [release.pk])
    if len(found) < RELATED:
        found += _nearest(_of_partners(partners), partners, [release.pk, *found])
    return found[:RELATED]


def _nearest(groups, partners, without):
    nearness = {}
    for group in groups.values():
        shared = Counter(position for one in partners for position in group.naming(one))
        newest = range(min(len(group.keys), RELATED + len(without)))
        for position in {*newest, *shared}:
            key = group.keys[position]
            nearness[key] = shared[position], group.instants[position], key
    for key in without:
        nearness.pop(key, None)
    return nlargest(RELATED, nearness, key=nearness.get)


@each_once_per_version(KEPT)
def _of_events(events):
    return _groups(events, _telling_of(timezone.now(), *events))


@each_once_per_version(KEPT)
def _of_partners(partners):
    return _groups(partners, _naming(timezone.now(), *partners))


def _groups(keys, rows):
    groups = {key: Group.empty() for key in keys}
    for group, *release in rows:
        groups[group].append(*release)
    return groups


@prepared
def _telling_of(now, *events):
    return Release.objects.public(at=now).newest_of("events", events, COMPARED)


@prepared
def _naming(now, *partners):
    return Release.objects.public(at=now).newest_of("institutions", partners, COMPARED)
