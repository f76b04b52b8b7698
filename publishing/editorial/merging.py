"""Two people saved one item: what each of them changed, what both did, and the two put together.

The unit is one field in one language, of the item or of an owned row. Two people who change
different units never meet; links to other records are put together one by one.
"""

from copy import deepcopy
from dataclasses import dataclass

from publishing.editorial import traversal
from publishing.editorial.traversal import Change

THEIRS, MINE, OWN = "theirs", "mine", "own"


@dataclass(frozen=True)
class Conflict:
    """Both changed it, or one changed an owned row that the other removed."""

    theirs: Change
    mine: Change

    @property
    def name(self) -> str:
        """How the fields of the merge page call it."""
        change = self.mine
        parts = [*(change.row or ()), change.name, change.language or ""]
        return "merge-" + "-".join(parts)

    @property
    def is_text(self) -> bool:
        return bool(self.mine.language) and isinstance(self.mine.after or "", str)


class Merge:
    def __init__(self, model, base: dict, theirs: dict, mine: dict):
        self.model, self.base, self.theirs, self.mine = model, base, theirs, mine
        self.from_theirs = traversal.differences(model, base, theirs)
        self.from_mine = traversal.differences(model, base, mine)
        self.touched = traversal.changed_languages(self.from_theirs)
        self.conflicts = list(self._conflicts())
        self.from_theirs = [c for c in self.from_theirs if not self._in_question(c)]
        self.from_mine = [c for c in self.from_mine if not self._in_question(c)]

    def _is_row(self, change) -> bool:
        return change.row is not None and change.model is self.model

    def _gone(self, changes) -> set:
        return {c.row for c in changes if self._is_row(c) and c.after is None}

    def _conflicts(self):
        theirs = {_unit(change): change for change in self.from_theirs}
        theirs_in = {c.row for c in self.from_theirs if c.row and not self._is_row(c)}
        gone_there, seen = self._gone(self.from_theirs), set()
        for change in self.from_mine:
            if change.row in gone_there and not self._is_row(change):
                if change.row not in seen:
                    yield self._row_conflict(change.row)
                seen.add(change.row)
            elif self._is_row(change):
                if change.after is None and change.row in theirs_in:
                    yield self._row_conflict(change.row)
            elif (other := theirs.get(_unit(change))) and _clash(other, change):
                yield Conflict(other, change)

    def _row_conflict(self, row):
        accessor, _key = row
        old, theirs, mine = (_entry(data, row) for data in (self.base, self.theirs, self.mine))
        return Conflict(
            Change(self.model, accessor, None, old, theirs, row),
            Change(self.model, accessor, None, old, mine, row),
        )

    def _in_question(self, change) -> bool:
        return any(
            _unit(change) == _unit(conflict.mine)
            or (
                change.row is not None
                and self._is_row(conflict.mine)
                and change.row == conflict.mine.row
            )
            for conflict in self.conflicts
        )

    def result(self, choices: dict[str, tuple[str, object]]) -> dict:
        """``choices`` by the names of conflicts: whose it shall be, and the text if "own"."""
        data = deepcopy(self.theirs)
        for change in self.from_mine:
            self._apply(data, change, change.after)
        for conflict in self.conflicts:
            whose, own = choices[conflict.name]
            if whose != THEIRS:
                self._apply(data, conflict.mine, own if whose == OWN else conflict.mine.after)
        return data

    def _apply(self, data, change, value):
        if self._is_row(change):
            rows = [entry for entry in data["owned"][change.name] if entry["key"] != change.row[1]]
            data["owned"][change.name] = [*rows, value] if value else rows
            return
        place = _entry(data, change.row) if change.row else data
        if change.language:
            place["texts"][change.name][change.language] = value
        elif change.name in place["relations"]:
            place["relations"][change.name] = _linked(change, place["relations"][change.name])
        else:
            place["facts"][change.name] = value


def _unit(change):
    return change.row, change.name, change.language


def _clash(theirs, mine) -> bool:
    if isinstance(theirs.after, list) or isinstance(mine.after, list):
        return False
    return traversal.plain(theirs.after) != traversal.plain(mine.after)


def _linked(change, present):
    """The links that stand there, with those that I added and without those that I removed."""
    before, after = set(change.before or ()), set(change.after or ())
    return sorted((set(present) | (after - before)) - (before - after))


def _entry(data, row):
    accessor, key = row
    return next((entry for entry in data["owned"][accessor] if entry["key"] == key), None)
