"""Which releases are related to one: those of the same events first, then those that name the same
partners; among them those with most partners in common, then the newest.

The pages of all releases of an event compare the same releases. They are read and kept once for
each version of the content, so that a page costs the same however many tell of its event.
"""

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
KEPT = 1_000


class Group(NamedTuple):
    """The releases of an event or of a partner, the newest first."""

    keys: array
    instants: array
    # The release at which position names which partner.
    positions: array
    partners: array

    @classmethod
    def of(cls, releases):
        group = cls(array("q"), array("d"), array("H"), array("q"))
        for position, release in enumerate(releases):
            instant, key = release.place()
            group.keys.append(key)
            group.instants.append(instant.timestamp())
            group.partners.extend(release.institution_keys)
            group.positions.extend([position] * len(release.institution_keys))
        return group

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
    return {event: Group.of(_telling_of(event, timezone.now())) for event in events}


@each_once_per_version(KEPT)
def _of_partners(partners):
    return {partner: Group.of(_naming(partner, timezone.now())) for partner in partners}


@prepared
def _telling_of(event, now):
    return Release.objects.public(at=now).telling_of(event)[:COMPARED]


@prepared
def _naming(institution, now):
    return Release.objects.public(at=now).naming(institution)[:COMPARED]
