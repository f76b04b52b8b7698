"""People, the posts they held, and how a text of the day printed them."""

import datetime
import re

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models.institutions import Institution
from partners.models.period import Period
from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.editorial import languages
from publishing.editorial.models import OwnedRow

_HAN_SPACED = re.compile(r"[㐀-鿿]\s+[㐀-鿿]")


def spaced_chinese(name: str) -> bool:
    """Whether a space stands between Chinese characters, where a name has none."""
    return bool(_HAN_SPACED.search(name or ""))


class PersonQuerySet(PublicQuerySet):
    def public(self):
        return self.filter(is_public=True)


class Person(PublicModel):
    """Somebody with a name in each script, as it is printed there: never put together here."""

    name = models.CharField(_("name as printed"), max_length=120)
    family = models.CharField(_("family name"), max_length=60, blank=True)
    given = models.CharField(_("given name"), max_length=60, blank=True)
    honours = models.CharField(
        _("honours"),
        max_length=200,
        blank=True,
        help_text=_("For example: academician of the Chinese Academy of Sciences."),
    )
    is_public = models.BooleanField(_("public"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    saved_at = models.DateTimeField(_("last saved"), auto_now=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering = ["family_en", "name_en", "pk"]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self):
        return languages.first_text(self, "name")

    def clean(self):
        super().clean()
        if not any(languages.text(self, "name", code) for code in languages.CODES):
            raise ValidationError({"name_en": _("Give the name in at least one language.")})
        if spaced_chinese(languages.text(self, "name", "zh-hans")):
            raise ValidationError({"name_zh_hans": _("A Chinese name is written without a space.")})


class Post(Period):
    """An office that somebody holds or held; several at once are usual."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="posts", verbose_name=_("person")
    )
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("institution"),
    )
    title = models.CharField(_("title"), max_length=200)
    rank = models.PositiveSmallIntegerField(
        _("rank"), default=0, help_text=_("Of several posts, the lowest number is named first.")
    )

    objects = PublicQuerySet.as_manager()

    class Meta(Period.Meta):
        ordering = ["rank", "-since_first", "pk"]
        verbose_name = _("post")
        verbose_name_plural = _("posts")

    def __str__(self):
        return ", ".join(filter(None, [languages.first_text(self, "title"), self.where()]))

    def where(self) -> str:
        return languages.first_text(self.institution, "name") if self.institution else ""

    def clean(self):
        super().clean()
        if not any(languages.text(self, "title", code) for code in languages.CODES):
            raise ValidationError({"title_en": _("Give the title in at least one language.")})


def _plain(title: str) -> str:
    return re.sub(r"[\W_]+", " ", title.casefold()).strip()


class ParticipationQuerySet(PublicQuerySet):
    def for_target(self, target):
        kind = ContentType.objects.get_for_model(target)
        return self.filter(target_type=kind, target_id=target.pk)

    def for_display(self):
        return self.select_related("person", "institution", "post__institution")


class Participation(OwnedRow):
    """A person, or a group without names, at an event, in a text, under an agreement."""

    class Role(models.TextChoices):
        SPEAKER = "speaker", _("speaker")
        KEYNOTE = "keynote", _("keynote speaker")
        HOST = "host", _("host")
        WITNESS = "witness", _("witness")
        ATTENDEE = "attendee", _("guest")
        DELEGATION_LEADER = "delegation_leader", _("head of the delegation")
        QUOTED = "quoted", _("quoted")
        SIGNATORY = "signatory", _("signatory")

    class Mode(models.TextChoices):
        ON_SITE = "on_site", _("on site")
        ONLINE = "online", _("online")
        UNKNOWN = "unknown", _("not stated")

    class Side(models.TextChoices):
        OURS = "ours", _("our side")
        PARTNER = "partner", _("the partner's side")

    target_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    target_id = models.PositiveBigIntegerField()
    target = GenericForeignKey("target_type", "target_id")
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
        verbose_name=_("person"),
    )
    group = models.CharField(
        _("or a group"),
        max_length=200,
        blank=True,
        help_text=_("Where the text gives no names: representatives of several companies."),
    )
    role = models.CharField(_("role"), max_length=18, choices=Role.choices, default=Role.ATTENDEE)
    printed_name = models.CharField(
        _("printed name"), max_length=120, blank=True, help_text=_("Empty: the person's name.")
    )
    printed_title = models.CharField(_("title of the day"), max_length=250, blank=True)
    post = models.ForeignKey(
        Post,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("post"),
    )
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
        verbose_name=_("on behalf of"),
    )
    mode = models.CharField(_("attendance"), max_length=8, choices=Mode.choices, default="unknown")
    side = models.CharField(_("side"), max_length=8, choices=Side.choices, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = ParticipationQuerySet.as_manager()

    def owner(self):
        return self.target

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        indexes = [models.Index(fields=["target_type", "target_id"], name="partners_part_target")]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False)
                | (Q(group_en__isnull=False) & ~Q(group_en=""))
                | (Q(group_zh_hans__isnull=False) & ~Q(group_zh_hans="")),
                name="partners_participation_is_named",
                violation_error_message=_("Choose a person or describe the group."),
            ),
        ]

    def __str__(self):
        return self.name_in(languages.active())

    def clean(self):
        super().clean()
        if self.post and self.post.person_id != self.person_id:
            raise ValidationError({"post": _("Somebody else held this post.")})

    def name_in(self, language: str) -> str:
        """As it was printed; the person's own name, the group or the other script where not."""
        named = [(self, "printed_name"), (self.person, "name"), (self, "group")]
        for code in (language, languages.other(language)):
            for row, field in named:
                if row is not None and (found := languages.text(row, field, code)):
                    return found
        return ""

    def title_in(self, language: str) -> str:
        """The title of the day: as printed, else that of the post it is linked to."""
        printed = languages.text(self, "printed_title", language)
        return printed or (languages.text(self.post, "title", language) if self.post else "")

    def title_doubts(self, day: datetime.date | None) -> list[str]:
        """Printed titles that name none of the posts which the person may have held on ``day``.

        Says nothing where no day is known, or no post of the person in that language.
        """
        if day is None or self.person is None:
            return []
        posts = list(self.person.posts.all())
        found = []
        for code in languages.CODES:
            printed = languages.text(self, "printed_title", code)
            known = [post for post in posts if languages.text(post, "title", code)]
            if not printed or not known:
                continue
            held = [languages.text(p, "title", code) for p in known if p.may_cover(day)]
            if not any(_plain(title) in _plain(printed) for title in held):
                found.append(
                    _("%(person)s is printed as “%(printed)s”; posts known for that day: %(held)s.")
                    % {
                        "person": languages.text(self.person, "name", code) or self.person,
                        "printed": printed,
                        "held": "; ".join(held) or _("none"),
                    }
                )
        return found


def title_doubts(target) -> list[str]:
    """All doubts about the people of ``target``, which says its day as ``day_of_people``."""
    rows = Participation.objects.for_target(target).select_related("person")
    rows = rows.prefetch_related("person__posts")
    day = target.day_of_people
    return [doubt for row in rows for doubt in row.title_doubts(day)]
