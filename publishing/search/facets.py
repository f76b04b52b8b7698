"""How many entries of a directory match, by the values of each facet."""

import json
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache


@dataclass(frozen=True)
class Counts:
    """``total`` entries match a text; ``parts`` give numbers by combination of facet values, of
    facets that last and of those that change, each as {key: (values, number)}. Each is counted
    under the filters on facets of the other. Those on its own facets, the same number in
    ``filters``, are looked at here: each facet shows what there would be without its own filter.
    """

    total: int
    parts: tuple[dict, dict]
    filters: tuple[dict, dict] = ({}, {})

    @cached_property
    def values(self):
        """The values of each combination by its key."""
        return {key: values for part in self.parts for key, (values, _number) in part.items()}

    def divided(self, filters):
        """The filters on facets that last, and all others. For counts that are under none."""
        lasting = {
            facet: values
            for facet, values in filters.items()
            if any(facet in own for own, _number in self.parts[0].values())
        }
        return lasting, {facet: filters[facet] for facet in filters if facet not in lasting}

    @cached_property
    def passing(self):
        """How many pass all filters."""
        wanted = _wanted(self.filters[0])
        return sum(
            number
            for values, number in self.parts[0].values()
            if not any(some.isdisjoint(values.get(facet, ())) for facet, some in wanted.items())
        )

    def by_facet(self):
        """For each facet the number of matches by value, under the filters of the other facets."""
        counts = defaultdict(Counter)
        for part, filters in zip(self.parts, self.filters, strict=True):
            for (facet, values), number in _by_values(part.values(), _wanted(filters)).items():
                for value in values:
                    counts[facet][value] += number
        return counts


def _wanted(filters):
    """Alternatives as strings, once: this is asked of every combination."""
    return {facet: frozenset(map(str, values)) for facet, values in filters.items()}


def _by_values(combinations, wanted):
    """Many combinations share the values of one facet: those are told apart later."""
    numbers = defaultdict(int)
    for values, number in combinations:
        if not wanted:
            for each in values.items():
                numbers[each] += number
            continue
        failed = [facet for facet, some in wanted.items() if some.isdisjoint(values.get(facet, ()))]
        if len(failed) < 2:
            for facet in failed or values:
                numbers[facet, values.get(facet, ())] += number
    return numbers


@lru_cache(maxsize=65_536)
def values_of(text):
    """The facet values of a combination, parsed once and sharing what is equal: a large office
    has thousands. Nobody changes them.
    """
    return {
        sys.intern(facet): _shared(tuple(map(sys.intern, values)))
        for facet, values in json.loads(text).items()
    }


@lru_cache(maxsize=16_384)
def _shared(values):
    return _Shared(values)


class _Shared(tuple):
    """Counted as itself, which is quicker than by what it holds."""

    __slots__ = ()
    __hash__ = object.__hash__
    __eq__ = object.__eq__
