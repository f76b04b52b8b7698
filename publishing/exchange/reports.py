"""What an import does, or would do, as a person reads it."""

from dataclasses import dataclass, field

# More than these are counted and not kept: memory stays flat, and nobody reads further.
SHOWN = 200


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be taken, or what to look at. ``column`` is empty for the row itself."""

    row: int | str
    column: str
    sentence: str


@dataclass(frozen=True)
class Change:
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """A record that is new (then ``changes`` is empty) or changed."""

    row: int | str
    key: str
    title: str
    changes: tuple[Change, ...] = ()


@dataclass
class Report:
    """``kept`` says whether it was done, or only tried; ``in_part`` that rows with errors stay
    out and the others come in.
    """

    new: list[Entry] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            ("rows", "new", "changed", "unchanged", "problems", "doubts"), 0
        )
    )
    kept: bool = False
    in_part: bool = False

    def add(self, what: str, entry=None):
        self.counts[what] += 1
        if entry is not None and len(getattr(self, what)) < SHOWN:
            getattr(self, what).append(entry)

    def add_unchanged(self, count):
        self.counts["unchanged"] += count

    def problem(self, row, column, *sentences):
        for sentence in sentences:
            self.add("problems", Problem(row, column, str(sentence)))

    def doubt(self, row, column, sentence):
        self.add("doubts", Problem(row, column, str(sentence)))

    @property
    def may_be_kept(self):
        return self.in_part or not self.counts["problems"]

    @property
    def changes_anything(self):
        return bool(self.counts["new"] or self.counts["changed"])

    def unshown(self) -> dict[str, int]:
        """How many more there are of each kind than are kept here."""
        kinds = ("new", "changed", "problems", "doubts")
        return {kind: self.counts[kind] - len(getattr(self, kind)) for kind in kinds}
