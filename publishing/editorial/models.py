"""What it means to be published here.

Each language of an item is published on its own: its state and instants are plain columns per
language, never registered with modeltranslation, which would read back the other language's.
"""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.editorial import languages
from publishing.editorial.languages import column


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")
    UNPUBLISHED = "unpublished", _("unpublished")


class Stage(models.TextChoices):
    """How far the review of a language has come."""

    WRITING = "writing", _("being written")
    IN_REVIEW = "in_review", _("in review")
    APPROVED = "approved", _("approved")


def visible_q(language: str, at, states=(State.PUBLISHED,)) -> Q:
    """The rule of public visibility of one language at one instant, as a condition."""

    def name(field):
        return column(field, language)

    return (
        Q((f"{name('state')}__in", states))
        & Q((f"{name('publish_at')}__lte", at))
        & (Q((f"{name('embargo_until')}__isnull", True)) | Q((f"{name('embargo_until')}__lte", at)))
        & (Q((f"{name('expire_at')}__isnull", True)) | Q((f"{name('expire_at')}__gt", at)))
    )


class PublishableQuerySet(PublicQuerySet):
    def public(self, language: str | None = None, *, at=None, withdrawn: bool = False):
        """The only door for public reads: what is published in ``language`` at this instant.

        ``withdrawn`` adds the items whose page stays, with a notice on top; they are in no list.
        """
        states = (State.PUBLISHED, State.WITHDRAWN) if withdrawn else (State.PUBLISHED,)
        return self.filter(visible_q(language or languages.active(), at or timezone.now(), states))

    def public_anywhere(self):
        """What is published in any language: the item, not a text of it, is asked for."""
        now = timezone.now()
        visible = Q()
        for code in languages.CODES:
            visible |= visible_q(code, now)
        return self.filter(visible)

    def unpublished(self, language: str):
        """Items whose page in ``language`` answers 410 or leads to a replacement."""
        gone = Q((column("state", language), State.UNPUBLISHED))
        expired = Q(
            (f"{column('state', language)}__in", (State.PUBLISHED, State.WITHDRAWN)),
            (f"{column('expire_at', language)}__lte", timezone.now()),
        )
        return self.filter(gone | expired)

    def in_stage_of(self, language: str, stage: Stage):
        """Items whose ``language`` is not public and has come as far as ``stage``."""
        return self.filter((column("stage", language), stage)).exclude(
            (column("state", language), State.PUBLISHED)
        )

    def in_state(self, state: State, language: str | None = None):
        """Items with ``state`` in one language, or in any."""
        codes = [language] if language else languages.CODES
        matching = Q()
        for code in codes:
            matching |= Q((column("state", code), state))
        return self.filter(matching)

    def next_change(self, after):
        """The next instant at which an item appears or disappears by itself, or None."""
        names = [
            column(name, code)
            for name in ("publish_at", "embargo_until", "expire_at")
            for code in languages.CODES
        ]
        instants = self.aggregate(
            **{name: models.Min(name, filter=Q((f"{name}__gt", after))) for name in names}
        )
        return min((value for value in instants.values() if value), default=None)


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


slug_form = RegexValidator(
    r"^[a-z0-9]+(?:-[a-z0-9]+)*$",
    _("Use small letters a to z, digits and single hyphens."),
    code="invalid",
)


def unused_slug(instance, title_field: str) -> str:
    """A free ASCII address from the title; pinyin where there is only a Chinese one."""
    # Readings cost 50 MB and half a second: only processes in which staff write pay for them.
    from pypinyin import lazy_pinyin

    english, chinese = (languages.text(instance, title_field, code) for code in languages.CODES)
    title = english or " ".join(lazy_pinyin(chinese))
    base = slugify(unicodedata.normalize("NFKD", title))[:80].strip("-")
    base = slug = base or instance._meta.model_name
    taken = type(instance)._base_manager.exclude(pk=instance.pk)
    while taken.filter(slug=slug).exists():
        slug = f"{base}-{get_random_string(4, 'abcdefghjkmnpqrstuvwxyz23456789')}"
    return slug


class Publishable(PublicModel):
    """A release, an event or a page: one row, one address, two languages published apart."""

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

    class Meta:
        abstract = True
        default_permissions = ("add", "change", "delete", "view", "approve", "publish")
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
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
        ]

    def __str__(self):
        return languages.first_text(self, self.title_field) or str(_("Untitled"))

    def save(self, *args, **kwargs):
        if not self.slug:
            self.slug = unused_slug(self, self.title_field)
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "slug"}
        super().save(*args, **kwargs)

    def get_absolute_url(self, language: str | None = None) -> str:
        with translation.override(language or languages.active()):
            return reverse(self.url_name, kwargs={"slug": self.slug})

    def state(self, language: str) -> State:
        return State(getattr(self, column("state", language)))

    def stage(self, language: str) -> Stage:
        return Stage(getattr(self, column("stage", language)))

    def publish_at(self, language: str):
        return getattr(self, column("publish_at", language))

    def title_in(self, language: str) -> str:
        return languages.text(self, self.title_field, language)

    def is_public(self, language: str, *, at=None, withdrawn: bool = False) -> bool:
        """The same rule as ``public()``, told of a row that is in memory."""
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

    def has_been_public(self) -> bool:
        return any(getattr(self, column("first_published", code)) for code in languages.CODES)

    def has_been_public_or_is_due(self) -> bool:
        """Whether a change of this row may be seen by the public, now or at its instant."""
        return self.has_been_public() or any(
            self.state(code) == State.PUBLISHED for code in languages.CODES
        )

    def public_languages(self, *, withdrawn: bool = False) -> list[str]:
        return [code for code in languages.CODES if self.is_public(code, withdrawn=withdrawn)]

    def languages_label(self) -> str:
        """ "English, 中文": the languages in which this may be read now."""
        names = (languages.SHORT_NAMES[code] for code in self.public_languages())
        return pgettext("between names", ", ").join(names)

    def clean(self):
        super().clean()
        if self.has_been_public() and not self.slug:
            raise ValidationError({"slug": _("A published item needs its address.")})
