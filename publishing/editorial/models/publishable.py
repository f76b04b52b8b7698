"""What it means to be published here.

Each language of an item is published on its own: its state and instants are plain columns per
language, never registered with modeltranslation, which would read back the other language's.
"""

from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from publishing.cache.models import PublicModel
from publishing.editorial import freshness, languages
from publishing.editorial.addresses import address_of
from publishing.editorial.freshness import Freshness
from publishing.editorial.languages import column
from publishing.editorial.models.querysets import PublishableQuerySet
from publishing.editorial.models.states import Stage, State
from publishing.editorial.records import LANGUAGE_CHOICES
from publishing.editorial.slugs import is_taken, slug_form, unused_slug

GONE_BEFORE = {
    "en": _("English would be gone before it appears: its expiry comes first."),
    "zh-hans": _("Chinese would be gone before it appears: its expiry comes first."),
}


def _state(label):
    return models.CharField(
        label, max_length=12, choices=State.choices, default=State.DRAFT, editable=False
    )


def _stage(label):
    return models.CharField(
        label, max_length=12, choices=Stage.choices, default=Stage.WRITING, editable=False
    )


def _instant(label):
    return models.DateTimeField(label, null=True, blank=True, editable=False)


def _machine(label):
    return models.BooleanField(
        label,
        default=False,
        help_text=_("Nobody has checked it yet. It cannot be published so."),
    )


def _freshness(label):
    return models.CharField(
        label,
        max_length=8,
        choices=Freshness.choices,
        default=Freshness.MISSING,
        editable=False,
        db_index=True,
    )


