"""What staff have typed and not saved, and who has an item open. Neither is part of any item.

One row for each person and item, written over every few seconds, apart from the revisions; the
public never meets it. What was typed into a working copy belongs to the item, so it outlives a
copy that somebody else publishes or discards meanwhile.
"""

import json
from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.editorial.exceptions import Refused
from publishing.editorial.records import item_id

# Two languages of 50,000 characters each, with their marks and their base, several times over.
LARGEST = 2_000_000
KEEP_DAYS = 30
OPEN_FOR = timedelta(seconds=90)

_NOT_TYPED = {"csrfmiddlewaretoken", "version", "seen"}
_BUTTONS = ("_save", "_continue", "_addanother", "_saveasnew", "_discard", "_merge", "merge-")


class AutosaveQuerySet(models.QuerySet):
    def of(self, user, model, number):
        kind = ContentType.objects.get_for_model(model)
        return self.filter(user=user, content_type=kind, object_id=number)

    def outlived(self, now):
        return self.filter(saved_at__lt=now - timedelta(days=KEEP_DAYS))


class Autosave(models.Model):
    user = models.ForeignKey("auth.User", on_delete=models.CASCADE, related_name="+")
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    # The item's id, also where a working copy is typed into. Null: a new item of that kind.
    object_id = models.PositiveBigIntegerField(null=True)
    # Every field of the form with its values, rows of parts included.
    data = models.JSONField()
    # What the form started from, as ``bases`` signs it.
    base = models.TextField(blank=True)
    saved_at = models.DateTimeField(default=timezone.now)

    objects = AutosaveQuerySet.as_manager()

    class Meta:
        app_label = "editorial"
        default_permissions = ()
        verbose_name = gettext_lazy("unsaved input")
        verbose_name_plural = gettext_lazy("unsaved input")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "content_type", "object_id"], name="editorial_autosave_of_item"
            ),
            models.UniqueConstraint(
                fields=["user", "content_type"],
                condition=Q(object_id=None),
                name="editorial_autosave_of_new",
            ),
        ]

    def __str__(self):
        return f"{self.user} {self.saved_at:%Y-%m-%d %H:%M}"

    @property
    def language(self) -> str:
        """The language to which the form was narrowed, if it was."""
        return self.data.get("only", [""])[0]

    def as_sent(self, version: str) -> QueryDict:
        """The form's data as a browser would send it."""
        sent = QueryDict(mutable=True)
        for name, values in self.data.items():
            sent.setlist(name, values)
        sent["version"] = version
        return sent


def keep(user, model, number: int | None, sent: QueryDict) -> Autosave:
    data = {
        name: values
        for name, values in sent.lists()
        if name not in _NOT_TYPED and not name.startswith(_BUTTONS)
    }
    base = sent.get("version", "")
    if len(json.dumps(data, ensure_ascii=False)) + len(base) > LARGEST:
        raise Refused(_("This is too much to be kept as a draft of yours. Save it."))
    kept, _made = Autosave.objects.update_or_create(
        user=user,
        content_type=ContentType.objects.get_for_model(model),
        object_id=number,
        defaults={"data": data, "base": base, "saved_at": timezone.now()},
    )
    return kept


def forget(item) -> None:
    """The item is no more: nobody's input into it can be restored."""
    kind = ContentType.objects.get_for_model(item)
    for model in (Autosave, Presence):
        model.objects.filter(content_type=kind, object_id=item_id(item)).delete()


class PresenceQuerySet(models.QuerySet):
    def outlived(self, now):
        return self.filter(at__lt=now - timedelta(days=1))


class Presence(models.Model):
    """Somebody had the form of an item open at that moment."""

    user = models.ForeignKey("auth.User", on_delete=models.CASCADE, related_name="+")
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        app_label = "editorial"
        default_permissions = ()
        verbose_name = gettext_lazy("open form")
        verbose_name_plural = gettext_lazy("open forms")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "user"], name="editorial_presence_once"
            ),
        ]

    def __str__(self):
        return f"{self.user} {self.at:%Y-%m-%d %H:%M}"


def enter(user, row) -> None:
    kind = ContentType.objects.get_for_model(row)
    Presence.objects.bulk_create(
        [Presence(user=user, content_type=kind, object_id=item_id(row))],
        update_conflicts=True,
        unique_fields=["content_type", "object_id", "user"],
        update_fields=["at"],
    )


def leave(user, row) -> None:
    kind = ContentType.objects.get_for_model(row)
    Presence.objects.filter(user=user, content_type=kind, object_id=item_id(row)).delete()


def others(user, row) -> list[str]:
    """The names of those who have the item open too."""
    there = Presence.objects.filter(
        content_type=ContentType.objects.get_for_model(row),
        object_id=item_id(row),
        at__gt=timezone.now() - OPEN_FOR,
    )
    people = there.exclude(user=user).select_related("user").order_by("pk")
    return [str(presence.user.get_full_name() or presence.user) for presence in people]
