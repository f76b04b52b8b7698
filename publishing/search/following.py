"""Keeps the index in step with every save and deletion, in the same transaction.

The one place of the portal where signals are right: the index must not miss a save, whoever made
it. Bulk changes send none and call ``reindex_queryset``.
"""

from django.db.models.signals import m2m_changed, post_delete, post_save

from publishing.search import documents
from publishing.search.registry import registration_of, registrations


def connect():
    """Listens to all models; what is not registered costs one look-up in a dictionary."""
    post_save.connect(_saved, dispatch_uid="search_saved")
    post_delete.connect(_deleted, dispatch_uid="search_deleted")
    m2m_changed.connect(_related_changed, dispatch_uid="search_related")


def _saved(sender, instance, raw=False, **kwargs):
    if registration_of(sender):
        documents.reindex(instance)
    _follow(sender, instance)


def _deleted(sender, instance, **kwargs):
    if registration_of(sender):
        documents.remove(instance)
    _follow(sender, instance)


def _follow(sender, instance):
    """Rows whose documents quote this one, read anew: what the instance remembers may be old."""
    for registration in registrations.values():
        if find := registration.related.get(sender):
            _reindex(registration, find(instance))


def _related_changed(sender, instance, action, pk_set, **kwargs):
    if action not in ("post_add", "post_remove", "post_clear"):
        return
    for registration in registrations.values():
        if sender in registration.related:
            own = isinstance(instance, registration.model)
            _reindex(registration, [instance.pk] if own else pk_set or ())


def _reindex(registration, pks):
    if pks := {pk for pk in pks if pk is not None}:
        documents.reindex_queryset(registration.queryset().filter(pk__in=pks))
