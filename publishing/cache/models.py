"""The content generation: one number that changes with every commit of public content.

Public models inherit ``PublicModel``; their saves, deletes and bulk changes then carry the new
number in the same transaction. Changes of many-to-many relations do not pass through ``save``:
whoever makes them calls ``bump()`` in the same transaction.
"""

import secrets

from django.db import DEFAULT_DB_ALIAS, connections, models, router, transaction
from django.db.models import F


class Generation(models.Model):
    """A share of the generation, which is the sum over all rows.

    One row would make every writer of public content wait for every other until its commit, and
    two that hold each other's rows would deadlock. A writer takes any row that nobody holds and
    adds a row when all are taken, so there are never more rows than writers at one time.
    """

    value = models.BigIntegerField()

    def __str__(self):
        return str(self.value)


def current(using=DEFAULT_DB_ALIAS, first=""):
    """The generation as the current transaction sees it; ``first`` is sent ahead of the query."""
    connection = connections[using]
    if connection.in_atomic_block:
        # What was read here must not be read again after a further change in this transaction.
        connection.run_on_commit = [
            entry for entry in connection.run_on_commit if entry[1] is not _bumped
        ]
    with connection.cursor() as cursor:
        # Each page asks this: written out, it costs a tenth of what the ORM takes to say it.
        cursor.execute(f"{first}SELECT SUM(value) FROM {Generation._meta.db_table}")
        (total,) = cursor.fetchone()
    return int(total or 0)


def bump(using=DEFAULT_DB_ALIAS):
    """Let every cached page expire when the surrounding transaction commits.

    Only the first call of a transaction writes: one change of the number is enough for a commit,
    and an import of 20,000 rows would otherwise drag 20,000 versions of one row behind it.
    """
    with transaction.atomic(using=using, savepoint=False):
        # Rolling back to a savepoint takes back the number and this mark together.
        if any(entry[1] is _bumped for entry in connections[using].run_on_commit):
            return
        transaction.on_commit(_bumped, using=using)
        rows = Generation.objects.using(using)
        free = rows.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True)
        share = free.first()
        if share is None:
            # A random start: a database restored or emptied does not repeat a number.
            rows.create(value=secrets.randbits(48))
        else:
            rows.filter(pk=share).update(value=F("value") + 1)


def _bumped():
    """The mark that the running transaction has bumped; nothing is left to do after it."""


class PublicQuerySet(models.QuerySet):
    """A queryset whose bulk changes bump the generation in their own transaction."""

    def update(self, **values):
        with transaction.atomic(using=self._writes_to(), savepoint=False):
            changed = super().update(**values)
            bump(self._writes_to())
        return changed

    update.alters_data = True

    def delete(self):
        with transaction.atomic(using=self._writes_to(), savepoint=False):
            deleted = super().delete()
            bump(self._writes_to())
        return deleted

    delete.alters_data = True
    delete.queryset_only = True

    def bulk_create(self, *args, **kwargs):
        with transaction.atomic(using=self._writes_to(), savepoint=False):
            created = super().bulk_create(*args, **kwargs)
            bump(self._writes_to())
        return created

    bulk_create.alters_data = True

    def bulk_update(self, *args, **kwargs):
        with transaction.atomic(using=self._writes_to(), savepoint=False):
            changed = super().bulk_update(*args, **kwargs)
            bump(self._writes_to())
        return changed

    bulk_update.alters_data = True

    def _writes_to(self):
        return self._db or router.db_for_write(self.model, **self._hints)


class PublicModel(models.Model):
    """A model whose rows appear on public pages."""

    objects = PublicQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        using = kwargs.get("using") or router.db_for_write(type(self), instance=self)
        with transaction.atomic(using=using, savepoint=False):
            super().save(*args, **kwargs)
            if self.affects_public_pages():
                bump(using)

    save.alters_data = True

    def delete(self, using=None, keep_parents=False):
        using = using or router.db_for_write(type(self), instance=self)
        affected = self.affects_public_pages()
        with transaction.atomic(using=using, savepoint=False):
            deleted = super().delete(using=using, keep_parents=keep_parents)
            if affected:
                bump(using)
        return deleted

    delete.alters_data = True

    def affects_public_pages(self):
        """Whether saving or deleting this row can change a page.

        False only for rows that nobody sees before *and* after the change, as working copies.
        """
        return True