class Publishable(PublicModel):
    """A release, an event or a page: one row, one address, two languages published apart.

    What the public has seen is changed in a working copy: another row of the same model whose
    ``live`` is the item. Its own states and instants say how far the change has come.
    """

    live = models.OneToOneField(
        "self",
        on_delete=models.CASCADE,
        null=True,
        editable=False,
        related_name="working_copy",
        verbose_name=_("working copy of"),
    )
    slug = models.CharField(
        _("address"),
        max_length=120,
        blank=True,
        validators=[slug_form],
        help_text=_(
            "Last part of the address, the same in both languages. Empty: made from the headline."
        ),
    )

    state_en = _state(_("state, English"))
    state_zh_hans = _state(_("state, Chinese"))
    stage_en = _stage(_("review, English"))
    stage_zh_hans = _stage(_("review, Chinese"))
    publish_at_en = _instant(_("publication, English"))
    publish_at_zh_hans = _instant(_("publication, Chinese"))
    embargo_until_en = _instant(_("embargo until, English"))
    embargo_until_zh_hans = _instant(_("embargo until, Chinese"))
    expire_at_en = _instant(_("expiry, English"))
    expire_at_zh_hans = _instant(_("expiry, Chinese"))
    first_published_en = _instant(_("first published, English"))
    first_published_zh_hans = _instant(_("first published, Chinese"))
    last_updated_en = _instant(_("last updated, English"))
    last_updated_zh_hans = _instant(_("last updated, Chinese"))
    replacement_en = models.CharField(
        _("replacement address, English"), max_length=300, blank=True, editable=False
    )
    replacement_zh_hans = models.CharField(
        _("replacement address, Chinese"), max_length=300, blank=True, editable=False
    )
    notice = models.TextField(
        _("public notice"),
        blank=True,
        help_text=_("Why the text was withdrawn or unpublished. Readers see it."),
    )
    source_language = models.CharField(
        _("written first in"),
        max_length=12,
        choices=LANGUAGE_CHOICES,
        default="en",
        help_text=_("The other language counts as its translation."),
    )
    machine_en = _machine(_("machine translation, English"))
    machine_zh_hans = _machine(_("machine translation, Chinese"))
    freshness_en = _freshness(_("text, English"))
    freshness_zh_hans = _freshness(_("text, Chinese"))
    owed_since_en = _instant(_("owed since, English"))
    owed_since_zh_hans = _instant(_("owed since, Chinese"))

    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    saved_at = models.DateTimeField(_("last saved"), auto_now=True)
    created_by = models.ForeignKey(
        "auth.User",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("author"),
    )

    # What the item is called, what stands in its address, and what must be there to publish.
    title_field = "title"
    url_name = ""
    required_to_publish = ()
    # Texts that one language may have without the other.
    may_lack = ()
    # Relations to the rows that an item owns; columns that belong to a language but are no text.
    owned = ()
    per_language = ("machine",)

    with_copies = PublishableQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ("add", "change", "delete", "view", "approve", "publish", "force")
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=Q(live=None),
                name="%(app_label)s_%(class)s_slug",
                violation_error_message=_("Another item has this address already."),
            ),
            *(
                models.CheckConstraint(
                    condition=~Q((f"{column('state', code)}__in", ("published", "withdrawn")))
                    | Q((f"{column('publish_at', code)}__isnull", False)),
                    name=f"%(app_label)s_%(class)s_dated_{languages.suffix(code)}",
                    violation_error_message=_("Choose when this is published."),
                )
                for code in languages.CODES
            ),
            *(
                models.CheckConstraint(
                    condition=Q((f"{column('publish_at', code)}__isnull", True))
                    | Q((f"{column('expire_at', code)}__isnull", True))
                    | Q((f"{column('expire_at', code)}__gt", F(column("publish_at", code)))),
                    name=f"%(app_label)s_%(class)s_expiry_{languages.suffix(code)}",
                    violation_error_message=GONE_BEFORE[code],
                )
                for code in languages.CODES
            ),
        ]

    def __str__(self):
        return languages.first_text(self, self.title_field) or str(_("Untitled"))

    def save(self, *args, **kwargs):
        derived = freshness.derive(self)
        if not self.slug:
            self.slug = self.live.slug if self.live_id else unused_slug(self, self.title_field)
            derived.add("slug")
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], *derived}
        super().save(*args, **kwargs)

    def derive_freshness(self):
        """After its owned rows were written without it."""
        self.save(update_fields=[])

    def affects_public_pages(self) -> bool:
        return not self.is_copy

    @property
    def is_copy(self) -> bool:
        return self.live_id is not None

    @property
    def item_id(self):
        """The id by which the rest of the portal knows this item."""
        return self.live_id or self.pk

    @property
    def item(self):
        """The row that the public sees, or will see."""
        return self.live if self.is_copy else self

    def open_copy(self):
        """The working copy of this row, if there is one."""
        return None if self.is_copy else getattr(self, "working_copy", None)

    def is_draft(self, language: str) -> bool:
        return self.item.state(language) == State.DRAFT

    def get_absolute_url(self, language: str | None = None) -> str:
        return address_of(self.url_name, self.slug, language=language)

    def state(self, language: str) -> State:
        return State(getattr(self, column("state", language)))

    def stage(self, language: str) -> Stage:
        return Stage(getattr(self, column("stage", language)))

    def publish_at(self, language: str):
        return getattr(self, column("publish_at", language))

    def last_updated(self, language: str):
        return getattr(self, column("last_updated", language))

    def title_in(self, language: str) -> str:
        return languages.text(self, self.title_field, language)

    def is_public(self, language: str, *, at=None, withdrawn: bool = False) -> bool:
        """The same rule as ``public()``, told of a row that is in memory."""
        if self.is_copy:
            return False
        at = at or timezone.now()
        states = (State.PUBLISHED, State.WITHDRAWN) if withdrawn else (State.PUBLISHED,)
        publish, embargo, expire = self.window(language)
        return (
            self.state(language) in states
            and publish is not None
            and publish <= at
            and (embargo is None or embargo <= at)
            and (expire is None or expire > at)
        )

    def window(self, language: str):
        """Publication, embargo and expiry instants of one language."""
        names = ("publish_at", "embargo_until", "expire_at")
        return tuple(getattr(self, column(name, language)) for name in names)

    def is_withdrawn(self, language: str) -> bool:
        return self.state(language) == State.WITHDRAWN

    def is_scheduled(self, language: str, *, at=None) -> bool:
        publish = self.publish_at(language)
        due = at or timezone.now()
        return self.state(language) == State.PUBLISHED and publish is not None and publish > due

    def waits_for_embargo(self, language: str, *, at=None) -> bool:
        """Published, and past its instant, but hidden still."""
        publish, embargo, _expire = self.window(language)
        at = at or timezone.now()
        shown = self.state(language) in (State.PUBLISHED, State.WITHDRAWN) and publish is not None
        return shown and embargo is not None and embargo > max(at, publish)

    def has_been_public(self) -> bool:
        return any(getattr(self, column("first_published", code)) for code in languages.CODES)

    def has_been_public_or_is_due(self) -> bool:
        """Whether a change of this row may be seen by the public, now or at its instant."""
        return self.has_been_public() or any(
            self.state(code) == State.PUBLISHED for code in languages.CODES
        )

    def public_languages(self, *, withdrawn: bool = False) -> list[str]:
        now = timezone.now()
        return [
            code for code in languages.CODES if self.is_public(code, at=now, withdrawn=withdrawn)
        ]

    def languages_label(self) -> str:
        """ "English, 中文": the languages in which this may be read now."""
        return _named(tuple(self.public_languages()), languages.active())

    def clean(self):
        super().clean()
        if not self.slug:
            if self.item.has_been_public():
                raise ValidationError({"slug": _("A published item needs its address.")})
        elif is_taken(self, self.slug):
            raise ValidationError(
                {"slug": _("Another item has this address already, or had it once.")}
            )


@lru_cache(64)
def _named(codes, _reader_language):
    return pgettext("between names", ", ").join(languages.SHORT_NAMES[code] for code in codes)


# Identity and publication stay with the row; these two are facts that the staff form changes.
Publishable.kept_apart = frozenset(field.name for field in Publishable._meta.local_fields) - {
    "slug",
    "source_language",
    *languages.columns("machine"),
}
