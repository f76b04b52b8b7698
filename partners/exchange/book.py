"""What both imports share: rows to records, records compared, chunks written, problems told."""

from itertools import islice

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from partners.exchange.placing import Places
from publishing.editorial import audit, languages
from publishing.editorial.exceptions import Refused
from publishing.exchange.columns import Words
from publishing.exchange.reports import Change, Entry, Report
from publishing.search import documents, names
from publishing.search.registry import FURTHER, registration_of

CHUNK = 500


class ExternalIds(Words):
    """Numbers in other systems, as system:number; ``source`` is the system of a bare number."""

    def __init__(self, name, source):
        super().__init__(name)
        self.source = source

    def read(self, given):
        found = super().read(str(given) if isinstance(given, int) else given)
        return sorted({one if ":" in one else f"{self.source}:{one}" for one in found})


class Row:
    """One record of the file on its way: what it says, what it belongs to, what it changes."""

    def __init__(self, number, given):
        self.number, self.given = number, given
        self.instance, self.is_new, self.changes = None, False, {}
        # Rows that belong to it, not saved yet, as the subclass keeps them by column.
        self.parts = {}

    def wants(self, column):
        return column in self.changes


class Book:
    """One kind of record. A subclass names ``model``, ``key``, ``ids`` and ``columns``, and says
    how a row on file reads (``record``), what a change sets (``fill``), what is written (``write``,
    ``finish``), and where the search quotes it (``quoting``).
    """

    # Whether a file may have these columns only.
    checks_columns = True

    def __init__(self, *, source="file", user=None):
        self.user, self.report = user, Report()
        self.columns = {column.name: column for column in self.make_columns(source)}
        self.places, self.seen, self.owners = Places(), {}, {}
        self.touched, self.logged = set(), {ADDITION: [], CHANGE: []}

    @transaction.atomic
    def take(self, records, *, dry_run=False, name="", progress=None) -> Report:
        """Everything or nothing. A dry run tells the same and keeps nothing."""
        records = iter(records)
        while chunk := list(islice(records, CHUNK)):
            self._take_chunk(chunk)
            if progress:
                progress(self.report.counts["rows"])
        self.finish()
        report = self.report
        if dry_run or not report.may_be_kept:
            transaction.set_rollback(True)
        elif report.changes_anything:
            self._index()
            self._log(name)
        report.kept = not dry_run and report.may_be_kept
        return report

    # From the file

    def _take_chunk(self, chunk):
        rows = [row for number, given in chunk if (row := self._read(number, given))]
        self._find(rows)
        rows = [row for row in rows if self._compare(row)]
        changed = [row for row in rows if row.is_new or row.changes]
        self.report.add_unchanged(len(rows) - len(changed))
        changed = [row for row in changed if self._checked(row)]
        self._write(changed)

    def _read(self, number, given):
        self.report.add("rows")
        found, faults = {}, []
        if None in given:
            faults.append(("", _("The row has more cells than there are columns.")))
        for name, value in given.items():
            if name is None:
                continue
            try:
                found[name] = self.columns[name].read(value)
            except ValueError as error:
                faults.append((name, str(error)))
        keys = [*found.get("external_id", ()), *filter(None, [found.get(self.key)])]
        if not keys and not faults:
            wanted = _("Give the external_id or the %(key)s.") % {"key": self.key}
            faults.append(("external_id", wanted))
        for key in keys:
            first = self.seen.setdefault(key, number)
            if first != number:
                again = _("“%(key)s” stands in row %(row)d already.")
                column = "external_id" if ":" in key else self.key
                faults.append((column, again % {"key": key, "row": first}))
        for column, sentence in faults:
            self.report.problem(number, column, sentence)
        return None if faults else Row(number, found)

    def _find(self, rows):
        """Which rows are on file already, by external id, else by their key."""
        keys = {row.given[self.key] for row in rows if row.given.get(self.key)}
        ids = {one for row in rows for one in row.given.get("external_id", ())}
        values = {one.partition(":")[2] for one in ids}
        by_id = {
            f"{source}:{value}": pk
            for source, value, pk in self.ids.objects.filter(value__in=values).values_list(
                "source", "value", f"{self.ids_to}_id"
            )
        }
        known = self.model.objects.filter(**{f"{self.key}__in": keys})
        by_key = dict(known.values_list(self.key, "pk"))
        found = {}
        for row in rows:
            pks = {by_id[one] for one in row.given.get("external_id", ()) if one in by_id}
            own = by_key.get(row.given.get(self.key))
            if len(pks) > 1 or (pks and own and own not in pks):
                self.report.problem(row.number, "external_id", _("It names two records on file."))
                row.given = None
            elif pks or own:
                found[row.number] = next(iter(pks), own)
        rows[:] = [row for row in rows if row.given is not None]
        instances = self.loaded().in_bulk(set(found.values()))
        for row in rows:
            row.instance = instances.get(found.get(row.number))
            row.is_new = row.instance is None
            if row.is_new:
                row.instance = self.model()

    def _compare(self, row):
        if row.is_new:
            # An empty cell of a new record says nothing: the model's own value holds.
            empty = {name: column.default for name, column in self.columns.items()}
            row.changes = {
                n: (empty[n], value) for n, value in row.given.items() if value != empty[n]
            }
            return True
        record = self.record(row.instance)
        row.changes = {
            name: (record[name], value)
            for name, value in row.given.items()
            if not self.same(row, name, record[name], value)
        }
        return True

    def same(self, row, name, before, value):
        if name == "external_id":
            # Another system's numbers stay.
            return set(value) <= set(before)
        if name == "place":
            return before == value or self.places.same(value, row.instance.place_id)
        return before == value

    # Into the database

    def _checked(self, row):
        """The row with its instance filled; False, and told, where a rule speaks against it."""
        before = self.report.counts["problems"]
        for name, (_old, value) in row.changes.items():
            try:
                self.fill(row, name, value)
            except ValueError as error:
                self.report.problem(row.number, name, str(error))
            except (ValidationError, Refused) as error:
                sentences = getattr(error, "messages", None) or error.sentences
                self.report.problem(row.number, name, *sentences)
        if self.report.counts["problems"] == before:
            self.rule(row)
        return self.report.counts["problems"] == before

    def clean(self, row, instance, *, column=""):
        """The rules of the model that need no query; keys to other rows are known to be there."""
        fields = {field.name for field in instance._meta.fields}
        keys = {field.name for field in instance._meta.fields if field.is_relation}
        # A translated column is judged by itself; the plain one only repeats one of them.
        plain = {name for name in fields if languages.column(name, "en") in fields}
        try:
            instance.clean_fields(exclude={*keys, *plain})
            instance.clean()
        except ValidationError as error:
            self.tell(row, error, column)
            return False
        return True

    def tell(self, row, error, column=""):
        told = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for field, sentences in told.items():
            here = column or (field if field in self.columns else "")
            self.report.problem(row.number, here, *sentences)

    def _write(self, rows):
        try:
            with transaction.atomic(), translation.override("en"):
                self.write(rows)
        except IntegrityError:
            # Which row it was is found by asking each for all its rules, one after the other.
            for row in rows:
                self._write_alone(row)
        for row in rows:
            self._tell_done(row)

    def _write_alone(self, row):
        try:
            with transaction.atomic(), translation.override("en"):
                self.write([row], ask=True)
        except ValidationError as error:
            self.tell(row, error, getattr(error, "column", ""))
        except IntegrityError:
            self.report.problem(row.number, "", _("It contradicts another record."))

    def store(self, rows, ask=False):
        """The instances themselves: new ones made, changed ones overwritten."""
        new = [row.instance for row in rows if row.is_new]
        old = [row.instance for row in rows if not row.is_new]
        for instance in [*new, *old] if ask else ():
            instance.full_clean(exclude=["owner"])
        self.model.objects.bulk_create(new)
        if old:
            names = [f.name for f in self.model._meta.concrete_fields if f.name not in _KEPT]
            self.model.objects.bulk_create(
                old, update_conflicts=True, unique_fields=["id"], update_fields=names
            )
        self.touched |= {instance.pk for instance in (*new, *old)}

    def store_parts(self, instances, *, column="", ask=False):
        """Rows that belong to the records, of one model."""
        instances = list(instances)
        if ask:
            for instance in instances:
                _ask(instance, column)
                instance.save()
        elif instances:
            type(instances[0]).objects.bulk_create(instances)

    def store_external_ids(self, rows):
        self.store_parts(
            self.ids(source=one.partition(":")[0], value=one.partition(":")[2],
                     **{self.ids_to: row.instance})
            for row in rows
            if row.wants("external_id")
            for one in set(row.changes["external_id"][1]) - set(row.changes["external_id"][0] or ())
        )  # fmt: skip

    def owner(self, name):
        if name not in self.owners:
            users = get_user_model().objects.filter(is_staff=True, username=name)
            self.owners[name] = users.first()
        if self.owners[name] is None and name:
            raise ValueError(_("No staff account is called “%(name)s”.") % {"name": name[:80]})
        return self.owners[name]

    # Afterwards

    def _tell_done(self, row):
        changes = () if row.is_new else tuple(
            Change(name, self._short(name, before), self._short(name, after))
            for name, (before, after) in row.changes.items()
        )  # fmt: skip
        key = str(getattr(row.instance, self.key))
        title = str(row.instance).removeprefix(key).strip()
        entry = Entry(row.number, key, title, changes)
        self.report.add("new" if row.is_new else "changed", entry)
        self.logged[ADDITION if row.is_new else CHANGE].append(row.instance.pk)

    def _short(self, name, value):
        return self.columns[name].text(value)

    def _index(self):
        # Those quoted first: it holds their rows, so that nobody renames what is read hereafter.
        indexes, model, pks = self.quoting()
        for kinds in indexes:
            registration_of(kinds, model).reindex(pks)
        for kinds in (names.KINDS, documents.KINDS, FURTHER):
            if registration := registration_of(kinds, self.model):
                registration.reindex(self.touched)

    def quoted(self, rows, own, other) -> set[int]:
        """The keys of ``other`` in the rows that name by ``own`` what this book has touched."""
        touched, found = sorted(self.touched), set()
        for start in range(0, len(touched), CHUNK):
            part = rows.filter(**{f"{own}__in": touched[start : start + CHUNK]})
            found |= set(part.values_list(other, flat=True))
        return found

    def _log(self, name):
        counts = self.report.counts
        detail = f"{name}: {counts['new']} new, {counts['changed']} changed"
        kind = str(self.model._meta.verbose_name_plural)
        audit.record(audit.Action.IMPORT, user=self.user, detail=f"{kind}, {detail}")
        if self.user is None:
            return
        for flag, pks in self.logged.items():
            for start in range(0, len(pks), CHUNK):
                LogEntry.objects.log_actions(
                    self.user.pk,
                    self.model.objects.filter(pk__in=pks[start : start + CHUNK]),
                    flag,
                    _("Imported from %(name)s.") % {"name": name},
                )


# What an import never overwrites.
_KEPT = ("id", "created_at", "merged_into", "accepted_doubts")


def _ask(instance, column):
    try:
        instance.full_clean()
    except ValidationError as error:
        error.column = column
        raise


def sync(instance_rows, wanted, same):
    """Of the rows that are there: those to remove, and the records for which one is missing."""
    left, missing = list(instance_rows), []
    for record in wanted:
        found = next((row for row in left if same(row) == record), None)
        if found is None:
            missing.append(record)
        else:
            left.remove(found)
    return left, missing
