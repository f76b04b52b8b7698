"""Which models an index knows, and how it follows their saves and deletions.

The one place of the portal where signals are right: an index must not miss a save, whoever made
it, and it changes in the same transaction. Bulk changes send no signal and call the index.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, connection, models, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from publishing.cache.models import PublicModel, bump

logger = logging.getLogger(__name__)

BATCH = 500

# What else follows its rows in this way: indexes that a floor above keeps for its own lists.
FURTHER: dict[str, "Registration"] = {}


@dataclass(frozen=True)
class Registration:
    """The rows of ``model``, known to an index as ``key``.

    ``read(row)`` gives what the index writes, or None for a row that it must not know.
    ``queryset()`` gives all rows, with what ``read`` asks of their relations.
    ``related`` maps models whose rows ``read`` quotes to a function from such a row to the keys of
    the rows that quote it; the through model of a many-to-many relation of ``model`` to None.
    ``write(key, {pk: what was read})`` replaces what the index knows of these rows;
    ``differences`` takes the same and gives the keys of which it knows something else.
    """

    key: str
    model: type[models.Model]
    read: Callable
    queryset: Callable[[], models.QuerySet]
    related: dict[type[models.Model], Callable | None]
    write: Callable
    differences: Callable

    def reindex(self, pks):
        """Brings the index in step with these rows, in the caller's transaction.

        They are read anew: what an instance remembers of its relations may be old.
        """
        pks = sorted({pk for pk in pks if pk is not None})
        for start in range(0, len(pks), BATCH):
            self._reindex_batch(pks[start : start + BATCH])

    def _reindex_batch(self, pks):
        with transaction.atomic(savepoint=False):
            # Locked, because two writers of one row would both find nothing to replace.
            rows = self.queryset().select_for_update(of=("self",)).order_by("pk")
            known = {row.pk: self.read(row) for row in rows.filter(pk__in=pks)}
            self.write(self.key, {pk: known.get(pk) for pk in pks})
            bump()

    def refresh(self, stale):
        """The same for a reader who finds rows stale: what cannot be written stays as it was.

        The reader's transaction goes on, unless the connection is lost with it.
        """
        pks = list(stale)
        if not pks:
            return
        try:
            with transaction.atomic():
                self.reindex(pks)
        except DatabaseError:
            if connection.needs_rollback:
                raise
            logger.warning("The index of %s could not be refreshed.", self.key, exc_info=True)

    def different(self, pks):
        """Those of these rows that the index knows otherwise than they are."""
        rows = self.queryset().filter(pk__in=pks)
        known = {row.pk: self.read(row) for row in rows}
        return self.differences(self.key, {pk: known.get(pk) for pk in pks})

    def forget(self, pk):
        with transaction.atomic(savepoint=False):
            self.write(self.key, {pk: None})
            bump()

    @property
    def uid(self):
        """One model may be known to several indexes by the same key."""
        return f"{self.write.__module__}:{self.key}"

    def follow(self):
        self._each_signal("connect", weak=False)

    def unfollow(self):
        self._each_signal("disconnect")

    def _each_signal(self, verb, **options):
        for signal, sender, receiver in self._receivers():
            uid = f"{self.uid}:{receiver.__name__}"
            getattr(signal, verb)(receiver, sender=sender, dispatch_uid=uid, **options)

    def _receivers(self):
        yield post_save, self.model, self._saved
        yield post_delete, self.model, self._deleted
        for model, find in self.related.items():
            if find is None:
                yield m2m_changed, model, self._relation_changed
            else:
                yield pre_save, model, self._related_saving
                yield post_save, model, self._related_saved
                yield post_delete, model, self._related_saved

    def _saved(self, sender, instance, raw=False, **kwargs):
        # A fixture's rows arrive before what they point to; `rebuild_search` follows a load.
        if not raw and _is_seen(instance):
            self.reindex([instance.pk])

    def _deleted(self, sender, instance, **kwargs):
        if _is_seen(instance):
            self.forget(instance.pk)

    def _related_saving(self, sender, instance, raw=False, **kwargs):
        """Whom the row concerned until now: it may be about to point elsewhere."""
        known = instance.pk and not raw
        before = sender._base_manager.filter(pk=instance.pk).first() if known else None
        concerned = set(self.related[sender](before)) if before else set()
        instance.__dict__.setdefault("_search_before", {})[self.uid] = concerned

    def _related_saved(self, sender, instance, raw=False, **kwargs):
        if raw:
            return
        before = instance.__dict__.get("_search_before", {}).pop(self.uid, set())
        self.reindex(before | set(self.related[sender](instance)))

    def _relation_changed(self, sender, instance, action, pk_set, **kwargs):
        if isinstance(instance, self.model):
            concerned = {instance.pk}
        elif action.endswith("_clear"):
            concerned = self._before_clearing(sender, instance, action)
        else:
            concerned = pk_set
        if action.startswith("post_") and _is_seen(instance):
            self.reindex(concerned)

    def _before_clearing(self, through, instance, action):
        """Whom the other side was related to: known only until the relation is cleared."""
        remembered = instance.__dict__.setdefault("_search_before", {})
        if action == "pre_clear":
            own, other = (
                next(f for f in through._meta.fields if f.related_model is model)
                for model in (self.model, type(instance))
            )
            rows = through._base_manager.filter(**{other.name: instance})
            remembered[self.uid] = set(rows.values_list(own.attname, flat=True))
        return remembered.get(self.uid, set())


def _is_seen(instance):
    """Working copies are in no index, and their saves are nobody's concern."""
    return not isinstance(instance, PublicModel) or instance.affects_public_pages()


def register(registrations, key, model, *, queryset, related, **functions):
    """Adds a registration to an index, and follows its model from now on."""
    if not (key.isascii() and key.isalpha() and key.islower()):
        raise ValueError(f"The key of a searchable kind is small letters only: {key}")
    registration = Registration(
        key=key,
        model=model,
        queryset=queryset or model._default_manager.all,
        related=related or {},
        **functions,
    )
    registrations[key] = registration
    registration.follow()
    return registration


def registration_of(registrations, model):
    return next((r for r in registrations.values() if r.model is model), None)
